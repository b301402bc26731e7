"""Phrases suggest an answer, for the demand they are about, and say where they stand."""

import datetime

import pytest
import yaml

from campaigns.models import Outcome
from letters.inbound import suggest as module
from letters.inbound.suggest import suggest
from letters.models import Response

TITLES = {1: "Confirm in writing", 2: "Name the responsible officer", 3: "Provide the policy"}


def said(text: str, *more: str) -> dict[int, list[str]]:
    found = suggest([text, *more], TITLES)
    return {number: [one.outcome for one in each] for number, each in found.by_demand.items()}


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("We hereby confirm that no program is limited.", "complied"),
        ("The University does not limit any program.", "complied"),
        ("We cannot confirm this.", "declined"),
        ("We are unable to comply with your request.", "declined"),
        ("We respectfully decline to answer.", "declined"),
        ("We will not provide such a statement.", "declined"),
        ("We do not intend to publish a policy.", "declined"),
        ("We don’t plan to revise it.", "declined"),
        ("The College already complies with Title VI.", "already_compliant"),
        ("We dispute the premise of your letter.", "disputes_premise"),
        ("We do not accept that a statement is due.", "disputes_premise"),
        ("We do not receive any federal funds.", "not_applicable"),
        ("Please clarify which campus you mean.", "needs_clarification"),
        ("We confirm this to the extent required by law.", "conditional"),
        ("We comply in part.", "partial"),
        ("The matter is currently under review.", "under_review"),
        ("We will adopt a new policy.", "will_comply"),
    ],
)
def test_a_phrase_suggests_its_answer_and_a_denial_turns_it(text, outcome):
    assert said(text) == {number: [outcome] for number in TITLES}


@pytest.mark.parametrize(
    "text",
    [
        "Thank you for writing.",
        "The confirmation class meets on Monday.",  # no whole word
        "We reserve our rights to the extent permitted by law.",  # a condition of nothing
        "",
    ],
)
def test_other_words_suggest_nothing(text):
    assert said(text) == {}


def test_each_sentence_counts_for_the_demand_it_numbers():
    text = "We confirm demand 1. We decline demand 2, and will comply with demand three in spring."
    assert said(text) == {1: ["complied"], 2: ["declined"], 3: ["will_comply"]}
    assert said("We confirm demands 1 and 3 but decline demand 2.") == {
        1: ["complied"],
        2: ["declined"],
        3: ["complied"],
    }
    assert said("As to your second request, we confirm it.") == {2: ["complied"]}


def test_a_numbered_list_and_headings_lead_what_follows():
    listed = "1. We confirm it.\n2. We dispute the premise.\n(3) See above. We decline to say more."
    assert said(listed) == {1: ["complied"], 2: ["disputes_premise"], 3: ["declined"]}
    headed = (
        "Demand 2\n\nWe confirm it. It is under review.\n\nDemand 3: declined.\n\nWe decline to."
    )
    assert said(headed) == {2: ["complied", "under_review"], 3: ["declined"]}


def test_a_number_that_is_no_demand_leads_nowhere():
    assert said("9. We confirm it.") == {number: ["complied"] for number in TITLES}


def test_what_is_about_a_thing_counts_for_the_demand_that_asks_for_it():
    assert said("Our policy is published on our website.") == {3: ["complied"]}
    assert said("The responsible officer is Pat Doe.") == {2: ["complied"]}


def test_a_suggestion_says_which_words_on_which_page():
    found = suggest(
        ["Hello.", "As to demand 3, we will publish the policy by May 1, 2027."], TITLES
    )
    (one,) = found.by_demand[3]
    assert (one.phrase, one.page) == ("will publish", 2)
    assert "As to demand 3, we will publish the policy by May 1, 2027."[one.start : one.end] == (
        "will publish"
    )
    assert one.quotation == "As to demand 3, we will publish the policy by May 1, 2027."
    assert one.promised_on == datetime.date(2027, 5, 1)
    assert not one.of_the_whole
    assert suggest(["We confirm it."], TITLES).by_demand[1][0].of_the_whole


def test_a_title_or_a_citation_does_not_end_a_sentence():
    text = "We tell Mr. Sample that under 42 U.S.C. § 2000d we confirm it."
    assert suggest([text], TITLES).by_demand[1][0].quotation == text


def test_where_phrases_point_both_ways_none_is_the_best():
    found = suggest(["We confirm it. We dispute the premise."], TITLES)
    assert found.best(1) is None
    assert suggest(["We confirm it."], TITLES).best(1)
    assert suggest([""], TITLES).best(1) is None


def test_what_kind_it_may_be_and_what_else_it_asks_is_said_beside():
    found = suggest(
        ["We have received your letter and will respond shortly. We request an extension."], TITLES
    )
    assert [hint.what for hint in found.kinds] == ["acknowledgement"]
    assert "more time" in found.notes[0].what
    assert found.notes[0].phrase == "request an extension"


def test_every_rule_names_an_outcome_or_a_kind_that_there_is():
    rules = yaml.safe_load(module._RULES.read_text())
    for rule in rules["outcomes"]:
        assert rule["outcome"] in Outcome.values
        assert rule.get("negated", "declined") in Outcome.values
    assert {rule["kind"] for rule in rules["kinds"]} <= set(Response.Kind.values)


def test_a_long_reply_is_read_at_once():
    text = "We will, as was said, confirm demand 2 and nothing else of it. " * 2000
    assert said(text)
