"""Text put together from pairs of letters is what Pango makes of the whole."""

import random
from dataclasses import replace

import pytest
from markupsafe import escape

from letters.management.bench import adversary, mailing
from letters.merge import document, typefaces
from letters.merge.compositor.pairs import Pairs
from letters.merge.press import Press
from tests.letters.merge import specimens


def pairs(name: str) -> Pairs:
    return Pairs((typefaces.FOLDER / name).read_bytes())


def test_noto_sets_plain_text_pair_by_pair_but_for_its_joined_letters():
    for style in ("Regular", "Bold", "Italic", "BoldItalic"):
        found = pairs(f"NotoSerif-{style}.ttf")
        assert found.characters.issuperset("The Regents of Żółć University, 5§ (“A”) – 2026’s")
        assert found.joined == {("f", "f"), ("f", "i"), ("f", "l")}


def test_a_font_whose_rules_reach_across_spaces_sets_nothing_pair_by_pair():
    assert not pairs("LiberationSerif-Regular.ttf").characters


def test_marks_and_letters_of_other_scripts_are_not_plain():
    found = pairs("NotoSerif-Regular.ttf")
    assert found.characters.isdisjoint("\u0301\u00adΕКא\u200b©")


@pytest.fixture
def press():
    made = Press()
    yield made
    made.close()


_READ_OTHERWISE = {*"\u00a0\u2010\u2011\u0301\u0303"}


def lines(chance: random.Random) -> list[str]:
    """Names, addresses and odd words, each short enough for one line."""
    content = next(mailing.contents(1))
    said = [*content.address_lines, "Rensselaer", "AVATAR To Wa Ty LT.", "1–2 (a) “b” c’s"]
    words = [word for word in adversary.PIECES if len(word) < 20 and not _READ_OTHERWISE & {*word}]
    said += [" ".join(chance.choices(words, k=chance.randint(1, 4))) for _ in range(60)]
    return [line[:36].strip() or "x" for line in said]


@pytest.mark.parametrize("typeface", typefaces.TYPEFACES)
def test_many_lines_in_every_style_are_those_of_weasyprint(press, typeface):
    made = []
    for seed in range(4):
        said = lines(random.Random(seed))
        tags = ("", "em", "strong")
        body = "\n".join(
            f"<p><{tag}>{escape(line)}</{tag}></p>" if tag else f"<p>{escape(line)}</p>"
            for number, line in enumerate(said)
            for tag in (tags[number % 3],)
        )
        made.append(specimens.letter(body=body, typeface=typeface))
    has = typefaces._characters(typeface)
    characters = "".join(c for c in adversary.characters_of(made) if ord(c) in has)
    lacking = dict.fromkeys(c for c in map(chr, range(0x250, 0x3000)) if ord(c) not in has)
    letters = [
        document.make(
            replace(one, characters=characters, body=one.body.translate(str.maketrans(lacking)))
        )
        for one in made
    ]
    ways = [press.render(letter, by_class=True) for letter in letters]
    assert sum(bool(way.set_by) for way in ways) >= 2, [way.set_alone for way in ways]
    for letter, way in zip(letters, ways, strict=True):
        assert press.render(letter).pdf == way.pdf
