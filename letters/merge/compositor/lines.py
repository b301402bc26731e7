"""One paragraph set into lines as WeasyPrint sets it.

Where a line ends is first reckoned from the widths of words, which costs little. Whatever is
near to the edge, or narrower than its words, is then shaped whole and compared as Pango compares
it; what is nearer than that, or unlike anything that was proven, raises Unproven, and the letter
is set plainly.
"""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, pairwise, takewhile
from operator import add
from typing import NamedTuple

from letters.merge.compositor.breaks import all_breaks, breaks, free_breaks
from letters.merge.compositor.frames import Frame, Steps
from letters.merge.compositor.hand import Hand, Shaped, Unproven
from letters.merge.compositor.kept import Kept

_NARROW = 0.4  # em; most letters are wider
_CLOSE = 4.0  # CSS pixels; what word widths may be wrong by, and more
_UNITS = 1024  # of Pango, to a CSS pixel
_TIE = 2 / _UNITS
_AT_EMPHASIS = "a line that ends where emphasis begins or ends"


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
    `rests` has all lines from there. `frame` is what is known of the words on both sides.
    """

    def __init__(self) -> None:
        self.frame: Frame | None = None
        self.begun: list[_Begun] = []
        self.rests: Kept[Spans, Lines] = Kept(500)


def set_lines(runs: list[tuple[Hand, str]], measure: Measure, seen: Seen) -> Lines:
    """The lines of a paragraph whose spaces are collapsed. Raises Unproven.

    `seen` is of paragraphs with the same hands and measure.
    """
    for hand, text in runs:
        hand.prove(text)
    if measure.wraps and (line := _on_one_line(runs, measure)):
        return [line]
    paragraph = _Paragraph(runs, seen)
    length = len(paragraph.text)
    if not measure.wraps:
        return [paragraph.pieces(0, length, measure.indent)]
    begun = [*takewhile(paragraph.begins_like, seen.begun)]
    lines = [one.line for one in begun]
    start = begun[-1].end if begun else 0
    rests: list[tuple[int, Spans]] = []
    while start < length:
        if lines and paragraph.is_behind_names(start):
            rest = paragraph.rest(start)
            if found := seen.rests.find(rest):
                lines += found
                break
            rests.append((len(lines), rest))
        left = 0.0 if lines else measure.indent
        line, end, examined = paragraph.line(start, left, measure.width)
        lines.append(line)
        if end < length:
            begun.append(paragraph.beginning(examined, end, line))
        start = end
    seen.begun = begun
    for number, rest in rests:
        seen.rests.keep(rest, lines[number:])
    return lines


def _on_one_line(runs: list[tuple[Hand, str]], measure: Measure) -> Line | None:
    """The whole paragraph, where one look at its length shows that it needs no second line."""
    room = measure.width - measure.indent - _CLOSE
    least = sum([len(text) for _hand, text in runs]) * runs[0][0].size * _NARROW
    if least > room or runs[-1][1].endswith(" "):
        return None
    line, left = [], measure.indent
    for run, (hand, text) in enumerate(runs):
        line.append(_piece(run, hand, text, left))
        left += line[-1].shaped.width
    return line if left - measure.indent < room else None


def _piece(run: int, hand: Hand, text: str, left: float) -> Piece:
    if not text.strip(" "):
        raise Unproven("a space that stands alone")
    return Piece(run, text, left, hand.shaped[text])


class _Stretches(NamedTuple):
    """The text in parts, a line may end after each.

    Of each where it ends, how far all before it reach, and the space that ends it.
    """

    ends: list[int]
    before: list[float]
    spaces: list[float]

    def reach(self, number: int) -> float:
        """How far the text reaches with this part, but without the space behind it."""
        return self.before[number + 1] - self.spaces[number]


def _width(line: Line) -> float:
    return sum([piece.shaped.width for piece in line])


class _Paragraph:
    def __init__(self, runs: list[tuple[Hand, str]], seen: Seen) -> None:
        self.text = "".join([text for _hand, text in runs])
        self._hands = [hand for hand, _text in runs]
        self._edges = [0, *accumulate([len(text) for _hand, text in runs])]
        self._seen = seen

    def begins_like(self, begun: _Begun) -> bool:
        return self.text.startswith(begun.text) and self._clipped(len(begun.text)) == begun.edges

    def beginning(self, examined: int, end: int, line: Line) -> _Begun:
        return _Begun(self.text[:examined], self._clipped(examined), end, line)

    def _clipped(self, end: int) -> list[int]:
        return [min(edge, end) for edge in self._edges]

    def is_behind_names(self, start: int) -> bool:
        """Whether from here on letters may go on alike, as far as is known of them."""
        frame = self._seen.frame
        return frame is None or start >= len(self.text) - len(frame.tail)

    def rest(self, start: int) -> Spans:
        spans = self._spans(start, len(self.text))
        return tuple([(run, self.text[a:b]) for run, a, b in spans])

    def line(self, start: int, left: float, width: float) -> tuple[Line, int, int]:
        """The line from `start` with all that fits into `width`, where it ends, and up to where
        that shows."""
        found, room = self._stretches, width - left
        first = bisect_right(found.ends, start)
        room_to = room + found.before[first]
        at = self._reckoned(first, start, room, room_to)
        line = self.pieces(start, found.ends[at - 1], left)
        slack = room - _width(line)
        # Fonts may draw words together, so that many take less room than each by itself.
        if slack - (room_to - found.reach(at - 1)) > _CLOSE / 4:
            while at < len(found.ends) and self._fits(at, start, room):
                at += 1
            line = self.pieces(start, found.ends[at - 1], left)
            slack = room - _width(line)
        if slack <= _TIE:
            raise Unproven("a line that fits by less than can be told")
        end = found.ends[at - 1]
        self._prove_edge(end, slack)
        if at == len(found.ends):
            return line, end, end
        self._prove_whole(end, found.ends[at])
        return line, end, self.text.find(" ", found.ends[at]) + 1 or len(self.text)

    def _reckoned(self, first: int, start: int, room: float, room_to: float) -> int:
        """The first stretch that goes beyond the room, by the widths of words."""
        found = self._stretches
        # Up to here there is room for each of them and the space behind it, so for all.
        at = max(bisect_right(found.before, room_to - _CLOSE, first) - 1, first)
        while at < len(found.ends) and self._has_room(at, start, room, room_to):
            at += 1
        if at == first:
            raise Unproven("a word that is wider than its line")
        return at

    def _has_room(self, at: int, start: int, room: float, room_to: float) -> bool:
        slack = room_to - self._stretches.reach(at)
        if abs(slack) >= _CLOSE:
            return slack > 0
        return self._fits(at, start, room)

    def _without_space(self, end: int) -> int:
        return end - 1 if self.text[end - 1] == " " else end

    @cached_property
    def _stretches(self) -> _Stretches:
        lengths, widths, spaces = self._steps()
        before = [*accumulate(map(add, widths, spaces), initial=0.0)]
        return _Stretches([*accumulate(lengths)], before, spaces)

    def _steps(self) -> Steps:
        """What the text is made of. What it has in common with others is known from them."""
        frame, text, language = self._seen.frame, self.text, self._hands[0].style["lang"]
        is_framed = frame is not None and frame.holds(text, self._edges)
        if frame and is_framed:
            middle = self._between(len(frame.head), len(text) - len(frame.tail))
            if middle is not None:
                return frame.around(middle)
        steps = self._measured(0, breaks(text, language))
        if not is_framed:
            narrowed = frame and frame.narrowed(text, self._edges, steps, language)
            self._seen.frame = narrowed or Frame.of(text, self._edges, steps)
        return steps

    def _between(self, first: int, last: int) -> Steps | None:
        """What stands there, whatever is around it; None where that matters."""
        text, language = self.text[first:last], self._hands[0].style["lang"]
        if all(edge <= first or edge >= last for edge in self._edges):
            run = bisect_right(self._edges, first, 1, len(self._hands)) - 1
            return self._hands[run].steps(text, language)
        ends = free_breaks(text, language)
        return None if ends is None else self._measured(first, [first + end for end in ends])

    def _measured(self, start: int, ends: list[int]) -> Steps:
        """The stretches from `start` that end at `ends`. One partly emphasised is reckoned in
        parts."""
        edges = [edge for edge in self._edges[1:-1] if ends and start < edge < ends[-1]]
        cuts = sorted({*ends, *edges}) if edges else ends
        stops = [*map(self._without_space, cuts)]
        parts = [self.text[a:b] for a, b in zip([start, *cuts], stops, strict=False)]
        widths: list[float] = []
        spaces: list[float] = []
        for hand, edge in zip(self._hands, self._edges[1:], strict=True):
            first, last = len(widths), bisect_right(cuts, edge)
            widths += map(hand.words.__getitem__, parts[first:last])
            spaces += [hand.space if cuts[n] > stops[n] else 0.0 for n in range(first, last)]
        if edges:
            before = [*accumulate(map(add, widths, spaces), initial=0.0)]
            at = [bisect_left(cuts, end) for end in ends]
            spaces = [spaces[n] for n in at]
            reach = [before[n + 1] - space for n, space in zip(at, spaces, strict=True)]
            begins = [0.0, *(before[n + 1] for n in at)]
            widths = [b - a for a, b in zip(begins, reach, strict=False)]
        lengths = [b - a for a, b in zip([start, *ends], ends, strict=False)]
        return Steps(lengths, widths, spaces)

    def _prove_edge(self, end: int, slack: float) -> None:
        """Where a line ends with a run, WeasyPrint takes in the spaces that end it, or none."""
        if end in self._edges:
            is_open = end < len(self.text) and self.text[end - 1] != " "
            if is_open or (self.text[end - 1] == " " and slack < 2 * _CLOSE):
                raise Unproven(_AT_EMPHASIS)
        if end - 1 in self._edges[1:]:
            raise Unproven(_AT_EMPHASIS)

    def _prove_whole(self, end: int, behind: int) -> None:
        """What has no room and is partly emphasised WeasyPrint may yet break: between two runs by
        the letters on both sides alone, beside a space there, and within each run by that alone."""
        if len(self._hands) == 1:
            return
        language = self._hands[0].style["lang"]
        stop = self._without_space(behind)
        edges = [edge for edge in self._edges[1:-1] if end < edge < stop]
        for edge in edges:
            beside = self.text[edge - 1 : edge + 1]
            if " " in beside or all_breaks(beside, language):
                raise Unproven(_AT_EMPHASIS)
        for run, _first, _last in self._spans(end, behind) if edges else ():
            first, last = self._edges[run : run + 2]
            alone = all_breaks(self.text[first:last], language)
            if any(end < first + place < behind for place in alone):
                raise Unproven(_AT_EMPHASIS)

    def _fits(self, at: int, start: int, room: float) -> bool:
        spans = self._spans(start, self._without_space(self._stretches.ends[at]))
        slack = room - sum([self._hands[run].shaped[self.text[a:b]].width for run, a, b in spans])
        if abs(slack) <= _TIE or (slack < 0 and slack + self._drawn_in(*spans[-1]) >= -_TIE):
            raise Unproven("a line that fits by less than can be told")
        return slack > 0

    def _drawn_in(self, run: int, start: int, stop: int) -> float:
        """How much narrower a text of one run is for the sake of the character behind it, with
        which Pango measures it."""
        shaped, text = self._hands[run].shaped, self.text[start:stop]
        behind = self.text[stop : min(stop + 1, self._edges[run + 1])]
        if not behind or (behind == " " and self._hands[run].sets_alone(text)):
            return 0.0
        return shaped[text].width + shaped[behind].width - shaped[text + behind].width

    def pieces(self, start: int, end: int, left: float) -> list[Piece]:
        text = self.text[start:end].rstrip(" ")
        stop = start + len(text)
        if len(self._hands) == 1 and text and (end == stop or end < len(self.text)):
            return [Piece(0, text, left, self._hands[0].shaped[text])]
        pieces = []
        for run, a, b in self._spans(start, stop):
            pieces.append(_piece(run, self._hands[run], self.text[a:b], left))
            left += pieces[-1].shaped.width
        if end > stop and end in self._edges:
            pieces[-1] = self._with_spaces(pieces[-1], self.text[stop:end])
        return pieces

    def _with_spaces(self, piece: Piece, spaces: str) -> Piece:
        """Spaces that end a run as well as its line are drawn, though they take no room."""
        drawn = self._hands[piece.run].shaped[piece.text + spaces].drawn
        return Piece(piece.run, piece.text, piece.left, Shaped(drawn, piece.shaped.width))

    def _spans(self, start: int, end: int) -> list[tuple[int, int, int]]:
        """Of which runs the text from `start` to `end` is made: run, its first and last place."""
        if len(self._hands) == 1:
            return [(0, start, end)]
        return [
            (run, max(start, a), min(end, b))
            for run, (a, b) in enumerate(pairwise(self._edges))
            if a < end and b > start
        ]
