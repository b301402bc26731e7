"""The one drawing that is not a table with bars: columns over time. Plain numbers for an SVG."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from letters.reports.figures import Period

WIDTH, HEIGHT = 720, 190
_LEFT, _RIGHT, _TOP, _BOTTOM = 46, 8, 16, 22
_NUMBERED_AT_MOST = 24  # columns; more of them have no room for a number each
_NAMED_AT_MOST = 9  # days that fit below the columns


@dataclass(frozen=True)
class Column:
    """One period as a column. `is_named` where its first day stands below it."""

    period: Period
    x: float
    y: float
    width: float
    height: float
    is_named: bool

    @property
    def middle(self) -> float:
        return round(self.x + self.width / 2, 1)


@dataclass(frozen=True)
class Line:
    """A line across, at a number of recipients."""

    y: float
    count: int


@dataclass(frozen=True)
class OverTime:
    columns: Sequence[Column]
    lines: Sequence[Line]
    is_numbered: bool
    width: int = WIDTH
    height: int = HEIGHT
    left: int = _LEFT
    right: int = WIDTH - _RIGHT
    floor: int = HEIGHT - _BOTTOM


def over_time(periods: Sequence[Period]) -> OverTime:
    """Columns as high as the recipients that first answered in each period."""
    top = _round_top(max((period.recipients for period in periods), default=0))
    step = (WIDTH - _LEFT - _RIGHT) / max(len(periods), 1)
    per_recipient = (HEIGHT - _TOP - _BOTTOM) / top
    every = -(-len(periods) // _NAMED_AT_MOST)
    floor = HEIGHT - _BOTTOM
    columns = [
        Column(
            period,
            x=round(_LEFT + index * step + step * 0.12, 1),
            y=round(floor - period.recipients * per_recipient, 1),
            width=round(step * 0.76, 1),
            height=round(period.recipients * per_recipient, 1),
            is_named=index % every == 0,
        )
        for index, period in enumerate(periods)
    ]
    lines = [
        Line(round(floor - top * part / 4 * per_recipient, 1), top * part // 4) for part in range(5)
    ]
    return OverTime(columns, lines, is_numbered=len(periods) <= _NUMBERED_AT_MOST)


def _round_top(highest: int) -> int:
    """The number at the top: 4, 8, 20, 40, 80, 200 and so on, whose quarters are whole."""
    tops = (first * 10**power for power in itertools.count() for first in (4, 8, 20))
    return next(top for top in tops if top >= highest)
