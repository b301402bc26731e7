"""One paragraph set into lines as WeasyPrint sets it: by Pango, with WeasyPrint's own styles.

Where a line ends is first reckoned from the widths of words, which costs little. Whatever is
near to the edge is then shaped whole and compared as Pango compares it; what is nearer than
that, or unlike anything that was proven, raises Unproven, and the letter is set plainly.
"""

import re
from array import array
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import accumulate, pairwise
from typing import Any

from letters.merge.compositor.kept import Kept

_NARROW = 0.4  # em; most letters are wider
_CLOSE = 4.0  # CSS pixels; what word widths may be wrong by, and more
_MOST_WORDS = 20_000
_UNITS = 1024  # of Pango, to a CSS pixel
_TIE = 2 / _UNITS
# Letters written from right to left, marks that turn the direction, and soft hyphens.
_OTHERWISE = re.compile(
    "[\u00ad\u0590-\u08ff\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufb1d-\ufdff\ufe70-\ufeff]"
)


class Unproven(Exception):
    """The fast way does not know this; the sentence says what."""


@dataclass(frozen=True)
class Shaped:
    """A stretch of text of one style: how it is drawn, and how wide it is in CSS pixels."""

    drawn: bytes
    width: float


@dataclass(frozen=True)
class Piece:
    """What of one run stands on a line, and how far from the first line's edge it begins."""

    run: int
    text: str
    left: float
    shaped: Shaped


class Hand:
    """Sets text of one style. `fonts` are the widths noted in each font, by glyph."""

    def __init__(self, style: Any, fonts: dict[int, dict[int, int]]) -> None:
        from weasyprint.text import ffi, line_break
        from weasyprint.text import fonts as font_keys

        self._ffi, self._lines, self._key_of = ffi, line_break, font_keys.get_pango_font_key
        self.style = style
        self._fonts = fonts
        self._font: Any = None
        self._key: int | None = None
        self._points = 0.0
        self._widths: dict[int, int] = {}
        self._layout = line_break.Layout(style)
        self._is_spaced = style["letter_spacing"] != "normal"
        self._size = ffi.ffi.sizeof("PangoGlyphInfo")
        self._drawn = _Glyphs(self)
        self._shaped: Kept[str, Shaped] = Kept(4_000)
        self.words = _Words(self)
        self.space = self._line("x x")[1] - self._line("xx")[1]

    def shape(self, text: str) -> Shaped:
        return self._shaped.get(text, lambda: self._shape(text))

    def measure_word(self, text: str) -> tuple[float, float]:
        bare = text.rstrip(" ")
        width = self._line(bare)[1]
        return width, width + self.space * (len(text) - len(bare))

    def _line(self, text: str) -> tuple[Any, float]:
        if self._is_spaced:  # the spacing of a text stays with the layout
            self._layout = self._lines.Layout(self.style)
        self._layout.set_text(text)
        line, second = self._layout.get_first_line()
        if second is not None:
            raise Unproven("a line that breaks by itself")
        width, _height = self._lines.line_size(line, self.style)
        return line, width

    def _shape(self, text: str) -> Shaped:
        line, width = self._line(text)
        runs = []
        run = line.runs[0]
        while run != self._ffi.ffi.NULL:
            runs.append(self._glyphs(run.data))
            run = run.next
        return Shaped(f"[{''.join(runs)}] TJ".encode(), width)

    def _glyphs(self, item: Any) -> str:
        """What `weasyprint.draw.text.draw_first_line` writes for one run of glyphs."""
        string = item.glyphs
        if item.item.analysis.level % 2:
            raise Unproven("letters written from right to left")
        self._take(item.item.analysis.font)
        found = array("i")
        found.frombytes(self._ffi.ffi.buffer(string.glyphs, string.num_glyphs * self._size))
        step = self._size // 4
        if any(found[3::step]):
            raise Unproven("marks that stand above or below letters")
        glyphs = zip(found[0::step], found[1::step], found[2::step], strict=True)
        drawn = "<" + "".join(map(self._drawn.__getitem__, glyphs))
        return drawn[:-1] if drawn.endswith("<") else f"{drawn}>"

    def _take(self, font: Any) -> None:
        """A style is set in one font; where it is not, a character was found in another."""
        if font == self._font:
            return
        key, _description, points = self._key_of(font)
        if key not in self._fonts or self._key not in (None, key):
            raise Unproven("a character that was not foreseen")
        self._font, self._key, self._widths = font, key, self._fonts[key]
        self._points = points

    def draw_glyph(self, glyph: tuple[int, int, int]) -> str:
        number, width, aside = glyph
        if number not in self._widths:
            raise Unproven("a character that was not foreseen")
        width_here = width * 1000 * self._ffi.FROM_UNITS / self._points
        offset = aside / self._points
        kerning = self._widths[number] + offset - width_here
        before = f">{-offset}<" if offset else ""
        return f"{before}{number:04x}" + (f">{int(kerning)}<" if kerning else "")


