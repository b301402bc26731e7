"""The figures of one campaign, as the board and the printed report show them.

Eight queries, however many recipients there are. Where a recipient stands, with where it is and
what it is, is read once, and every sum is counted from that; the list behind a figure is found
by `letters.reports.selection`, and a test compares the two figure by figure.
"""

import datetime
import functools
import statistics
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import CharField, Count, Min, QuerySet
from django.db.models.functions import Cast

from campaigns.models import (
    Answer,
    Campaign,
    Demand,
    Institution,
    Outcome,
    Recipient,
    Verification,
)
from campaigns.standing import ANSWERED, BY_MARK, Standing, in_force, mark_by_rule
from letters.models import Dispatch, Letter, Response
from letters.reports.selection import (
    CONFIRMED,
    PROMISED,
    STAGE_NAMES,
    deadline_key,
    promised,
)
from letters.reports.steps import Step, step
from letters.reports.unsent import unsent

# What a silent recipient is while the clock alone decides; all else is never overdue.
_BY_THE_CLOCK = (Standing.AWAITING, Standing.NO_RESPONSE)
_LEFT = frozenset(Dispatch.LEFT)
_WEEKS_AT_MOST = 40


@dataclass(frozen=True)
class Stands:
    """Where the recipients stand, and what they are counted by: a column for each, row by row.

    Columns and not rows, because ten thousand are counted eight times over.
    """

    where: Sequence["Where"] = ()
    reach: Sequence[str] = ()
    place: Sequence[str] = ()
    control: Sequence[str] = ()
    kind: Sequence[str] = ()
    due_at: Sequence[datetime.datetime | None] = ()

    def __len__(self) -> int:
        return len(self.where)


class Where(NamedTuple):
    """A standing that counts, and whether the recipient answered, whatever was set by hand."""

    standing: Standing
    is_answered: bool

    @property
    def is_active(self) -> bool:
        return self.standing is not Standing.WITHDRAWN


