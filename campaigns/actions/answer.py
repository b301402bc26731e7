"""What a recipient answered, and whether our letter reached it.

An answer entry is one dated statement; a later one never overwrites an earlier one. The
answer row points to its current entry, the one that came in last, and everything shown is
computed from that row.
"""

import datetime
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from campaigns import audit
from campaigns.actions import Refused, deadline, due_tasks
from campaigns.models import (
    Answer,
    AnswerEntry,
    Channel,
    Demand,
    Outcome,
    Recipient,
    User,
    Verification,
)


class NotAnAnswer(Refused):
    """Unanswered is the absence of an answer and cannot be recorded as one."""


class PromiseWithoutDate(Refused):
    """A promise to comply needs the date by which it is to be kept."""


class DateWithoutPromise(Refused):
    """Only a promise to comply carries a date."""


class PromiseInThePast(Refused):
    """A promise cannot be for a day before the answer came."""


class NotAsked(Refused):
    """The recipient was never asked this."""


class NobodyNamed(Refused):
    """Every answer names the person who gave it."""


class NotYet(Refused):
    """An answer cannot have come on a day that is still ahead."""


@dataclass(frozen=True)
class Respondent:
    """Who answered, and on what authority, in their own words."""

    name: str
    title: str = ""
    authority: str = ""

    def __str__(self) -> str:
        return ", ".join(part for part in (self.name, self.title) if part)


@dataclass(frozen=True)
class Statement:
    """What was said on one demand."""

    demand: Demand
    outcome: str
    text: str = ""
    promised_on: datetime.date | None = None


@transaction.atomic
def record(
    *,
    recipient: Recipient,
    statement: Statement,
    respondent: Respondent,
    channel: str,
    received_on: datetime.date,
    on: datetime.date,
    by: User | None,
) -> AnswerEntry:
    """Add a dated statement, and make it the current one unless a later one is on record.

    A letter that lay in the post while the recipient answered on its page says what it said
    before. Of statements of one day the one that was recorded last counts, so that a mistake can
    be mended. `on` is today; `by` is the member of staff who typed it, None where the recipient
    did on the response page. What was verified belonged to the statement before, so verification
    starts again.
    """
    _refuse_unclear(statement, received_on)
    if not respondent.name:
        raise NobodyNamed("Give the name of the person who answered.")
    if received_on > on:
        raise NotYet("The answer is dated in the future. Give the day on which it came in.")
    answer = _locked(recipient, statement.demand)
    entry = AnswerEntry.objects.create(
        answer=answer,
        outcome=statement.outcome,
        text=statement.text,
        promised_on=statement.promised_on,
        respondent_name=respondent.name,
        respondent_title=respondent.title,
        respondent_authority=respondent.authority,
        channel=channel,
        received_on=received_on,
        recorded_by=by,
    )
    before = answer.current_entry
    was = answer.outcome
    stands = before if before and before.received_on > received_on else None
    if not stands:
        answer.outcome = statement.outcome
        answer.current_entry = entry
        answer.verification = Verification.UNVERIFIED
        answer.save(update_fields=["outcome", "current_entry", "verification"])
    due_tasks.follow_answers(Recipient.objects.filter(pk=recipient.pk), now=timezone.now())
    audit.record(
        "answer.recorded",
        subject=recipient,
        by=by,
        campaign=recipient.campaign,
        sentence=_sentence(entry, statement.demand, respondent, by, stands),
        demand=statement.demand.number,
        entry=entry.pk,
        before=was,
        after=answer.outcome,
    )
    return entry


