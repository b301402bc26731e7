"""A person's calendar: its secret address, made, shown once and closed; and what is read there."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django.views.generic import TemplateView, View

from campaigns import calendar
from campaigns.actions import calendar_feed as actions
from campaigns.models import CalendarFeed, Campaign
from campaigns.views.shell import StaffPage


class CalendarPage(StaffPage, TemplateView):
    permission_required = "campaigns.view_recipient"
    template_name = "staff/calendar.html"
    title = "Calendar"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        feed = CalendarFeed.objects.working().filter(owner=self.person).first()
        return super().get_context_data(**{"feed": feed, **kwargs})


class NewCalendar(CalendarPage):
    """A new address, shown on the page that answers, and never again."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        token = actions.issue(by=self.person, now=timezone.now())
        campaigns = Campaign.objects.filter(archived_at=None)
        context = self.get_context_data(
            address=_address("feed", token),
            of_campaigns=[(one, _address("feed_campaign", token, one.pk)) for one in campaigns],
        )
        response = render(request, self.template_name, context)
        response["Cache-Control"] = "no-store"
        return response


class CloseCalendar(StaffPage, View):
    permission_required = "campaigns.view_recipient"
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        if actions.revoke(by=self.person, now=timezone.now()):
            messages.success(request, "Closed: nothing is read under the address any more.")
        else:
            messages.info(request, "There was no address to close.")
        return redirect("campaigns:calendar")


@login_not_required
@require_safe
@never_cache
def feed(request: HttpRequest, token: str, pk: int | None = None) -> HttpResponse:
    """The calendar behind a secret address, of all open campaigns or of one.

    An address that was never made, was closed, or whose owner may not look any more answers
    as one that is not there.
    """
    found = CalendarFeed.objects.of_token(token).select_related("owner").first()
    if found is None or not _may_read(found):
        raise Http404("There is no calendar at this address.")
    owner = found.owner
    campaigns = Campaign.objects.filter(archived_at=None).prefetch_related("grounds")
    if pk is not None:
        campaigns = campaigns.filter(pk=pk)
    read = list(campaigns)
    if pk is not None and not read:
        raise Http404("There is no calendar at this address.")
    name = read[0].title if pk is not None else "Countersign"
    written = calendar.written(name, owner, read, timezone.now())
    response = HttpResponse(written, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'inline; filename="countersign.ics"'
    response["X-Robots-Tag"] = "noindex"
    response["Referrer-Policy"] = "no-referrer"
    return response


def _may_read(found: CalendarFeed) -> bool:
    return found.owner.is_active and found.owner.has_perm("campaigns.view_recipient")


def _address(name: str, token: str, *more: int) -> str:
    return f"{settings.SITE_URL}{reverse(name, args=[token, *more])}"
