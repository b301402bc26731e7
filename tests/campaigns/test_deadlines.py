"""From a start and a rule to one moment, and why. Dates checked against the OPM calendars."""

import datetime
import json
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
        ("2025-11-24", 30, "calendar", "2025-12-29"),  # the first of five closed days in a row
        ("2024-12-23", 1, "calendar", "2024-12-26"),  # Christmas Eve was given off that year
        ("2027-12-23", 1, "calendar", "2027-12-27"),  # Christmas observed on the Friday
        ("2028-12-21", 2, "business", "2028-12-26"),
        ("2028-12-30", 31, "calendar", "2029-01-30"),
        ("2027-12-31", 60, "calendar", "2028-02-29"),  # a leap day
        ("2024-12-18", 33, "calendar", "2025-01-21"),  # Inauguration Day is Dr. King's that year
        ("2028-12-21", 30, "calendar", "2029-01-22"),  # Inauguration Day closes the capital only
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


STARTS = st.dates(day("2024-01-01"), day("2035-12-31"))
DAYS = st.integers(1, 120)
UNITS = st.sampled_from([deadlines.CALENDAR, deadlines.BUSINESS])
ZONES = st.sampled_from([EASTERN, "America/Phoenix", "Pacific/Honolulu", "Europe/Berlin"])
HOURS = st.times().map(lambda at: at.replace(second=0, microsecond=0))


def last(start, days, unit, rolls=True) -> datetime.date:
    return compute(start, days, unit, rolls, FIVE, EASTERN).at.date()


@given(start=STARTS, days=DAYS, unit=UNITS)
def test_a_rolled_deadline_is_a_business_day_and_never_early(start, days, unit):
    ends = compute(start, days, unit, True, FIVE, ZoneInfo(EASTERN)).at.date()
    assert not deadlines.why_not_a_business_day(ends)
    assert (ends - start).days >= days


@given(start=STARTS, days=DAYS, unit=UNITS, rolls=st.booleans())
def test_a_later_start_and_more_days_never_end_earlier(start, days, unit, rolls):
    ends = last(start, days, unit, rolls)
    assert last(start + datetime.timedelta(days=1), days, unit, rolls) >= ends
    assert last(start, days + 1, unit, rolls) >= ends
    if unit == deadlines.BUSINESS:
        assert last(start, days + 1, unit, rolls) > ends


@given(start=STARTS, days=DAYS)
def test_business_days_are_those_that_are_counted_one_by_one(start, days):
    """Restated: of all days after the start up to the last, so many are business days."""
    ends = last(start, days, deadlines.BUSINESS)
    after = (start + datetime.timedelta(days=n) for n in range(1, (ends - start).days + 1))
    assert sum(not deadlines.why_not_a_business_day(one) for one in after) == days


@given(start=STARTS, days=DAYS)
def test_a_rolled_deadline_skips_exactly_the_closed_days_in_a_row(start, days):
    deadline = compute(start, days, deadlines.CALENDAR, True, FIVE, EASTERN)
    unrolled = last(start, days, deadlines.CALENDAR, rolls=False)
    assert [one.day for one in deadline.skipped] == [
        unrolled + datetime.timedelta(days=n) for n in range((deadline.at.date() - unrolled).days)
    ]
    assert all(deadlines.why_not_a_business_day(one.day) for one in deadline.skipped)


@given(start=STARTS, days=DAYS, at=HOURS, zone=ZONES)
def test_what_is_kept_is_what_the_clock_on_the_wall_shows(start, days, at, zone):
    moment = compute(start, days, deadlines.CALENDAR, False, at, zone).at
    again = moment.astimezone(datetime.UTC).astimezone(ZoneInfo(zone))
    assert again.replace(tzinfo=None) == moment.replace(tzinfo=None)
    assert again.date() == start + datetime.timedelta(days=days)


MOMENTS = st.datetimes(timezones=st.just(datetime.UTC))


@given(by_letters=st.none() | MOMENTS, granted=st.lists(MOMENTS), one_more=MOMENTS)
def test_the_effective_deadline_is_one_of_its_sources_and_more_time_never_shortens_it(
    by_letters, granted, one_more
):
    def effective(granted, *, is_reached=True):
        return deadlines.effective(is_reached=is_reached, by_letters=by_letters, granted=granted)

    ends = effective(granted)
    assert ends in {by_letters, *granted}
    assert all(ends >= one for one in (by_letters, *granted) if one)
    assert effective([*granted, one_more]) >= (ends or one_more)
    assert effective(granted, is_reached=False) is None


@given(start=STARTS, days=DAYS, unit=UNITS, at=HOURS, zone=ZONES, rolls=st.booleans())
def test_a_rule_that_was_kept_counts_as_it_did(start, days, unit, at, zone, rolls):
    rule = deadlines.Rule("sent", days, unit, rolls, at, zone)
    kept = json.loads(json.dumps(rule.as_json()))
    assert deadlines.Rule.from_json(kept) == rule
    assert rule.run(start) == compute(start, days, unit, rolls, at, zone)
