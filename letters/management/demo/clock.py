"""The demo's clock: each step of the story happens on its day.

A letter dated today is never overdue, and no action of the program takes a date in the past
where the law of the house says "today". So the story sets the clock instead of the rows.
"""

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from unittest import mock
from zoneinfo import ZoneInfo

from django.utils import timezone

OFFICE = ZoneInfo("America/New_York")


def working_day(days_ago: int, today: datetime.date) -> datetime.date:
    """The day that many days ago, or the Friday before it where that is a weekend."""
    day = today - datetime.timedelta(days=days_ago)
    return day - datetime.timedelta(days=max(0, day.weekday() - 4))


@contextmanager
def on(day: datetime.date, hour: int = 10, minute: int = 0) -> Iterator[None]:
    """Everything inside happens from that minute on, at the pace at which it runs."""
    begin = datetime.datetime.combine(day, datetime.time(hour, minute), OFFICE)
    real_now = timezone.now
    shift = begin.astimezone(datetime.UTC) - real_now()
    with mock.patch.object(timezone, "now", lambda: real_now() + shift):
        yield
