"""Text that is drawn at once, as a page of our press writes it."""

import re
import unicodedata
from dataclasses import dataclass
from itertools import accumulate
from struct import error as StructError
from struct import unpack

from letters.merge.envelope import Box
from letters.merge.readback import drawings
from letters.merge.readback.glyphs import Font
from letters.merge.readback.plain import Line, plain, squeezed
from letters.pdf_frame import Unknown

_MOVE = re.compile(r">(-?\d+(?:\.\d*)?)<")
_DIGITS, _BYTES = 4, 2  # of a glyph's number
# Thousandths of an em: what PDFium takes for one glyph drawn twice, and what perhaps for a space.
_SAME, _SPACE = 80, 60
# CSS pixels: how high an em is at least, how long a page at most.
_SMALLEST, _LONGEST_PAGE = 4.0, 1400.0
_TALLER = 65 / 64  # so much taller PDFium takes glyphs to be


@dataclass(eq=False, slots=True)
class Words:
    """What is drawn, wherever it stands, in thousandths of an em.

    `start` is how far left of its place it begins; `low` and `high` are counted from the base
    line upwards; `first` and `last` are the widths of these glyphs.
    """

    font: Font
    text: str
    line: Line
    codes: bytes
    start: float
    width: float
    low: float
    high: float
    first: int
    last: int
    is_single: bool


@dataclass(eq=False, slots=True)
class Piece:
    """Words on a page, in CSS pixels from its left and its top edge."""

    words: Words
    x: float
    y: float
    end: float
    low: float
    high: float
    first: float
    last: float
    em: float

    @property
    def near(self) -> float:
        """A glyph that is no further from one like it is taken for the same."""
        return _SAME * self.em

    @property
    def box(self) -> Box:
        """In inches, at least all that its glyphs and its base line take."""
        glyphs = set(_glyphs(self.words.codes))
        left = min([self.words.font.lefts[glyph] for glyph in glyphs])
        right = max([self.words.font.rights[glyph] for glyph in glyphs])
        return drawings.box(
            self.x + min(left, 0) * self.em,
            self.y - max(self.high, 0),
            self.end + max(right, 0) * self.em,
            self.y - min(self.low, 0),
        )


def placed(words: Words, x: float, y: float, size: float) -> Piece:
    """Raises Unknown for what nobody can see."""
    if size < _SMALLEST or words.high < words.low:
        raise Unknown("text that is hardly to be seen")
    if not (0 <= x <= _LONGEST_PAGE and 0 <= y <= _LONGEST_PAGE):
        raise Unknown("text beside the page")
    em = size / 1000
    start = x - words.start * em
    return Piece(
        words=words,
        x=start,
        y=y,
        end=start + words.width * em,
        low=words.low * em,
        high=words.high * em,
        first=words.first * em,
        last=words.last * em,
        em=em,
    )


def read(written: str, font: Font) -> Words:
    """`written` are hexadecimal glyphs with moves to the left between them. Raises Unknown."""
    start, runs, moves = _runs(written)
    joined, counts = "".join(runs), [len(run) // _DIGITS for run in runs]
    if not runs or sum(counts) * _DIGITS != len(joined):
        raise Unknown("text that is written otherwise")
    try:
        codes = bytes.fromhex(joined)
        glyphs = _glyphs(codes)
        text = "".join(map(font.texts.__getitem__, glyphs))
    except (ValueError, StructError, KeyError) as error:
        raise Unknown("a glyph that stands for nothing") from error
    widths = [*map(font.widths.__getitem__, glyphs)]
    behind = [widths[end - 1] - move for end, move in zip(accumulate(counts), moves, strict=True)]
    if min(widths) < _SAME or min(behind) < _SAME:
        raise Unknown("glyphs on top of each other")
    _refuse_joining(text[0])
    said = plain(text)
    once = set(glyphs)
    return Words(
        font,
        text,
        Line(said, squeezed(said), min(moves) < -_SPACE),
        codes,
        start=start,
        width=sum(widths) - sum(moves),
        low=min(map(font.lows.__getitem__, once)),
        high=max(map(font.highs.__getitem__, once)) * _TALLER,
        first=widths[0],
        last=widths[-1],
        is_single=len(glyphs) == 1,
    )


def _glyphs(codes: bytes) -> tuple[int, ...]:
    return unpack(f">{len(codes) // _BYTES}H", codes)


def _runs(written: str) -> tuple[float, list[str], list[float]]:
    """What is moved before the text, its stretches, and what is moved behind each of them."""
    parts = _MOVE.split(written)
    found, given = parts[0::2], [*map(float, parts[1::2]), 0.0]
    if all(found):
        return 0.0, found, given
    start = 0.0
    runs: list[str] = []
    moves: list[float] = []
    for run, move in zip(found, given, strict=True):
        if run:
            runs.append(run)
            moves.append(move)
        elif runs:
            moves[-1] += move
        else:
            start += move
    return start, runs, moves


def _refuse_joining(first: str) -> None:
    """A mark that is drawn by itself would become one character with the text before it."""
    if unicodedata.category(first).startswith("M") or "\u1100" <= first <= "\u11ff":
        raise Unknown("a mark that is drawn by itself")
