"""The recipients of a campaign as rows of the board's list and of its exports.

Rows are made for as many recipients as are asked for, in three queries: for the fifty of a page,
and for an export a thousand at a time.
"""

import datetime
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from campaigns import pills
from campaigns.models import (
    Answer,
    Campaign,
    Demand,
    Institution,
    Outcome,
    Recipient,
    Verification,
)
from campaigns.models.recipient import RecipientQuerySet
from campaigns.standing import Standing, in_force, standing
from letters.models import Letter, Response
from letters.reports.letter_rows import LetterRow, last_letters, letter_rows
from letters.reports.unsent import unsent

AT_ONCE = 1000


@dataclass(frozen=True)
class Cell:
    """What one recipient answered to one demand, since when, and whether it is so."""

    outcome: Outcome
    promised_on: datetime.date | None = None
    received_on: datetime.date | None = None
    verification: Verification = Verification.UNVERIFIED

    @property
    def is_answered(self) -> bool:
        return self.outcome != Outcome.UNANSWERED

    @property
    def is_looked_at(self) -> bool:
        """Whether more is known than what was said."""
        return self.verification != Verification.UNVERIFIED

    @property
    def tone(self) -> str:
        return pills.tone(Answer, "outcome", self.outcome)


@dataclass(frozen=True)
class Received:
    """What came last that answers no demand: that it came, and nothing more."""

    kind: Response.Kind
    received_on: datetime.date


@dataclass(frozen=True)
class Row:
    """One recipient as the board shows it. `cells` follows the order of the demands.

    `by_rule` is what the rules give where a person set its standing by hand, else None.
    """

    pk: int
    institution_pk: int
    name: str
    city: str
    state: str
    country: str
    control: Institution.Control
    kind: Institution.Kind
    reach: Recipient.Reach
    standing: Standing
    by_rule: Standing | None
    due_at: datetime.datetime | None
    due_on: datetime.date | None
    days_left: int | None
    cells: tuple[Cell, ...]
    letter: LetterRow | None
    next_letter: LetterRow | None
    received: Received | None

    @property
    def is_overdue(self) -> bool:
        return self.standing is Standing.NO_RESPONSE

    @property
    def is_answered(self) -> bool:
        return self.standing is not Standing.WITHDRAWN and any(
            cell.is_answered for cell in self.cells
        )

    @property
    def awaits_nothing(self) -> bool:
        """Whether the deadline no longer runs: a day that passed is then no reproach."""
        return self.is_answered or self.standing is Standing.WITHDRAWN

    @property
    def unsent(self) -> str:
        """What is said where it is awaited, and nothing is known to have been sent."""
        return unsent(self.standing, self.reach, [self.letter.step] if self.letter else [])

    @property
    def place(self) -> str:
        """The state in the US, the country elsewhere; empty where neither is known."""
        return self.state if self.country == "US" else self.country


def rows(
    campaign: Campaign,
    recipients: Sequence[Recipient],
    demands: Sequence[Demand],
    now: datetime.datetime,
) -> list[Row]:
    """A row for each of these recipients, which know their institution, in their order."""
    pks = [recipient.pk for recipient in recipients]
    last, coming = last_letters(_letters(campaign, pks))
    cells, received = _cells(pks), _received(pks)
    zone = ZoneInfo(campaign.timezone)
    unanswered = Cell(Outcome.UNANSWERED)
    return [
        _row(
            recipient,
            tuple(cells[recipient.pk].get(demand.pk, unanswered) for demand in demands),
            (last.get(recipient.pk), coming.get(recipient.pk)),
            received.get(recipient.pk),
            zone,
            now,
        )
        for recipient in recipients
    ]


def in_batches(
    campaign: Campaign,
    recipients: RecipientQuerySet,
    demands: Sequence[Demand],
    now: datetime.datetime,
) -> Iterator[Row]:
    """A row for each of these recipients, in their order, a thousand in memory at a time."""
    pks = list(recipients.values_list("pk", flat=True))
    for start in range(0, len(pks), AT_ONCE):
        chosen = pks[start : start + AT_ONCE]
        found = Recipient.objects.select_related("institution").in_bulk(chosen)
        yield from rows(campaign, [found[pk] for pk in chosen], demands, now)


def _row(
    recipient: Recipient,
    cells: tuple[Cell, ...],
    letters: tuple[LetterRow | None, LetterRow | None],
    received: Received | None,
    zone: ZoneInfo,
    now: datetime.datetime,
) -> Row:
    institution = recipient.institution
    due_on = recipient.due_at.astimezone(zone).date() if recipient.due_at else None
    by_rule = standing(
        [cell.outcome for cell in cells],
        reach=recipient.reach,
        counsel_appeared=recipient.counsel_appeared_on is not None,
        withdrawn=recipient.withdrawn_at is not None,
        due_at=recipient.due_at,
        now=now,
    )
    return Row(
        pk=recipient.pk,
        institution_pk=institution.pk,
        name=institution.name,
        city=institution.city,
        state=institution.state,
        country=institution.country,
        control=Institution.Control(institution.control),
        kind=Institution.Kind(institution.kind),
        reach=Recipient.Reach(recipient.reach),
        standing=in_force(by_rule, recipient.override_standing),
        by_rule=by_rule if recipient.override_standing else None,
        due_at=recipient.due_at,
        due_on=due_on,
        days_left=(due_on - now.astimezone(zone).date()).days if due_on else None,
        cells=cells,
        letter=letters[0],
        next_letter=letters[1],
        received=received,
    )


def _letters(campaign: Campaign, recipients: Collection[int]) -> list[LetterRow]:
    letters = Letter.objects.filter(mailing__campaign=campaign, recipient__in=recipients)
    return letter_rows(letters.order_by("-mailing_id", "position"))


def _cells(recipients: Collection[int]) -> Mapping[int, Mapping[int, Cell]]:
    """Recipient to demand to what was answered; the unanswered are left out."""
    cells: dict[int, dict[int, Cell]] = defaultdict(dict)
    answers = (
        Answer.objects.filter(recipient__in=recipients, current_entry__isnull=False)
        .order_by()
        .values_list(
            "recipient_id",
            "demand_id",
            "outcome",
            "current_entry__promised_on",
            "current_entry__received_on",
            "verification",
        )
    )
    for recipient, demand, outcome, promised_on, received_on, verification in answers:
        cells[recipient][demand] = Cell(
            Outcome(outcome), promised_on, received_on, Verification(verification)
        )
    return cells


def _received(recipients: Collection[int]) -> Mapping[int, Received]:
    """Recipient to what came in last without answering a demand."""
    filed = Response.objects.filter(recipient__in=recipients).not_answering()
    oldest_first = filed.order_by("received_on", "pk")
    return {
        recipient: Received(Response.Kind(kind), received_on)
        for recipient, kind, received_on in oldest_first.values_list(
            "recipient_id", "kind", "received_on"
        )
    }
