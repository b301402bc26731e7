"""Deadlines: from a start date and a rule to one moment, and why it is that moment.

The count follows Rule 6(a) of the Federal Rules of Civil Procedure, which a private letter
merely borrows: the start day is left out, every day is counted, and a last day on a
Saturday, Sunday or federal holiday runs to the next day that is none. Holidays include the
days on which a President closed the government, which the usual list of eleven leaves out.
"""

import datetime
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import holidays

from campaigns.models import Campaign

CALENDAR, BUSINESS = "calendar", "business"
WEEKEND = "weekend"
_DAY = datetime.timedelta(days=1)
# The zones of the United States as a letter names them; elsewhere the abbreviation is used.
_ZONE_NAMES = {
    "America/New_York": "Eastern Time",
    "America/Detroit": "Eastern Time",
    "America/Chicago": "Central Time",
    "America/Denver": "Mountain Time",
    "America/Phoenix": "Mountain Standard Time",
    "America/Los_Angeles": "Pacific Time",
    "America/Anchorage": "Alaska Time",
    "Pacific/Honolulu": "Hawaii Time",
    "America/Puerto_Rico": "Atlantic Standard Time",
    "Pacific/Guam": "Chamorro Standard Time",
    "UTC": "UTC",
}


@dataclass(frozen=True)
class Skipped:
    """A day that was not counted, or on which the deadline could not fall."""

    day: datetime.date
    reason: str

    def __str__(self) -> str:
        return (
            written(self.day) if self.reason == WEEKEND else f"{written(self.day)} ({self.reason})"
        )


@dataclass(frozen=True)
class Deadline:
    """The moment, and in sentences how it came about. `at` knows its zone."""

    at: datetime.datetime
    skipped: tuple[Skipped, ...]
    explanation: str


@dataclass(frozen=True)
class Rule:
    """How a campaign counts, copied where letters print by it, so that a change reaches no letter.

    `anchor` says from what the effective deadline runs; what is printed runs from the letter
    date, since that is all that is known when a letter is written.
    """

    anchor: str
    days: int
    unit: str
    rolls: bool
    at: datetime.time
    zone: str

    @classmethod
    def of(cls, campaign: Campaign) -> "Rule":
        return cls(
            campaign.deadline_anchor,
            campaign.deadline_days,
            campaign.deadline_unit,
            campaign.deadline_rolls,
            campaign.deadline_time,
            campaign.timezone,
        )

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Rule":
        return cls(**{**kept, "at": datetime.time.fromisoformat(kept["at"])})

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "at": self.at.isoformat()}

    def run(self, start: datetime.date) -> Deadline:
        return compute(start, self.days, self.unit, self.rolls, self.at, self.zone)


def compute(
    start: datetime.date,
    days: int,
    unit: str,
    rolls: bool,
    at: datetime.time,
    tz: str | ZoneInfo,
) -> Deadline:
    """The deadline `days` after `start`, at the time `at` in the zone `tz`.

    `unit` is "calendar" or "business". Business days never end on a weekend or holiday;
    calendar days do unless the deadline `rolls`.
    """
    if days < 1:
        raise ValueError("A deadline is at least one day after its start.")
    last, skipped = _last_day(start, days, unit, rolls)
    moment = on_day(last, at, tz)
    return Deadline(moment, skipped, _explain(start, days, unit, last, skipped, moment))


def on_day(day: datetime.date, at: datetime.time, tz: str | ZoneInfo) -> datetime.datetime:
    """The moment that a clock on the wall of the zone `tz` shows as `at` on that day.

    A time that the clocks jump over does not exist; there and back through UTC it becomes
    the one that is stored, so that what is printed and what is kept are one moment.
    """
    zone = tz if isinstance(tz, ZoneInfo) else ZoneInfo(tz)
    moment = datetime.datetime.combine(day, at, zone)
    return moment.astimezone(datetime.UTC).astimezone(zone)


def effective(
    *,
    is_reached: bool,
    by_letters: datetime.datetime | None,
    granted: Iterable[datetime.datetime],
) -> datetime.datetime | None:
    """The deadline that decides whether a recipient is overdue: the latest of its sources.

    `by_letters` is the latest that its letters give, printed or run from their proven start;
    `granted` are the ends of its extensions. None runs while the recipient is not reached:
    before a letter left, and while all that left came back.
    """
    if not is_reached:
        return None
    return max((moment for moment in (by_letters, *granted) if moment), default=None)


