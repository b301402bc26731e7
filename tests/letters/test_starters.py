"""The texts to start from are letters as they stand."""

import pytest

from campaigns.text import clean_block, clean_line
from letters.merge import language
from letters.models import LetterTemplate
from letters.starters import clauses, starters

ALL = list(starters().values())


def test_there_is_one_for_a_first_letter_and_one_for_a_reminder():
    assert {starter.purpose for starter in ALL} == {"first", "reminder"}
    assert {starter.purpose for starter in ALL} <= set(LetterTemplate.Purpose.values)


@pytest.mark.parametrize("starter", ALL, ids=lambda starter: starter.key)
def test_a_starter_is_saved_without_a_change(starter):
    assert language.check(starter.subject, subject=True) == []
    assert language.check(starter.body) == []
    assert clean_block(starter.body).text == starter.body
    assert clean_line(starter.subject, limit=300).text == starter.subject


@pytest.mark.parametrize("starter", ALL, ids=lambda starter: starter.key)
def test_a_starter_asks_every_demand_and_names_the_day(starter):
    assert "{% demands %}" in starter.body
    assert "{{ deadline }}" in starter.body
    assert "{% response %}" in starter.body


def test_only_a_letter_that_follows_another_names_the_first():
    uses_first = {
        starter.purpose: "first_letter_date" in language.parse(starter.body).fields
        for starter in ALL
    }
    assert uses_first == {"first": False, "reminder": True}


@pytest.mark.parametrize("clause", clauses(), ids=lambda clause: clause.key)
def test_a_clause_stands_in_a_letter_without_a_change(clause):
    assert language.check(clause.text) == []
    assert clean_block(clause.text).text == clause.text
    assert clean_line(clause.name, limit=120).text == clause.name
    assert len(clause.use) <= 300


def test_the_clauses_hold_what_every_first_letter_needs():
    assert {"preservation", "reservation"} <= {clause.key for clause in clauses()}
    names = [clause.name for clause in clauses()]
    assert len(names) == len(set(names))
