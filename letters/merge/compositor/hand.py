"""Text of one style as WeasyPrint sets it: by Pango, with WeasyPrint's own styles.

Asking Pango takes longer than all else of a letter. Where a font sets plain text pair by pair,
Pango is asked once for each pair, and lines are put together from that.
"""

import re
import unicodedata
from array import array
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from letters.merge.compositor import packing
from letters.merge.compositor.breaks import free_breaks
from letters.merge.compositor.frames import Steps
from letters.merge.compositor.pairs import Pairs

_MOST_WORDS, _MOST_TEXTS = 20_000, 2_000
# Letters written from right to left, marks that turn the direction, soft hyphens, and unusual
# spaces: a no-break space at the end of a word, too, takes no room at the end of a line.
_OTHERWISE = re.compile(
    "[\u00ad\u0590-\u08ff\u1680\u2000-\u200f\u2028-\u202f\u205f-\u2069\u3000\ufb1d-\ufdff"
    "\ufe70-\ufeff]|\u00a0(?: |$)"
)
_LATIN = re.compile("[A-Za-zÀ-ſ]")
# Styles that ask a font for more than it does by itself.
_UNASKED = {
    "letter_spacing": "normal",
    "font_kerning": "auto",
    "font_variant_ligatures": "normal",
    "font_variant_position": "normal",
    "font_variant_caps": "normal",
    "font_variant_numeric": "normal",
    "font_variant_alternates": "normal",
    "font_variant_east_asian": "normal",
    "font_feature_settings": "normal",
}


class Unproven(Exception):
    """The fast way does not know this; the sentence says what."""


@dataclass(frozen=True)
class Face:
    """A font of the file: the widths noted in it, by glyph, and what it does with plain text.

    `read_back` are the characters that are read from the file as they were typed.
    """

    widths: dict[int, int]
    pairs: Pairs
    read_back: frozenset[str]


class Shaped(NamedTuple):
    """A stretch of text of one style: how it is drawn, and how wide it is in CSS pixels."""

    drawn: bytes
    width: float


# How glyphs are drawn, and how far they reach in units of Pango.
_Set = tuple[str, int]


class Hand:
    """Sets text of one style. `faces` are the fonts of the file by their key."""

    def __init__(self, style: Any, faces: Mapping[int, Face]) -> None:
        from weasyprint.text import ffi, line_break
        from weasyprint.text import fonts as font_keys

        self._ffi, self._lines, self._key_of = ffi, line_break, font_keys.get_pango_font_key
        self.style = style
        self.size: float = style["font_size"]
        self._faces = faces
        self._font: Any = None
        self._key: int | None = None
        self._points = 0.0
        self._widths: dict[int, int] = {}
        self._layout = line_break.Layout(style)
        # What stands before and after a name is the same in each letter.
        self._prove = lru_cache(maxsize=_MOST_TEXTS)(self._prove_beyond_ascii)
        # A letter has the same name in many paragraphs.
        self.steps = lru_cache(maxsize=_MOST_TEXTS)(self._steps)
        self._is_spaced = style["letter_spacing"] != "normal"
        self._size = ffi.ffi.sizeof("PangoGlyphInfo")
        self._drawn = _Glyphs(self)
        self._shape("n n")
        self._plain = _PlainWords(self, self._pairs())
        self.shaped = _ShapedTexts(self)
        self.words = _Words(self)
        self.space = self._line("x x")[1] - self._line("xx")[1]

    def _pairs(self) -> Pairs | None:
        """What the style's font does with plain text; None where the style asks for more."""
        asks = any(self.style[name] != value for name, value in _UNASKED.items())
        return None if asks or self._key is None else self._faces[self._key].pairs

    def shape(self, text: str) -> Shaped:
        return self._composed(text) or self._shape(text)

    def prove(self, text: str) -> None:
        """Raises Unproven where a line would be written or broken otherwise, or where the file
        would say the text as another that looks the same."""
        if not text.isascii():
            self._prove(text)

    def _prove_beyond_ascii(self, text: str) -> None:
        if _OTHERWISE.search(text):
            raise Unproven("characters that change how a line is written or broken")
        if self._key is None:
            return
        is_composed = unicodedata.is_normalized("NFC", text)
        if not is_composed or not self._faces[self._key].read_back.issuperset(text):
            raise Unproven("a character that was not foreseen or is read as another")

    def measure_word(self, word: str) -> float:
        try:
            return float(self._plain[word][1] * self._ffi.FROM_UNITS)
        except KeyError:
            return self._line(word)[1] if word else 0.0

    def _steps(self, text: str, language: str) -> Steps | None:
        """What the text is made of, whatever stands around it; None where that matters."""
        ends = free_breaks(text, language)
        if ends is None:
            return None
        parts = [text[start:end] for start, end in zip([0, *ends], ends, strict=False)]
        widths = [self.words[part.removesuffix(" ")] for part in parts]
        spaces = [self.space if part.endswith(" ") else 0.0 for part in parts]
        return Steps([*map(len, parts)], widths, spaces)

    def sets_alone(self, text: str) -> bool:
        """Whether a space behind the text moves nothing of it, as in a line put together."""
        return bool(_LATIN.search(text)) and text.rpartition(" ")[2] in self._plain

    def _composed(self, text: str) -> Shaped | None:
        """The text put together from its words; None where one of them is not plain.

        Without a letter it is no run of Latin to Pango, for which a font may have other rules.
        """
        if not _LATIN.search(text):
            return None
        try:
            words, reaches = zip(*map(self._plain.__getitem__, text.split(" ")), strict=True)
        except KeyError:
            return None
        drawn, reach = self._plain.space
        units = sum(reaches) + reach * (len(words) - 1)
        return Shaped(_shown(_closed(f"<{drawn.join(words)}")), units * self._ffi.FROM_UNITS)

    def probe(self, word: str) -> list[_Set]:
        """Each glyph of a word as it is set within Latin text, lean."""
        line, _width = self._line(f"n {word} n")
        run = line.runs[0]
        if run.next != self._ffi.ffi.NULL:
            return []
        glyphs = self._glyphs(run.data)
        return [(_lean(self._drawn[glyph]), glyph[1]) for glyph in glyphs[1:-1]]

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
            drawn = map(self._drawn.__getitem__, self._glyphs(run.data))
            runs.append(_closed("<" + "".join(drawn)))
            run = run.next
        return Shaped(packing.lean(_shown("".join(runs))), width)

    def _glyphs(self, item: Any) -> list[tuple[int, int, int]]:
        """One run: of each glyph its number, how far it reaches and how far it stands aside."""
        string = item.glyphs
        if item.item.analysis.level % 2:
            raise Unproven("letters written from right to left")
        self._take(item.item.analysis.font)
        found = array("i")
        found.frombytes(self._ffi.ffi.buffer(string.glyphs, string.num_glyphs * self._size))
        step = self._size // 4
        if any(found[3::step]):
            raise Unproven("marks that stand above or below letters")
        return list(zip(found[0::step], found[1::step], found[2::step], strict=True))

    def _take(self, font: Any) -> None:
        """A style is set in one font; where it is not, a character was found in another."""
        if font == self._font:
            return
        key, _description, points = self._key_of(font)
        if key not in self._faces or self._key not in (None, key):
            raise Unproven("a character that was not foreseen")
        self._font, self._key, self._widths = font, key, self._faces[key].widths
        self._points = points

    def draw_glyph(self, glyph: tuple[int, int, int]) -> str:
        """What `weasyprint.draw.text.draw_first_line` writes for it."""
        number, width, aside = glyph
        if number not in self._widths:
            raise Unproven("a character that was not foreseen")
        width_here = width * 1000 * self._ffi.FROM_UNITS / self._points
        offset = aside / self._points
        kerning = self._widths[number] + offset - width_here
        before = f">{-offset}<" if offset else ""
        return f"{before}{number:04x}" + (f">{int(kerning)}<" if kerning else "")


