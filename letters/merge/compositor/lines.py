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
from itertools import accumulate, pairwise, repeat, takewhile
from operator import add, sub
from string import ascii_letters, digits
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


Line = list[Piece]
Lines = list[Line]
Spans = tuple[tuple[int, str], ...]


class _Begun(NamedTuple):
    """A line that ends at `end`, and up to where its paragraph was looked at to find that."""

    text: str
    edges: list[int]
    end: int
    line: Line


class Seen:
    """What letters before had in the place of a paragraph.

    Up to a name they begin in the same words: these are the lines of the last one. After a name
    all go on in the same words, and there are only so many at which a line can begin: for each
    `rests` has all lines from there.
    """

    def __init__(self) -> None:
        self.begun: list[_Begun] = []
        self.rests: Kept[Spans, Lines] = Kept(500)


def set_lines(runs: list[tuple[Hand, str]], measure: Measure, seen: Seen) -> Lines:
    """The lines of a paragraph whose spaces are collapsed. Raises Unproven.

    `seen` is of paragraphs with the same hands and measure.
    """
    paragraph = _Paragraph(runs)
    if _OTHERWISE.search(paragraph.text):
        raise Unproven("characters that change how a line is written or broken")
    for hand, text in runs:
        hand.prove_read(text)
    length = len(paragraph.text)
    if not measure.wraps:
        return [paragraph.pieces(0, length, measure.indent)]
    if line := paragraph.on_one_line(measure):
        return [line]
    begun = [*takewhile(paragraph.begins_like, seen.begun)]
    lines = [one.line for one in begun]
    start = begun[-1].end if begun else 0
    rests: list[tuple[int, Spans]] = []
    while start < length:
        left = 0.0
        if lines:
            rest = paragraph.rest(start)
            if found := seen.rests.find(rest):
                lines += found
                break
            rests.append((len(lines), rest))
        else:
            left = measure.indent
        end, examined = paragraph.end_of_line(start, measure.width - left)
        lines.append(paragraph.pieces(start, end, left))
        if end < length:
            begun.append(paragraph.beginning(examined, end, lines[-1]))
        start = end
    seen.begun = begun
    for number, rest in rests:
        seen.rests.keep(rest, lines[number:])
    return lines


class _Stretches(NamedTuple):
    """What follows a place in the text, in order; a line may end after each.

    Of each where it ends, where without the space behind it, how far it reaches from that place
    without the space, and where it begins.
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
        self._found = _Stretches([], [], [], [0.0])

    def begins_like(self, begun: _Begun) -> bool:
        return self.text.startswith(begun.text) and self._clipped(len(begun.text)) == begun.edges

    def beginning(self, examined: int, end: int, line: Line) -> _Begun:
        return _Begun(self.text[:examined], self._clipped(examined), end, line)

    def _clipped(self, end: int) -> list[int]:
        return [min(edge, end) for edge in self._edges]

    def rest(self, start: int) -> Spans:
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

    def end_of_line(self, start: int, room: float) -> tuple[int, int]:
        """The last break before which everything fits into `room`, and up to where that shows."""
        line = int(room / (self._hands[0].style["font_size"] * _NARROW))
        stop = start
        while True:
            found = self._found
            first = bisect_right(found.ends, start)
            room_to = room + found.before[first]
            # Up to here there is room for each of them and the space behind it, so for all.
            at = max(bisect_right(found.before, room_to - _CLOSE, first) - 1, first)
            while at < len(found.ends) and self._has_room(found, at, start, room, room_to):
                at += 1
            if at < len(found.ends) or found.ends[-1:] == [len(self.text)]:
                break
            stop += line if stop + 1.5 * line < len(self.text) else 2 * line
            self._found = self._stretches(start, stop)
        if at == first:
            raise Unproven("a word that is wider than its line")
        end = found.ends[at - 1]
        self._prove_edge(end, room_to - found.reach[at - 1])
        examined = self.text.find(" ", found.ends[at]) + 1 if at < len(found.ends) else 0
        return end, examined or len(self.text)

    def _has_room(
        self, found: _Stretches, at: int, start: int, room: float, room_to: float
    ) -> bool:
        slack = room_to - found.reach[at]
        return slack >= _CLOSE or (slack > -_CLOSE and self._fits(start, found.stops[at], room))

    def _stretches(self, start: int, stop: int) -> _Stretches:
        """What follows `start`, to about `stop`. A word partly emphasised is reckoned in parts."""
        text = self.text
        ends = self._ends(start, stop)
        edges = [edge for edge in self._edges[1:-1] if start < edge < ends[-1]]
        cuts = sorted({*ends, *edges}) if edges else ends
        stops = [end - 1 if text[end - 1] == " " else end for end in cuts]
        parts = [text[a:b] for a, b in zip([start, *cuts], stops, strict=False)]
        widths: list[float] = []
        spaces: list[float] = []
        for hand, edge in zip(self._hands, self._edges[1:], strict=True):
            first, last = len(widths), bisect_right(cuts, edge)
            widths += map(hand.words.__getitem__, parts[first:last])
            spaces += [hand.space if cuts[n] > stops[n] else 0.0 for n in range(first, last)]
        before = [*accumulate(map(add, widths, spaces), initial=0.0)]
        if edges:
            at = [bisect_left(cuts, end) for end in ends]
            stops = [stops[n] for n in at]
            spaces = [spaces[n] for n in at]
            before = [0.0, *(before[n + 1] for n in at)]
        return _Stretches(ends, stops, [*map(sub, before[1:], spaces)], before)

    def _ends(self, start: int, stop: int) -> list[int]:
        """Where a line that begins at `start` may end, to about `stop`.

        The words around say that, so whole words are looked at, and one more than is told of.
        """
        first = self.text.rfind(" ", 0, start) + 1
        while (last := self.text.find(" ", stop)) >= 0:
            window = self.text[first:last]
            to = window.rfind(" ") + 1
            ends = _breaks(window, self._hands[0].style["lang"])
            if ends := [first + end for end in ends if start < first + end <= first + to]:
                return ends
            stop = last + 1
        ends = _breaks(self.text[first:], self._hands[0].style["lang"])
        return [first + end for end in ends if first + end > start]

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
            self._hands[run].shaped[self.text[a:b]].width for run, a, b in self._spans(start, stop)
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
            pieces.append(Piece(run, text, left, self._hands[run].shaped[text]))
            left += pieces[-1].shaped.width
        if end > stop and end in self._edges:
            pieces[-1] = self._with_spaces(pieces[-1], self.text[stop:end])
        return pieces

    def _with_spaces(self, piece: Piece, spaces: str) -> Piece:
        """Spaces that end a run as well as its line are drawn, though they take no room."""
        drawn = self._hands[piece.run].shaped[piece.text + spaces].drawn
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
# Which letter or digit it is does not matter, so that each new reference is no new word.
_CLASSES = str.maketrans(ascii_letters + digits, "a" * len(ascii_letters) + "0" * len(digits))


def _breaks(text: str, language: str) -> list[int]:
    """Where a line may end, as Pango finds it, and the end."""
    words = text.split(" ")
    inner = [*map(_inner_breaks, text.translate(_CLASSES).split(" "), repeat(language))]
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
    """Where a word of these classes may be broken; None where what stands around it matters."""
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
