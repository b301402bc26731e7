"""Lines are those that WeasyPrint breaks, and the same whatever letters were set before."""

import random
import warnings
from contextlib import suppress
from itertools import chain, pairwise
from typing import Any

import pytest
from markupsafe import escape

from letters.management.bench import adversary
from letters.merge import typefaces
from letters.merge.compositor.hand import Face, Hand, Unproven
from letters.merge.compositor.lines import Lines, Measure, Seen, set_lines
from letters.merge.compositor.pairs import Pairs
from letters.merge.compositor.reading import boxes_of

# Importing it warns where the system has no fonts; the press's child has its own.
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import weasyprint
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.text.line_break import split_first_line

# Words that are drawn together with what stands beside them, besides those of the bench.
WORDS = [
    *(word for word in adversary.PIECES if word.isascii()),
    *("A", "P,", "Y", "the", "students’", "Fellows’", "V…V", "…Trust", "Y—A", "T-T-T", "A/A/A"),
    *("We", "ask", "to", "answer", "of", "and", "(a)", "“b”", "-5", "5-", "’s", "x\u00a0y"),
]


class OneFont(dict[int, Face]):
    """Every font is this one."""

    def __init__(self, face: Face) -> None:
        self._face = face

    def __contains__(self, key: object) -> bool:
        return True

    def __getitem__(self, key: int) -> Face:
        return self._face


class AnyGlyph(dict[int, int]):
    def __contains__(self, glyph: object) -> bool:
        return True

    def __getitem__(self, glyph: int) -> int:
        return 0


class Setter:
    """Sets paragraphs by WeasyPrint, and knows the hands of plain and of emphasised words."""

    def __init__(self, typeface: str) -> None:
        files = typefaces.TYPEFACES[typeface].files[:2]
        faces = "".join(
            f"@font-face {{ font-family: one; font-weight: {weight}; src: url({file.as_uri()}) }}"
            for weight, file in zip(("normal", "bold"), files, strict=True)
        )
        self._fonts = FontConfiguration()
        style = f"{faces} p {{ font: 14px one; margin: 0 }}"
        self._sheet = weasyprint.CSS(string=style, font_config=self._fonts)
        [[boxes]] = self.set(["<p>one <strong>two</strong></p>"])
        read_back = frozenset("".join(WORDS) + " ")
        self.hands = [
            Hand(box.style, OneFont(Face(AnyGlyph(), Pairs(file.read_bytes()), read_back)))
            for box, file in zip(boxes, files, strict=True)
        ]

    def set(self, paragraphs: list[str]) -> list[list[list[Any]]]:
        """Of each paragraph its lines, and of each line its text boxes."""
        html = weasyprint.HTML(string="<html lang=en-US>" + "".join(paragraphs))
        found: dict[int, list[list[Any]]] = {}
        pages = html.render(font_config=self._fonts, stylesheets=[self._sheet]).pages
        for box in chain.from_iterable(page._page_box.descendants() for page in pages):
            if box.element_tag == "p" and type(box).__name__ == "BlockBox":
                found.setdefault(id(box.element), []).extend(map(boxes_of, box.children))
        return list(found.values())


@pytest.fixture(scope="module", params=typefaces.TYPEFACES)
def setter(request):
    return Setter(request.param)


@pytest.fixture
def hands(setter):
    return setter.hands


def by_weasyprint(hand: Hand, text: str, measure: Measure) -> list[str]:
    found: list[str] = []
    rest = text
    while rest:
        room = measure.width - (0 if found else measure.indent)
        _layout, _length, resume, *_size = split_first_line(rest, hand.style, None, room, 0)
        line = rest.encode()[:resume].decode()
        found.append(line.rstrip(" "))
        rest = rest[len(line) :]
    return found


def said(lines: Lines) -> list[list[tuple[int, str]]]:
    return [[(piece.run, piece.text) for piece in line] for line in lines]


def words(chance: random.Random, most: int) -> str:
    return " ".join(chance.choices(WORDS, k=chance.randint(1, most)))


def close_to_a_break(chance: random.Random, hand: Hand, text: str) -> float:
    """A width in which a line of the text just fits, or does not, by a little."""
    ends = [place for place, char in enumerate(text) if char == " "] or [len(text)]
    width = hand.shape(text[: chance.choice(ends)]).width
    while width > 600:
        width /= 2
    return max(width, 100) + chance.choice([-4.1, -4, -1, -0.3, -0.001, 0.001, 0.3, 1, 4, 4.1])


def test_lines_are_those_of_weasyprint(hands):
    chance = random.Random(1)
    proven = 0
    for _ in range(1500):
        hand, text = chance.choice(hands), words(chance, 40)
        measure = Measure(close_to_a_break(chance, hand, text), 0, True)
        try:
            lines = set_lines([(hand, text)], measure, Seen())
        except Unproven:
            continue
        proven += 1
        assert [line[0].text for line in lines] == by_weasyprint(hand, text, measure), measure
    assert proven > 1000


