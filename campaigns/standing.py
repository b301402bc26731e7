"""Where a recipient stands: the rules, in order, and nothing stored.

`standing` is a pure function of what was answered, of whether the letter arrived, and of
the clock. The first rule that matches wins. A person may set another by hand, with a reason:
`in_force` says which of the two counts, and every page shows both. `mark` and `mark_by_rule`
say the same in SQL, so that the database counts, filters and orders ten thousand recipients;
they are made from the rules themselves, and a test compares both over every combination.
"""

import datetime
from collections.abc import Collection
from enum import StrEnum

from django.db.models import (
    Case,
    CharField,
    IntegerField,
    Max,
    Min,
    OuterRef,
    Q,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce, NullIf, Substr

from campaigns.models.answer import Answer, Outcome
from campaigns.models.recipient import Recipient, RecipientQuerySet

# Positive and final: nothing more is asked of the recipient than to do as it said.
CONFIRMING = frozenset({Outcome.COMPLIED, Outcome.ALREADY_COMPLIANT, Outcome.WILL_COMPLY})
POSITIVE = CONFIRMING | {Outcome.PARTIAL}


class Standing(StrEnum):
    """Where a recipient stands, in the words the record is published in, with the rule."""

    label: str
    rule: str

    WITHDRAWN = (
        "withdrawn",
        "Withdrawn",
        "The sender withdrew the letter to this recipient.",
    )
    CONFIRMED = (
        "confirmed",
        "Confirmed in full",
        "Every demand was answered as complied with, already complied with, or to be complied "
        "with by a date.",
    )
    CONFIRMED_IN_PART = (
        "confirmed_in_part",
        "Confirmed in part",
        "At least one demand was confirmed, in whole or in part, but not every demand in full.",
    )
    CONFIRMED_CONDITIONALLY = (
        "confirmed_conditionally",
        "Confirmed conditionally",
        "No demand was confirmed outright; at least one was confirmed on a condition.",
    )
    DISPUTED = (
        "disputed",
        "Disputed",
        "No demand was confirmed; the premise of at least one was disputed.",
    )
    DECLINED = (
        "declined",
        "Declined",
        "No demand was confirmed or disputed; at least one was declined.",
    )
    NOT_APPLICABLE = (
        "not_applicable",
        "Not applicable",
        "Every demand was answered as not applicable.",
    )
    PENDING = (
        "pending",
        "Answer pending",
        "An answer came, but none yet confirms, disputes or declines a demand.",
    )
    WITH_COUNSEL = (
        "with_counsel",
        "Referred to counsel",
        "No demand was answered; counsel has appeared for the recipient.",
    )
    UNDELIVERABLE = (
        "undeliverable",
        "Undeliverable",
        "No demand was answered, and the letter could not be delivered.",
    )
    NO_RESPONSE = (
        "no_response",
        "No response on record",
        "The recipient was reached, the deadline has passed, and no demand was answered.",
    )
    AWAITING = (
        "awaiting",
        "Awaiting an answer",
        "No demand was answered, and no deadline has passed.",
    )

    def __new__(cls, value: str, label: str, rule: str) -> "Standing":
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        member.rule = rule
        return member


def standing(
    outcomes: Collection[str],
    *,
    reach: str,
    counsel_appeared: bool,
    withdrawn: bool,
    due_at: datetime.datetime | None,
    now: datetime.datetime,
) -> Standing:
    """Where a recipient stands whose answers have these outcomes, one per demand."""
    if withdrawn:
        return Standing.WITHDRAWN
    if any(outcome != Outcome.UNANSWERED for outcome in outcomes):
        return _answered(outcomes)
    if counsel_appeared:
        return Standing.WITH_COUNSEL
    if reach == Recipient.Reach.UNDELIVERABLE:
        return Standing.UNDELIVERABLE
    if reach == Recipient.Reach.REACHED and due_at is not None and due_at < now:
        return Standing.NO_RESPONSE
    return Standing.AWAITING


def in_force(ruled: Standing, override: str) -> Standing:
    """What counts: what a person set by hand, unless the recipient was withdrawn since."""
    if not override or ruled is Standing.WITHDRAWN:
        return ruled
    return Standing(override)  # type: ignore[call-arg]


def standings(recipients: RecipientQuerySet, now: datetime.datetime) -> dict[int, Standing]:
    """The standing of each of these recipients that counts, by its key, in one query."""
    marked = recipients.annotate(mark=mark(now)).values_list("pk", "mark")
    return {pk: BY_MARK[found] for pk, found in marked}


def by_rule(recipients: RecipientQuerySet, now: datetime.datetime) -> dict[int, Standing]:
    """What the rules alone give for each of these recipients, by its key, in one query."""
    marked = recipients.annotate(mark=mark_by_rule(now)).values_list("pk", "mark")
    return {pk: BY_MARK[found] for pk, found in marked}


def mark(now: datetime.datetime) -> Case:
    """What counts, as `in_force` gives it, for the database: one letter of `MARKS`.

    The letters are in the order of the standings.
    """
    by_hand = (
        When(withdrawn_at=None, override_standing=each, then=_value(each))
        for each in Standing
        if each in Recipient.Override.values
    )
    return Case(*by_hand, default=mark_by_rule(now), output_field=CharField())


def mark_by_rule(now: datetime.datetime) -> Case:
    """What the rules alone give, as `standing` does, for the database.

    A recipient's answers are read once. All that the rules ask of them is the highest and the
    lowest rank, so these two make a number, and the number finds its letter in a table.
    """
    said = NullIf(Substr(Value(_SAID), _ranks() + 1, 1), Value(_NOTHING_SAID))
    silent = Case(
        When(counsel_appeared_on__isnull=False, then=_value(Standing.WITH_COUNSEL)),
        When(reach=Recipient.Reach.UNDELIVERABLE, then=_value(Standing.UNDELIVERABLE)),
        When(reach=Recipient.Reach.REACHED, due_at__lt=now, then=_value(Standing.NO_RESPONSE)),
        default=_value(Standing.AWAITING),
    )
    return Case(
        When(withdrawn_at__isnull=False, then=_value(Standing.WITHDRAWN)),
        default=Coalesce(said, silent),
        output_field=CharField(),
    )


def _answered(outcomes: Collection[str]) -> Standing:
    found = set(outcomes)
    if found <= CONFIRMING:
        return Standing.CONFIRMED
    if found & POSITIVE:
        return Standing.CONFIRMED_IN_PART
    if Outcome.CONDITIONAL in found:
        return Standing.CONFIRMED_CONDITIONALLY
    if Outcome.DISPUTES_PREMISE in found:
        return Standing.DISPUTED
    if Outcome.DECLINED in found:
        return Standing.DECLINED
    if found == {Outcome.NOT_APPLICABLE}:
        return Standing.NOT_APPLICABLE
    return Standing.PENDING


# What the rules give to those who answered at least one demand.
ANSWERED = frozenset(Standing) - {
    Standing.WITHDRAWN,
    Standing.WITH_COUNSEL,
    Standing.UNDELIVERABLE,
    Standing.NO_RESPONSE,
    Standing.AWAITING,
}
MARKS = {each: chr(ord("a") + index) for index, each in enumerate(Standing)}
BY_MARK = {found: each for each, found in MARKS.items()}
# The outcomes by rank, the highest last: those of one rank count alike in every rule.
_RANKS = (
    (Outcome.UNANSWERED,),
    (Outcome.UNDER_REVIEW, Outcome.NEEDS_CLARIFICATION),
    (Outcome.NOT_APPLICABLE,),
    (Outcome.DECLINED,),
    (Outcome.DISPUTES_PREMISE,),
    (Outcome.CONDITIONAL,),
    (Outcome.PARTIAL,),
    tuple(sorted(CONFIRMING)),
)
_NOTHING_SAID = "-"


def _said(highest: int, lowest: int) -> str:
    """The mark that answers give whose ranks lie between these two."""
    if highest == 0:
        return _NOTHING_SAID
    return MARKS[_answered([_RANKS[highest][0], _RANKS[lowest][0]])]


# At the place highest * 8 + lowest.
_SAID = "".join(_said(highest, lowest) for highest in range(8) for lowest in range(8))


def _ranks() -> Coalesce:
    """The highest and the lowest rank of a recipient's answers as one number, 0 without any."""
    rank = Case(
        *(
            When(Q(outcome__in=outcomes), then=Value(number))
            for number, outcomes in enumerate(_RANKS)
        ),
        output_field=IntegerField(),
    )
    answers = Answer.objects.filter(recipient=OuterRef("pk")).order_by().values("recipient")
    numbers = answers.annotate(ranks=Max(rank) * len(_RANKS) + Min(rank)).values("ranks")
    return Coalesce(Subquery(numbers), 0)


def _value(of: Standing) -> Value:
    return Value(MARKS[of])
