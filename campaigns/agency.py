"""Until when an agency takes a complaint: a clock of its own, estimated, and stopped by no letter.

The days come from the grounds that a campaign cites, the start from the day of its conduct.
All of it is an estimate on the safe side, for counsel to confirm: where a ground counts from
the day of knowledge, the day of the conduct is the earliest that can be.
"""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from campaigns import deadlines
from campaigns.models import Campaign, Ground

ESTIMATE = "An estimate, not legal advice; counsel confirms it."
# Time to write a complaint, and for counsel to read it.
NEAR = datetime.timedelta(days=45)
# Its days run on over a weekend or holiday; for the others nothing says so, and they do not.
_RUNS_ON = "EEOC"
PASSED, CLOSE, AHEAD = "passed", "near", "ahead"


@dataclass(frozen=True)
class Limit:
    """The last day of one ground, and how it was counted. `what` says for what it is the last.

    `kind` tells the limits of one ground apart: complaint, alternative, limitation.
    """

    ground: Ground
    kind: str
    what: str
    last: datetime.date
    rule: str

    def stands(self, today: datetime.date) -> str:
        if self.last < today:
            return PASSED
        return CLOSE if self.last - today <= NEAR else AHEAD

    def days_left(self, today: datetime.date) -> int:
        return (self.last - today).days


@dataclass(frozen=True)
class Clock:
    """The limits of one campaign, the next to end first; `waits` says why none is counted."""

    limits: Sequence[Limit]
    today: datetime.date
    waits: str = ""

    @property
    def rows(self) -> list[tuple[Limit, str, int]]:
        return [(one, one.stands(self.today), one.days_left(self.today)) for one in self.limits]

    @property
    def warnings(self) -> list[tuple[Limit, str, int]]:
        """Those that ended, or end soon."""
        return [row for row in self.rows if row[1] != AHEAD]

    @property
    def is_empty(self) -> bool:
        return not self.limits and not self.waits


def clock(campaign: Campaign, grounds: Iterable[Ground], today: datetime.date) -> Clock:
    """What the grounds that a campaign cites give from the day of its conduct."""
    limited = [one for one in grounds if one.time_limit_days or one.limitation_years]
    if not limited:
        return Clock((), today)
    named = ", ".join(sorted(one.name for one in limited))
    if campaign.conduct_continues:
        return Clock((), today, f"The conduct goes on, so that no time limit runs yet ({named}).")
    if campaign.conduct_on is None:
        return Clock(
            (),
            today,
            f"No day of the conduct is known, so that no time limit is counted ({named}).",
        )
    found = [limit for ground in limited for limit in limits(ground, campaign.conduct_on)]
    return Clock(tuple(sorted(found, key=lambda one: (one.last, one.ground.name))), today)


def limits(ground: Ground, conduct_on: datetime.date) -> list[Limit]:
    """The last days of one ground: for a complaint, by another count, and for a court."""
    agency = ground.agency or "the agency"
    found = []
    if days := ground.time_limit_days:
        what = f"Complaint to {agency}"
        found.append(_complaint(ground, "complaint", what, days, conduct_on))
    if days := ground.time_limit_alternative_days:
        what = f"Complaint to {agency}, where a state or local agency covers it too"
        found.append(_complaint(ground, "alternative", what, days, conduct_on))
    if years := ground.limitation_years:
        found.append(
            Limit(
                ground,
                "limitation",
                "Limitation",
                _years_later(conduct_on, years),
                _rule(f"{years} year{'' if years == 1 else 's'}", conduct_on, ground),
            )
        )
    return found


def _complaint(ground: Ground, kind: str, what: str, days: int, conduct_on: datetime.date) -> Limit:
    last = conduct_on + datetime.timedelta(days=days)
    rule = _rule(f"{days} days", conduct_on, ground)
    if _RUNS_ON in ground.agency and (closed := deadlines.why_not_a_business_day(last)):
        rule += f" {deadlines.written(last)} is no business day ({closed}), so that it runs on."
        last = deadlines.next_business_day(last)
    return Limit(ground, kind, what, last, rule)


def _rule(length: str, conduct_on: datetime.date, ground: Ground) -> str:
    counted = f"{length} after the conduct of {deadlines.written(conduct_on)}."
    runs_from = ground.time_limit_from
    return f"{counted} The ground counts from: {runs_from.rstrip('.')}." if runs_from else counted


def _years_later(day: datetime.date, years: int) -> datetime.date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # February 29 in a year that has none
        return day.replace(year=day.year + years, day=28)
