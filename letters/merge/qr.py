"""The QR code of a response address, as a drawing.

A QR code of one length and one mask is linear: what one character changes in it, it changes
whatever the others are. So once a process has drawn some dozens of addresses that differ in
their codes alone, it notes what each bit of each place changes, and from then on puts codes
together from that instead of reckoning each anew, which took longer than all else of a letter.
"""

import string
from dataclasses import dataclass
from functools import cache
from html import escape
from math import ceil
from operator import getitem
from typing import Any

import segno

_MASK = 3  # trying all eight costs more than it gives
_AFTER = 60  # drawings; noting what changes costs about as much as two hundred
_BITS = 7
_IN_CODES = string.ascii_lowercase + string.digits
_AT_ONCE = 4  # modules, as a byte holds them


class QrCodes:
    """Draws addresses. What it noted is of the last address that many others were like."""

    def __init__(self) -> None:
        self._drawn = 0
        self.noted: _Noted | None = None

    def draw(self, url: str) -> str:
        """An SVG element. The same for the same address, noted or not."""
        noted = self.noted  # once: another thread may note anew
        bits = noted.put_together(url) if noted else None
        if noted and bits is not None:
            return _svg(url, bits, noted.size)
        code = _code(url)
        self._drawn += 1
        if self._drawn % _AFTER == 0:
            self.noted = _noted(url) or noted
        return _svg(url, _bits(code), len(code.matrix))


@dataclass(frozen=True)
class _Noted:
    """Addresses that begin and end alike: the modules of one of them, and what its characters
    change, each in its place."""

    before: str
    after: str
    size: int
    whole: int
    changes: list[dict[str, int]]

    def put_together(self, url: str) -> int | None:
        first, last = len(self.before), len(self.before) + len(self.changes)
        if not (url.startswith(self.before) and url[last:] == self.after):
            return None
        code = url[first:last]
        if len(code) < len(self.changes):
            return None
        bits = self.whole
        for changes, char in zip(self.changes, code, strict=True):
            if char not in changes:
                return None
            bits ^= changes[char]
        return bits


def _noted(url: str) -> _Noted | None:
    """What its code is made of, where it is made of what codes are."""
    first = url.rfind("/", 0, -1) + 1
    code = url[first:].rstrip("/")
    if not code or not set(_IN_CODES).issuperset(code):
        return None
    before, after = url[:first], url[first + len(code) :]
    like = before + "a" * len(code) + after
    drawn = _code(like)
    whole = _bits(drawn)
    changes = [
        _characters(
            [whole ^ _bits(_code(_flipped(like, first + place, bit))) for bit in range(_BITS)]
        )
        for place in range(len(code))
    ]
    return _Noted(before, after, len(drawn.matrix), whole, changes)


def _characters(changes: list[int]) -> dict[str, int]:
    """What each character changes that stands in place of an `a`, from what its bits change."""
    found = dict.fromkeys(_IN_CODES, 0)
    for char in found:
        for bit, change in enumerate(changes):
            if (ord(char) ^ ord("a")) >> bit & 1:
                found[char] ^= change
    return found


def _flipped(url: str, place: int, bit: int) -> str:
    return url[:place] + chr(ord(url[place]) ^ 1 << bit) + url[place + 1 :]


def _code(url: str) -> Any:
    return segno.make(url, error="m", boost_error=False, mask=_MASK, micro=False)


def _bits(code: Any) -> int:
    """The modules row by row, two bits each, with a light one behind each row, so that no bar
    runs on."""
    rows = ("".join("01" if module & 1 else "00" for module in row) for row in code.matrix)
    return int("".join(f"{row}00" for row in rows), 2)


def _svg(url: str, bits: int, size: int) -> str:
    """Bars of whole modules, row by row. What is shown begins half a module above the first
    row's middle, so that all numbers are whole: they are most of what a letter adds to its file."""
    parts = _parts(size)
    begins, ends = bits & ~(bits >> 2), bits & ~(bits << 2)
    edges = (begins << 1 | ends) << 2 * (len(parts) * _AT_ONCE - size * (size + 1))
    path = "".join(map(getitem, parts, edges.to_bytes(len(parts), "big")))
    title = escape(f"QR code of {url}", quote=False)
    return (
        f'<svg viewBox="0 -0.5 {size} {size}"><title>{title}</title>'
        f'<path stroke="#000" d="{path}"/></svg>'
    )


class _Part(dict[int, str]):
    """How some modules that follow each other are drawn, by two bits for each: whether a bar
    begins there, and whether it is the last of one."""

    def __init__(self, size: int, first: int) -> None:
        self._size, self._first = size, first

    def __missing__(self, edges: int) -> str:
        drawn = ""
        for number in range(_AT_ONCE):
            row, column = divmod(self._first + number, self._size + 1)
            here = edges >> 2 * (_AT_ONCE - 1 - number)
            drawn += f"M{column} {row}" if here & 2 else ""
            drawn += f"L{column + 1} {row}" if here & 1 else ""
        self[edges] = drawn
        return drawn


@cache
def _parts(size: int) -> list[_Part]:
    count = ceil(size * (size + 1) / _AT_ONCE)
    return [_Part(size, number * _AT_ONCE) for number in range(count)]


_codes = QrCodes()
draw = _codes.draw
