"""Packing what a PDF draws in pieces that do not depend on each other.

Deflate normally looks back over all that went before, so that one other name on a page gives
other bytes to the end of it. Here a page begins anew every few lines, and what two letters have
in common is packed once. The bytes follow from the content alone.
"""

import zlib
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

import pydyf
from zlib_ng import zlib_ng

# Pieces are small: a small window is set up sooner. The next level takes twice as long.
_LEVEL, _WINDOW, _MEMORY = 1, -12, 6
# The last block, empty; and the two bytes with which every stream begins.
_HEAD, _END = b"\x78\x9c", b"\x03\x00"
_LINES, _OBJECTS = 8, 8


def lean(shown: bytes) -> bytes:
    """Text as a page shows it, without the moves by nothing behind most letters.

    They are what rounding leaves of less than a thousandth of an em, and half of all that a
    page of WeasyPrint's draws.
    """
    return shown.replace(b">0<", b"").replace(b">0] TJ", b">] TJ")


def packed(piece: bytes) -> bytes:
    """One piece, ending on a whole byte."""
    squeeze = zlib_ng.compressobj(_LEVEL, zlib_ng.DEFLATED, _WINDOW, _MEMORY)
    return squeeze.compress(piece) + squeeze.flush(zlib_ng.Z_SYNC_FLUSH)


def joined(pieces: Iterable[bytes], contents: Iterable[bytes]) -> bytes:
    """The stream of pieces that were packed, each of which holds one of `contents`."""
    checksum = zlib_ng.adler32(b"".join(contents))
    return ending_plainly(b"".join([_HEAD, *pieces, _END, checksum.to_bytes(4, "big")]))


def ending_plainly(stream: bytes) -> bytes:
    """Ends in the checksum of what is packed, which no other way of packing changes.

    So where that is a line break, the unused bytes that a reader skips after it are made one
    longer.
    """
    return stream + b"\0" if stream.endswith((b"\r", b"\n")) else stream


def stored(table: bytes) -> bytes:
    """A table that is other in each file, and small: in the form of what is packed, as it is."""
    return ending_plainly(zlib.compress(table, 0))


def pack(pieces: Sequence[bytes]) -> bytes:
    return joined(map(packed, pieces), pieces)


def pieces_of(stream: Any) -> list[bytes] | None:
    """The pieces in which a stream of WeasyPrint is packed; None where it is not in pieces."""
    if stream.extra.get("Type") == "/ObjStm":
        return object_pieces([pydyf._to_bytes(item) for item in stream.stream])
    if getattr(stream, "_tags", None) is None:
        return None
    return page_pieces(stream.stream)


def page_pieces(items: Sequence[Any]) -> list[bytes]:
    """What a page draws, cut before every eighth thing that is marked for the structure."""
    return _cut(list(map(pydyf._to_bytes, items)), page_cuts(items))


def page_cuts(items: Sequence[Any]) -> list[int]:
    """Before which items a page is cut. The tag stands before the dictionary of its number."""
    return [
        index - 1
        for index, item in enumerate(items)
        if isinstance(item, pydyf.Dictionary) and item.get("MCID", 1) % _LINES == 0
    ]


def object_pieces(objects: Sequence[bytes]) -> list[bytes]:
    """Objects that are packed together, cut after every eighth; the first is their index."""
    return _cut(objects, range(1, len(objects), _OBJECTS))


def piece_of_object(place: int) -> int:
    """In which of their pieces the object at `place` behind the index stands."""
    return place // _OBJECTS + 1


def object_piece(objects: Sequence[bytes], number: int) -> bytes:
    """One of the pieces of objects behind an index."""
    first, last = (number - 1) * _OBJECTS, number * _OBJECTS
    return b"\n".join(objects[first:last]) + (b"\n" if last < len(objects) else b"")


def _cut(items: Sequence[bytes], cuts: Iterable[int]) -> list[bytes]:
    edges = sorted({0, *cuts, len(items)})
    pieces = [b"\n".join(items[a:b]) + b"\n" for a, b in pairwise(edges)]
    return [*pieces[:-1], pieces[-1][:-1]]
