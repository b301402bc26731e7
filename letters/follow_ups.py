"""Who is due for which step of a ladder on a day, and who is held and why. Pure.

The plan of a day follows from rows and the date alone: nothing is remembered, so a day on which
nobody looked loses nothing. `simulate` runs the same plan day by day, as if every step were
prepared on its day, left on its letter date, and nobody answered.
"""

import datetime
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from campaigns import deadlines
from campaigns.deadlines import BUSINESS, Rule
from letters.models import LadderStep

Segment, Way = LadderStep.Segment, LadderStep.Way
_NOON = datetime.time(12)
_DAY = datetime.timedelta(days=1)
_NO_WAY = {
    Way.EMAIL: "No e-mail address to write to, as “{step}” needs one: it stays with the clerk.",
    Way.POST: "Nobody to write to by certified mail, as “{step}” goes: it stays with the clerk.",
}
# How many e-mails with one letter date go to one domain.
Emails = Mapping[tuple[datetime.date, str], int]


@dataclass(frozen=True)
class Step:
    """One step of a ladder. `asks` is whether its letter prints a new deadline.

    Two steps of one kind and segment, one for each way, are alternatives of each other.
    """

    pk: int
    title: str
    segment: str
    way: str
    days: int
    unit: str
    template_pk: int
    asks: bool
    kind: str


@dataclass(frozen=True)
class Ladder:
    """The steps in their order, how they are paced, and the deadline rule of the campaign."""

    steps: tuple[Step, ...]
    lead_days: int
    apart_days: int
    emails_a_day: int
    rule: Rule


@dataclass(frozen=True)
class Waiting:
    """A letter to the institution that has not left.

    In a simulation it leaves on its date, unless that is past. `due_on` is the day it prints as
    deadline of this recipient; None for a letter that asks nothing, or of another campaign.
    """

    mailing: str
    letter_date: datetime.date
    due_on: datetime.date | None = None


@dataclass(frozen=True)
class Row:
    """One recipient as a plan sees it.

    `answers` is what its answers alone say, empty where all are final; `promised_on` the first
    promised day that nobody found kept. `due_on` is the day of the effective deadline, None while
    none runs. `taken` are the texts of which it has a letter, `domains` those of its e-mails, one
    for each. `holds` are reasons not to write to it that hold on any day. Of one whose letter
    `came_back` no deadline runs; it is held from the first day on.
    """

    pk: int
    name: str
    answers: str
    promised_on: datetime.date | None
    due_on: datetime.date | None
    taken: frozenset[int]
    last_left_on: datetime.date | None
    waiting: Waiting | None
    by_post: bool
    domains: tuple[str, ...]
    holds: tuple[str, ...] = ()
    to_counsel: bool = False
    came_back: bool = False

    def segment(self, on: datetime.date) -> str:
        """The segment it is in on that day, empty where nothing more is asked of it."""
        if self.answers in (Segment.NOTHING, Segment.SOME):
            return self.answers
        lapsed = self.promised_on is not None and self.promised_on < on
        return Segment.LAPSED if lapsed else self.answers

    def runs_from(self, segment: str) -> datetime.date | None:
        """The day after which the days of a step are counted: deadline, or later promise."""
        if self.due_on and self.promised_on and segment == Segment.LAPSED:
            return max(self.due_on, self.promised_on)
        return self.due_on

    def goes(self, way: str) -> bool:
        return {Way.POST: self.by_post, Way.EMAIL: bool(self.domains)}.get(Way(way), True)


@dataclass(frozen=True)
class Due:
    """One recipient that is due for a step, since a day."""

    row: Row
    step: Step
    since: datetime.date


@dataclass(frozen=True)
class Held:
    """One recipient that would be due, and the sentence that says why it is not written to."""

    row: Row
    step: Step
    why: str


@dataclass(frozen=True)
class Plan:
    """Who is due on a day, for letters of which date. `closed` names the day's weekend or holiday.

    On such a day nobody is due; whoever would be is on the next business day. `passed_over` are
    those whom a step cannot reach by its way; they may be due for a later one.
    """

    day: datetime.date
    letter_date: datetime.date
    closed: str = ""
    due: tuple[Due, ...] = ()
    held: tuple[Held, ...] = ()
    passed_over: tuple[Held, ...] = ()

    def of(self, step_pk: int) -> list[Due]:
        return [one for one in self.due if one.step.pk == step_pk]

    def by_step(self) -> Mapping[int, int]:
        return Counter(one.step.pk for one in self.due)


def plan(ladder: Ladder, rows: Iterable[Row], emails: Emails, day: datetime.date) -> Plan:
    """The plan of one day. Of two that compete for a place, who has waited longer comes first."""
    letter_date = ahead(day, ladder.lead_days)
    if closed := deadlines.why_not_a_business_day(day):
        return Plan(day, letter_date, closed)
    rows = list(rows)
    come = [one for row in rows if (one := _come(ladder, row, day))]
    come.sort(key=lambda one: (one.since, one.row.name, one.row.pk))
    places = _Places(ladder.emails_a_day, letter_date, emails)
    due, held = [], []
    for one in come:
        if why := _why_held(ladder, one.row, letter_date) or places.refuse(one.row):
            held.append(Held(one.row, one.step, why))
        else:
            due.append(one)
    return Plan(
        day, letter_date, "", tuple(due), tuple(held), tuple(_passed_over(ladder, rows, day))
    )


