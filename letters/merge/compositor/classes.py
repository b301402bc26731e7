"""Letters of one mailing that break into lines at the same places share one layout.

The first letter of a class is set by WeasyPrint, whole, and looked at: which paragraph became
which lines, and what was drawn for each. For the next letter only the lines whose words differ
are set anew and put in the place of the first one's. Nothing here decides what a letter looks
like: a class is used only where this way gives its first letter byte for byte as WeasyPrint
did, and what is not proven raises Unproven and goes WeasyPrint's way.
"""

import hashlib
import html
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import pydyf

from letters.merge.compositor import source
from letters.merge.compositor.filing import Sheaf
from letters.merge.compositor.hand import Unproven
from letters.merge.compositor.kept import Kept
from letters.merge.compositor.lines import Lines
from letters.merge.compositor.reading import (
    Block,
    Hands,
    Reading,
    Row,
    Texts,
    blocks_of,
    boxes_of,
    compare,
    feet_of,
    occurrences,
)
from letters.merge.compositor.sheets import Sheet, bars
from letters.merge.compositor.source import Source, differing

_MOST_TOUCHED = 200  # of the places where letters differ there are not many sets
_LATER_PAGES = '<div class="continuation">'


@dataclass(frozen=True)
class _Slot:
    """A place in a page where something of one letter stands: its items, and what draws them."""

    page: int
    first: int
    last: int
    block: int
    line: int
    piece: int
    x: float  # where the line begins


class Class:
    """Letters that have all lines at the same places, and the file of their first one."""

    def __init__(
        self,
        reading: Reading,
        blocks: list[tuple[Block, list[Row]]],
        pdf: Any,
        values: dict[str, str],
        name: str,
        known: dict[bytes, bytes],
    ) -> None:
        self.pages = len(reading.document.pages)
        self.name = name
        self._blocks = [block for block, _rows in blocks]
        self._texts = reading.read.texts
        self._of_node: dict[int, list[int]] = {}
        for number, block in enumerate(self._blocks):
            for node in block.nodes if block.hands else ():
                self._of_node.setdefault(node, []).append(number)
        self._touched: Kept[tuple[int, ...], set[int]] = Kept(_MOST_TOUCHED)
        streams = page_streams(pdf)
        self._slots = list(self._all_slots(reading, blocks))
        self._of_block: list[list[int]] = [[] for _block in blocks]
        for number, slot in enumerate(self._slots):
            self._of_block[slot.block].append(number)
        self._drawing = len(self._slots)
        items = [list(map(pydyf._to_bytes, stream.stream)) for stream in streams]
        self._defaults = [b"\n".join(items[s.page][s.first : s.last]) for s in self._slots]
        self._heads = [default[: default.rindex(b"\n") + 1] for default in self._defaults]
        self._defaults.append(bars(reading.read.drawing))
        self._sheets = [
            Sheet(stream, items[page], self._places(page, items[page]), self._defaults)
            for page, stream in enumerate(streams)
        ]
        self._sheaf = Sheaf(pdf, streams, values, known)

    def _all_slots(
        self, reading: Reading, blocks: list[tuple[Block, list[Row]]]
    ) -> Iterator[_Slot]:
        for number, (block, rows) in enumerate(blocks):
            if not block.hands:
                continue
            for occurrence in occurrences(rows):
                for line, row in enumerate(occurrence):
                    boxes = boxes_of(row.line)
                    for piece, box in enumerate(boxes):
                        drawn = reading.drawn[id(box)]
                        x = boxes[0].position_x
                        yield _Slot(row.page, drawn.place, drawn.shown + 1, number, line, piece, x)

    def _places(self, page: int, items: list[bytes]) -> dict[int, tuple[int, int]]:
        """First item of each slot of a page: its last one, and the slot."""
        places = {s.first: (s.last, n) for n, s in enumerate(self._slots) if s.page == page}
        drawn = self._defaults[self._drawing].split(b"\n")
        for first in range(len(items) - len(drawn) + 1):
            if len(drawn) > 1 and items[first : first + 2] == drawn[:2]:
                if items[first : first + len(drawn)] != drawn:
                    raise Unproven("a QR code that is drawn otherwise")
                places[first] = (first + len(drawn), self._drawing)
        return places

    def file(self, read: Source, values: dict[str, str], *, all_anew: bool = False) -> bytes:
        """The file of a letter of this class. Raises Unproven."""
        nodes = tuple(self._of_node if all_anew else differing(read.texts, self._texts))
        changed: dict[int, bytes] = {}
        for number in self._touched.get(nodes, lambda: self._of_nodes(nodes)):
            lines = self._blocks[number].lines(read.texts)
            for slot in self._of_block[number]:
                changed[slot] = self._filled(slot, lines)
        changed[self._drawing] = bars(read.drawing)
        pages = [sheet.packed(changed) for sheet in self._sheets]
        return self._sheaf.file(pages, values, read.identifier)

    def _of_nodes(self, nodes: Iterable[int]) -> set[int]:
        return {number for node in nodes for number in self._of_node.get(node, ())}

    def _filled(self, number: int, lines: Lines) -> bytes:
        """The items of a slot: where the text begins, its font where it was set, the text."""
        slot = self._slots[number]
        line, head = lines[slot.line], self._heads[number]
        if slot.piece:
            x = slot.x
            for before in line[: slot.piece]:
                x += before.shaped.width
            matrix = head.split(b" ")
            matrix[4] = pydyf._to_bytes(x)
            head = b" ".join(matrix)
        return head + line[slot.piece].shaped.drawn


