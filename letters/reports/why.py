"""Why the deadline of a recipient is that day: what its letters give, its extensions, its stops."""

from collections.abc import Sequence
from dataclasses import dataclass

from campaigns.models import AuditEvent, Extension, Recipient
from letters.reports.running import Run, runs_of

# What moved, started or stopped the deadline, as the log tells it.
_VERBS = (
    "deadline.moved",
    "recipient.reached",
    "recipient.undeliverable",
    "extension.asked",
    "extension.granted",
    "extension.refused",
    "extension.withdrawn",
)


@dataclass(frozen=True)
class Why:
    """All that a deadline follows from. `sentence` names what decides."""

    sentence: str
    runs: Sequence[Run]
    extensions: Sequence[Extension]
    events: Sequence[AuditEvent]


def why(recipient: Recipient) -> Why:
    runs = runs_of([recipient.pk])[recipient.pk]
    extensions = list(
        recipient.extensions.select_related("recorded_by", "decided_by", "withdrawn_by")
    )
    events = AuditEvent.objects.filter(
        subject_type=recipient._meta.label_lower, subject_id=recipient.pk, verb__in=_VERBS
    )
    return Why(
        sentence=_sentence(recipient, runs, extensions),
        runs=runs,
        extensions=extensions,
        events=list(events.order_by("-sequence")),
    )


def _sentence(recipient: Recipient, runs: Sequence[Run], extensions: Sequence[Extension]) -> str:
    due_at = recipient.due_at
    if recipient.reach == Recipient.Reach.UNDELIVERABLE:
        return (
            "No deadline runs: every letter that left for it came back. It runs again once a "
            "letter leaves for it again."
        )
    if recipient.reach == Recipient.Reach.UNKNOWN:
        return "No deadline runs: no letter is known to have left for it."
    if due_at is None:
        return "No deadline runs: no letter that left for it asks for an answer by a day."
    for run in runs:
        if run.counts and run.printed_at == due_at:
            return f"It is the day that the letters of “{run.mailing}” print."
    for run in runs:
        if run.due_at == due_at:
            return (
                f"It is the day that the rule of “{run.mailing}” gives from its proven start, "
                "later than the day that is printed."
            )
    if any(one.status == Extension.Status.GRANTED and one.until == due_at for one in extensions):
        return "More time was given until then."
    return "It was set before this program kept the rule beside the letters."