def simulate(
    ladder: Ladder,
    rows: Iterable[Row],
    emails: Emails,
    days: Sequence[datetime.date],
    *,
    looked_at: Callable[[datetime.date], bool] = lambda day: True,
) -> Iterator[Plan]:
    """The plan of each day, as if nobody answered and what is due were prepared the same day.

    On days that are not `looked_at` nobody prepares anything. Letters leave on their letter date,
    after the plan of that day was looked at.
    """
    rows, sent = list(rows), Counter(emails)
    for day in days:
        rows = [_left(row, before=day, since=days[0]) for row in rows]
        made = plan(ladder, rows, sent, day)
        yield made
        if looked_at(day):
            prepared = {one.row.pk: one.step for one in made.due}
            sent.update(
                (made.letter_date, domain) for one in made.due for domain in one.row.domains
            )
            rows = [
                _prepared(ladder, row, prepared[row.pk], made.letter_date)
                if row.pk in prepared
                else row
                for row in rows
            ]


def ahead(day: datetime.date, business_days: int) -> datetime.date:
    """So many business days after a day; none is the day itself, or the next that is open."""
    if business_days == 0:
        return deadlines.next_business_day(day)
    return day_of_step(day, business_days, BUSINESS)


@lru_cache(maxsize=4096)
def day_of_step(start: datetime.date, days: int, unit: str) -> datetime.date:
    """The day so many days after another, counted as deadlines are, never on a closed day."""
    return deadlines.compute(start, days, unit, True, _NOON, "UTC").at.date()


def next_step(ladder: Ladder, row: Row, on: datetime.date) -> Step | None:
    """The first step of the recipient's segment of whose text it has no letter yet."""
    segment = row.segment(on)
    return next(
        (
            step
            for step in ladder.steps
            if step.segment == segment and step.template_pk not in row.taken and row.goes(step.way)
        ),
        None,
    )


def _passed_over(ladder: Ladder, rows: Iterable[Row], day: datetime.date) -> Iterator[Held]:
    """Whom a step whose day has come does not reach, so that no step is skipped in silence."""
    if all(step.way == Way.ANY for step in ladder.steps):
        return
    for row in rows:
        if row.holds:
            continue
        step = _out_of_reach(ladder, row, day)
        if step and _on_its_day(step, row, day):
            yield Held(row, step, _NO_WAY[Way(step.way)].format(step=step.title))


def _out_of_reach(ladder: Ladder, row: Row, on: datetime.date) -> Step | None:
    """The step that would come before its next, were it written to by the way of that step.

    None where another step of the kind goes by its way, or a later one was taken.
    """
    segment = row.segment(on)
    steps = [step for step in ladder.steps if step.segment == segment]
    for number, step in enumerate(steps, start=1):
        if step.template_pk in row.taken:
            continue
        if row.goes(step.way):
            return None
        later = any(each.template_pk in row.taken for each in steps[number:])
        instead = any(each.kind == step.kind and row.goes(each.way) for each in steps)
        if not later and not instead:
            return step
    return None


def _come(ladder: Ladder, row: Row, day: datetime.date) -> Due | None:
    """The step whose day has come, whether or not the recipient is held."""
    step = next_step(ladder, row, day)
    return _on_its_day(step, row, day) if step else None


def _on_its_day(step: Step, row: Row, day: datetime.date) -> Due | None:
    if row.came_back:
        return Due(row, step, day)
    start = row.runs_from(step.segment)
    if start is None:
        return None
    since = day_of_step(start, step.days, step.unit)
    return Due(row, step, since) if since <= day else None


def _why_held(ladder: Ladder, row: Row, letter_date: datetime.date) -> str:
    if row.holds:
        return row.holds[0]
    if row.waiting:
        return f"A letter of “{row.waiting.mailing}” waits to be sent to it."
    if row.last_left_on and letter_date < row.last_left_on + ladder.apart_days * _DAY:
        return (
            f"A letter left for the institution on {row.last_left_on:%B %-d, %Y}; "
            f"{ladder.apart_days} days lie between two letters."
        )
    return ""


@dataclass
class _Places:
    """The e-mails that may still bear one letter date, domain by domain."""

    most: int
    letter_date: datetime.date
    emails: Emails
    taken: Counter[str] = field(default_factory=Counter)

    def refuse(self, row: Row) -> str:
        """Why the recipient has to wait; empty where it does not, and its places are taken.

        Who alone is more than a day may take goes on a day on which nobody else does.
        """
        for domain, wanted in Counter(row.domains).items():
            taken = self.emails.get((self.letter_date, domain), 0) + self.taken[domain]
            if taken and taken + wanted > self.most:
                return f"{self.most} e-mails go to {domain} that day; the others wait."
        self.taken.update(row.domains)
        return ""


def _prepared(ladder: Ladder, row: Row, step: Step, letter_date: datetime.date) -> Row:
    due_on = ladder.rule.run(letter_date).at.date() if step.asks else None
    waiting = Waiting(step.title, letter_date, due_on)
    return replace(row, taken=row.taken | {step.template_pk}, waiting=waiting)


def _left(row: Row, *, before: datetime.date, since: datetime.date) -> Row:
    """The row after its letter has left, where that was to be on a day before this one."""
    waiting = row.waiting
    if waiting is None or not since <= waiting.letter_date < before:
        return row
    due_on = max((day for day in (row.due_on, waiting.due_on) if day), default=None)
    return replace(row, waiting=None, last_left_on=waiting.letter_date, due_on=due_on)
