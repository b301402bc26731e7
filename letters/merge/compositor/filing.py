"""A PDF as pydyf writes it, taken apart so that another letter's can be put together.

Everything is kept as the bytes that it will be again; what differs from letter to letter, the
pages, the title, the description of the QR code, is put in its place, and what follows from
it, lengths, places and the file's identifier, is reckoned anew.
"""

import html
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import accumulate, chain
from math import ceil, log
from typing import Any, NamedTuple

import pydyf

from letters.merge.compositor import packing
from letters.merge.compositor.hand import Unproven
from letters.merge.compositor.kept import Kept

_HEADER = b"%PDF-1.7\n%\xf0\x9f\x96\xa4\n"
_GENERATION = 2  # bytes; the largest is that of the free object
_FIRST = bytes(_GENERATION)

Made = Mapping[str, str]
# Bytes, or the name of a value and whether it stands in XML.
Part = bytes | tuple[str, bool]


class _Piece(NamedTuple):
    content: bytes
    packed: bytes

    @classmethod
    def of(cls, content: bytes) -> "_Piece":
        return cls(content, packing.packed(content))


@dataclass
class _Thing:
    """One object: bytes that never change, or parts with names in them, or a page."""

    number: int
    is_packed: bool
    parts: list[Part]
    page: int | None = None
    is_metadata: bool = False

    @property
    def is_fixed(self) -> bool:
        return self.page is None and not any(map(_is_name, self.parts))

    def data(self, pages: list[bytes], values: Made) -> bytes:
        if self.page is not None:
            page = pages[self.page]
            return b"<</Filter /FlateDecode/Length %d>>\nstream\n%s\nendstream" % (len(page), page)
        content = b"".join(
            part if isinstance(part, bytes) else _written(values[part[0]], part[1])
            for part in self.parts
        )
        if not self.is_metadata:
            return content
        head = b"<</Type /Metadata/Subtype /XML/Length %d>>" % len(content)
        return b"\n".join((head, b"stream", content, b"endstream"))


