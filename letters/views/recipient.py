"""One recipient: where it stands and why, what it was sent, what it answered, what happened."""

from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.generic import TemplateView

from campaigns.deadlines import printed
from campaigns.models import Addressee, Answer, Recipient, Task, Verification
from campaigns.models.verification import with_recheck
from campaigns.standing import Standing, in_force, standing
from campaigns.views.shell import StaffPage
from letters.models import Letter, Response
from letters.reports.steps import Step, step
from letters.reports.task_list import Way, ways
from letters.reports.timeline import sorts, timeline
from letters.reports.unsent import unsent


class RecipientPage(StaffPage, TemplateView):
    permission_required = "campaigns.view_recipient"
    template_name = "staff/recipient.html"
    tab = "letters:board"
    recipient: Recipient

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.recipient = get_object_or_404(
            Recipient.objects.select_related(
                "campaign", "institution", "chosen_by", "direct_allowed_by", "overridden_by"
            ),
            pk=kwargs["pk"],
        )
        self.campaign = self.recipient.campaign
        return super().get(request, *args, **kwargs)

    def get_title(self) -> str:
        return self.recipient.institution.name

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        recipient, now = self.recipient, timezone.now()
        answers = _answers(recipient)
        letters = _letters(recipient)
        dispatches = [each for letter in letters for each in letter.dispatches.all()]
        responses = list(
            Response.objects.filter(recipient=recipient).select_related("letter", "recorded_by")
        )
        by_rule = standing(
            [answer.outcome for answer in answers],
            reach=recipient.reach,
            counsel_appeared=recipient.counsel_appeared_on is not None,
            withdrawn=recipient.withdrawn_at is not None,
            due_at=recipient.due_at,
            now=now,
        )
        stands = in_force(by_rule, recipient.override_standing)
        moments = timeline(recipient, letters, dispatches, responses)
        shown = self.request.GET.get("show", "")
        return super().get_context_data(
            recipient=recipient,
            standing=stands,
            by_rule=by_rule,
            unsent=unsent(stands, recipient.reach, [_step(letter) for letter in letters]),
            deadline=_deadline(recipient),
            days_left=_days_left(recipient, now),
            waiting=(Standing.AWAITING, Standing.NO_RESPONSE, Standing.UNDELIVERABLE),
            answers=answers,
            answered=sum(answer.current_entry is not None for answer in answers),
            verified=sum(answer.verification == Verification.VERIFIED for answer in answers),
            contradicted=sum(
                answer.verification == Verification.CONTRADICTED for answer in answers
            ),
            today=timezone.localdate(now),
            tasks=_tasks(recipient),
            letters=letters,
            responses=responses,
            received=next((each for each in responses if not each.is_answer), None),
            addressees=_addressees(recipient),
            moments=[moment for moment in moments if shown in ("", moment.sort)],
            sorts=sorts(moments),
            shown=shown,
            happened=len(moments),
            **kwargs,
        )


def _answers(recipient: Recipient) -> list[Answer]:
    return list(
        with_recheck(recipient.answers.all())
        .select_related("demand", "current_entry__recorded_by")
        .prefetch_related("entries__recorded_by")
        .order_by("demand__number")
    )


def _letters(recipient: Recipient) -> list[Letter]:
    """With their dispatches, each of which knows its letter."""
    letters = list(
        Letter.objects.filter(recipient=recipient)
        .select_related("mailing", "addressee__contact")
        .prefetch_related("dispatches")
        .order_by("-mailing_id", "position")
    )
    for letter in letters:
        for dispatch in letter.dispatches.all():
            dispatch.letter = letter
    return letters


def _tasks(recipient: Recipient) -> list[tuple[Task, Way]]:
    """Its open tasks, each with the page on which it is acted on."""
    waiting = list(recipient.tasks.unsettled().select_related("assignee").order_by("due_on", "pk"))
    for task in waiting:
        task.recipient = recipient
    found = ways(waiting)
    return [(task, found[task.pk]) for task in waiting]


def _step(letter: Letter) -> Step:
    return step(letter.status, [each.status for each in letter.dispatches.all()])


def _addressees(recipient: Recipient) -> list[Addressee]:
    return list(recipient.addressees.filter(archived_at=None).select_related("contact"))


def _deadline(recipient: Recipient) -> str:
    if recipient.due_at is None:
        return ""
    return printed(recipient.due_at, recipient.campaign.timezone)


def _days_left(recipient: Recipient, now: Any) -> int | None:
    if recipient.due_at is None:
        return None
    zone = ZoneInfo(recipient.campaign.timezone)
    return (recipient.due_at.astimezone(zone).date() - now.astimezone(zone).date()).days
