"""Why an answer of one recipient is due on that day; to be read, and to be printed."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.generic import TemplateView

from campaigns.deadlines import printed, relative
from campaigns.models import Campaign, Recipient
from campaigns.views.shell import StaffPage
from letters.actions import confirm_extension
from letters.reports.running import Run
from letters.reports.why import why


class DeadlinePage(StaffPage, TemplateView):
    permission_required = "campaigns.view_recipient"
    template_name = "staff/deadline.html"
    tab = "letters:board"
    recipient: Recipient

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.recipient = get_object_or_404(
            Recipient.objects.select_related("campaign", "institution"), pk=kwargs["pk"]
        )
        self.campaign = self.recipient.campaign
        return super().get(request, *args, **kwargs)

    def get_title(self) -> str:
        return "Why this date"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        recipient, now = self.recipient, timezone.now()
        zone, due_at = recipient.campaign.timezone, recipient.due_at
        found = why(recipient)
        return super().get_context_data(
            recipient=recipient,
            deadline=printed(due_at, zone) if due_at else "",
            relative=relative(due_at, now, zone) if due_at else "",
            is_over=bool(due_at and due_at < now),
            why=found,
            unconfirmed=recipient in confirm_extension.unconfirmed(recipient.campaign),
            runs=[(run, _rule(run), _waits(run)) for run in found.runs],
            extensions=[
                (one, printed(one.until, zone) if one.until else "") for one in found.extensions
            ],
            **kwargs,
        )


def _rule(run: Run) -> str:
    """In words; nothing where the letters confirm time that was given to a day."""
    if run.confirms:
        return ""
    rule = run.rule
    days = f"{rule.days} {rule.unit} day{'' if rule.days == 1 else 's'}"
    rolls = "; a weekend or federal holiday moves it on" if rule.rolls else ""
    return f"{days} after {Campaign.Anchor(rule.anchor).label}{rolls}"


def _waits(run: Run) -> str:
    """Why no rule runs yet, where none does."""
    if run.start:
        return ""
    if not run.stands:
        return "Everything that left of it came back, so nothing runs."
    return "Its delivery is not proven yet. Until it is, the printed day holds."
