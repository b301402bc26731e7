"""From a start and a rule to one moment, and why. Dates checked against the OPM calendars."""

import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns import deadlines
from campaigns.deadlines import compute, printed

FIVE = datetime.time(17)
EASTERN = "America/New_York"


def day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


@pytest.mark.parametrize(
    ("start", "days", "unit", "expected"),
    [
        ("2026-06-04", 30, "calendar", "2026-07-06"),  # Saturday and Independence Day
        ("2026-11-27", 30, "calendar", "2026-12-28"),  # a Sunday
        ("2026-07-01", 2, "business", "2026-07-06"),  # the observed holiday is a Friday
        ("2026-12-09", 30, "calendar", "2027-01-08"),
        ("2027-12-30", 1, "calendar", "2028-01-03"),  # New Year's Day observed the year before
        ("2024-11-24", 30, "calendar", "2024-12-26"),  # closed by executive order
        ("2025-12-23", 1, "business", "2025-12-29"),  # closed on both sides of Christmas
    ],
)
def test_the_deadline_falls_where_the_rule_says(start, days, unit, expected):
    assert compute(day(start), days, unit, True, FIVE, EASTERN).at.date() == day(expected)


def test_a_deadline_that_does_not_roll_stays_on_the_saturday():
    assert compute(day("2026-06-04"), 30, "calendar", False, FIVE, EASTERN).at.date() == day(
        "2026-07-04"
    )


def test_business_days_never_end_on_a_weekend_even_without_rolling():
    friday = day("2026-11-20")
    assert compute(friday, 1, "business", False, FIVE, EASTERN).at.date() == day("2026-11-23")


def test_the_moment_carries_the_zone_of_the_campaign():
    deadline = compute(day("2026-12-09"), 30, "calendar", True, FIVE, EASTERN)
    assert deadline.at.astimezone(datetime.UTC).isoformat() == "2027-01-08T22:00:00+00:00"


def test_a_time_that_the_clocks_jump_over_is_printed_as_it_is_kept():
    deadline = compute(day("2027-03-13"), 1, "calendar", False, datetime.time(2, 30), EASTERN)
    assert printed(deadline.at, EASTERN) == "3:30 a.m. Eastern Time on Sunday, March 14, 2027"


def test_the_explanation_names_each_day_that_was_passed_over():
    said = compute(day("2025-12-20"), 4, "calendar", True, FIVE, EASTERN).explanation
    assert said == (
        "4 calendar days after Saturday, December 20, 2025, which is not counted itself. "
        "The last day would be Wednesday, December 24, 2025 (Christmas Eve); the deadline moves "
        "to the next business day, Monday, December 29, 2025. "
        "Passed over on the way: Thursday, December 25, 2025 (Christmas Day); "
        "Friday, December 26, 2025 (Day After Christmas); Saturday, December 27, 2025 "
        "and Sunday, December 28, 2025. "
        "It ends at 5:00 p.m. Eastern Time on Monday, December 29, 2025."
    )


def test_the_explanation_of_business_days_names_the_holidays_in_between():
    said = compute(day("2026-07-01"), 2, "business", True, FIVE, EASTERN).explanation
    assert "Not counted: weekends and Friday, July 3, 2026 (Independence Day (observed))." in said


def test_a_plain_deadline_explains_itself_without_skipped_days():
    deadline = compute(day("2026-11-22"), 30, "calendar", True, FIVE, EASTERN)
    assert deadline.skipped == ()
    assert deadline.explanation == (
        "30 calendar days after Sunday, November 22, 2026, which is not counted itself. "
        "It ends at 5:00 p.m. Eastern Time on Tuesday, December 22, 2026."
    )


@pytest.mark.parametrize(
    ("moment", "zone", "expected"),
    [
        ("2027-01-08T22:00", EASTERN, "5:00 p.m. Eastern Time"),
        ("2027-01-08T20:05", "America/Los_Angeles", "12:05 p.m. Pacific Time"),
        ("2027-01-08T06:00", "America/Chicago", "12:00 a.m. Central Time"),
        ("2027-01-08T16:00", "Europe/Berlin", "5:00 p.m. CET"),
        ("2027-01-08T17:00", "Asia/Dubai", "9:00 p.m. UTC+0400"),
    ],
)
def test_a_deadline_is_printed_with_its_zone_and_weekday(moment, zone, expected):
    utc = datetime.datetime.fromisoformat(f"{moment}+00:00")
    assert printed(utc, zone) == f"{expected} on Friday, January 8, 2027"


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-12-31T23:59:00-05:00", "8 days left"),
        ("2027-01-07T23:59:00-05:00", "1 day left"),
        ("2027-01-08T00:01:00-05:00", "today"),
        ("2027-01-08T17:01:00-05:00", "earlier today"),
        ("2027-01-09T00:01:00-05:00", "1 day ago"),
        ("2027-01-11T00:01:00-05:00", "3 days ago"),
    ],
)
def test_days_are_counted_by_the_calendar_of_the_deadlines_zone(now, expected):
    moment = datetime.datetime(2027, 1, 8, 22, tzinfo=datetime.UTC)
    assert deadlines.relative(moment, datetime.datetime.fromisoformat(now), EASTERN) == expected


def test_a_deadline_on_its_own_start_is_refused():
    with pytest.raises(ValueError, match="at least one day"):
        compute(day("2026-06-04"), 0, "calendar", True, FIVE, EASTERN)


def test_an_unknown_unit_is_refused():
    with pytest.raises(ValueError, match="fortnights"):
        compute(day("2026-06-04"), 2, "fortnights", True, FIVE, EASTERN)


@given(
    start=st.dates(day("2024-01-01"), day("2035-12-31")),
    days=st.integers(1, 120),
    unit=st.sampled_from([deadlines.CALENDAR, deadlines.BUSINESS]),
)
def test_a_rolled_deadline_is_a_business_day_and_never_early(start, days, unit):
    deadline = compute(start, days, unit, True, FIVE, ZoneInfo(EASTERN))
    last = deadline.at.date()
    assert not deadlines.why_not_a_business_day(last)
    assert (last - start).days >= days
