"""The file that holds a letter: where its objects stand, as pydyf files them and no other way.

For what reads our own letters by the thousand: that they say what they should, and their pages
into a print pack. Whatever is not exactly as our press writes it raises Unknown.
"""

import re
import zlib
from typing import NamedTuple

_START = re.compile(rb"startxref\n(\d+)\n%%EOF\n?\Z")
_LONGEST_START = 40
_INDEX = re.compile(
    rb"\d+ 0 obj\n<</Type /XRef/Index \[0 (\d+)\]/W \[1 (\d) (\d)\]/Size (\d+)/Root (\d+) 0 R"
    rb"/Info \d+ 0 R/ID \[\(\w+\) \(\w+\)\]/Filter /FlateDecode/Length (\d+)>>\nstream\n"
)
_STREAM = re.compile(rb"(\d+) 0 obj\n(<<[^\n]*/Length (\d+)>>)\nstream\n")
_OBJECTS = re.compile(rb"<</Type /ObjStm/N (\d+)/First (\d+)/Filter /FlateDecode/Length \d+>>")
_CATALOG = re.compile(rb"<</Type /Catalog/Pages (\d+) 0 R/")
_PAGES = re.compile(rb"<</Type /Pages/Kids \[((?:\d+ 0 R ?)+)\]/Count (\d+)>>")
_NUMBERED = re.compile(rb"(\d+) 0 R")
_PACKED = b"<</Filter /FlateDecode/Length %d>>"
_LISTING = b"0123456789 \n"
# Bytes of the objects packed together: pages and fonts are the first, then the structure.
_FIRST, _ALL = 6_000, 0
_WHOLE, _TOGETHER = 1, 2
_HEADER, _AFTER = b"%PDF-1.7\n", b"\nendstream\nendobj\n"


class Unknown(Exception):
    """The file is not as our press writes it, or holds what only PDFium can read."""


class Stream(NamedTuple):
    head: bytes
    packed: bytes


class _Objects(NamedTuple):
    """Objects that are packed together: their numbers, where each begins, and the first ones."""

    numbers: list[bytes]
    starts: list[bytes]
    body: bytes

    def get(self, nth: int, number: int) -> bytes | None:
        """None where it is not unpacked so far."""
        if self.numbers[nth : nth + 1] != [b"%d" % number]:
            raise Unknown("an object that is not in its place")
        start, end = int(self.starts[nth]), int(self.starts[nth + 1])
        return self.body[start:end].strip() if end <= len(self.body) else None


class Frame:
    """The objects of a file by their numbers. Raises Unknown."""

    def __init__(self, pdf: bytes) -> None:
        start = _START.search(pdf, max(len(pdf) - _LONGEST_START, 0))
        if not start or not pdf.startswith(_HEADER):
            raise Unknown("another header or end")
        index = _INDEX.match(pdf, int(start[1]))
        if not index:
            raise Unknown("another index")
        count, place, generation, size, root, length = map(int, index.groups())
        self._pdf = pdf
        self._width, self._place = 1 + place + generation, 1 + place
        self._rows = unpacked(self._data(index.end(), length))
        if size != count or len(self._rows) != count * self._width:
            raise Unknown("an index of another length")
        self._together: dict[int, _Objects] = {}
        self._root = root

    def pages(self) -> list[int]:
        """The numbers of all pages, in their order."""
        catalog = _CATALOG.match(self.thing(self._root))
        pages = _PAGES.fullmatch(self.thing(int(catalog[1]))) if catalog else None
        if not pages:
            raise Unknown("pages that are listed otherwise")
        numbers = [int(number) for number in _NUMBERED.findall(pages[1])]
        if len(numbers) != int(pages[2]):
            raise Unknown("pages that are counted otherwise")
        return numbers

    def thing(self, number: int) -> bytes:
        """An object that is no stream."""
        kind, inside, nth = self._row(number)
        if kind != _TOGETHER:
            raise Unknown("an object that stands alone")
        objects = self._together.get(inside) or self._unpack(inside, _FIRST)
        found = objects.get(nth, number)
        if found is None:
            found = self._unpack(inside, _ALL).get(nth, number)
        return found or b""

    def is_stream(self, number: int) -> bool:
        return self._row(number)[0] == _WHOLE

    def stream(self, number: int) -> Stream:
        kind, place, _generation = self._row(number)
        found = _STREAM.match(self._pdf, place) if kind == _WHOLE else None
        if not found or int(found[1]) != number:
            raise Unknown("a stream that is not in its place")
        return Stream(found[2], self._data(found.end(), int(found[3])))

    def packed(self, number: int) -> bytes:
        """A stream that is packed and nothing else."""
        head, packed = self.stream(number)
        if head != _PACKED % len(packed):
            raise Unknown("a stream that is packed otherwise")
        return packed

    def _row(self, number: int) -> tuple[int, int, int]:
        row = self._rows[number * self._width : (number + 1) * self._width]
        if not row:
            raise Unknown("an object without a place")
        place = int.from_bytes(row[1 : self._place], "big")
        return row[0], place, int.from_bytes(row[self._place :], "big")

    def _data(self, start: int, length: int) -> bytes:
        end = start + length
        if self._pdf[end : end + len(_AFTER)] != _AFTER:
            raise Unknown("a stream of another length")
        return self._pdf[start:end]

    def _unpack(self, number: int, most: int) -> _Objects:
        head, packed = self.stream(number)
        known = _OBJECTS.fullmatch(head)
        if not known:
            raise Unknown("no objects packed together")
        count, first = int(known[1]), int(known[2])
        held = unpacked(packed, most and first + most)
        listed, body = held[:first].split(), held[first:]
        if len(listed) != 2 * count or held[:first].translate(None, _LISTING):
            raise Unknown("objects that are counted otherwise")
        end = b"%d" % max(len(body), most + 1)
        objects = _Objects(listed[0::2], [*listed[1::2], end], body)
        self._together[number] = objects
        return objects


def unpacked(packed: bytes, most: int = 0) -> bytes:
    """At most so many bytes from its beginning, or everything."""
    try:
        return zlib.decompressobj().decompress(packed, most) if most else zlib.decompress(packed)
    except zlib.error as error:
        raise Unknown("a stream that cannot be unpacked") from error