@transaction.atomic
def reached(
    *,
    recipient: Recipient,
    letters_due_at: datetime.datetime | None,
    on: datetime.date,
    by: User | None,
) -> Recipient:
    """A letter left for the recipient on the day `on`; `letters_due_at` is what all give now.

    An event is written only where something changed: a campaign sends to the same recipient
    by two channels.
    """
    recipient = deadline.held(recipient)
    before = (recipient.reach, recipient.letters_due_at, recipient.due_at)
    recipient.reach = Recipient.Reach.REACHED
    recipient.letters_due_at = letters_due_at
    recipient.due_at = deadline.effective(recipient)
    if before == (recipient.reach, recipient.letters_due_at, recipient.due_at):
        return recipient
    recipient.save(update_fields=["reach", "letters_due_at", "due_at"])
    audit.record(
        "recipient.reached",
        subject=recipient,
        by=by,
        campaign=recipient.campaign,
        sentence=f"sent a letter to {recipient} on {on:%B} {on.day}, {on.year}.",
        due_before=_iso(before[2]),
        due_after=_iso(recipient.due_at),
    )
    return recipient


@transaction.atomic
def undeliverable(*, recipient: Recipient, reason: str, by: User | None) -> Recipient:
    """No letter can reach the recipient as things stand; a later dispatch reaches it again.

    Until then no deadline runs.
    """
    recipient = deadline.held(recipient)
    if recipient.reach == Recipient.Reach.UNDELIVERABLE:
        return recipient
    before = recipient.due_at
    recipient.reach = Recipient.Reach.UNDELIVERABLE
    recipient.letters_due_at = None
    recipient.due_at = deadline.effective(recipient)
    recipient.save(update_fields=["reach", "letters_due_at", "due_at"])
    audit.record(
        "recipient.undeliverable",
        subject=recipient,
        by=by,
        campaign=recipient.campaign,
        sentence=f"put on record that {recipient} cannot be reached: {reason}",
        reason=reason,
        due_before=_iso(before),
    )
    return recipient


def _iso(moment: datetime.datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _refuse_unclear(statement: Statement, received_on: datetime.date) -> None:
    number = statement.demand.number
    if statement.outcome == Outcome.UNANSWERED or statement.outcome not in Outcome.values:
        raise NotAnAnswer(f"Choose what was answered on demand {number}.")
    promises = statement.outcome == Outcome.WILL_COMPLY
    if promises and statement.promised_on is None:
        raise PromiseWithoutDate(f"Give the date by which demand {number} will be complied with.")
    if statement.promised_on and not promises:
        raise DateWithoutPromise(
            f"Demand {number} has a date, but its answer is no promise. Remove the date, or choose "
            f"“{Outcome.WILL_COMPLY.label}”."
        )
    if statement.promised_on and statement.promised_on < received_on:
        raise PromiseInThePast(
            f"The date promised for demand {number} is before the day on which the answer came."
        )


def _locked(recipient: Recipient, demand: Demand) -> Answer:
    """The answer's row, held until the end, so that two statements come one after the other."""
    rows = Answer.objects.select_for_update(of=("self",)).select_related("current_entry")
    answer = rows.filter(recipient=recipient, demand=demand).first()
    if answer is None:
        raise NotAsked(f"{recipient} was not asked “{demand.title}”, so it cannot answer it.")
    return answer


def _sentence(
    entry: AnswerEntry,
    demand: Demand,
    respondent: Respondent,
    by: User | None,
    stands: AnswerEntry | None,
) -> str:
    said = entry.get_outcome_display()
    if entry.promised_on:
        said = f"Will comply by {entry.promised_on:%B} {entry.promised_on.day}, "
        said += f"{entry.promised_on.year}"
    answered = f"{respondent} answered demand {demand.number} ({demand.title}): {said}"
    if by is None:
        return f"{answered} (on the response page)."
    recorded = f"recorded that {answered} (by {Channel(entry.channel).label.lower()})."
    if stands:
        recorded += (
            f" It came in on {_written(entry.received_on)}; the answer of "
            f"{_written(stands.received_on)} is later and stands."
        )
    return recorded


def _written(day: datetime.date) -> str:
    return f"{day:%B} {day.day}, {day.year}"
