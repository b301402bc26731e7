"""Where lines may end is found word by word, and is what Pango finds in the whole text."""

import warnings
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from letters.management.bench import adversary, mailing
from letters.merge.compositor import lines

# Importing it warns where the system has no fonts; the press's child has its own.
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import weasyprint  # noqa: F401

WORDS = [*adversary.PIECES, "the", "of", "and", "2026", "U.S.C.", "non-discrimination"]


@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=12))
def test_breaks_are_those_of_the_whole_text(words):
    text = " ".join(words)
    assert lines._breaks(text, "en-US") == [*lines._all_breaks(text, "en-US"), len(text)]


@pytest.mark.django_db
def test_breaks_of_real_letters_are_those_of_the_whole_text():
    for content in mailing.contents(30):
        for text in (content.subject, content.addressee, *content.address_lines):
            found = lines._breaks(text, "en-US")
            assert found == [*lines._all_breaks(text, "en-US"), len(text)]


@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=12), st.integers(1, 40))
def test_breaks_that_are_sought_part_by_part_are_those_of_the_whole_text(words, step):
    text = " ".join(words)
    hand = SimpleNamespace(style={"lang": "en-US"})
    paragraph = lines._Paragraph([(hand, text)])
    found, start = [], 0
    while start < len(text):
        ends = paragraph._ends(start, start + step)
        found += ends
        start = ends[-1]
    assert found == [*lines._all_breaks(text, "en-US"), len(text)]