@dataclass(frozen=True)
class Group:
    """How the recipients of one state, or of one kind, stand. `key` is as the filter says it."""

    key: str
    name: str
    recipients: int
    answered: int
    confirmed: int
    overdue: int

    @property
    def shade(self) -> int:
        """0 for no answer up to 4 for all: the depth of the tile's colour."""
        return -(-4 * self.answered // self.recipients)


@dataclass(frozen=True)
class Stage:
    """How many recipients have come so far, those that were withdrawn left out."""

    key: str
    name: str
    recipients: int
    of: int


@dataclass(frozen=True)
class Deadline:
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
class Period:
    """How many recipients gave their first answer from one day to another, and how many by then."""

    since: datetime.date
    until: datetime.date
    recipients: int
    so_far: int


@dataclass(frozen=True)
class Promise:
    """How many recipients promised to comply by a day that has passed, or is to come."""

    key: str
    name: str
    recipients: int


@dataclass(frozen=True)
class Pace:
    """How long the first answer took, counted from the date of the first letter that left."""

    answered: Mapping[datetime.date, int]  # recipients by the day of their first answer
    days: Sequence[int]  # one for each recipient that was written to and answered
    written_to: int

    @property
    def median(self) -> int | None:
        return round(statistics.median(self.days)) if self.days else None


@dataclass(frozen=True)
class Board:
    """What can be counted of a campaign at one moment."""

    demands: Sequence[Demand]
    stands: Stands
    matrix: Sequence[tuple[Demand, Mapping[Outcome, int]]]
    found: Mapping[Verification, int]
    steps: Mapping[Step, int]
    promises: Sequence[Promise]
    pace: Pace
    letters_made: int
    today: datetime.date
    zone: ZoneInfo

    @cached_property
    def _counted(self) -> Counter[tuple["Where", str]]:
        """Recipients by where they stand and by reach."""
        return Counter(zip(self.stands.where, self.stands.reach, strict=True))

    def _count(self, condition: Callable[[Where, str], bool]) -> int:
        return sum(n for (where, reach), n in self._counted.items() if condition(where, reach))

    @property
    def recipients(self) -> int:
        return len(self.stands)

    @property
    def letters(self) -> int:
        return sum(self.steps.values())

    @property
    def active(self) -> int:
        return self._count(lambda where, _: where.is_active)

    @property
    def reached(self) -> int:
        return self._count(
            lambda where, reach: where.is_active and reach == Recipient.Reach.REACHED
        )

    @property
    def answered(self) -> int:
        return self._count(lambda where, _: where.is_answered)

    @property
    def confirmed(self) -> int:
        return self._count(lambda where, _: where.standing in CONFIRMED)

    @property
    def given(self) -> int:
        """Answers to a demand, of those who are not withdrawn."""
        return sum(self.found.values())

    @property
    def overdue(self) -> int:
        return self._count(lambda where, _: where.standing is Standing.NO_RESPONSE)

    @property
    def unsent(self) -> int:
        """Those awaited who were sent nothing, as far as is known."""
        return self._count(lambda where, reach: bool(unsent(where.standing, reach, ())))

    def by_standing(self) -> Mapping[Standing, int]:
        counted: Counter[Standing] = Counter()
        for (where, _), count in self._counted.items():
            counted[where.standing] += count
        return {each: counted[each] for each in Standing}

    def funnel(self) -> list[Stage]:
        counts = {
            "chosen": self.active,
            "made": self.letters_made,
            "sent": self.pace.written_to,
            "reached": self.reached,
            "answered": self.answered,
            "confirmed": self.confirmed,
        }
        return [Stage(key, STAGE_NAMES[key], count, self.active) for key, count in counts.items()]

    def by_place(self) -> list[Group]:
        return self._groups(self.stands.place, lambda place: place or "Not known")

    def by_control(self) -> list[Group]:
        return self._groups(self.stands.control, lambda key: str(Institution.Control(key).label))

    def by_kind(self) -> list[Group]:
        return self._groups(self.stands.kind, lambda key: str(Institution.Kind(key).label))

    def _groups(self, column: Sequence[str], name: Callable[[str], str]) -> list[Group]:
        counted = Counter(zip(column, self.stands.where, strict=True))
        sums: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
        for (group, where), count in counted.items():
            sums[group][0] += count
            sums[group][1] += count * where.is_answered
            sums[group][2] += count * (where.standing in CONFIRMED)
            sums[group][3] += count * (where.standing is Standing.NO_RESPONSE)
        return [Group(group, name(group), *sums[group]) for group in sorted(sums)]

    def by_deadline(self) -> list[Deadline]:
        counted: dict[datetime.datetime, Counter[Where]] = defaultdict(Counter)
        pairs = Counter(zip(self.stands.due_at, self.stands.where, strict=True))
        for (due_at, where), count in pairs.items():
            if due_at and where.is_active:
                counted[due_at][where] += count
        return [self._deadline(due_at, counted[due_at]) for due_at in sorted(counted)]

    def _deadline(self, due_at: datetime.datetime, counted: Counter[Where]) -> Deadline:
        silent = {each: counted[Where(each, False)] for each in Standing}
        return Deadline(
            due_at=due_at,
            days_left=(due_at.astimezone(self.zone).date() - self.today).days,
            recipients=counted.total(),
            silent=sum(silent.values()),
            not_late=[(each, n) for each, n in silent.items() if n and each not in _BY_THE_CLOCK],
        )

    def over_time(self) -> list[Period]:
        """By week from the first answer on, by four weeks where that would be too many."""
        days = self.pace.answered
        if not days:
            return []
        first, last = min(days), max(max(days), self.today)
        start = first - datetime.timedelta(days=first.weekday())
        weeks = (last - start).days // 7 + 1
        length = datetime.timedelta(weeks=1 if weeks <= _WEEKS_AT_MOST else 4)
        periods: list[Period] = []
        so_far = 0
        while start <= last:
            end = start + length
            count = sum(found for day, found in days.items() if start <= day < end)
            so_far += count
            periods.append(Period(start, end - datetime.timedelta(days=1), count, so_far))
            start = end
        return periods


def board(campaign: Campaign, now: datetime.datetime) -> Board:
    zone = ZoneInfo(campaign.timezone)
    today = now.astimezone(zone).date()
    demands = list(campaign.demands.order_by("number"))
    letters = _letters(campaign)
    counted = _counted(campaign, demands)
    gone = campaign.recipients.exclude(withdrawn_at=None).order_by()
    withdrawn = set(gone.values_list("pk", flat=True))
    made = {recipient for recipient, _, status, _ in letters if status != Letter.Status.VOID}
    return Board(
        demands=demands,
        stands=_stands(campaign, now),
        matrix=_matrix(counted, demands),
        found=_found(counted),
        steps=_by_step(letters),
        promises=_promises(campaign, demands, today),
        pace=_pace(campaign, letters, withdrawn),
        letters_made=len(made - withdrawn),
        today=today,
        zone=zone,
    )


def _stands(campaign: Campaign, now: datetime.datetime) -> Stands:
    columns = (
        campaign.recipients.order_by()
        .annotate(mark=mark_by_rule(now), due=Cast("due_at", CharField()))
        .values_list(
            "mark",
            "override_standing",
            "reach",
            "institution__country",
            "institution__state",
            "institution__control",
            "institution__kind",
            "due",
        )
    )
    rows = list(columns)
    if not rows:
        return Stands()
    marks, overrides, reach, countries, states, control, kind, due = zip(*rows, strict=True)
    return Stands(
        where=list(map(_where, marks, overrides)),
        reach=reach,
        place=[
            state if country == "US" else country
            for country, state in zip(countries, states, strict=True)
        ],
        control=control,
        kind=kind,
        due_at=list(map(_moment, due)),
    )


@functools.cache
def _where(found: str, override: str) -> Where:
    ruled = BY_MARK[found]
    return Where(in_force(ruled, override), ruled in ANSWERED)


@functools.lru_cache(maxsize=1000)
def _moment(text: str | None) -> datetime.datetime | None:
    """As the database writes it, which is in UTC: ten thousand recipients share few deadlines."""
    if text is None:
        return None
    moment = datetime.datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)


