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
_MOST_FORMS = 4  # what one mailing's letters may be, by their conditions
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
    """Reads letters one after the other: of one with the tags of another, what is otherwise."""

    def __init__(self) -> None:
        self._forms: list[_Form] = []

    def read(self, source: str, identifier: str) -> Source:
        for form in self._forms:
            if found := form.read(source, identifier):
                return found
        for form in self._forms:
            if form.learn(source) and (found := form.read(source, identifier)):
                return found
        found = read(source, identifier)
        self._forms = [_Form(source, found), *self._forms[: _MOST_FORMS - 1]]
        return found


class _Form:
    """What letters with the same tags have in common, and the places where they differ."""

    def __init__(self, source: str, found: Source) -> None:
        self._found = found
        # Each tag with the text behind it, and the two that have a value of their own.
        self._parts = source.split("<")
        firsts = {what: self._first_with(what) for what in (_DESCRIPTION, _DRAWING)}
        self._values = {number: what for what, number in firsts.items() if number}
        self._differing: set[int] = set()
        self._cut()

    def _first_with(self, what: re.Pattern[str]) -> int | None:
        return next((n for n, part in enumerate(self._parts) if what.search(f"<{part}")), None)

    def read(self, source: str, identifier: str) -> Source | None:
        """None where the letter is not all that is common, with something in each place."""
        found = []
        at = 0
        for fixed, end in self._fixed:
            if not source.startswith(fixed, at):
                return None
            start = at + len(fixed)
            at = source.find(end, start)
            if at < 0:
                return None
            found.append(source[start:at])
        if len(source) - at != len(self._rest) or not source.endswith(self._rest):
            return None
        texts = [*self._found.texts]
        values = {_DESCRIPTION: self._found.description, _DRAWING: self._found.drawing}
        for place, said in zip(self._places, found, strict=True):
            if isinstance(place, int):
                texts[place] = said
            else:
                values[place] = html.unescape(said) if place is _DESCRIPTION else said
        return Source(
            self._found.skeleton, tuple(texts), values[_DESCRIPTION], values[_DRAWING], identifier
        )

    def learn(self, source: str) -> bool:
        """Note where a letter with the same tags differs; whether that was news."""
        parts = source.split("<")
        if len(parts) != len(self._parts) or len(parts) != len(self._found.texts):
            return False
        news = set()
        for number in differing(parts, self._parts):
            tag, text = self._divided(number, parts[number])
            tag_before, text_before = self._divided(number, self._parts[number])
            if tag != tag_before:
                return False
            if text != text_before:
                news.add(number)
        if news <= self._differing:
            return False
        self._differing |= news
        self._cut()
        return True

    def _divided(self, number: int, part: str) -> tuple[str, str]:
        """Tag, without its own value, and text."""
        if not number:
            return "", part
        if what := self._values.get(number):
            part = what.sub("", f"<{part}", count=1)
        tag, _, text = part.partition(">")
        return tag, text

    def _cut(self) -> None:
        """Put together what is common: up to each place and what ends it, and behind the last."""
        self._fixed: list[tuple[str, str]] = []
        self._places: list[int | re.Pattern[str]] = []
        common = ""
        for number, part in enumerate(self._parts):
            rest = f"<{part}" if number else part
            if what := self._values.get(number):
                before, rest = what.split(rest, maxsplit=1)
                self._fixed.append((common + before, '"'))
                self._places.append(what)
                common = ""
            if number in self._differing:
                tag = rest[: rest.index(">") + 1] if number else ""
                self._fixed.append((common + tag, "<"))
                self._places.append(number)
                common = rest = ""
            common += rest
        self._rest = common


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
