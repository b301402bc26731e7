"""One paragraph set into lines as WeasyPrint sets it.

Where a line ends is first reckoned from the widths of words, which costs little. Whatever is
near to the edge is then shaped whole and compared as Pango compares it; what is nearer than
that, or unlike anything that was proven, raises Unproven, and the letter is set plainly.
"""

import re
from array import array
from bisect import bisect_right
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import accumulate, pairwise, repeat

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


@dataclass(frozen=True)
class Piece:
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

    Of each its end, its end without the space, its width without the space, and the width of
    all that stands before it.
    """

    ends: list[int]
    stops: list[int]
    widths: list[float]
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
        text = self.text
        ends = [*_breaks(text, self._hands[0].style["lang"]), len(text)]
        both = []
        run = 0
        for start, end in pairwise([0, *ends]):
            while self._edges[run + 1] <= start:
                run += 1
            if end <= self._edges[run + 1]:
                both.append(self._hands[run].words[text[start:end]])
            else:
                both.append(self._across(start, end))
        return _Words(
            ends,
            [end - (text[end - 1] == " ") for end in ends],
            [bare for bare, _whole in both],
            [0.0, *accumulate([whole for _bare, whole in both])],
        )

    def _across(self, start: int, end: int) -> tuple[float, float]:
        """How wide a word is that may be partly emphasised."""
        widths = [self._hands[run].words[self.text[a:b]] for run, a, b in self._spans(start, end)]
        before = sum(whole for _bare, whole in widths[:-1])
        return before + widths[-1][0], before + widths[-1][1]

    def end_of_line(self, words: _Words, start: int, room: float) -> int:
        """The last break before which everything fits into `room`."""
        first = bisect_right(words.ends, start)
        room_to = room + words.before[first]
        # Up to here there is room for each word and the space behind it, so for all of them.
        at = max(bisect_right(words.before, room_to - _CLOSE, first) - 1, first)
        while at < len(words.ends):
            slack = room_to - words.before[at] - words.widths[at]
            if slack < _CLOSE and (slack < -_CLOSE or not self._fits(start, words.stops[at], room)):
                break
            at += 1
        if at == first:
            raise Unproven("a word that is wider than its line")
        last = at - 1
        self._prove_edge(words.ends[last], room_to - words.before[last] - words.widths[last])
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
    words = text.split(" ")
    inner = [*map(_inner_breaks, words, repeat(language))]
    if None in inner:
        return _all_breaks(text, language)
    ends = [*accumulate([len(word) + 1 for word in words])]
    starts = [0, *ends[:-1]]
    within = [
        start + place for start, places in zip(starts, inner, strict=True) for place in places or ()
    ]
    return sorted([*ends[:-1], *within])


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