def next_business_day(day: datetime.date) -> datetime.date:
    """The day itself, or the first after it on which federal offices are open."""
    return day + len(tuple(_closed_days_from(day))) * _DAY


def printed(moment: datetime.datetime, tz: str | ZoneInfo) -> str:
    """The deadline as every letter and page says it.

    >>> printed(datetime.datetime(2027, 1, 8, 22, tzinfo=datetime.UTC), "America/New_York")
    '5:00 p.m. Eastern Time on Friday, January 8, 2027'
    """
    zone = tz if isinstance(tz, ZoneInfo) else ZoneInfo(tz)
    local = moment.astimezone(zone)
    half = "a.m." if local.hour < 12 else "p.m."
    clock = f"{local.hour % 12 or 12}:{local.minute:02} {half}"
    return f"{clock} {_zone_name(local, zone)} on {written(local.date())}"


def relative(moment: datetime.datetime, now: datetime.datetime, tz: str | ZoneInfo) -> str:
    """How far off a deadline is, in days of its own zone: 12 days left, today, 3 days ago."""
    zone = tz if isinstance(tz, ZoneInfo) else ZoneInfo(tz)
    days = (moment.astimezone(zone).date() - now.astimezone(zone).date()).days
    if moment < now:
        return "earlier today" if days == 0 else _days(-days, "ago")
    return "today" if days == 0 else _days(days, "left")


def written(day: datetime.date) -> str:
    """A day in words: Friday, January 8, 2027."""
    return f"{day:%A}, {day:%B} {day.day}, {day.year}"


def why_not_a_business_day(day: datetime.date) -> str:
    """The name of the federal holiday, or "weekend"; empty for a business day."""
    holiday: str = _holidays(day.year).get(day, "")
    return holiday or (WEEKEND if day.weekday() >= 5 else "")


@lru_cache
def _holidays(year: int) -> holidays.HolidayBase:
    return holidays.country_holidays("US", categories=("government",), years=year)


def _last_day(
    start: datetime.date, days: int, unit: str, rolls: bool
) -> tuple[datetime.date, tuple[Skipped, ...]]:
    if unit == CALENDAR:
        last = start + days * _DAY
        if not rolls:
            return last, ()
        skipped = tuple(_closed_days_from(last))
        return last + len(skipped) * _DAY, skipped
    if unit == BUSINESS:
        last, skipped = start, ()
        for _ in range(days):
            closed = tuple(_closed_days_from(last + _DAY))
            last += (len(closed) + 1) * _DAY
            skipped += closed
        return last, skipped
    raise ValueError(f"A deadline is counted in calendar or business days, not {unit!r}.")


def _days(count: int, way: str) -> str:
    return f"{count} day{'' if count == 1 else 's'} {way}"


def _closed_days_from(day: datetime.date) -> Iterator[Skipped]:
    """The weekend days and holidays in a row that begin with `day`, if it is one."""
    while reason := why_not_a_business_day(day):
        yield Skipped(day, reason)
        day += _DAY


def _explain(
    start: datetime.date,
    days: int,
    unit: str,
    last: datetime.date,
    skipped: tuple[Skipped, ...],
    moment: datetime.datetime,
) -> str:
    count = f"{days} {unit} day{'' if days == 1 else 's'}"
    sentences = [f"{count} after {written(start)}, which is not counted itself."]
    if skipped and unit == BUSINESS:
        weekdays = [str(day) for day in skipped if day.day.weekday() < 5]
        sentences.append(f"Not counted: {_listed(['weekends', *weekdays])}.")
    elif skipped:
        sentences.append(
            f"The last day would be {skipped[0]}; the deadline moves to the next business day, "
            f"{written(last)}."
        )
        if passed_over := [str(day) for day in skipped[1:]]:
            sentences.append(f"Passed over on the way: {_listed(passed_over)}.")
    zone = moment.tzinfo
    assert isinstance(zone, ZoneInfo)  # noqa: S101 - compute() made it so
    sentences.append(f"It ends at {printed(moment, zone)}.")
    return " ".join(sentences)


def _listed(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{'; '.join(parts[:-1])} and {parts[-1]}"


def _zone_name(local: datetime.datetime, zone: ZoneInfo) -> str:
    if name := _ZONE_NAMES.get(zone.key):
        return name
    abbreviation = local.tzname() or ""
    return abbreviation if abbreviation.isalpha() else f"UTC{local:%z}"
