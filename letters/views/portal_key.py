"""The codes of one letter: which work, new ones for who lost theirs, none for who should not.

Whoever sees a code could answer with it, so here too it is shown to who has opened the letter,
which is on record.
"""

import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.generic import TemplateView, View

from campaigns.actions import Refused
from campaigns.views.fields import the_line
from campaigns.views.shell import StaffPage
from letters.actions import portal_key, reading
from letters.merge import codes
from letters.models import Letter

# Long enough for an answer that comes late, short enough that a found letter is no key for ever.
VALID_FOR = datetime.timedelta(days=365)


def _letter(pk: int) -> Letter:
    return get_object_or_404(
        Letter.objects.select_related("recipient__institution", "recipient__campaign"), pk=pk
    )


class PortalKeysPage(StaffPage, TemplateView):
    permission_required = "letters.manage_portal_keys"
    template_name = "staff/portal_keys.html"
    tab = "letters:mailings"
    letter: Letter

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.letter = _letter(kwargs["pk"])
        self.campaign = self.letter.recipient.campaign
        response = super().get(request, *args, **kwargs)
        response["Cache-Control"] = "no-store"
        return response

    def get_title(self) -> str:
        return f"Response codes of {self.letter}"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        now = timezone.now()
        keys = list(self.letter.portal_keys.all())
        working = next((key for key in keys if not key.revoked_at and key.expires_at > now), None)
        opens = working is not None and self.letter.status == Letter.Status.SEALED
        is_open = reading.is_open(letter=self.letter, by=self.person, now=now)
        return super().get_context_data(
            letter=self.letter,
            keys=keys,
            now=now,
            opens=opens,
            issued=codes.derive(self.letter.reference, working.issue)
            if working and is_open
            else None,
            **kwargs,
        )


class PortalKeysReissue(StaffPage, View):
    permission_required = "letters.manage_portal_keys"
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        letter = _letter(pk)
        try:
            portal_key.reissue(
                letter=letter,
                expires_at=timezone.now() + VALID_FOR,
                by=self.person,
            )
            reading.open_pages(letter=letter, by=self.person, now=timezone.now())
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, "New codes were issued; the earlier ones no longer work.")
        return redirect("letters:portal_keys", pk)


class PortalKeysRevoke(StaffPage, View):
    permission_required = "letters.manage_portal_keys"
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        letter = _letter(pk)
        try:
            reason = the_line(request.POST.get("reason", ""))
            if not reason:
                raise Refused("Say why the codes are revoked; it goes on record.")
            portal_key.revoke(letter=letter, reason=reason, by=self.person)
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, "The codes were revoked. The letter itself is unchanged.")
        return redirect("letters:portal_keys", pk)
