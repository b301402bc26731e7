"""The figures of one campaign: a row per recipient, and the sums that the board shows.

Everything is read in six queries, however many recipients there are, and every sum is
counted from the same rows that its link leads to, so that no number can differ from its list.
"""

import datetime
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from campaigns import pills
from campaigns.models import Answer, Campaign, Demand, Institution, Outcome, Recipient
from campaigns.standing import Standing, in_force, standing
from letters.models import Dispatch, Letter, Response
from letters.reports.steps import Step, step
from letters.reports.unsent import unsent

# What a silent recipient is while the clock alone decides; all else is never overdue.
_BY_THE_CLOCK = (Standing.AWAITING, Standing.NO_RESPONSE)
CONFIRMED = (Standing.CONFIRMED, Standing.CONFIRMED_IN_PART, Standing.CONFIRMED_CONDITIONALLY)


@dataclass(frozen=True)
class Cell:
    """What one recipient answered to one demand, and since when."""

    outcome: Outcome
    promised_on: datetime.date | None = None
    received_on: datetime.date | None = None

    @property
    def tone(self) -> str:
        return pills.tone(Answer, "outcome", self.outcome)


@dataclass(frozen=True)
class LetterRow:
    """One letter as the list of letters shows it. `left_at` is when it first left."""

    pk: int
    reference: str
    mailing: str
    mailing_pk: int
    recipient_pk: int
    recipient: str
    step: Step
    reason: str
    left_at: datetime.datetime | None


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
    search_key: str

    @property
    def is_overdue(self) -> bool:
        return self.standing is Standing.NO_RESPONSE

    @property
    def is_answered(self) -> bool:
        return self.standing is not Standing.WITHDRAWN and any(
            cell.outcome != Outcome.UNANSWERED for cell in self.cells
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


@dataclass(frozen=True)
class PlaceFigures:
    """How the recipients of one state, or of one other country, stand."""

    place: str
    recipients: int
    answered: int
    confirmed: int
    overdue: int

    @property
    def shade(self) -> int:
        """0 for no answer up to 4 for all: the depth of the tile's colour."""
        return -(-4 * self.answered // self.recipients)


@dataclass(frozen=True)
class DeadlineFigures:
    """How many recipients have one effective deadline, and how many of them are silent.

    `not_late` says which of the silent are never overdue, and why: those who could not be
    reached, those for whom counsel appeared, and those whose standing was set by hand.
    """

    due_at: datetime.datetime
    days_left: int
    recipients: int
    silent: int
    not_late: Sequence[tuple[Standing, int]] = ()

    @property
    def key(self) -> str:
        """As the filter of the list names it."""
        return deadline_key(self.due_at)


@dataclass(frozen=True)
class Board:
    """All rows of a campaign at one moment, and what can be counted from them."""

    demands: Sequence[Demand]
    rows: Sequence[Row]
    letters: Sequence[LetterRow]

    def by_standing(self) -> Mapping[Standing, int]:
        counted = Counter(row.standing for row in self.rows)
        return {each: counted[each] for each in Standing}

    def by_step(self) -> Mapping[Step, int]:
        counted = Counter(letter.step for letter in self.letters)
        return {each: counted[each] for each in Step}

    def by_demand(self) -> list[tuple[Demand, Mapping[Outcome, int]]]:
        """Each demand with the number of recipients per outcome, the withdrawn left out."""
        active = [row for row in self.rows if row.standing is not Standing.WITHDRAWN]
        figures: list[tuple[Demand, Mapping[Outcome, int]]] = []
        for index, demand in enumerate(self.demands):
            counted = Counter(row.cells[index].outcome for row in active)
            figures.append((demand, {each: counted[each] for each in Outcome}))
        return figures

    def by_place(self) -> list[PlaceFigures]:
        places: dict[str, list[Row]] = defaultdict(list)
        for row in self.rows:
            places[row.place].append(row)
        return [
            PlaceFigures(
                place=place,
                recipients=len(rows),
                answered=sum(row.is_answered for row in rows),
                confirmed=sum(row.standing in CONFIRMED for row in rows),
                overdue=sum(row.is_overdue for row in rows),
            )
            for place, rows in sorted(places.items())
        ]

    def by_deadline(self) -> list[DeadlineFigures]:
        deadlines: dict[datetime.datetime, list[Row]] = defaultdict(list)
        for row in self.rows:
            if row.due_at and row.standing is not Standing.WITHDRAWN:
                deadlines[row.due_at].append(row)
        return [_deadline_figures(due_at, rows) for due_at, rows in sorted(deadlines.items())]

    @property
    def unsent(self) -> int:
        return sum(bool(row.unsent) for row in self.rows)

    @property
    def overdue(self) -> int:
        return sum(row.is_overdue for row in self.rows)

    @property
    def answered(self) -> int:
        return sum(row.is_answered for row in self.rows)


def board(campaign: Campaign, now: datetime.datetime) -> Board:
    demands = list(campaign.demands.order_by("number"))
    letters = letter_rows(campaign)
    last_letters, next_letters = _last_letters(letters)
    cells = _cells(campaign)
    received = _received(campaign)
    unanswered = Cell(Outcome.UNANSWERED)
    zone = ZoneInfo(campaign.timezone)
    today = now.astimezone(zone).date()
    rows = []
    for recipient in campaign.recipients.select_related("institution").only(
        *_RECIPIENT_FIELDS, *_INSTITUTION_FIELDS
    ):
        institution = recipient.institution
        due_on = recipient.due_at.astimezone(zone).date() if recipient.due_at else None
        answers = cells.get(recipient.pk, {})
        row_cells = tuple(answers.get(demand.pk, unanswered) for demand in demands)
        by_rule = standing(
            [cell.outcome for cell in row_cells],
            reach=recipient.reach,
            counsel_appeared=recipient.counsel_appeared_on is not None,
            withdrawn=recipient.withdrawn_at is not None,
            due_at=recipient.due_at,
            now=now,
        )
        rows.append(
            Row(
                pk=recipient.pk,
                institution_pk=institution.pk,
                name=institution.name,
                city=institution.city,
                state=institution.state,
                country=institution.country,
                control=Institution.Control(institution.control),
                reach=Recipient.Reach(recipient.reach),
                standing=in_force(by_rule, recipient.override_standing),
                by_rule=by_rule if recipient.override_standing else None,
                due_at=recipient.due_at,
                due_on=due_on,
                days_left=(due_on - today).days if due_on else None,
                cells=row_cells,
                letter=last_letters.get(recipient.pk),
                next_letter=next_letters.get(recipient.pk),
                received=received.get(recipient.pk),
                search_key=institution.search_key,
            )
        )
    return Board(demands=demands, rows=rows, letters=letters)


def _deadline_figures(due_at: datetime.datetime, rows: Sequence[Row]) -> DeadlineFigures:
    silent = [row for row in rows if not row.is_answered]
    counted = Counter(row.standing for row in silent)
    return DeadlineFigures(
        due_at=due_at,
        days_left=rows[0].days_left or 0,
        recipients=len(rows),
        silent=len(silent),
        not_late=[
            (each, counted[each])
            for each in Standing
            if counted[each] and each not in _BY_THE_CLOCK
        ],
    )


def deadline_key(due_at: datetime.datetime) -> str:
    """A deadline in an address: seconds since 1970, which no zone changes."""
    return str(int(due_at.timestamp()))


def letter_rows(campaign: Campaign) -> list[LetterRow]:
    """Every letter of the campaign, the newest mailing first, in posting order."""
    dispatches: dict[int, list[tuple[str, datetime.datetime | None]]] = defaultdict(list)
    for letter_pk, status, sent_at in (
        Dispatch.objects.filter(letter__mailing__campaign=campaign)
        .order_by()
        .values_list("letter_id", "status", "sent_at")
    ):
        dispatches[letter_pk].append((status, sent_at))
    letters = (
        Letter.objects.filter(mailing__campaign=campaign)
        .order_by("-mailing_id", "position")
        .values_list(
            "pk",
            "reference",
            "mailing__title",
            "mailing_id",
            "recipient_id",
            "recipient__institution__name",
            "status",
            "status_reason",
        )
    )
    rows = []
    for pk, reference, mailing, mailing_pk, recipient_pk, recipient, status, reason in letters:
        attempts = dispatches.get(pk, [])
        rows.append(
            LetterRow(
                pk=pk,
                reference=reference,
                mailing=mailing,
                mailing_pk=mailing_pk,
                recipient_pk=recipient_pk,
                recipient=recipient,
                step=step(status, [attempt for attempt, _ in attempts]),
                reason=reason,
                left_at=min((sent for _, sent in attempts if sent), default=None),
            )
        )
    return rows


_RECIPIENT_FIELDS = (
    "reach",
    "due_at",
    "counsel_appeared_on",
    "withdrawn_at",
    "override_standing",
    "campaign_id",
)
_INSTITUTION_FIELDS = tuple(
    f"institution__{name}" for name in ("name", "city", "state", "country", "control", "search_key")
)


def _cells(campaign: Campaign) -> Mapping[int, Mapping[int, Cell]]:
    """Recipient to demand to what was answered; the unanswered are left out."""
    cells: dict[int, dict[int, Cell]] = defaultdict(dict)
    answers = (
        Answer.objects.filter(recipient__campaign=campaign, current_entry__isnull=False)
        .order_by()
        .values_list(
            "recipient_id",
            "demand_id",
            "outcome",
            "current_entry__promised_on",
            "current_entry__received_on",
        )
    )
    for recipient, demand, outcome, promised_on, received_on in answers:
        cells[recipient][demand] = Cell(Outcome(outcome), promised_on, received_on)
    return cells


def _received(campaign: Campaign) -> Mapping[int, Received]:
    """Recipient to what came in last without answering a demand."""
    filed = Response.objects.filter(recipient__campaign=campaign).not_answering()
    oldest_first = filed.order_by("received_on", "pk")
    return {
        recipient: Received(Response.Kind(kind), received_on)
        for recipient, kind, received_on in oldest_first.values_list(
            "recipient_id", "kind", "received_on"
        )
    }


_LEFT = frozenset({Step.SENT, Step.DELIVERED, Step.RETURNED, Step.UNKNOWN})


def _last_letters(
    letters: Sequence[LetterRow],
) -> tuple[Mapping[int, LetterRow], Mapping[int, LetterRow]]:
    """Each recipient's newest letter that left, and a newer one that has not.

    Where none left, the newest stands for the last; the left out are passed over. The draft
    of a reminder says nothing of the letter that was delivered.
    """
    last: dict[int, LetterRow] = {}
    newest: dict[int, LetterRow] = {}
    for letter in letters:
        if letter.step is Step.LEFT_OUT:
            continue
        newest.setdefault(letter.recipient_pk, letter)
        if letter.step in _LEFT:
            last.setdefault(letter.recipient_pk, letter)
    coming = {
        pk: letter for pk, letter in newest.items() if pk in last and letter.step not in _LEFT
    }
    return {**newest, **last}, coming
