"""How far a letter has come."""

import pytest

from letters.models import Dispatch, Letter
from letters.reports.steps import Step, step


@pytest.mark.parametrize("status", [s for s in Letter.Status.values if s != "sealed"])
def test_an_unsealed_letter_is_at_its_own_status(status):
    assert step(status, []) in Step


def test_every_dispatch_status_but_cancelled_moves_a_sealed_letter_on():
    for status in Dispatch.Status.values:
        moved = step("sealed", [status]) is not Step.SEALED
        assert moved == (status != Dispatch.Status.CANCELLED)


def test_what_arrived_by_one_channel_has_arrived():
    assert step("sealed", ["returned", "delivered"]) is Step.DELIVERED
    assert step("sealed", ["bounced", "sent"]) is Step.SENT


def test_a_second_attempt_counts_over_the_first_that_came_back():
    assert step("sealed", ["returned", "queued"]) is Step.LEAVING


def test_a_letter_that_may_have_left_is_never_called_unsent():
    assert step("sealed", ["failed", "unknown"]) is Step.UNKNOWN
