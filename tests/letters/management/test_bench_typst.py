"""What letters are measured beside: the same letter in Typst, promising the same."""

from contextlib import closing

import page
import pytest

from letters.management.bench import mailing, typst
from letters.merge import pages, press
from tests.letters.merge import structure

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not typst.is_installed(), reason="Typst is not installed"),
]
SHORT, LONG_ADDRESS, AMPERSAND = 0, 58, 59


@pytest.fixture(scope="module", params=[typst.Typst, typst.TypstBySource])
def other(request):
    with closing(request.param()) as kept:
        yield kept


@pytest.fixture(params=[SHORT, LONG_ADDRESS, AMPERSAND])
def letter(request):
    return list(mailing.contents(request.param + 1))[-1]


def lines(pdf: bytes) -> list[str]:
    """In the order of their words: what is side by side is not told in one order by both."""
    return sorted(" ".join(line.split()) for line in pages.text(pdf).splitlines())


def test_the_pages_are_ours_line_for_line(other, letter):
    ours, theirs = press.render(letter).pdf, other.set(letter)
    assert pages.page_count(theirs) == pages.page_count(ours) == 3
    assert lines(theirs) == lines(ours)
    assert "Page 2 of 3" in pages.text(theirs)


def test_the_tags_read_as_ours_do(other, letter):
    ours, theirs = (structure.read(pdf) for pdf in (press.render(letter).pdf, other.set(letter)))
    assert theirs.text.split() == ours.text.split()
    for role in ("BlockQuote", "LI", "Figure"):
        said = [[one.alternative for one in way.of(role)] for way in (theirs, ours)]
        assert said[0] == said[1] != []


@pytest.mark.parametrize("profile", ["ua1", "3u"])
def test_it_is_as_accessible_and_as_archival(other, letter, profile):
    report = page.validate_pdf_bytes(other.set(letter), profile=profile)
    assert report.is_compliant, str(report)
