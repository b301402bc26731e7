"""The portfolio says of each campaign what its board says."""

import datetime

import pytest

from letters.management import large
from letters.reports.figures import board
from letters.reports.portfolio import portfolio
from tests.factories import make_campaign

pytestmark = pytest.mark.django_db
NOW = datetime.datetime(2026, 11, 22, 18, tzinfo=datetime.UTC)


def make_large(title, prefix, recipients=60):
    return large.campaign(
        title, prefix, recipients=recipients, demands=2, answered=recipients, now=NOW
    )


def test_each_campaign_has_the_figures_of_its_board():
    campaigns = [make_large("One", "ABC", 150), make_large("Two", "DEF", 40), make_campaign()]
    first = campaigns[0].recipients.filter(withdrawn_at=None).first()
    first.override_standing, first.override_reason = "declined", "By letter."
    first.overridden_at, first.overridden_by = NOW, campaigns[0].created_by
    first.save()
    lines = portfolio(NOW)
    assert [line.campaign for line in lines] == campaigns[::-1]
    for line in lines:
        figures = board(line.campaign, NOW)
        funnel = {stage.key: stage.recipients for stage in figures.funnel()}
        standings = {each.value: count for each, count in figures.by_standing().items()}
        assert (line.recipients, line.sent) == (funnel["chosen"], funnel["sent"])
        assert (line.reached, line.answered) == (funnel["reached"], funnel["answered"])
        assert (line.confirmed, line.overdue) == (funnel["confirmed"], figures.overdue)
        assert (line.disputed, line.declined) == (standings["disputed"], standings["declined"])
        assert line.promise_passed == figures.promises[0].recipients
        assert (line.median_days, line.timed) == (figures.pace.median, len(figures.pace.days))
    assert lines[2].promise_passed > 0


def test_an_archived_campaign_is_left_out():
    make_campaign(archived_at=NOW)
    assert portfolio(NOW) == []


def test_it_takes_as_many_queries_for_three_campaigns_as_for_one(django_assert_num_queries):
    make_large("One", "ABC")
    with django_assert_num_queries(5):
        portfolio(NOW)
    make_large("Two", "DEF")
    make_large("Three", "GHJ")
    with django_assert_num_queries(5):
        assert len(portfolio(NOW)) == 3