def _closed(drawn: str) -> str:
    return drawn[:-1] if drawn.endswith("<") else f"{drawn}>"


def _lean(drawn: str) -> str:
    """One glyph of many as `packing.lean` leaves it."""
    return drawn.replace(">0<", "")


def _shown(drawn: str) -> bytes:
    return f"[{drawn}] TJ".encode()


class _PlainWords(dict[str, _Set]):
    """How a word of plain text is set. Raises KeyError for one that is not.

    A letter is known by itself and the next one, the last by itself and a space. Where letters
    are joined Pango sets the word.
    """

    def __init__(self, hand: Hand, pairs: Pairs | None) -> None:
        self._hand = hand
        self._characters = pairs.characters if pairs else frozenset()
        self._joined = pairs.joined if pairs else frozenset()
        self._letters: dict[tuple[str, str], _Set] = {}
        self.space = hand.probe("n")[0] if self._characters else ("", 0)

    def __missing__(self, word: str) -> _Set:
        if not word or not self._characters.issuperset(word):
            raise KeyError(word)
        pairs = list(zip(word, f"{word[1:]} ", strict=True))
        try:
            letters = [*map(self._letters.__getitem__, pairs)]
        except KeyError:
            letters = self._ask(word, pairs)
        if len(self) > _MOST_WORDS:
            self.clear()
        glyphs, reaches = zip(*letters, strict=True)
        found = self[word] = "".join(glyphs), sum(reaches)
        return found

    def _ask(self, word: str, pairs: list[tuple[str, str]]) -> list[_Set]:
        letters = self._hand.probe(word)[1:-1]
        if not letters:
            raise KeyError(word)
        if self._joined.isdisjoint(pairs):
            if len(letters) != len(word):
                raise KeyError(word)
            self._letters.update(zip(pairs, letters, strict=True))
        return letters


class _ShapedTexts(dict[str, Shaped]):
    """How each text is set as a stretch of its own."""

    def __init__(self, hand: Hand) -> None:
        self._hand = hand

    def __missing__(self, text: str) -> Shaped:
        if len(self) > _MOST_TEXTS:
            self.clear()
        shaped = self[text] = self._hand.shape(text)
        return shaped


class _Words(dict[str, float]):
    """About how wide each word is."""

    def __init__(self, hand: Hand) -> None:
        self._hand = hand

    def __missing__(self, word: str) -> float:
        if len(self) > _MOST_WORDS:
            self.clear()
        width = self[word] = self._hand.measure_word(word)
        return width


class _Glyphs(dict[tuple[int, int, int], str]):
    """How each glyph is drawn, by its number, its width here and how far it stands aside."""

    def __init__(self, hand: Hand) -> None:
        self._hand = hand

    def __missing__(self, glyph: tuple[int, int, int]) -> str:
        drawn = self[glyph] = self._hand.draw_glyph(glyph)
        return drawn
