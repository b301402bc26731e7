"""Finished letters as a faulty press would have made them: the same file but for one stream."""

import re
import zlib
from collections.abc import Callable, Iterator

_STREAM = re.compile(
    rb"\d+ 0 obj\n<<(?:/Type /ObjStm[^\n]*|/Filter /FlateDecode)/Length (\d+)>>\nstream\n"
)

Change = Callable[[bytes], bytes]


def streams(pdf: bytes) -> Iterator[tuple[int, bytes]]:
    """Where each stream of drawings, maps and objects begins, and what it holds."""
    for found in _STREAM.finditer(pdf):
        packed = pdf[found.end() : found.end() + int(found[1])]
        yield found.end(), zlib.decompress(packed)


def put(pdf: bytes, place: int, content: bytes) -> bytes | None:
    """Other content in a stream, packed smaller so that nothing else moves; None if it is not."""
    found = next(found for found in _STREAM.finditer(pdf) if found.end() == place)
    packed = zlib.compress(content, 9)
    if len(packed) > int(found[1]):
        return None
    return pdf[:place] + packed.ljust(int(found[1]), b"\0") + pdf[place + int(found[1]) :]


def changed(pdf: bytes, change: Change, marked: bytes) -> bytes:
    """The file with the first stream that holds `marked` as `change` makes it."""
    place, content = next(one for one in streams(pdf) if marked in one[1])
    made = put(pdf, place, change(content))
    assert made and made != pdf
    return made
