"""What a page's drawing says, line by line, in the order and with the breaks of PDFium.

PDFium takes text in the order in which it is drawn, one line after the other, and joins a line
that ends in a hyphen with the next one. Text that stands so that PDFium would have to weigh
where it belongs, a little higher, over other text, is Unknown here; where only the end of a
line is in doubt, the page has text but no lines.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from itertools import pairwise

from letters.merge.envelope import Box
from letters.merge.readback import drawings, pieces
from letters.merge.readback.glyphs import Font
from letters.merge.readback.pieces import Piece, Words
from letters.merge.readback.plain import Line, Sheet
from letters.pdf_frame import Unknown

_NUMBER = rb"-?\d+(?:\.\d*)?"
_PIECE = re.compile(
    rb"1 0 0 -1 (N) (N) Tm\n(/\w+) (N) Tf\n\[<([^\]\n]+)>\] TJ\n".replace(b"N", _NUMBER)
)
# All else that stands on our pages: it draws lines and pictures, and marks what is what.
_OTHER = re.compile(
    rb"(?:(?:[qQSBn]|f\*|W\*?|EMC|BMC|BDC|/Span|/Artifact|/Figure|<</MCID \d+>>"
    rb"|<</Type /Pagination>>|/[aA]N gs|/i[0-9a-f]+ Do|\[(?:N(?: N)*)?\] N d|N [wJjM]|N N [ml]"
    rb"|N N N (?:rg|RG)|N N N N re|N N N N N N cm)\n)*".replace(b"N", _NUMBER)
)
_DRAWN = re.compile(rb"(?:[0-9. -]++[ml]\n)++")  # a thousand lines of a QR code; none tried twice
_LONG = 300  # bytes between two texts: a drawing in it differs from letter to letter
_MOST_KEPT = 5_000  # of each kind, some ten megabytes in all
_HYPHENS = ("-", "\u00ad")
# So many texts back PDFium looks for one that is drawn twice, so many glyphs to the side.
_BACK, _UPON = 5, 1.3
_MARGIN = 0.3  # CSS pixels
# Of all that stands on the page one text takes so much of the width, and so many CSS pixels.
_WIDE, _NARROWEST = 0.85, 100.0


class _Step(Enum):
    """Where text stands that follows other text."""

    BESIDE = auto()
    BELOW = auto()  # or above: on a line of its own
    DIVIDED = auto()  # on the next line, which PDFium joins at the hyphen
    UNSURE = auto()


@dataclass(frozen=True, slots=True)
class _Gap:
    """What is drawn between two texts: how many states of drawing it ends, and in all begins."""

    ends: int
    begins: int


class Reader:
    """Reads pages that use these fonts. What was read once is remembered as it was written."""

    def __init__(self, fonts: Mapping[bytes, Font]) -> None:
        self._fonts = fonts
        self._words: dict[tuple[bytes, bytes], Words] = {}
        self._pieces: dict[bytes, Piece] = {}
        self._gaps: dict[bytes, _Gap] = {}
        self._steps: dict[tuple[Piece, Piece], _Step] = {}
        self._boxes: dict[bytes | Piece, list[Box]] = {}

    def sheet(self, drawing: bytes) -> Sheet:
        """Raises Unknown."""
        self._forget_much()
        drawn, _gaps = self._parts(drawing)
        _refuse_drawn_twice(drawn)
        steps = [self._steps.get(pair) or self._step(pair) for pair in pairwise(drawn)]
        is_sure = _Step.UNSURE not in steps and _has_direction(drawn)
        squeezed = "".join([piece.words.line.squeezed for piece in drawn])
        return Sheet(squeezed, _lines(drawn, steps) if is_sure else None)

    def boxes(self, drawing: bytes) -> list[Box]:
        """All that stands on the page, each in a box that may be a little large."""
        drawn, gaps = self._parts(drawing)
        marks: list[bytes | Piece] = [*drawn, *gaps]
        boxes: list[Box] = []
        for mark in marks:
            found = self._boxes.get(mark)
            boxes += self._boxes_of(mark) if found is None else found
        return boxes

    def _boxes_of(self, mark: bytes | Piece) -> list[Box]:
        if isinstance(mark, Piece):
            boxes = [mark.box]
        elif len(mark) > _LONG:
            return drawings.boxes(drawings.simpler(mark))
        else:
            boxes = drawings.boxes(mark)
        self._boxes[mark] = boxes
        return boxes

    def _forget_much(self) -> None:
        for kept in (self._words, self._pieces, self._gaps, self._steps, self._boxes):
            if len(kept) > _MOST_KEPT:
                kept.clear()

    def _parts(self, drawing: bytes) -> tuple[list[Piece], list[bytes]]:
        """The texts that are drawn, and what is drawn between them."""
        # Text begins with BT and ends with ET, so that every other part is text.
        parts = (drawing + b"\n").replace(b"ET\n", b"BT\n").split(b"BT\n")
        *between, behind = [self._gaps.get(gap) or self._gap(gap) for gap in parts[0::2]]
        depth = 1
        for gap in between:
            if gap.ends >= depth:
                raise Unknown("text behind the end of the page's own state")
            depth += gap.begins
        if behind.ends > depth or len(parts) % 2 == 0:
            raise Unknown("a page that ends otherwise")
        drawn = [self._pieces.get(shown) or self._piece(shown) for shown in parts[1::2]]
        return [piece for piece in drawn if piece is not None], parts[0::2]

    def _gap(self, between: bytes) -> _Gap:
        if len(between) > _LONG:
            between = _DRAWN.sub(b"", between)
        gap = self._gaps.get(between)
        if gap is None:
            gap = self._gaps[between] = _gap(between)
        return gap

    def _piece(self, shown: bytes) -> Piece | None:
        """None for nothing and for a lone space, which PDFium leaves out."""
        piece = self._read(shown) if shown else None
        if piece is not None:
            self._pieces[shown] = piece
        return piece

    def _read(self, shown: bytes) -> Piece | None:
        found = _PIECE.fullmatch(shown)
        if not found:
            raise Unknown("text that is drawn otherwise")
        x, y, font, size, written = found.groups()
        words = self._words.get((font, written))
        if words is None:
            if font not in self._fonts:
                raise Unknown("a font that is not there")
            words = pieces.read(written.decode("latin-1"), self._fonts[font])
            self._words[font, written] = words
        if not words.text.isspace():
            return pieces.placed(words, float(x), float(y), float(size))
        if not words.is_single:
            raise Unknown("text of spaces")
        return None

    def _step(self, pair: tuple[Piece, Piece]) -> _Step:
        step = self._steps[pair] = _step(*pair)
        return step


def _gap(between: bytes) -> _Gap:
    if not _OTHER.fullmatch(between):
        raise Unknown("something else on the page")
    ends = depth = 0
    moved: list[int] = []
    for operation in between.split(b"\n"):
        if operation == b"q":
            depth += 1
        elif operation == b"Q":
            depth -= 1
            ends = max(ends, -depth)
            moved = [at for at in moved if at <= depth]
        elif operation.endswith(b" cm"):
            moved.append(depth)
    if moved:
        raise Unknown("text that is moved")
    return _Gap(ends, depth)


def _step(before: Piece, after: Piece) -> _Step:
    distance = abs(after.y - before.y)
    if not distance:
        if after.x < before.end - before.last + before.near:
            raise Unknown("text over other text")
        return _Step.BESIDE if _is_level(before, after) else _Step.UNSURE
    if distance < max(before.last, after.first) / 2 + _MARGIN:
        raise Unknown("text a little higher or lower")
    if not _is_apart(before, after) or before.words.text.strip() in _HYPHENS:
        return _Step.UNSURE
    return _Step.DIVIDED if _is_divided(before.words, after.words) else _Step.BELOW


def _is_level(left: Piece, right: Piece) -> bool:
    """Whether some of both is on one height. A quotation mark and a comma would be two lines."""
    return min(left.high, right.high) > max(left.low, right.low) + _MARGIN


def _is_apart(one: Piece, other: Piece) -> bool:
    """Whether the one is as a whole, with its base line, above or below the other."""
    above, below = (one, other) if one.y < other.y else (other, one)
    touching = max(-above.low, 0) + max(below.high, 0)
    return below.y - above.y > max(touching, one.last, other.first) + _MARGIN


def _is_divided(before: Words, after: Words) -> bool:
    """Whether PDFium takes the two for parts of one word."""
    end = before.text.rstrip(" ")
    if not end.endswith(_HYPHENS):
        return False
    first = unicodedata.category(after.text[0])
    return end[-2:-1].isalpha() and (first[0] == "L" or first == "Nd")


def _refuse_drawn_twice(drawn: list[Piece]) -> None:
    """The same text upon itself, as for a shadow, PDFium reads once."""
    seen: set[bytes] = set()
    for number, piece in enumerate(drawn):
        codes = piece.words.codes
        if codes in seen and _is_upon_any(piece, drawn[max(number - _BACK, 0) : number]):
            raise Unknown("text that is drawn twice")
        seen.add(codes)


def _is_upon_any(piece: Piece, others: list[Piece]) -> bool:
    return any(
        piece.words.codes == other.words.codes
        and abs(piece.x - other.x) < _UPON * piece.last
        and abs(piece.y - other.y) < piece.high - piece.low + _MARGIN
        for other in others
    )


def _has_direction(drawn: list[Piece]) -> bool:
    """A single glyph has none; PDFium gives it that of the page, if that is plain."""
    if not any(piece.words.is_single for piece in drawn):
        return True
    across = max(piece.end for piece in drawn) - min(piece.x for piece in drawn)
    widest = max(piece.end - piece.x for piece in drawn)
    return widest > max(_WIDE * across, _NARROWEST)


def _lines(drawn: list[Piece], steps: list[_Step]) -> list[Line]:
    lines: list[list[Line]] = []
    for piece, step in zip(drawn, [_Step.BELOW, *steps], strict=bool(drawn)):
        if step is _Step.BELOW:
            lines.append([piece.words.line])
        else:
            lines[-1].append(piece.words.line)
    return [line[0] if len(line) == 1 else _joined(line) for line in lines]


def _joined(parts: list[Line]) -> Line:
    return Line(
        " ".join([part.text for part in parts]),
        "".join([part.squeezed for part in parts]),
        is_loose=True,
    )