class _Words(dict[str, tuple[float, float]]):
    """About how wide each word is, without the spaces behind it and with them."""

    def __init__(self, hand: Hand) -> None:
        self._hand = hand

    def __missing__(self, text: str) -> tuple[float, float]:
        if len(self) > _MOST_WORDS:
            self.clear()
        widths = self[text] = self._hand.measure_word(text)
        return widths


class _Glyphs(dict[tuple[int, int, int], str]):
    """How each glyph is drawn, by its number, its width here and how far it stands aside."""

    def __init__(self, hand: Hand) -> None:
        self._hand = hand

    def __missing__(self, glyph: tuple[int, int, int]) -> str:
        drawn = self[glyph] = self._hand.draw_glyph(glyph)
        return drawn


@dataclass(frozen=True)
class Measure:
    """The room of a paragraph. `indent` is how far the first line begins from the others' edge."""

    width: float
    indent: float
    wraps: bool


def set_lines(runs: list[tuple[Hand, str]], measure: Measure) -> list[list[Piece]]:
    """The lines of a paragraph whose spaces are collapsed. Raises Unproven."""
    paragraph = _Paragraph(runs)
    if _OTHERWISE.search(paragraph.text):
        raise Unproven("characters that change how a line is written or broken")
    length = len(paragraph.text)
    if not measure.wraps:
        return [paragraph.pieces(0, length, measure.indent)]
    start, left = 0, measure.indent
    if line := paragraph.on_one_line(measure):
        return [line]
    lines = []
    words = paragraph.words()
    while start < length:
        end = paragraph.end_of_line(words, start, measure.width - left)
        lines.append(paragraph.pieces(start, end, left))
        start, left = end, 0.0
    return lines


# A stretch after which the line may break: its end, its end without the space, and its width
# without the space and with it.
_Word = tuple[int, int, tuple[float, float]]


