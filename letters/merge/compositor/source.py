"""The press's HTML as tags and texts, so that two letters can be laid side by side.

Our own template writes it, escaped and well-formed; whatever is not as expected shows when
the elements are compared with those that WeasyPrint read, and then nothing is shared.
"""

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import compress, count
from operator import ne
from typing import Any

_TAG = re.compile(r"(<[^>]*>)")
_NAME = re.compile(r"<([a-zA-Z][a-zA-Z0-9]*)")
_EMPTY = frozenset({"meta", "img", "br", "hr", "link", "path"})
# The two attributes that differ from letter to letter.
_DESCRIPTION = re.compile(r'(?<=<meta name="description" content=")[^"]*(?=")')
_DRAWING = re.compile(r'(?<=<path stroke="#000" d=")[^"]*(?=")')


@dataclass(frozen=True)
class Source:
    """`texts[n]` stands before the `n`th tag; the last one after all of them."""

    skeleton: str
    texts: tuple[str, ...]
    description: str
    drawing: str
    identifier: str


@dataclass(frozen=True)
class Outline:
    """The elements of a skeleton in their order, and the element that each text stands in."""

    tags: list[str]
    names: list[str]
    parents: list[int]
    inside: list[int]


class Reader:
    """Reads letters one after the other: of one with the tags of the last, what is otherwise."""

    def __init__(self) -> None:
        self._last = Source("", (), "", "", "")
        # Each tag of the last with the text behind it, and the two with an attribute of its own.
        self._parts: list[str] = []
        self._described = self._drawn = -1

    def read(self, source: str, identifier: str) -> Source:
        parts = source.split("<")
        found = self._like_the_last(parts, identifier)
        if found is None:
            found = read(source, identifier)
            self._described, self._drawn = (
                next((n for n, part in enumerate(parts) if what.search(f"<{part}")), -1)
                for what in (_DESCRIPTION, _DRAWING)
            )
        self._parts, self._last = parts, found
        return found

    def _like_the_last(self, parts: list[str], identifier: str) -> Source | None:
        if len(parts) != len(self._parts):
            return None
        texts, description, drawing = (
            [*self._last.texts],
            self._last.description,
            self._last.drawing,
        )
        for number in differing(parts, self._parts):
            part, before = parts[number], self._parts[number]
            tag, _, texts[number] = f"<{part}".partition(">")
            tag_before = f"<{before}".partition(">")[0]
            if number == self._described:
                said, tag = _taken_out(_DESCRIPTION, tag)
                description = html.unescape(said)
                _, tag_before = _taken_out(_DESCRIPTION, tag_before)
            elif number == self._drawn:
                drawing, tag = _taken_out(_DRAWING, tag)
                _, tag_before = _taken_out(_DRAWING, tag_before)
            if tag != tag_before:
                return None
        return Source(self._last.skeleton, tuple(texts), description, drawing, identifier)


def differing(texts: Sequence[str], others: Sequence[str]) -> list[int]:
    """The places at which they are not the same; both are as long."""
    return [*compress(count(), map(ne, texts, others))]


def read(source: str, identifier: str) -> Source:
    description, source = _taken_out(_DESCRIPTION, source)
    drawing, source = _taken_out(_DRAWING, source)
    parts = _TAG.split(source)
    skeleton, texts = "".join(parts[1::2]), tuple(parts[0::2])
    return Source(skeleton, texts, html.unescape(description), drawing, identifier)


def _taken_out(what: re.Pattern[str], source: str) -> tuple[str, str]:
    found = what.search(source)
    if not found:
        return "", source
    return found[0], source[: found.start()] + source[found.end() :]


def outline(skeleton: str) -> Outline:
    tags: list[str] = []
    names: list[str] = []
    parents: list[int] = []
    inside = [-1]
    open_now = [-1]
    for tag in _TAG.findall(skeleton):
        if tag.startswith("</"):
            open_now.pop()
        elif found := _NAME.match(tag):
            tags.append(tag)
            names.append(found[1])
            parents.append(open_now[-1])
            if found[1] not in _EMPTY and not tag.endswith("/>"):
                open_now.append(len(names) - 1)
        inside.append(open_now[-1] if open_now else -1)
    return Outline(tags, names, parents, inside)


def agrees(outline: Outline, root: Any) -> list[Any] | None:
    """The elements that were read from the source, in order; None where they are others."""
    elements, parents = [], []
    waiting = [(root, -1)]
    while waiting:
        element, parent = waiting.pop()
        if not isinstance(element.tag, str):
            continue
        elements.append(element)
        parents.append(parent)
        waiting += [(child, len(elements) - 1) for child in reversed(list(element))]
    names = [element.tag.rpartition("}")[2] for element in elements]
    return elements if (names, parents) == (outline.names, outline.parents) else None
