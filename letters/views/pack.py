"""Print packs: the PDF, its manifest, and what the clerk says of them."""

import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.views.generic import View

from campaigns import filestore
from campaigns.views.shell import StaffPage
from letters.actions import dispatch
from letters.actions.outcome import counted
from letters.merge import press
from letters.merge.envelopes import piece, profile_of
from letters.models import PrintPack
from letters.models.dispatch import ENVELOPES_AT_ONCE
from letters.views import mailing_forms as forms
from letters.views.acts import PackAct
from letters.views.letter import private
from letters.views.mailing import MailingPage

_FORMS = {"pdf": ("application/pdf", "pdf"), "manifest": ("text/csv; charset=utf-8", "csv")}


class PackFile(StaffPage, View):
    """The PDF to print, or the manifest. A POST, since it is put on record who took what out."""

    permission_required = "letters.dispatch_mailing"
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int, form: str) -> HttpResponseBase:
        if form not in _FORMS:
            raise Http404(f"A pack has no {form}.")
        pack = get_object_or_404(PrintPack.objects.select_related("mailing__campaign"), pk=pk)
        try:
            content = dispatch.take_out_pack(pack=pack, form=form, by=self.person)
        except (filestore.FileDamaged, FileNotFoundError):
            messages.error(
                request,
                f"The stored file of pack {pk} is missing or damaged. Tell the administrator.",
            )
            return redirect("letters:mailing", pack.mailing_id)
        content_type, ending = _FORMS[form]
        name = f"{pack.mailing.campaign.reference_prefix}-pack-{pack.pk}.{ending}"
        answer = StreamingHttpResponse(content, content_type=content_type)
        answer["Content-Disposition"] = f'attachment; filename="{name}"'
        return private(answer)


class PackEnvelopes(StaffPage, View):
    """The envelopes of a pack, a lot at a time, for letters whose envelope has no window."""

    permission_required = "letters.dispatch_mailing"

    def get(self, request: HttpRequest, pk: int, lot: int) -> HttpResponse:
        pack = get_object_or_404(PrintPack.objects.select_related("mailing__campaign"), pk=pk)
        if lot not in pack.envelope_lots:
            raise Http404("The pack has no such lot of envelopes.")
        first = (lot - 1) * ENVELOPES_AT_ONCE
        posted = pack.dispatches.order_by("letter__position").select_related("letter")
        kept = [one.letter.merge_data for one in posted[first : first + ENVELOPES_AT_ONCE]]
        kept = [data for data in kept if not profile_of(data).window]
        if not kept:
            messages.info(
                request, "These letters go into envelopes with a window; none is printed."
            )
            return redirect("letters:mailing", pack.mailing_id)
        try:
            printed = press.print_envelopes(
                [piece(data) for data in kept],
                profile_of(kept[0]).envelope,
                kept[0]["letterhead"]["typeface"],
            )
        except (press.RenderRefused, press.RenderTimedOut, press.RenderCrashed) as reason:
            messages.error(request, f"The envelopes could not be made: {reason}")
            return redirect("letters:mailing", pack.mailing_id)
        name = f"{pack.mailing.campaign.reference_prefix}-pack-{pack.pk}-envelopes-{lot}.pdf"
        answer = HttpResponse(printed.pdf, content_type="application/pdf")
        answer["Content-Disposition"] = f'attachment; filename="{name}"'
        return private(answer)


class MarkPosted(PackAct):
    """A refusal shows the page as it was typed: a count of hundreds is not made twice."""

    permission_required = "letters.dispatch_mailing"
    form_class = forms.Posted

    def decide(self, *, posted_on: datetime.date, count: int, missing: list[str]) -> str:
        dispatch.mark_posted(
            pack=self.pack,
            posted_on=posted_on,
            count=count,
            missing_references=missing,
            by=self.person,
        )
        return f"Marked as posted on {posted_on:%B %-d, %Y}: {counted(count)}."

    def refused(self) -> HttpResponse:
        typed = {name: self.request.POST.get(name, "") for name in forms.Posted.base_fields}
        page = MailingPage()
        page.setup(self.request, pk=self.mailing.pk)
        context = page.get_context_data(typed={"pack": self.pack.pk, **typed})
        return page.render_to_response(context, status=422)


class DiscardPack(PackAct):
    permission_required = "letters.dispatch_mailing"

    def decide(self, **given: Any) -> str:
        dispatch.discard_pack(pack=self.pack, by=self.person)
        return f"Pack {self.pack.pk} is discarded; its letters wait for another one."
