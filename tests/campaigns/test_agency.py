"""Until when an agency takes a complaint: estimated, on the safe side, ground by ground."""

import datetime

import pytest

from campaigns import agency
from campaigns.management.commands.seed_grounds import catalogue
from campaigns.models import Campaign, Ground

CONDUCT = datetime.date(2026, 6, 4)
TODAY = datetime.date(2026, 11, 22)


def ground(**fields) -> Ground:
    return Ground(
        **{"name": "Title VI", "citation": "42 U.S.C. § 2000d", "agency": "ED OCR", **fields}
    )


def campaign(**fields) -> Campaign:
    return Campaign(**{"conduct_on": CONDUCT, **fields})


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"time_limit_days": 180}, ["2026-12-01"]),
        # No rule lets it run on over a weekend: the Saturday is the last day.
        ({"time_limit_days": 184}, ["2026-12-05"]),
        # The EEOC's does: 2026-12-05 is a Saturday, 2027-03-31 no closed day.
        (
            {"agency": "EEOC", "time_limit_days": 184, "time_limit_alternative_days": 300},
            ["2026-12-07", "2027-03-31"],
        ),
        ({"limitation_years": 4}, ["2030-06-04"]),
        ({"time_limit_days": 180, "limitation_years": 6}, ["2026-12-01", "2032-06-04"]),
    ],
)
def test_the_last_days_of_a_ground(fields, expected):
    found = agency.limits(ground(**fields), CONDUCT)
    assert [limit.last.isoformat() for limit in found] == expected


def test_years_from_a_leap_day_end_on_the_last_of_february():
    (limit,) = agency.limits(ground(limitation_years=4 - 1), datetime.date(2028, 2, 29))
    assert limit.last == datetime.date(2031, 2, 28)


def test_a_limit_says_how_it_was_counted_and_from_what_the_ground_counts():
    knowledge = "complainant's first KNOWLEDGE, 34 C.F.R. § 110.31(a)"
    (limit,) = agency.limits(ground(time_limit_days=180, time_limit_from=knowledge), CONDUCT)
    assert limit.what == "Complaint to ED OCR"
    assert limit.rule == (
        "180 days after the conduct of Thursday, June 4, 2026. The ground counts from: "
        "complainant's first KNOWLEDGE, 34 C.F.R. § 110.31(a)."
    )


def test_a_weekend_that_the_eeoc_runs_over_is_named():
    (limit,) = agency.limits(ground(agency="EEOC", time_limit_days=184), CONDUCT)
    assert "Saturday, December 5, 2026 is no business day (weekend)" in limit.rule


@pytest.mark.parametrize(
    ("today", "stands"),
    [
        ("2026-10-16", "ahead"),
        ("2026-10-17", "near"),
        ("2026-12-01", "near"),
        ("2026-12-02", "passed"),
    ],
)
def test_a_limit_that_ends_soon_or_has_passed_is_a_warning(today, stands):
    on = datetime.date.fromisoformat(today)
    clock = agency.clock(campaign(), [ground(time_limit_days=180)], on)
    ((_, stands_at, left),) = clock.rows
    assert (stands_at, left) == (stands, (datetime.date(2026, 12, 1) - on).days)
    assert bool(clock.warnings) == (stands != "ahead")


def test_the_next_to_end_comes_first():
    grounds = [ground(name="Later", limitation_years=4), ground(time_limit_days=180)]
    clock = agency.clock(campaign(), grounds, TODAY)
    assert [limit.ground.name for limit in clock.limits] == ["Title VI", "Later"]


@pytest.mark.parametrize(
    ("fields", "waits"),
    [
        ({"conduct_continues": True}, "The conduct goes on"),
        ({"conduct_on": None}, "No day of the conduct is known"),
    ],
)
def test_where_nothing_can_be_counted_it_says_why(fields, waits):
    clock = agency.clock(campaign(**fields), [ground(time_limit_days=180)], TODAY)
    assert clock.waits.startswith(waits) and "(Title VI)" in clock.waits
    assert not clock.limits and not clock.is_empty


def test_grounds_without_a_limit_have_no_clock():
    assert agency.clock(campaign(conduct_on=None), [ground()], TODAY).is_empty


def test_every_ground_of_the_catalogue_with_days_or_years_has_its_limits():
    """The whole catalogue, so that a figure that is read in is also counted."""
    for entry in catalogue():
        kept = entry.details
        numbers = (kept.time_limit_days, kept.time_limit_alternative_days, kept.limitation_years)
        counted = agency.limits(
            ground(
                agency=kept.agency,
                time_limit_days=numbers[0],
                time_limit_alternative_days=numbers[1],
                limitation_years=numbers[2],
            ),
            CONDUCT,
        )
        assert len(counted) == sum(number is not None for number in numbers), entry.key
