"""What happened with one recipient: the decisions from the audit log, the facts from the rows.

A batch is one audit event (approving 208 letters), so that a letter was sealed or left is
read from its own row; who decided something is read from the log.
"""

import datetime
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.db.models import Q

from campaigns.models import AuditEvent, Recipient
from letters.models import Dispatch, Letter, Response


class Sort(StrEnum):
    """What a moment is about, by which the timeline is filtered."""

    label: str

    LETTER = "letters", "Letters and delivery"
    ANSWER = "answers", "Responses and answers"
    TIME = "time", "Deadlines and more time"
    TASK = "tasks", "Tasks"
    STANDING = "standing", "Counsel and standing"
    CHANGE = "changes", "Other changes"

    def __new__(cls, value: str, label: str) -> "Sort":
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member


# By the verb of the event, or by what stands before its point.
_SORTS = {
    "answer": Sort.ANSWER,
    "deadline": Sort.TIME,
    "dispatch": Sort.LETTER,
    "extension": Sort.TIME,
    "letter": Sort.LETTER,
    "portal_key": Sort.LETTER,
    "recipient.counsel_appeared": Sort.STANDING,
    "recipient.counsel_left": Sort.STANDING,
    "recipient.direct_allowed": Sort.STANDING,
    "recipient.direct_forbidden": Sort.STANDING,
    "recipient.reached": Sort.LETTER,
    "recipient.standing_by_rule": Sort.STANDING,
    "recipient.standing_overridden": Sort.STANDING,
    "recipient.taken_back": Sort.STANDING,
    "recipient.undeliverable": Sort.LETTER,
    "recipient.withdrawn": Sort.STANDING,
    "request": Sort.ANSWER,
    "response": Sort.ANSWER,
    "task": Sort.TASK,
}


@dataclass(frozen=True)
class Moment:
    """One thing that happened. `by` is empty where it is a fact and not a decision.

    `letter` and `response` lead to what it is about.
    """

    at: datetime.datetime
    text: str
    by: str = ""
    sort: Sort = Sort.CHANGE
    letter: int | None = None
    response: int | None = None


def timeline(
    recipient: Recipient,
    letters: Sequence[Letter],
    dispatches: Sequence[Dispatch],
    responses: Sequence[Response],
) -> list[Moment]:
    """Newest first. One query, for the audit log."""
    letter_of = {dispatch.pk: dispatch.letter_id for dispatch in dispatches}
    moments = [
        *_decisions(_about(recipient, letters, dispatches, responses), letter_of),
        *_sealed(letters),
        *_left(dispatches),
        Moment(recipient.chosen_at, "chose it as a recipient.", by=str(recipient.chosen_by)),
    ]
    return sorted(moments, key=lambda moment: moment.at, reverse=True)


def sorts(moments: Iterable[Moment]) -> list[tuple[Sort, int]]:
    """What there is to filter by, with how many of each."""
    counted = Counter(moment.sort for moment in moments)
    return [(each, counted[each]) for each in Sort if counted[each]]


def sort_of(verb: str) -> Sort:
    return _SORTS.get(verb) or _SORTS.get(verb.partition(".")[0], Sort.CHANGE)


def _about(recipient: Recipient, *subjects: Sequence[Letter | Dispatch | Response]) -> Q:
    about = Q(subject_type=recipient._meta.label_lower, subject_id=recipient.pk)
    for rows in subjects:
        if rows:
            about |= Q(
                subject_type=rows[0]._meta.label_lower, subject_id__in=[row.pk for row in rows]
            )
    return about


def _decisions(about: Q, letter_of: dict[int, int]) -> Iterator[Moment]:
    for event in AuditEvent.objects.filter(about):
        subject = event.subject_type.rpartition(".")[2]
        letter = event.subject_id if subject == "letter" else None
        yield Moment(
            event.at,
            event.sentence,
            by=event.actor_name,
            sort=sort_of(event.verb),
            letter=letter_of.get(event.subject_id) if subject == "dispatch" else letter,
            response=event.subject_id if subject == "response" else None,
        )


def _sealed(letters: Iterable[Letter]) -> Iterator[Moment]:
    for letter in letters:
        if letter.sealed_at:
            text = f"Letter {letter.reference} was sealed."
            yield Moment(letter.sealed_at, text, sort=Sort.LETTER, letter=letter.pk)


def _left(dispatches: Iterable[Dispatch]) -> Iterator[Moment]:
    for dispatch in dispatches:
        if dispatch.sent_at:
            channel = dispatch.get_channel_display().lower()
            text = f"Letter {dispatch.letter.reference} left by {channel}."
            yield Moment(dispatch.sent_at, text, sort=Sort.LETTER, letter=dispatch.letter_id)
