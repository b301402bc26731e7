"""What changed between two texts, word by word.

Lines are compared first and words only inside lines that differ, so that two texts of
twenty pages are compared at once and not in a minute.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby
from typing import Literal

Kind = Literal["same", "added", "removed"]
_WORD = re.compile(r"\s+|\w+|[^\w\s]")


@dataclass(frozen=True)
class Piece:
    """A run of text that is in both, only in the new, or only in the old."""

    kind: Kind
    text: str


def redline(old: str, new: str) -> list[Piece]:
    """The pieces in reading order. Without the added ones they join to `old`."""
    pieces = _lines(old.splitlines(keepends=True), new.splitlines(keepends=True))
    return [
        Piece(kind, "".join(piece.text for piece in run))
        for kind, run in groupby(pieces, key=lambda piece: piece.kind)
    ]


def _lines(old: list[str], new: list[str]) -> Iterator[Piece]:
    for tag, before, after in _opcodes(old, new):
        if tag == "replace":
            yield from _words("".join(before), "".join(after))
        else:
            yield from _plain(tag, "".join(before), "".join(after))


def _words(old: str, new: str) -> Iterator[Piece]:
    for tag, before, after in _opcodes(_WORD.findall(old), _WORD.findall(new)):
        yield from _plain(tag, "".join(before), "".join(after))


def _opcodes(
    old: Sequence[str], new: Sequence[str]
) -> Iterator[tuple[str, Sequence[str], Sequence[str]]]:
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for tag, old_start, old_end, new_start, new_end in matcher.get_opcodes():
        yield tag, old[old_start:old_end], new[new_start:new_end]


def _plain(tag: str, before: str, after: str) -> Iterator[Piece]:
    if tag == "equal":
        yield Piece("same", before)
        return
    if before:
        yield Piece("removed", before)
    if after:
        yield Piece("added", after)
