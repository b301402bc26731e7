"""Where lines may end is found word by word, and is what Pango finds in the whole text."""

import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from letters.management.bench import adversary, mailing
from letters.merge.compositor.breaks import all_breaks, breaks, free_breaks

# Importing it warns where the system has no fonts; the press's child has its own.
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import weasyprint  # noqa: F401

WORDS = [*adversary.PIECES, "the", "of", "and", "2026", "U.S.C.", "non-discrimination"]


@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=12))
def test_breaks_are_those_of_the_whole_text(words):
    text = " ".join(words)
    assert breaks(text, "en-US") == [*all_breaks(text, "en-US"), len(text)]


@pytest.mark.django_db
def test_breaks_of_real_letters_are_those_of_the_whole_text():
    for content in mailing.contents(30):
        for text in (content.subject, content.addressee, *content.address_lines):
            assert breaks(text, "en-US") == [*all_breaks(text, "en-US"), len(text)]


@given(*[st.lists(st.sampled_from(WORDS), max_size=6)] * 3)
def test_breaks_that_are_free_are_the_same_between_all_words(before, words, after):
    said = [[*before, "the"], words, ["of", *after]]
    head, middle, tail = ("".join(f"{word} " for word in part) for part in said)
    found = free_breaks(middle, "en-US")
    if found is None:
        return
    first, last = len(head), len(head + middle)
    whole = all_breaks(head + middle + tail, "en-US")
    assert [first + end for end in found] == [end for end in whole if first < end <= last]
    assert first in whole


def test_what_stands_around_a_bracket_matters():
    assert free_breaks("the (first) of", "en-US") is None