def page_streams(pdf: Any) -> list[Any]:
    things = {thing.reference: thing for thing in pdf.objects}
    return [things[things[reference]["Contents"]] for reference in pdf.page_references]


class Skeleton:
    """Everything that letters with the same tags have in common, whatever their words."""

    def __init__(self, reading: Reading) -> None:
        self.hands = Hands(reading)
        self.blocks = blocks_of(reading, self.hands)
        self.odd = sum(block.is_odd for block in self.blocks.values())
        self._faces = reading.faces
        self._known: dict[bytes, bytes] = {}
        self.seen = reading.rows.keys()
        texts, outline = reading.read.texts, reading.outline
        self.title, self.picture = (
            [n for n, inside in enumerate(outline.inside) if inside == element]
            for element in _titles(outline)
        )
        unseen = {n for n, inside in enumerate(outline.inside) if _is_unseen(outline, inside)}
        self._apart = unseen.union(self.title, self.picture)
        self._texts = texts
        self._in_order = list(self.blocks.values())
        self._of_node = {
            node: number for number, block in enumerate(self._in_order) for node in block.nodes
        }
        self._shapes = [block.shape(texts) for block in self._in_order]
        self._touched: Kept[tuple[int, ...], set[int]] = Kept(_MOST_TOUCHED)
        self.classes: Kept[Hashable, Class | str] = Kept(100)

    def key(self, texts: Texts) -> Hashable:
        """What makes the letter's class. Raises Unproven."""
        shapes = self._shapes.copy()
        nodes = tuple(differing(texts, self._texts))
        for number in self._touched.get(nodes, lambda: self._of_nodes(nodes)):
            shapes[number] = self._in_order[number].shape(texts)
        return tuple(shapes)

    def _of_nodes(self, nodes: Iterable[int]) -> set[int]:
        seen = [node for node in nodes if node not in self._apart]
        if not self._of_node.keys() >= set(seen):
            raise Unproven("words outside of any paragraph")
        return {self._of_node[node] for node in seen}

    def values(self, read: Source) -> dict[str, str]:
        """What the file says of the letter beside its pages."""
        return {
            "title": html.unescape("".join(read.texts[node] for node in self.title)),
            "description": read.description,
            "picture": html.unescape("".join(read.texts[node] for node in self.picture)),
        }

    def knows(self, reading: Reading) -> bool:
        """Whether every paragraph of the letter was in the first one; a later page adds some."""
        return reading.rows.keys() <= self.seen

    def learn(self, reading: Reading, pdf: Any, name: str) -> Class:
        """Raises Unproven where this letter was not set as the first one with its tags."""
        if any(self._faces.get(key) != face for key, face in reading.faces.items()):
            raise Unproven("a font that the first letter has not")
        blocks = []
        for owner, rows in reading.rows.items():
            block = self.blocks.get(owner)
            if block and block.hands:
                compare(block, reading, rows)
            if block:
                blocks.append((block, rows))
        blocks += feet_of(reading, self.hands)
        return Class(reading, blocks, pdf, self.values(reading.read), name, self._known)


