"""How far two readers agree, in percent and beyond chance."""

import pytest

from letters.reports import agreement as report
from letters.reports.agreement import agreement, kappa


def test_kappa_of_a_known_table():
    """20 both yes, 5 yes/no, 10 no/yes, 15 both no: observed 0.7, expected 0.5, kappa 0.4."""
    pairs = [("y", "y")] * 20 + [("y", "n")] * 5 + [("n", "y")] * 10 + [("n", "n")] * 15
    assert kappa(pairs) == pytest.approx(0.4)
    assert agreement(pairs).percent == 70


def test_kappa_of_full_agreement_of_chance_and_of_less():
    assert kappa([("a", "a"), ("b", "b")]) == 1
    assert kappa([("a", "a"), ("a", "b"), ("b", "a"), ("b", "b")]) == 0
    assert kappa([("a", "b"), ("b", "a")]) == -1


def test_where_all_is_the_same_kappa_says_nothing():
    assert kappa([("a", "a")] * 5) is None
    assert kappa([]) is None
    assert report.agreement([]).percent == 0
