"""One paragraph set into lines as WeasyPrint sets it.

Where a line ends is first reckoned from the widths of words, which costs little. Whatever is
near to the edge is then shaped whole and compared as Pango compares it; what is nearer than
that, or unlike anything that was proven, raises Unproven, and the letter is set plainly.
"""

import re
from array import array
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, pairwise, repeat
from operator import add, sub
from typing import NamedTuple

from letters.merge.compositor.hand import Hand, Shaped, Unproven
from letters.merge.compositor.kept import Kept

_NARROW = 0.4  # em; most letters are wider
_CLOSE = 4.0  # CSS pixels; what word widths may be wrong by, and more
_UNITS = 1024  # of Pango, to a CSS pixel
_TIE = 2 / _UNITS
# Letters written from right to left, marks that turn the direction, soft hyphens, and unusual
# spaces: a no-break space at the end of a word, too, takes no room at the end of a line.
_OTHERWISE = re.compile(
    "[\u00ad\u0590-\u08ff\u1680\u2000-\u200f\u2028-\u202f\u205f-\u2069\u3000\ufb1d-\ufdff"
    "\ufe70-\ufeff]|\u00a0(?: |$)"
)


class Piece(NamedTuple):
    """What of one run stands on a line, and how far from the first line's edge it begins."""

    run: int
    text: str
    left: float
    shaped: Shaped


@dataclass(frozen=True)
class Measure:
    """The room of a paragraph. `indent` is how far the first line begins from the others' edge."""

    width: float
    indent: float
    wraps: bool


Lines = list[list[Piece]]
# The lines that were made of what was left of a paragraph at the beginning of one of them.
Rests = Kept[tuple[tuple[int, str], ...], Lines]


def set_lines(runs: list[tuple[Hand, str]], measure: Measure, rests: Rests) -> Lines:
    """The lines of a paragraph whose spaces are collapsed. Raises Unproven.

    `rests` are of paragraphs with the same hands and measure: after a name all of them go on in
    the same words, and there are only so many at which a line can begin.
    """
    paragraph = _Paragraph(runs)
    if _OTHERWISE.search(paragraph.text):
        raise Unproven("characters that change how a line is written or broken")
    length = len(paragraph.text)
    if not measure.wraps:
        return [paragraph.pieces(0, length, measure.indent)]
    if line := paragraph.on_one_line(measure):
        return [line]
    words = paragraph.words()
    end = paragraph.end_of_line(words, 0, measure.width - measure.indent)
    lines = [paragraph.pieces(0, end, measure.indent)]
    begun = []
    while end < length:
        rest = paragraph.rest(end)
        if known := rests.find(rest):
            lines += known
            break
        begun.append(rest)
        start, end = end, paragraph.end_of_line(words, end, measure.width)
        lines.append(paragraph.pieces(start, end, 0.0))
    for number, rest in enumerate(begun, start=1):
        rests.keep(rest, lines[number:])
    return lines


@dataclass(frozen=True)
class _Words:
    """Stretches after each of which the line may break, in order.

    Of each its end, its end without the space, how far it reaches from the beginning of the
    paragraph without the space, and where it begins.
    """

    ends: list[int]
    stops: list[int]
    reach: list[float]
    before: list[float]


class _Paragraph:
    def __init__(self, runs: list[tuple[Hand, str]]) -> None:
        self.text = "".join([text for _hand, text in runs])
        self._hands = [hand for hand, _text in runs]
        self._edges = [0, *accumulate([len(text) for _hand, text in runs])]

    def rest(self, start: int) -> tuple[tuple[int, str], ...]:
        spans = self._spans(start, len(self.text))
        return tuple([(run, self.text[a:b]) for run, a, b in spans])

    def on_one_line(self, measure: Measure) -> list[Piece] | None:
        """The whole paragraph, where one look at its length shows that it needs no second line."""
        room = measure.width - measure.indent - _CLOSE
        size = self._hands[0].style["font_size"]
        if len(self.text) * size * _NARROW > room or self.text.endswith(" "):
            return None
        pieces = self.pieces(0, len(self.text), measure.indent)
        width = sum(piece.shaped.width for piece in pieces)
        return pieces if width < room else None

    def words(self) -> _Words:
        """A word that is partly emphasised is reckoned from its parts."""
        text = self.text
        ends = _breaks(text, self._hands[0].style["lang"])
        cuts = sorted({*ends, *self._edges[1:]})
        stops = [end - 1 if text[end - 1] == " " else end for end in cuts]
        parts = [text[start:stop] for start, stop in zip([0, *cuts], stops, strict=False)]
        widths: list[float] = []
        spaces: list[float] = []
        for hand, edge in zip(self._hands, self._edges[1:], strict=True):
            first, last = len(widths), bisect_right(cuts, edge)
            widths += map(hand.words.__getitem__, parts[first:last])
            spaces += [hand.space if cuts[n] > stops[n] else 0.0 for n in range(first, last)]
        before = [*accumulate(map(add, widths, spaces), initial=0.0)]
        if len(cuts) > len(ends):
            at = [bisect_left(cuts, end) for end in ends]
            stops = [stops[n] for n in at]
            spaces = [spaces[n] for n in at]
            before = [0.0, *(before[n + 1] for n in at)]
        reach = [*map(sub, before[1:], spaces)]
        return _Words(ends, stops, reach, before)

    def end_of_line(self, words: _Words, start: int, room: float) -> int:
        """The last break before which everything fits into `room`."""
        first = bisect_right(words.ends, start)
        room_to = room + words.before[first]
        # Up to here there is room for each word and the space behind it, so for all of them.
        at = max(bisect_right(words.before, room_to - _CLOSE, first) - 1, first)
        while at < len(words.ends):
            slack = room_to - words.reach[at]
            if slack < _CLOSE and (slack < -_CLOSE or not self._fits(start, words.stops[at], room)):
                break
            at += 1
        if at == first:
            raise Unproven("a word that is wider than its line")
        last = at - 1
        self._prove_edge(words.ends[last], room_to - words.reach[last])
        return words.ends[last]

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
        return piece._replace(shaped=Shaped(drawn, piece.shaped.width))

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
    """Where a line may end, as Pango finds it, and the end."""
    words = text.split(" ")
    inner = [*map(_inner_breaks, words, repeat(language))]
    if None in inner or not words[-1]:
        return [*_all_breaks(text, language), len(text)]
    ends = [*accumulate([len(word) + 1 for word in words])]
    ends[-1] -= 1
    if not any(inner):
        return ends
    begun = zip([0, *ends], inner, strict=False)
    within = [start + place for start, places in begun for place in places or ()]
    return sorted([*ends, *within])


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