# Of an answer: demand, outcome and whether it is so; and how many answers are like it.
Counted = Counter[tuple[int, str, str]]


def _counted(campaign: Campaign, demands: Sequence[Demand]) -> Counted:
    grouped = _answers(campaign, demands).values_list("demand_id", "outcome", "verification")
    return Counter(
        {(demand, outcome, found): n for demand, outcome, found, n in grouped.annotate(Count("pk"))}
    )


def _matrix(
    counted: Counted, demands: Sequence[Demand]
) -> list[tuple[Demand, Mapping[Outcome, int]]]:
    """Each demand with the number of recipients per outcome."""
    sums: Counter[tuple[int, str]] = Counter()
    for (demand, outcome, _), count in counted.items():
        sums[demand, outcome] += count
    return [(demand, {each: sums[demand.pk, each.value] for each in Outcome}) for demand in demands]


def _found(counted: Counted) -> Mapping[Verification, int]:
    """How many of the answers that were given are how far found to be so."""
    sums: Counter[str] = Counter()
    for (_, outcome, found), count in counted.items():
        if outcome != Outcome.UNANSWERED:
            sums[found] += count
    return {each: sums[each.value] for each in Verification}


def _answers(campaign: Campaign, demands: Sequence[Demand]) -> QuerySet[Answer]:
    """The answers of all recipients but those that were withdrawn.

    By the demands, which an index leads to, and not by a join of every recipient.
    """
    withdrawn = campaign.recipients.exclude(withdrawn_at=None).order_by()
    answers = Answer.objects.filter(demand__in=[demand.pk for demand in demands])
    return answers.exclude(recipient__in=withdrawn.values("pk")).order_by()


def steps_of(campaign: Campaign) -> Mapping[Step, int]:
    """How many letters there are of each step."""
    return _by_step(_letters(campaign))


# Of a letter: recipient, mailing, its status and those of its dispatches.
Sent = tuple[int, int, str, tuple[str | None, ...]]


def _letters(campaign: Campaign) -> Collection[Sent]:
    """Every letter with the statuses of its dispatches; nearly all have one, some have none."""
    columns = (
        Letter.objects.filter(mailing__campaign=campaign)
        .order_by()
        .values_list("pk", "recipient_id", "mailing_id", "status", "dispatches__status")
    )
    letters: dict[int, Sent] = {}
    for pk, recipient, mailing, status, dispatch in columns:
        before = letters[pk][3] if pk in letters else ()
        letters[pk] = recipient, mailing, status, (*before, dispatch)
    return letters.values()


def _by_step(letters: Collection[Sent]) -> Mapping[Step, int]:
    counted = Counter((status, dispatches) for _, _, status, dispatches in letters)
    by_step: Counter[Step] = Counter()
    for (status, dispatches), count in counted.items():
        by_step[step(status, [each for each in dispatches if each])] += count
    return {each: by_step[each] for each in Step}


def _promises(campaign: Campaign, demands: Sequence[Demand], today: datetime.date) -> list[Promise]:
    promises = _answers(campaign, demands).filter(outcome=Outcome.WILL_COMPLY)
    counted = promises.aggregate(
        **{
            key: Count("recipient_id", distinct=True, filter=promised(key, today))
            for key in PROMISED
        }
    )
    return [Promise(key, name, counted[key]) for key, name in PROMISED.items()]


def _pace(campaign: Campaign, letters: Collection[Sent], withdrawn: Set[int]) -> Pace:
    dated = dict(campaign.mailings.values_list("pk", "letter_date"))
    written_on: dict[int, datetime.date] = {}
    for recipient, mailing, _, dispatches in letters:
        if not _LEFT.isdisjoint(dispatches) and recipient not in withdrawn:
            on = dated[mailing]
            written_on[recipient] = min(on, written_on.get(recipient, on))
    answered: Counter[datetime.date] = Counter()
    days: list[int] = []
    for recipient, answered_on in _first_answers(campaign):
        if recipient in withdrawn:
            continue
        answered[answered_on] += 1
        if recipient in written_on:
            days.append((answered_on - written_on[recipient]).days)
    return Pace(answered, days, len(written_on))


def _first_answers(campaign: Campaign) -> Iterator[tuple[int, datetime.date]]:
    """Each recipient that answered, with the day on which its first answer came."""
    answers = Response.objects.filter(
        recipient__campaign=campaign, kind=Response.Kind.ANSWER
    ).order_by()
    yield from answers.values_list("recipient").annotate(Min("received_on"))
