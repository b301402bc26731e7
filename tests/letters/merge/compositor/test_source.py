"""A letter is read the same whether by itself or by what it has otherwise than the last."""

from dataclasses import replace

import pytest

from letters.management.bench import adversary, mailing
from letters.merge import document
from letters.merge.compositor.source import Reader, read
from tests.letters.merge import specimens

pytestmark = pytest.mark.django_db


def sources() -> list[str]:
    letters = [*mailing.contents(20), *specimens.specimens().values()]
    for letter in list(letters):
        letters += [letter, replace(letter, addressee="Ann & Bob", reference="CNF-2026-9999-X")]
    return [document.make(letter).html for letter in letters]


def test_letters_that_follow_each_other_are_read_as_by_themselves():
    reader = Reader()
    for number, source in enumerate(sources()):
        assert reader.read(source, str(number)) == read(source, str(number))


def test_odd_letters_are_read_as_by_themselves():
    reader = Reader()
    for content in adversary.contents(60, seed=3):
        source = document.make(content).html
        assert reader.read(source, "x") == read(source, "x")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("<p>a", "<b>a"),
        ("<p class='x'>a", "<p class='y'>a"),
        ('<meta name="description" content="a"><p>', '<meta name="description" content="b"><i>'),
        ('<p title="1" d="a">x<path d="b">', '<p title="1" d="c">y<path d="d">'),
        ('<path d="a"><path d="b">', '<path d="a"><path d="c">'),
        ('<path id=1 d="a">', '<path id=2 d="c">'),
        ("a<p>b</p>", "c<p>d</p>e"),
        ("", "x"),
        ("<p>a", "<p>a<p>b"),
        (
            '<meta name="description" content="a &amp;amp; b"><p>x',
            '<meta name="description" content="a &amp;amp; b"><p>y',
        ),
    ],
)
def test_other_tags_are_seen(before, after):
    reader = Reader()
    assert reader.read(before, "1") == read(before, "1")
    assert reader.read(after, "2") == read(after, "2")
