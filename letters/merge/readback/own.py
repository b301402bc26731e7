"""A letter as our press writes it, read without PDFium."""

import re
from functools import lru_cache
from typing import NamedTuple

from letters.merge.envelope import Box
from letters.merge.readback import glyphs
from letters.merge.readback.glyphs import Font
from letters.merge.readback.lines import Reader
from letters.merge.readback.plain import Sheet
from letters.pdf_frame import Frame, Unknown, unpacked

_PAGE = re.compile(
    rb"<</Type /Page/Parent \d+ 0 R/MediaBox \[0 0 [\d.]+ (\d+(?:\.\d+)?)\]"
    rb"/Contents (\d+) 0 R/Resources (\d+) 0 R/Tabs /S/StructParents \d+"
    rb"/TrimBox \[[\d. ]+\]/BleedBox \[[\d. ]+\]>>"
)
# Text and lines are drawn in CSS pixels, from the head of the page downwards.
_HEAD = re.compile(rb"1 0 0 -1 0 (\d+(?:\.\d+)?) cm\nq\n0\.75 0 0 0\.75 0 0 cm\n")
_EVEN = 0.01  # points
_USED = re.compile(
    rb"<</ExtGState <<(?:/[aA][\d.]+ <</(?:ca|CA) [\d.]+>>)*>>"
    rb"/XObject <<((?:/i[0-9a-f]+ \d+ 0 R)*)>>/Pattern <<>>/Shading <<>>"
    rb"/ColorSpace \d+ 0 R/Font (\d+) 0 R>>"
)
_FONTS = re.compile(rb"<<((?:/\w+ \d+ 0 R)*)>>")
_NAMED = re.compile(rb"(/\w+) (\d+) 0 R")
_PICTURE = b"<</Type /XObject/Subtype /Image/"


def sheets(pdf: bytes) -> list[Sheet]:
    """The pages of the letter. Raises Unknown."""
    frame = Frame(pdf)
    readers: dict[int, Reader] = {}
    return [_sheet(frame, number, readers) for number in frame.pages()]


def boxes(pdf: bytes) -> list[Box]:
    """All that stands on page 1, each in a box that may be a little large. Raises Unknown."""
    frame = Frame(pdf)
    page = _page(frame, frame.pages()[0])
    return _reader_of(frame, page.used).boxes(page.drawing)


class _Page(NamedTuple):
    used: int
    drawing: bytes


def _page(frame: Frame, number: int) -> _Page:
    page = _PAGE.fullmatch(frame.thing(number))
    if not page:
        raise Unknown("a page of another kind")
    drawing = unpacked(frame.packed(int(page[2])))
    head = _HEAD.match(drawing)
    if not head or abs(float(head[1]) - float(page[1])) > _EVEN:
        raise Unknown("a page that begins otherwise")
    return _Page(int(page[3]), drawing[head.end() :])


def _sheet(frame: Frame, number: int, readers: dict[int, Reader]) -> Sheet:
    page = _page(frame, number)
    reader = readers.get(page.used)
    if reader is None:
        reader = readers[page.used] = _reader_of(frame, page.used)
    return reader.sheet(page.drawing)


def _reader_of(frame: Frame, number: int) -> Reader:
    used = _USED.fullmatch(frame.thing(number))
    fonts = _FONTS.fullmatch(frame.thing(int(used[2]))) if used else None
    if not used or not fonts:
        raise Unknown("a page that uses something else")
    for _name, picture in _NAMED.findall(used[1]):
        if not frame.stream(int(picture)).head.startswith(_PICTURE):
            raise Unknown("something on the page that is no picture")
    named = [(name, glyphs.font(frame, int(font))) for name, font in _NAMED.findall(fonts[1])]
    return _reader(tuple(named))


@lru_cache(maxsize=8)
def _reader(named: tuple[tuple[bytes, Font], ...]) -> Reader:
    if len(dict(named)) != len(named):
        raise Unknown("two fonts of one name")
    return Reader(dict(named))
