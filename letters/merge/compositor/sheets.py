"""A page of a class as pieces to pack, of which only those are packed anew that differ."""

from itertools import pairwise
from typing import Any, cast

from letters.merge.compositor import packing
from letters.merge.compositor.hand import Unproven


class Sheet:
    """One page as pieces to pack, and in each the slots that are filled anew."""

    def __init__(
        self,
        stream: Any,
        items: list[bytes],
        places: dict[int, tuple[int, int]],
        defaults: list[bytes],
    ) -> None:
        edges = sorted({0, *packing.page_cuts(stream.stream), len(items)})
        self._defaults = defaults
        self._pieces: list[list[bytes | int]] = []
        for first, last in pairwise(edges):
            parts: list[bytes | int] = []
            at = first
            while at < last:
                end, slot = places.get(at, (at + 1, -1))
                parts += [items[at] if slot < 0 else slot, b"\n"]
                at = end
            if at != last:
                raise Unproven("a page that is cut within a line")
            self._pieces.append(_merged(parts[:-1] if last == len(items) else parts))
        # Of each piece where in it which slot stands.
        self._slots = [
            {part: place for place, part in enumerate(piece) if isinstance(part, int)}
            for piece in self._pieces
        ]
        self._piece_of = {slot: n for n, slots in enumerate(self._slots) for slot in slots}
        self._whole = [self._filled(number, {}) for number in range(len(self._pieces))]
        self._packed = [packing.packed(piece) for piece in self._whole]

    def packed(self, changed: dict[int, bytes]) -> bytes:
        contents, packed = self._whole.copy(), self._packed.copy()
        for number in {self._piece_of[slot] for slot in changed if slot in self._piece_of}:
            content = self._filled(number, changed)
            if content != contents[number]:
                contents[number], packed[number] = content, packing.packed(content)
        return packing.joined(packed, contents)

    def _filled(self, number: int, changed: dict[int, bytes]) -> bytes:
        parts = self._pieces[number].copy()
        for slot, place in self._slots[number].items():
            parts[place] = changed[slot] if slot in changed else self._defaults[slot]
        return b"".join(cast("list[bytes]", parts))


def _merged(parts: list[bytes | int]) -> list[bytes | int]:
    """The parts with neighbouring bytes made one."""
    found: list[bytes | int] = []
    for part in parts:
        if isinstance(part, bytes) and found and isinstance(found[-1], bytes):
            found[-1] += part
        else:
            found.append(part)
    return found


def bars(path: str) -> bytes:
    """What WeasyPrint draws of the QR code's path: bars of whole modules, row by row.

    `M3 1L7 1` is the bar in row 1 that takes up columns 3 to 6.
    """
    if not path:
        return b"0 0 m"
    drawn = path.removeprefix("M").replace("L", " m\n").replace("M", " l\n")
    return f"0 0 m\n{drawn} l".encode()