def _is_unseen(outline: source.Outline, element: int) -> bool:
    """Whether it is of the head of later pages, which a letter of one page does not show."""
    while element >= 0:
        if outline.tags[element] == _LATER_PAGES:
            return True
        element = outline.parents[element]
    return False


def _titles(outline: source.Outline) -> tuple[int, int]:
    """The title of the letter, and that of its QR code; -1, which is none, where it has none."""
    found = [number for number, name in enumerate(outline.names) if name == "title"]
    return (found[0] if found else -2), (found[1] if len(found) > 1 else -2)


@dataclass(frozen=True)
class Made:
    """A letter that was set by its class."""

    pdf: bytes
    pages: int
    of: str


def _name(read: Source, key: Hashable) -> str:
    """The same in every process."""
    return hashlib.sha256(f"{read.skeleton}{key!r}".encode()).hexdigest()[:12]


class Classes:
    """What is known of the letters that this process has set."""

    def __init__(self) -> None:
        self._skeletons: Kept[tuple[str, str], Skeleton] = Kept(8)

    def make(self, read: Source, characters: str) -> Made:
        """The letter by its class, where there is one. Raises Unproven."""
        skeleton = self._skeletons.find((read.skeleton, characters))
        if skeleton is None:
            raise Unproven("the first letter of its kind")
        key = skeleton.key(read.texts)
        known = skeleton.classes.find(key)
        if known is None:
            raise Unproven("the first letter of its class")
        if isinstance(known, str):
            raise Unproven(known)
        return Made(known.file(read, skeleton.values(read)), known.pages, known.name)

    def learn(self, read: Source, characters: str, reading: Reading, pdf: Any) -> "Lesson | None":
        """Note a letter that WeasyPrint has set, up to its bytes, as the first of its class."""
        skeleton = self._skeleton(read, characters, reading)
        try:
            key = skeleton.key(read.texts)
        except Unproven:
            return None
        if skeleton.classes.find(key) is not None:
            return None
        try:
            return Lesson(skeleton, key, skeleton.learn(reading, pdf, _name(read, key)), read)
        except Unproven as why:
            skeleton.classes.keep(key, str(why))
            return None

    def _skeleton(self, read: Source, characters: str, reading: Reading) -> Skeleton:
        """The first letter's with these tags, or this one's where it can teach more."""
        known = self._skeletons.find((read.skeleton, characters))
        if known and known.knows(reading) and not known.odd:
            return known
        skeleton = Skeleton(reading)
        if known and known.knows(reading) and known.odd <= skeleton.odd:
            return known
        return self._skeletons.keep((read.skeleton, characters), skeleton)


@dataclass(frozen=True)
class Lesson:
    """A class that has yet to prove itself."""

    skeleton: Skeleton
    key: Hashable
    known: Class
    read: Source

    def prove(self, pdf: bytes) -> None:
        """Keep the class if it gives its first letter as WeasyPrint wrote it, byte for byte."""
        try:
            made = self.known.file(self.read, self.skeleton.values(self.read), all_anew=True)
        except Unproven as why:
            self.skeleton.classes.keep(self.key, str(why))
            return
        proven = made == pdf
        self.skeleton.classes.keep(
            self.key, self.known if proven else "a class that did not give its first letter again"
        )
