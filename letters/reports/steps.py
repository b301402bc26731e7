"""How far a letter has come, as one word: its own status and that of its dispatches.

`mark` says the same in SQL, so that the database counts and filters letters by it; a test
compares the two.
"""

from collections.abc import Collection
from enum import StrEnum

from django.db.models import Case, CharField, IntegerField, Min, OuterRef, Subquery, Value, When
from django.db.models.functions import Coalesce, Substr

from letters.models import Dispatch, Letter

L, D = Letter.Status, Dispatch.Status


class Step(StrEnum):
    """The steps in their order, with the word and the tone of its pill."""

    label: str
    tone: str

    DRAFT = "draft", "Draft", "muted"
    SET_ASIDE = "set_aside", "Set aside", "bad"
    RENDERED = "rendered", "Rendered", "info"
    SEALED = "sealed", "Sealed, not sent", "info"
    LEAVING = "leaving", "Waiting to leave", "info"
    UNKNOWN = "unknown", "Not known whether it left", "warn"
    SENT = "sent", "Sent", "ok"
    DELIVERED = "delivered", "Delivered", "ok"
    RETURNED = "returned", "Came back", "bad"
    FAILED = "failed", "Failed to leave", "bad"
    LEFT_OUT = "left_out", "Left out", "muted"

    def __new__(cls, value: str, label: str, tone: str) -> "Step":
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        member.tone = tone
        return member


_UNSEALED = {
    L.DRAFT: Step.DRAFT,
    L.QUARANTINED: Step.SET_ASIDE,
    L.RENDERED: Step.RENDERED,
    L.VOID: Step.LEFT_OUT,
}
# The first that any dispatch of the letter has is the letter's: a letter that was delivered
# by e-mail has arrived, also where its paper came back.
_BY_DISPATCH = (
    (frozenset({D.DELIVERED}), Step.DELIVERED),
    (frozenset({D.SENT}), Step.SENT),
    (frozenset({D.UNKNOWN}), Step.UNKNOWN),
    (frozenset({D.QUEUED, D.CLAIMED, D.HELD}), Step.LEAVING),
    (frozenset({D.RETURNED, D.REFUSED, D.BOUNCED}), Step.RETURNED),
    (frozenset({D.FAILED}), Step.FAILED),
)


def step(letter_status: str, dispatch_statuses: Collection[str]) -> Step:
    """How far a letter of this status, with dispatches of these, has come."""
    if letter_status != L.SEALED:
        return _UNSEALED[L(letter_status)]
    for statuses, found in _BY_DISPATCH:
        if statuses & set(dispatch_statuses):
            return found
    return Step.SEALED


MARKS = {each: chr(ord("a") + index) for index, each in enumerate(Step)}
BY_MARK = {found: each for each, found in MARKS.items()}
_SEALED = "".join(MARKS[found] for _, found in (*_BY_DISPATCH, (None, Step.SEALED)))


def mark() -> Case:
    """`step` of a letter for the database: one letter of `MARKS`, in the order of the steps."""
    rank = Case(
        *(When(status__in=statuses, then=at) for at, (statuses, _) in enumerate(_BY_DISPATCH)),
        default=len(_BY_DISPATCH),
        output_field=IntegerField(),
    )
    dispatches = Dispatch.objects.filter(letter=OuterRef("pk")).order_by().values("letter")
    first = Coalesce(
        Subquery(dispatches.annotate(first=Min(rank)).values("first")), len(_SEALED) - 1
    )
    return Case(
        *(When(status=status, then=Value(MARKS[found])) for status, found in _UNSEALED.items()),
        default=Substr(Value(_SEALED), first + 1, 1),
        output_field=CharField(),
    )
