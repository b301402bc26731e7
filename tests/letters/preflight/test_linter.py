"""The linter: what it finds and where, what it lets pass, and its rules as data."""

import datetime

import pytest

from letters.preflight import linter
from letters.preflight.registry import BY_CODE


@pytest.mark.parametrize(
    ("check", "text"),
    [
        ("threat", "We will press criminal charges against you."),
        ("threat", "you risk prosecution"),
        ("threat", "We shall report this to the police."),
        ("threat", "This may mean the revocation of your medical license."),
        ("threat", "We will file a bar complaint."),
        ("threat", "Consider your immigration status."),
        ("authority", "You are hereby ordered to reply."),
        ("authority", "Treat this as a subpoena."),
        ("authority-name", "U.S. Department of Justice liaison"),
        ("agency-complaint", "we will file a formal complaint with the agency"),
        ("legal-conclusion", "It violates federal law."),
        ("legal-conclusion", "you are legally obliged to retract"),
        ("cope-litigation", "We will sue."),
        ("placeholder", "Dear [Name],"),
        ("placeholder", "by ______ at the latest"),
        ("relative-deadline", "within fourteen (14) days"),
        ("relative-deadline", "within 10 business days"),
        ("charity-law", "Donate to our fund."),
    ],
)
def test_it_finds(check, text):
    assert linter.hits(text, check), text


@pytest.mark.parametrize(
    ("check", "text"),
    [
        ("threat", "The matter may be referred to the agency that enforces the statute."),
        ("threat", "Admission to the bar is not our subject; the curriculum of criminology is."),
        ("authority", "We ask you to confirm in writing."),
        ("authority-name", "Department of Medicine, Sample University"),
        ("agency-complaint", "The matter may be referred to the Department of Education."),
        ("legal-conclusion", "It is inconsistent with the recommendations."),
        ("cope-litigation", "Please pursue the issue with the editor."),
        ("placeholder", "See [the statute](https://example.invalid) and {{ deadline }}."),
        ("relative-deadline", "no later than {{ deadline }}"),
        ("charity-law", "We support your students."),
    ],
)
def test_it_lets_pass(check, text):
    assert linter.hits(text, check) == []


def test_a_hit_names_line_and_column_also_across_a_line_break():
    text = "Dear Dean,\n\nwe may bring\ncriminal\ncharges."
    (hit,) = linter.hits(text, "threat")
    assert (hit.line, hit.column, hit.said) == (4, 1, "criminal charges")
    assert hit.sentence("Text").startswith("Text, line 4, column 1: “criminal charges” threatens")


def test_one_place_is_found_once():
    assert len(linter.hits("criminal prosecution", "threat")) == 2  # two places, two words
    assert len(linter.hits("a felony", "threat")) == 1


def test_a_state_forbids_what_its_rule_names_and_nothing_else():
    (criminal,) = linter.hits("criminal charges", "threat")
    said = criminal.sentence("Text", ["IL", "NY"])
    assert "Ill. R. Prof’l Conduct 8.4(g) forbids it" in said and "Cal." not in said
    (agency,) = linter.hits("file a complaint with the board", "agency-complaint")
    assert "forbids" not in agency.sentence("Text", ["IL"])
    assert "Rule" not in agency.sentence("Text", []) and "3.10" in agency.sentence("Text", ["CA"])


def test_every_rule_belongs_to_a_check_and_has_its_source():
    assert {rule.check for rule in linter.rules()} <= set(BY_CODE)
    for rule in linter.rules():
        assert rule.source and rule.why and rule.what, rule
    kinds = {rule.kind for rule in linter.rules()}
    for state in linter.state_rules(["CA", "IL", "LA", "TX"]):
        assert state.forbids <= kinds and state.source
        assert state.seen_on <= datetime.date(2026, 11, 22)
