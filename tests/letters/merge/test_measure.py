"""What the finished pages are found to say."""

from dataclasses import replace

import pytest

from letters.merge import press
from letters.merge.measure import Measures, measure
from tests.letters.merge import specimens


def plain():
    return specimens.specimens()["plain"]


@pytest.mark.parametrize("name", ["everything", "foreign", "copy-in-window", "two-windows"])
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


def test_a_page_without_the_closing_has_no_lines_with_the_signature():
    pdf = press.render(plain()).pdf
    assert measure(pdf, replace(plain(), closing="Yours,")) == Measures(("Yours,",), 0)


def test_the_head_of_a_later_page_is_no_line_of_the_letter():
    content = specimens.ending_at(30)
    rendered = press.render(content)
    assert rendered.pages == 3
    assert rendered.measures and 2 <= rendered.measures.lines_with_signature < 10