class _Paragraph:
    def __init__(self, runs: list[tuple[Hand, str]]) -> None:
        self.text = "".join(text for _hand, text in runs)
        self._hands = [hand for hand, _text in runs]
        self._edges = [0, *accumulate(len(text) for _hand, text in runs)]

    def on_one_line(self, measure: Measure) -> list[Piece] | None:
        """The whole paragraph, where one look at its length shows that it needs no second line."""
        room = measure.width - measure.indent - _CLOSE
        size = self._hands[0].style["font_size"]
        if len(self.text) * size * _NARROW > room or self.text.endswith(" "):
            return None
        pieces = self.pieces(0, len(self.text), measure.indent)
        width = sum(piece.shaped.width for piece in pieces)
        return pieces if width < room else None

    def words(self) -> list[_Word]:
        text = self.text
        ends = [*_breaks(text, self._hands[0].style["lang"]), len(text)]
        spans = list(pairwise([0, *ends]))
        if len(self._hands) == 1:
            known = self._hands[0].words
            widths = [known[text[a:b]] for a, b in spans]
        else:
            widths = [self._across(a, b) for a, b in spans]
        stops = (end - (text[end - 1] == " ") for end in ends)
        return list(zip(ends, stops, widths, strict=True))

    def _across(self, start: int, end: int) -> tuple[float, float]:
        """How wide a word is that may be partly emphasised."""
        widths = [self._hands[run].words[self.text[a:b]] for run, a, b in self._spans(start, end)]
        before = sum(whole for _bare, whole in widths[:-1])
        return before + widths[-1][0], before + widths[-1][1]

    def end_of_line(self, words: list[_Word], start: int, room: float) -> int:
        """The last break before which everything fits into `room`."""
        fitting, width = 0, 0.0
        for end, stop, (bare, whole) in words:
            if end <= start:
                continue
            slack = room - width - bare
            if slack < _CLOSE and (slack < -_CLOSE or not self._fits(start, stop, room)):
                break
            fitting, left = end, slack
            width += whole
        if not fitting:
            raise Unproven("a word that is wider than its line")
        self._prove_edge(fitting, left)
        return fitting

    def _prove_edge(self, end: int, slack: float) -> None:
        """Where a line ends with a run, WeasyPrint takes in the spaces that end it, or none."""
        if end in self._edges:
            is_open = end < len(self.text) and self.text[end - 1] != " "
            if is_open or (self.text[end - 1] == " " and slack < 2 * _CLOSE):
                raise Unproven("a line that ends where emphasis begins or ends")
        if end - 1 in self._edges[1:]:
            raise Unproven("a line that ends where emphasis begins or ends")

    def _fits(self, start: int, stop: int, room: float) -> bool:
        exact = sum(
            self._hands[run].shape(self.text[a:b]).width for run, a, b in self._spans(start, stop)
        )
        if abs(room - exact) <= _TIE:
            raise Unproven("a line that fits by less than can be told")
        return exact < room

    def pieces(self, start: int, end: int, left: float) -> list[Piece]:
        stop = start + len(self.text[start:end].rstrip(" "))
        pieces = []
        for run, a, b in self._spans(start, stop):
            text = self.text[a:b]
            if not text.strip(" "):
                raise Unproven("a space that stands alone")
            pieces.append(Piece(run, text, left, self._hands[run].shape(text)))
            left += pieces[-1].shaped.width
        if end > stop and end in self._edges:
            pieces[-1] = self._with_spaces(pieces[-1], self.text[stop:end])
        return pieces

    def _with_spaces(self, piece: Piece, spaces: str) -> Piece:
        """Spaces that end a run as well as its line are drawn, though they take no room."""
        drawn = self._hands[piece.run].shape(piece.text + spaces).drawn
        return replace(piece, shaped=Shaped(drawn, piece.shaped.width))

    def _spans(self, start: int, end: int) -> list[tuple[int, int, int]]:
        """Of which runs the text from `start` to `end` is made: run, its first and last place."""
        if len(self._hands) == 1:
            return [(0, start, end)]
        return [
            (run, max(start, a), min(end, b))
            for run, (a, b) in enumerate(pairwise(self._edges))
            if a < end and b > start
        ]


# Words that a line may break after wherever a space does, and nowhere else: what stands beside
# the space, brackets, quotation marks and dashes, can forbid it or allow more.
_SIMPLY = re.compile(r"[A-Za-zÀ-ɏ0-9](?:[A-Za-zÀ-ɏ0-9’]*[.,;:]?)")
_BOUNDED = re.compile(r"[A-Za-zÀ-ɏ0-9].*[A-Za-zÀ-ɏ0-9.,;:]")


def _breaks(text: str, language: str) -> list[int]:
    """Where a line may end, as Pango finds it."""
    places, at = [], 0
    for word in text.split(" "):
        inner = _inner_breaks(word, language)
        if inner is None:
            return _all_breaks(text, language)
        places += [at + place for place in inner]
        at += len(word) + 1
        places.append(at)
    return places[:-1]


@lru_cache(maxsize=20_000)
def _inner_breaks(word: str, language: str) -> tuple[int, ...] | None:
    """Where a word may be broken; None where what stands around it decides that too."""
    if _SIMPLY.fullmatch(word):
        return ()
    if not _BOUNDED.fullmatch(word):
        return None
    return tuple(_all_breaks(word, language))


def _all_breaks(text: str, language: str) -> list[int]:
    from weasyprint.text.ffi import ffi
    from weasyprint.text.line_break import get_log_attrs

    attributes = array("I")
    attributes.frombytes(ffi.buffer(get_log_attrs(text, language)))
    return [place for place in range(1, len(text)) if attributes[place] & 1]
