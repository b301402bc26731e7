"""The QR code of a response address, as a drawing.

A QR code of one length and one mask is linear: what one character changes in it, it changes
whatever the others are. So once a process has drawn some dozens of addresses that differ in
their codes alone, it notes what each bit of each place changes, and from then on puts codes
together from that instead of reckoning each anew, which took longer than all else of a letter.
"""

import re
from functools import cache
from html import escape
from typing import Any

import segno

_MASK = 3  # trying all eight costs more than it gives
_AFTER = 60  # drawings; noting what changes costs about as much as two hundred
_BITS = 7
_BARS = re.compile("1+")


class QrCodes:
    """Draws addresses. What it noted is of the last address that many others were like."""

    def __init__(self) -> None:
        self._drawn = 0
        self._like = ""
        self._size = 0
        self._whole = 0
        self._first = 0
        self._changes: list[list[int]] = []

    def draw(self, url: str) -> str:
        """An SVG element. The same for the same address, noted or not."""
        bits, size = self._put_together(url), self._size
        if bits is None:
            code = _code(url)
            bits, size = _bits(code), len(code.matrix)
            self._count(url)
        return _svg(url, bits, size)

    def _put_together(self, url: str) -> int | None:
        first, like = self._first, self._like
        last = first + len(self._changes)
        if len(url) != len(like) or url[:first] != like[:first] or url[last:] != like[last:]:
            return None
        bits = self._whole
        for here, there, changes in zip(
            url[first:last], like[first:last], self._changes, strict=True
        ):
            differs = ord(here) ^ ord(there)
            if differs >> _BITS or not here.isalnum() or here.isupper():
                return None
            for bit, change in enumerate(changes):
                if differs >> bit & 1:
                    bits ^= change
        return bits

    def _count(self, url: str) -> None:
        """Note what each bit changes once so many addresses have differed in their codes."""
        self._drawn += 1
        if self._drawn % _AFTER:
            return
        first = url.rfind("/", 0, -1) + 1
        code = url[first:].rstrip("/")
        if not re.fullmatch("[a-z0-9]+", code):
            return
        like = url[:first] + "a" * len(code) + url[first + len(code) :]
        code_like = _code(like)
        whole = _bits(code_like)
        self._changes = [
            [whole ^ _bits(_code(_flipped(like, first + place, bit))) for bit in range(_BITS)]
            for place in range(len(code))
        ]
        self._like, self._whole, self._first = like, whole, first
        self._size = len(code_like.matrix)


def _flipped(url: str, place: int, bit: int) -> str:
    return url[:place] + chr(ord(url[place]) ^ 1 << bit) + url[place + 1 :]


def _code(url: str) -> Any:
    return segno.make(url, error="m", boost_error=False, mask=_MASK, micro=False)


def _bits(code: Any) -> int:
    """The modules row by row, with a light one behind each row, so that no bar runs on."""
    rows = ("".join("1" if module & 1 else "0" for module in row) for row in code.matrix)
    return int("".join(f"{row}0" for row in rows), 2)


def _svg(url: str, bits: int, size: int) -> str:
    """Bars of whole modules, row by row."""
    modules = f"{bits:0{size * (size + 1)}b}"
    bars = _bars(size)
    path = "".join([bars[found.span()] for found in _BARS.finditer(modules)])
    title = escape(f"QR code of {url}", quote=False)
    return (
        f'<svg viewBox="0 0 {size} {size}"><title>{title}</title>'
        f'<path stroke="#000" d="{path}"/></svg>'
    )


class _Bars(dict[tuple[int, int], str]):
    """How each bar is drawn in codes of one size, by the modules from which and to which it goes.

    One begins at some module and ends in its row, so there are no more than some thousands.
    """

    def __init__(self, size: int) -> None:
        self._width = size + 1

    def __missing__(self, span: tuple[int, int]) -> str:
        first, end = span
        row, column = divmod(first, self._width)
        drawn = self[span] = f"M{column} {row}.5h{end - first}"
        return drawn


@cache
def _bars(size: int) -> _Bars:
    return _Bars(size)


_codes = QrCodes()
draw = _codes.draw
