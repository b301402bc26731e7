"""The board is measured, judged, and nothing of it stays."""

import io
import json

import pytest
from django.core.management import CommandError, call_command

from campaigns.models import Campaign, Institution
from letters.management.commands import bench_board

pytestmark = pytest.mark.django_db
SMALL = {"recipients": 60, "demands": 2, "answered": 70, "runs": 2}


@pytest.fixture(autouse=True)
def any_machine(monkeypatch):
    """How fast the machine of the tests is right now is not what they are about."""
    monkeypatch.setattr(bench_board, "LIMIT_MS", 60_000)


def test_the_board_is_measured_with_constant_queries_and_leaves_nothing_behind():
    printed = io.StringIO()
    call_command("bench_board", stdout=printed, **SMALL)
    found = json.loads(printed.getvalue())
    assert (found["recipients"], found["answers"], found["answered"]) == (60, 120, 70)
    assert found["queries"] == found["queries_small"]
    assert 0 < found["fastest_ms"] <= found["median_ms"] <= found["slowest_ms"]
    assert not Campaign.objects.exists()
    assert not Institution.objects.exists()


def test_a_median_over_the_limit_fails_after_it_was_printed(monkeypatch):
    monkeypatch.setattr(bench_board, "LIMIT_MS", 0)
    printed = io.StringIO()
    with pytest.raises(CommandError, match="the limit is 0"):
        call_command("bench_board", stdout=printed, **SMALL)
    assert json.loads(printed.getvalue())["median_ms"] > 0


def test_queries_that_grow_with_the_campaign_fail(monkeypatch):
    monkeypatch.setattr(bench_board, "_queries", lambda client, campaign: campaign.pk)
    with pytest.raises(CommandError, match="another number of queries"):
        call_command("bench_board", stdout=io.StringIO(), **SMALL)


@pytest.mark.parametrize(
    "asked", [{"answered": 121}, {"runs": 0}, {"recipients": 0, "answered": 0}]
)
def test_what_cannot_be_measured_is_refused(asked):
    with pytest.raises(CommandError):
        call_command("bench_board", **{**SMALL, **asked})