class Sheaf:
    """The file of one class of letters."""

    def __init__(self, pdf: Any, pages: list[Any], values: Made, known: dict[bytes, bytes]) -> None:
        """`pages` are the streams that are given to `file`; `values` those of this letter.

        `known` is what other classes hold already, so that pictures are in memory once.
        """
        self._pages = {stream.number: index for index, stream in enumerate(pages)}
        self._root, self._info = pdf.catalog.reference, b"%d 0 R" % len(pdf.objects)
        things = [*((thing.number, thing) for thing in pdf.objects[1:])]
        things.append((len(pdf.objects), pdf.info))
        self._things = [self._thing(number, thing, values) for number, thing in things]
        self._count = len(things) + 1
        # Whole objects, each as the bytes that it always is or as what makes it; those that are
        # packed into one of them; and which of these differ, by their place.
        self._outer: list[bytes | _Thing] = []
        self._inner: list[bytes] = []
        self._loose: list[tuple[int, _Thing]] = []
        for thing in self._things:
            if thing.is_packed:
                if not thing.is_fixed:
                    self._loose.append((len(self._inner), thing))
                data = thing.data([], values)
                self._inner.append(known.setdefault(data, data))
            elif thing.is_fixed:
                whole = _whole(thing.number, thing.data([], values))
                self._outer.append(known.setdefault(whole, whole))
            else:
                self._outer.append(thing)
        self._numbers = [thing.number for thing in self._things if thing.is_packed]
        # The pieces that it is packed in, which of them are loose, and the index before them,
        # which follows from how long the loose objects are.
        self._pieces = [_Piece.of(piece) for piece in packing.object_pieces([b"", *self._inner])]
        self._loose_pieces = {packing.piece_of_object(place) for place, _thing in self._loose}
        self._indexes: Kept[tuple[int, ...], _Piece] = Kept(500)
        self._tables: dict[int, list[bytes]] = {}
        named = {name for thing in self._things for name, _ in filter(_is_name, thing.parts)}
        if named != {name for name, value in values.items() if value}:
            raise Unproven("a title or description that is not found again")

    def _thing(self, number: int, thing: Any, values: Made) -> _Thing:
        if number in self._pages:
            return _Thing(number, False, [], page=self._pages[number])
        is_stream = isinstance(thing, pydyf.Stream)
        is_metadata = is_stream and thing.extra.get("Type") == "/Metadata"
        if is_stream and not is_metadata:
            return _Thing(number, False, [thing.data])
        written = b"".join(map(pydyf._to_bytes, thing.stream)) if is_metadata else thing.data
        parts: list[Part] = [written]
        for name, value in values.items():
            if value:
                parts = _split(parts, name, _written(value, is_metadata), is_metadata)
        return _Thing(number, thing.compressible, parts, is_metadata=is_metadata)

    def file(self, pages: list[bytes], values: Made, identifier: str) -> bytes:
        """The file with these pages, each packed, and these values."""
        whole = [
            part if isinstance(part, bytes) else _whole(part.number, part.data(pages, values))
            for part in self._outer
        ]
        whole.append(_whole(self._count, self._packed(values)))
        places = [*accumulate(map(len, whole), initial=len(_HEADER))]
        references = _whole(self._count + 1, self._references(places, identifier))
        end = b"startxref\n%d\n%%%%EOF\n" % places[-1]
        return b"".join([_HEADER, *whole, references, end])

    def _packed(self, values: Made) -> bytes:
        inner = self._inner.copy()
        for place, thing in self._loose:
            inner[place] = thing.data([], values)
        pieces = self._pieces.copy()
        lengths = tuple([len(inner[place]) for place, _thing in self._loose])
        pieces[0] = index = self._indexes.get(lengths, lambda: self._index(inner))
        for number in self._loose_pieces:
            pieces[number] = _Piece.of(packing.object_piece(inner, number))
        stream = packing.joined(
            [piece.packed for piece in pieces], [piece.content for piece in pieces]
        )
        head = b"<</Type /ObjStm/N %d/First %d/Filter /FlateDecode/Length %d>>" % (
            len(inner),
            len(index.content),
            len(stream),
        )
        return b"\n".join((head, b"stream", stream, b"endstream"))

    def _index(self, inner: list[bytes]) -> "_Piece":
        """Of each object its number and its place behind the index."""
        places = accumulate((len(data) + 1 for data in inner[:-1]), initial=0)
        pairs = zip(self._numbers, places, strict=True)
        index = " ".join([f"{number} {place}" for number, place in pairs])
        return _Piece.of(f"{index}\n".encode())

    def _table(self, size: int) -> list[bytes]:
        """The table's rows of what is packed, cut where those of whole objects come between."""
        between = [_row(0, 0, size, 65535)]
        index = 0
        for thing in self._things:
            if thing.is_packed:
                between[-1] += _row(2, self._count, size, index)
                index += 1
            else:
                between.append(b"")
        return [*between, b""]

    def _references(self, places: list[int], identifier: str) -> bytes:
        """The table that says where each object is; `places` are those of whole objects."""
        size = ceil(log(places[-1] + 1, 256))
        if size not in self._tables:
            self._tables[size] = self._table(size)
        rows = [b"\1" + place.to_bytes(size, "big") + _FIRST for place in places]
        table = b"".join(chain.from_iterable(zip(self._tables[size], rows, strict=True)))
        packed = packing.stored(table)
        count, named = self._count + 2, pydyf.String(identifier).data
        head = (
            b"<</Type /XRef/Index [0 %d]/W [1 %d %d]/Size %d/Root %s/Info %s/ID [%s %s]"
            b"/Filter /FlateDecode/Length %d>>"
        ) % (count, size, _GENERATION, count, self._root, self._info, named, named, len(packed))
        return b"\n".join((head, b"stream", packed, b"endstream"))


def _row(kind: int, place: int, size: int, generation: int) -> bytes:
    return bytes((kind,)) + place.to_bytes(size, "big") + generation.to_bytes(_GENERATION, "big")


def _whole(number: int, content: bytes) -> bytes:
    return b"%d 0 obj\n%s\nendobj\n" % (number, content)


def _is_name(part: Part) -> bool:
    return not isinstance(part, bytes)


def _split(parts: list[Part], name: str, written: bytes, is_xml: bool) -> list[Part]:
    found: list[Part] = []
    for part in parts:
        if not isinstance(part, bytes) or written not in part:
            found.append(part)
            continue
        before, _, after = part.partition(written)
        if written in after:
            raise Unproven("a title or description that is found twice")
        found += [before, (name, is_xml), after]
    return found


def _written(value: str, is_xml: bool) -> bytes:
    if is_xml:
        return html.escape(value, quote=False).encode()
    data: bytes = pydyf.String(value).data
    return data
