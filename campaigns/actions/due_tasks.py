"""Tasks that follow from rows: opened while something is so, settled when it no longer is.

Nothing is remembered between two looks: what should be open is computed from the rows and
compared with what is. So a missed beat loses nothing, and a second look changes nothing.
The sweep looks at everything, an action at the one recipient that it changed.
"""

import datetime
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from campaigns.actions import task as tasks
from campaigns.models import (
    Answer,
    Outcome,
    Recipient,
    Task,
    Verification,
    VerificationEntry,
)

# So many in one look, because each is an event in the audit log; the next look does the rest.
MOST_AT_ONCE = 500
# Until a person has found that a promise was kept, broken or let lapse.
_NOT_YET_FOUND = (Verification.UNVERIFIED, Verification.EVIDENCE_RECEIVED)


@dataclass(frozen=True)
class Wanted:
    """A task that should be open as things stand."""

    recipient_pk: int
    kind: str
    about: str
    key: str
    due_on: datetime.date | None = None


@dataclass(frozen=True)
class Looked:
    """What one look changed."""

    opened: int
    settled: int


def follow_answers(
    recipients: QuerySet[Recipient] | None = None, *, now: datetime.datetime
) -> Looked:
    """Promises whose day has passed, answers to check again, and questions put to us."""
    answers = Answer.objects.filter(
        current_entry__isnull=False,
        recipient__withdrawn_at=None,
        recipient__campaign__archived_at=None,
    )
    if recipients is not None:
        answers = answers.filter(recipient__in=recipients)
    wanted = [*_promises(answers, now), *_unclear(answers), *_rechecks(answers, now)]
    return agree(
        wanted,
        prefixes=("promise:", "unclear:", "recheck:"),
        recipients=recipients,
        now=now,
        settled="A later answer, or what was found since, settles it.",
    )


def agree(
    wanted: Sequence[Wanted],
    *,
    prefixes: Sequence[str],
    recipients: QuerySet[Recipient] | None,
    now: datetime.datetime,
    settled: str,
) -> Looked:
    """Make the tasks whose keys begin with `prefixes` agree with what is wanted.

    What a person closed stays closed: one key is one matter, and they may have found that
    nothing is to be done about it. What was settled by itself comes back when it is so again,
    as after a recipient was withdrawn and taken back.
    """
    own = Q()
    for prefix in prefixes:
        own |= Q(key__startswith=prefix)
    rows = Task.objects.filter(own)
    if recipients is not None:
        rows = rows.filter(recipient__in=recipients)
    known = {task.key: task for task in rows.select_related("recipient__campaign")}
    keys = {one.key for one in wanted}
    new = [one for one in wanted if one.key not in known]
    again = [task for key, task in known.items() if key in keys and _settled_itself(task)]
    over = [task for key, task in known.items() if key not in keys and not task.is_closed]
    return Looked(
        opened=_open(new[:MOST_AT_ONCE], now) + _reopen(again[:MOST_AT_ONCE]),
        settled=_settle(over[:MOST_AT_ONCE], settled, now),
    )


def _settled_itself(task: Task) -> bool:
    return task.is_closed and task.closed_by_id is None


def _open(new: Sequence[Wanted], now: datetime.datetime) -> int:
    found = Recipient.objects.select_related("campaign", "institution").in_bulk(
        {one.recipient_pk for one in new}
    )
    for one in new:
        tasks.open_task(
            recipient=found[one.recipient_pk],
            kind=one.kind,
            about=one.about,
            key=one.key,
            due_on=one.due_on,
            now=now,
        )
    return len(new)


def _reopen(again: Sequence[Task]) -> int:
    for task in again:
        with suppress(tasks.IsOpen):  # another look was first
            tasks.reopen(task=task, reason="It is so again.", by=None)
    return len(again)


def _settle(over: Sequence[Task], reason: str, now: datetime.datetime) -> int:
    return sum(tasks.close_by_key(key=task.key, reason=reason, now=now) for task in over)


def _promises(answers: QuerySet[Answer], now: datetime.datetime) -> Iterator[Wanted]:
    """A day has passed when it is over in the campaign's zone."""
    latest = (now + datetime.timedelta(days=1)).date()
    for answer in answers.filter(
        outcome=Outcome.WILL_COMPLY,
        verification__in=_NOT_YET_FOUND,
        current_entry__promised_on__lt=latest,
    ).select_related("demand", "current_entry", "recipient__campaign"):
        entry = answer.current_entry
        day = entry.promised_on if entry else None
        if day and day < _today(answer.recipient, now):
            yield Wanted(
                answer.recipient_id,
                Task.Kind.PROMISE,
                f"It was to comply with demand {answer.demand.number} ({answer.demand.title}) by "
                f"{day:%B %-d, %Y}. Ask for evidence, then put on record whether it is so.",
                f"promise:{answer.current_entry_id}",
                day,
            )


def _unclear(answers: QuerySet[Answer]) -> Iterator[Wanted]:
    asking = answers.filter(outcome=Outcome.NEEDS_CLARIFICATION)
    for answer in asking.select_related("demand"):
        yield Wanted(
            answer.recipient_id,
            Task.Kind.UNCLEAR,
            f"It does not see what demand {answer.demand.number} ({answer.demand.title}) asks. "
            "Explain it, then record what it answers.",
            f"unclear:{answer.current_entry_id}",
        )


def _rechecks(answers: QuerySet[Answer], now: datetime.datetime) -> Iterator[Wanted]:
    latest = (now + datetime.timedelta(days=1)).date()
    last = VerificationEntry.objects.current().filter(
        recheck_on__lte=latest, entry__current_for__in=answers
    )
    for one in last.select_related("entry__answer__demand", "entry__answer__recipient__campaign"):
        answer, day = one.entry.answer, one.recheck_on
        if day and day <= _today(answer.recipient, now):
            yield Wanted(
                answer.recipient_id,
                Task.Kind.RECHECK,
                f"Demand {answer.demand.number} ({answer.demand.title}) is on record as "
                f"{one.get_status_display().lower()}, to be checked again on {day:%B %-d, %Y}.",
                f"recheck:{one.pk}",
                day,
            )


def _today(recipient: Recipient, now: datetime.datetime) -> datetime.date:
    return now.astimezone(ZoneInfo(recipient.campaign.timezone)).date()
