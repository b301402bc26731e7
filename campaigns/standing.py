"""Where a recipient stands: the rules, in order, and nothing stored.

`standing` is a pure function of what was answered, of whether the letter arrived, and of
the clock. The first rule that matches wins. A person may set another by hand, with a reason:
`in_force` says which of the two counts, and every page shows both. `standings` applies them
to many recipients in two queries, so that a board of three thousand costs what a board of
thirty does.
"""

import datetime
from collections import defaultdict
from collections.abc import Collection, Iterator
from enum import StrEnum

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
    """The standing of each of these recipients that counts, by its key, in two queries."""
    return {pk: in_force(ruled, override) for pk, ruled, override in _stand(recipients, now)}


def by_rule(recipients: RecipientQuerySet, now: datetime.datetime) -> dict[int, Standing]:
    """What the rules alone give for each of these recipients, by its key, in two queries."""
    return {pk: ruled for pk, ruled, _ in _stand(recipients, now)}


def _stand(
    recipients: RecipientQuerySet, now: datetime.datetime
) -> Iterator[tuple[int, Standing, str]]:
    outcomes: dict[int, list[str]] = defaultdict(list)
    answers = Answer.objects.filter(recipient__in=recipients.values("pk")).order_by()
    for recipient, outcome in answers.values_list("recipient_id", "outcome"):
        outcomes[recipient].append(outcome)
    rows = recipients.values_list(
        "pk", "reach", "counsel_appeared_on", "withdrawn_at", "due_at", "override_standing"
    )
    for pk, reach, counsel_appeared_on, withdrawn_at, due_at, override in rows:
        ruled = standing(
            outcomes[pk],
            reach=reach,
            counsel_appeared=counsel_appeared_on is not None,
            withdrawn=withdrawn_at is not None,
            due_at=due_at,
            now=now,
        )
        yield pk, ruled, override


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
