"""What the finished pages are found to say."""

import datetime
from dataclasses import replace

import pytest

from letters.merge import pages, press
from letters.merge.content import CoverContent, FormContent
from letters.merge.measure import Measures, measure
from tests.letters.merge import specimens


def plain():
    return specimens.specimens()["plain"]


@pytest.mark.parametrize(
    "name",
    [
        "everything",
        "foreign",
        "copy-in-window",
        "two-windows",
        "facts",
        "covered",
        "covered-a4-two-addresses",
        "languages",
        "lists",
        "long-name-twelve-demands",
        "hostile-value",
    ],
)
def test_every_specimen_says_what_it_was_made_to_say(name):
    measures = press.render(specimens.specimens()[name]).measures
    assert measures and measures.unprinted == ()
    assert measures.lines_with_signature >= 2


@pytest.mark.parametrize(
    ("change", "lacking"),
    [
        ({"reference": "CNF-2026-9999-X"}, "CNF-2026-9999-X"),
        ({"salutation": "Dear Dean Nobody:"}, "Dear Dean Nobody:"),
        ({"postal_lines": ("9 Other Street",)}, "9 Other Street"),
        ({"deadline": "noon"}, "noon"),
        ({"closing": "Yours,"}, "Yours,"),
    ],
)
def test_what_the_pages_do_not_say_is_named(change, lacking):
    pdf = press.render(plain()).pdf
    found = measure(pdf, replace(plain(), **change))
    assert found.unprinted == (lacking,)


LOST = "This sentence, its source and its day are on no page of the finished letter."


@pytest.mark.parametrize(
    "more",
    [
        f"<p>{LOST}</p>",
        f"<ol>\n<li>{LOST}</li>\n</ol>",
        f"<h1>{LOST}</h1>",
        f"<blockquote><p><strong>This</strong>{LOST[4:]}</p></blockquote>",
    ],
)
def test_a_part_of_the_text_that_no_page_says_is_named(more):
    pdf = press.render(plain()).pdf
    assert measure(pdf, replace(plain(), body=plain().body + more)).unprinted == (LOST,)


@pytest.mark.parametrize("part", ["quotation", "source", "seen_on"])
def test_a_sourced_fact_that_came_out_otherwise_is_named(part):
    pdf = press.render(specimens.specimens()["facts"]).pdf
    other = {"quotation": "Anyone.", "source": "p. 5", "seen_on": datetime.date(2025, 1, 1)}
    facts = [*specimens.FACTS[:1], {**specimens.FACTS[1], part: other[part]}]
    meant = specimens.letter(body=specimens.body(source=specimens.STATED, facts=facts))
    (found,) = measure(pdf, meant).unprinted
    assert found.startswith("“Anyone" if part == "quotation" else "“The conference is open")


def test_a_recipients_own_text_that_is_lost_is_named():
    content = specimens.specimens()["facts"]
    without = specimens.letter(body=specimens.body(source=specimens.STATED, facts=specimens.FACTS))
    (found,) = measure(press.render(without).pdf, content).unprinted
    assert specimens.OWN_TEXT.startswith(found) and len(found) == 120


def test_a_cover_sheet_is_read_back():
    content = specimens.specimens()["covered"]
    pdf = press.render(content).pdf
    other = replace(content, cover=CoverContent(("A map",)), delivery_lines=("BY COURIER",))
    assert measure(pdf, other).unprinted == ("BY COURIER", "A map")
    missing = measure(press.render(replace(content, cover=None)).pdf, content).unprinted
    assert "This sheet and pages 1 to 6 make 4 sheets" in missing


def test_a_letter_that_asks_for_nothing_prints_no_deadline():
    body = specimens.body(source="We thank you.\n\n{% no_response %}")
    assert press.render(specimens.letter(body=body)).measures.unprinted == ()
    with_form = press.render(specimens.letter(body=body, form=FormContent("Foo", (("1", "A"),))))
    assert with_form.measures.unprinted == ()
    said = " ".join(pages.text(with_form.pdf).split())
    assert "return this form to Sample Organisation" in said and specimens.DEADLINE not in said


def test_a_page_without_the_closing_has_no_lines_with_the_signature():
    pdf = press.render(plain()).pdf
    assert measure(pdf, replace(plain(), closing="Yours,")) == Measures(("Yours,",), 0)


def test_the_head_of_a_later_page_is_no_line_of_the_letter():
    content = specimens.ending_at(30)
    rendered = press.render(content)
    assert rendered.pages == 3
    assert rendered.measures and 2 <= rendered.measures.lines_with_signature < 10