@pytest.mark.parametrize("word", ["A ", "P, A ", "students’ ", "V…", "…Trust", "Y—A ", "T-", "/A"])
def test_words_that_are_drawn_together_are_measured_together(hands, word):
    text = f"We ask {word * 30}to answer."
    proven = 0
    for hand in hands:
        for width in range(300, 400, 7):
            measure = Measure(width, 0, True)
            with suppress(Unproven):
                lines = set_lines([(hand, text)], measure, Seen())
                assert [line[0].text for line in lines] == by_weasyprint(hand, text, measure)
                proven += 1
    assert proven > 15


def test_a_text_said_to_be_set_alone_is_as_wide_before_a_space(hands):
    chance = random.Random(4)
    alone = 0
    for _ in range(1000):
        hand, text = chance.choice(hands), words(chance, 6)
        hand.shape(text)
        if hand.sets_alone(text):
            alone += 1
            asked = [hand._shape(said).width for said in (f"{text} n", " n", text)]
            assert asked[0] == pytest.approx(asked[1] + asked[2], abs=1e-6), text
    assert (alone > 500) == bool(hands[0]._plain._characters)


def emphasised(chance: random.Random) -> list[str]:
    """Words of which every other part is emphasised, wherever emphasis may begin."""
    parts = []
    for _ in range(chance.choice([2, 3, 4])):
        before = chance.choice(["", "", " ", "(", ",", "’s", "-", "“", ")", "sity "])
        behind = chance.choice([" ", " ", "", ",", "’s", "-", "…", ")", " Uni"])
        parts.append(f"{before}{words(chance, 8)}{behind}")
    return [part.lstrip(" ") if not number else part for number, part in enumerate(parts)]


def joined_once(parts: list[str]) -> list[str]:
    """Parts with no space behind another."""
    return [
        part.lstrip(" ") if before.endswith(" ") else part
        for before, part in pairwise([" ", *parts])
    ]


ODD_EMPHASIS = [
    ["It is either and/or ", ",http://example.org/a/b?c=d of it"],
    ["flfffi 'c' incomprehensibilities ", "( ", "of To "],
    ["Office & the w/o (Boston) W ", ")A incomprehensibilities I"],
    ["the officer of the Institute of Technology", " ) at (", "the", "), each of it"],
    ["We ask the University 16", ",1,000 of it"],
]


def test_emphasis_is_broken_as_weasyprint_breaks_it(setter):
    chance = random.Random(3)
    said = [(float(width), parts) for parts in ODD_EMPHASIS for width in range(110, 300, 4)]
    for _ in range(250):
        parts = joined_once(emphasised(chance))
        hand = chance.choice(setter.hands)
        said.append((round(close_to_a_break(chance, hand, "".join(parts)), 3), parts))
    marked = [
        f"<p style='width: {width}px'>"
        + "".join(
            f"<strong>{escape(part)}</strong>" if number % 2 else escape(part)
            for number, part in enumerate(parts)
        )
        for width, parts in said
    ]
    proven = 0
    for (width, parts), expected in zip(said, setter.set(marked), strict=True):
        runs = [(setter.hands[number % 2], part) for number, part in enumerate(parts)]
        with suppress(Unproven):
            lines = set_lines(runs, Measure(width, 0, True), Seen())
            assert [[piece.text for piece in line] for line in lines] == [
                [box.text for box in boxes] for boxes in expected
            ], (width, parts)
            proven += 1
    assert proven > 220


def paragraphs(chance: random.Random, hands: list[Hand]) -> list[list[tuple[Hand, str]]]:
    """The same paragraph with one name and another, in which words of the paragraph return."""
    fixed = [words(chance, 9) + " " for _ in range(chance.choice([2, 2, 3, 4]))]
    sure = " ".join(fixed).split()
    names = [words(chance, chance.choice([1, 4, 9])) for _ in range(4)]
    for _ in range(6):
        first = chance.randrange(len(sure))
        again = " ".join(sure[first : first + chance.randint(1, 4)])
        names.append(chance.choice([again, f"{names[-1]} {again}", f"{again} {names[0]}"])[:120])
    begins, ends = chance.choice(["", "“", "("]), chance.choice(["", ",", "’s", ")", "."])
    texts = [[f"{begins}{name}{ends} ".join(fixed).strip()] for name in names]
    if chance.random() < 0.5:  # the second mention is emphasised, or a part of it
        early = chance.choice([0, 0, 1, 2])
        texts = [
            [fixed[0], name[early:] or "x", f"{ends} {''.join(fixed[1:])}{name}"] for name in names
        ]
    return [[(hands[run % 2], part) for run, part in enumerate(parts)] for parts in texts]


def test_lines_are_the_same_whatever_was_seen_before(hands):
    chance = random.Random(2)
    proven = 0
    for _ in range(150):
        seen, said_before = Seen(), paragraphs(chance, hands)
        width = close_to_a_break(chance, hands[0], "".join(text for _hand, text in said_before[0]))
        measure = Measure(width, chance.choice([0, 12.5]), True)
        for runs in said_before * 2:
            try:
                alone = set_lines(runs, measure, Seen())
            except Unproven:
                alone = None
            try:
                lines = set_lines(runs, measure, seen)
            except Unproven:
                continue
            proven += 1
            assert alone is not None
            assert said(lines) == said(alone), runs
            assert [[p.shaped for p in line] for line in lines] == [
                [p.shaped for p in line] for line in alone
            ]
    assert proven > 1500
