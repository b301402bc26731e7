"""What happened with one recipient: the decisions from the audit log, the facts from the rows.

A batch is one audit event (approving 208 letters), so that a letter was sealed or left is
read from its own row; who decided something is read from the log.
"""

import datetime
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.db.models import Q

from campaigns.models import AuditEvent, Recipient
from letters.models import Dispatch, Letter, Response


@dataclass(frozen=True)
class Moment:
    """One thing that happened. `by` is empty where it is a fact and not a decision."""

    at: datetime.datetime
    text: str
    by: str = ""


def timeline(
    recipient: Recipient,
    letters: Sequence[Letter],
    dispatches: Sequence[Dispatch],
    responses: Sequence[Response],
) -> list[Moment]:
    """Newest first. One query, for the audit log."""
    moments = [
        *_decisions(_about(recipient, letters, dispatches, responses)),
        *_sealed(letters),
        *_left(dispatches),
    ]
    return sorted(moments, key=lambda moment: moment.at, reverse=True)


def _about(recipient: Recipient, *subjects: Sequence[Letter | Dispatch | Response]) -> Q:
    about = Q(subject_type=recipient._meta.label_lower, subject_id=recipient.pk)
    for rows in subjects:
        if rows:
            about |= Q(
                subject_type=rows[0]._meta.label_lower, subject_id__in=[row.pk for row in rows]
            )
    return about


def _decisions(about: Q) -> Iterator[Moment]:
    for event in AuditEvent.objects.filter(about):
        yield Moment(event.at, event.sentence, by=event.actor_name)


def _sealed(letters: Iterable[Letter]) -> Iterator[Moment]:
    for letter in letters:
        if letter.sealed_at:
            yield Moment(letter.sealed_at, f"Letter {letter.reference} was sealed.")


def _left(dispatches: Iterable[Dispatch]) -> Iterator[Moment]:
    for dispatch in dispatches:
        if dispatch.sent_at:
            channel = dispatch.get_channel_display().lower()
            yield Moment(dispatch.sent_at, f"Letter {dispatch.letter.reference} left by {channel}.")
