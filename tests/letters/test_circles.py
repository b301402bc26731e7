"""Circles of memory are looked for before and after a decision, whatever becomes of it."""

import gc

import pytest

from letters import circles


def test_none_are_sought_within_and_all_are_afterwards():
    with circles.not_sought():
        assert not gc.isenabled()
    assert gc.isenabled()


def test_they_are_sought_again_after_a_decision_that_fails():
    with pytest.raises(ValueError, match="refused"), circles.not_sought():
        raise ValueError("refused")
    assert gc.isenabled()


def test_of_two_decisions_at_once_neither_leaves_the_search_off():
    first, second = circles.not_sought(), circles.not_sought()
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    second.__exit__(None, None, None)
    assert gc.isenabled()


def test_a_decision_within_another_leaves_the_search_off_until_both_have_ended():
    with circles.not_sought():
        with circles.not_sought():
            pass
        assert not gc.isenabled()
    assert gc.isenabled()
