"""Letters of one mailing that break into lines at the same places share one layout.

The first letter of a class is set by WeasyPrint, whole, and looked at: which paragraph became
which lines, and what was drawn for each. For the next letter only the lines whose words differ
are set anew and put in the place of the first one's. Nothing here decides what a letter looks
like: a class is used only where this way gives its first letter byte for byte as WeasyPrint
did, and what is not proven raises Unproven and goes WeasyPrint's way.
"""

import hashlib
import html
import re
import zlib
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from typing import Any, cast

import pydyf

from letters.merge.compositor import packing, source
from letters.merge.compositor.filing import Sheaf
from letters.merge.compositor.hand import Face, Hand, Unproven
from letters.merge.compositor.kept import Kept
from letters.merge.compositor.lines import Lines, Measure, Rests, set_lines
from letters.merge.compositor.source import Source

_NOWHERE = Measure(0, 0, False)
_HAIR = 0.01  # CSS pixels; what floating point may make of the same place
_FOOT = 300.0  # CSS pixels; what stands at the foot of the page beside its number
_SPACES = re.compile("[\t\n\r\f ]+")
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "title", "a"})
# What our layout does not use, or what would make a text other than it was typed.
_PLAIN = {
    "text_transform": "none",
    "word_spacing": 0,
    "visibility": "visible",
    "direction": "ltr",
    "hyphens": "none",
    "font_variant_caps": "normal",
}
_LATER_PAGES = '<div class="continuation">'
_AS_WIDE_AS_WORDS = frozenset({"InlineBlockBox", "TableCellBox", "MarginBox"})
_SHARES_OUT = frozenset({"FlexBox", "InlineFlexBox", "GridBox", "InlineGridBox"})
Texts = tuple[str, ...]


@dataclass(frozen=True)
class Drawn:
    """A text box as it was drawn: the items of its page between which it is shown."""

    box: Any
    place: int
    shown: int


@dataclass(frozen=True)
class _Row:
    """A line as WeasyPrint laid it out, and the box of the paragraph that it belongs to."""

    owner: Any
    page: int
    in_margin: bool
    last: float
    line: Any
    is_as_wide_as_its_words: bool


@dataclass
class Block:
    """A paragraph: the texts that it is made of, and how they are set.

    Without `hands` it is rigid: whoever says something else here is of another class. `is_odd`
    says that only its words made it so. `edge` is where its lines begin, `last` how far a line
    may reach before it runs off the page.
    """

    nodes: tuple[int, ...]
    hands: tuple[Hand, ...] = ()
    measure: Measure = _NOWHERE
    edge: float = 0
    last: float = 0
    before: str = ""
    after: str = ""
    is_odd: bool = False
    known: Kept[Texts, Lines] = field(default_factory=lambda: Kept(200))
    rests: Rests = field(default_factory=lambda: Kept(500))

    def texts(self, texts: Texts) -> Texts:
        return tuple([texts[node] for node in self.nodes])

    def lines(self, own: Texts) -> Lines:
        """Raises Unproven."""
        return self.known.get(own, lambda: self._set(own))

    def _set(self, own: Texts) -> Lines:
        collapsed = _collapsed(own)
        collapsed[0], collapsed[-1] = self.before + collapsed[0], collapsed[-1] + self.after
        if not all(collapsed):
            raise Unproven("a value that is empty")
        lines = set_lines(list(zip(self.hands, collapsed, strict=True)), self.measure, self.rests)
        for line in lines:
            if self.edge + line[-1].left + line[-1].shaped.width > self.last:
                raise Unproven("words that may run off the page")
        return lines

    def shape(self, own: Texts) -> Hashable:
        """What two letters of a class have in common here."""
        if not self.hands:
            return own
        return tuple([tuple([piece.run for piece in line]) for line in self.lines(own)])


def _collapsed(texts: Texts) -> list[str]:
    """The texts of a paragraph with their spaces as CSS has them."""
    found = []
    is_after_space = True
    for text in texts:
        text = _SPACES.sub(" ", html.unescape(text) if "&" in text else text)
        if is_after_space and text.startswith(" "):
            text = text[1:]
        if text:
            is_after_space = text.endswith(" ")
        found.append(text)
    return found


class Reading:
    """What WeasyPrint made of one letter, laid beside its source.

    `rows` are the lines of each element's paragraph, `feet` what the margins of pages say that
    stands in no element.
    """

    def __init__(self, read: Source, root: Any, document: Any, drawn: dict[int, Drawn]) -> None:
        self.read, self.document = read, document
        self.outline = source.outline(read.skeleton)
        elements = source.agrees(self.outline, root)
        if elements is None:
            raise Unproven("a source that is read in two ways")
        self.numbers = {element: number for number, element in enumerate(elements)}
        self.drawn = drawn
        self.faces = {key: Face(font.widths, font.pairs) for key, font in document.fonts.items()}
        for font in document.fonts.values():
            if font.to_unicode.keys() != font.foreseen:
                raise Unproven("a character that was not foreseen")
        self.rows: dict[int, list[_Row]] = {}
        self.feet: list[_Row] = []
        for number, page in enumerate(document.pages):
            for row in _rows(page, number):
                self._sort(row)

    def _sort(self, row: _Row) -> None:
        owner = row.owner
        if owner.element is None:
            self.feet.append(row)
        elif "::" not in owner.element_tag:  # what the stylesheet puts before a paragraph
            self.rows.setdefault(self.numbers[owner.element], []).append(row)


def _rows(page: Any, number: int) -> Iterator[_Row]:
    box = page._page_box
    last = box.content_box_x() + box.width
    for child in box.children:
        in_margin = type(child).__name__ == "MarginBox"
        yield from _lines_in(child, number, in_margin, last, _follows_words(child, box))


def _lines_in(
    box: Any, page: int, in_margin: bool, last: float, follows_words: bool
) -> Iterator[_Row]:
    for child in getattr(box, "children", ()):
        child = getattr(child, "_box", child)  # what is placed absolutely stands behind this
        if type(child).__name__ == "LineBox":
            yield _Row(box, page, in_margin, last, child, follows_words)
        inner = follows_words or _follows_words(child, box)
        yield from _lines_in(child, page, in_margin, last, inner)


def _follows_words(box: Any, parent: Any) -> bool:
    """Whether a box is as wide as the words in it, so that other words could move others."""
    style = box.style
    is_loose = style["float"] != "none" or style["position"] in ("absolute", "fixed")
    is_inner = type(box).__name__ in _AS_WIDE_AS_WORDS or type(parent).__name__ in _SHARES_OUT
    return (is_loose or is_inner) and style["width"] == "auto"


def _boxes(line: Any) -> list[Any]:
    """The text boxes of a line. A box that is not text may only stand before all of them."""
    found: list[Any] = []
    for child in line.children:
        kind = type(child).__name__
        if kind == "TextBox":
            found.append(child)
        elif kind == "InlineBox":
            if child.margin_width() != child.width:
                raise Unproven("an inline box with room around it")
            found += _boxes(child)
        elif found:
            raise Unproven("a box within a line")
    return found


def blocks_of(reading: Reading, hands: "_Hands") -> dict[int, Block]:
    """Every paragraph that has words of the source, by the number of its element."""
    nodes: dict[int, list[int]] = {}
    for node, inside in enumerate(reading.outline.inside):
        while inside >= 0 and inside not in reading.rows:
            inside = reading.outline.parents[inside]
        if inside >= 0:
            nodes.setdefault(inside, []).append(node)
    found = {
        owner: _block(reading, hands, rows, nodes.get(owner, []))
        for owner, rows in reading.rows.items()
    }
    return {owner: block for owner, block in found.items() if block.nodes}


class _Hands:
    """One for each style that words of the letter are set in."""

    def __init__(self, reading: Reading) -> None:
        self._faces = reading.faces
        self._known: dict[str, Hand] = {}

    def of(self, box: Any) -> Hand:
        style = box.style
        if any(style[name] != value for name, value in _PLAIN.items()):
            raise Unproven("a style that is not known here")
        if style["text_decoration_line"] != "none" or style["font_feature_settings"] != "normal":
            raise Unproven("a style that is not known here")
        key = _key(style)
        if key not in self._known:
            self._known[key] = Hand(style, self._faces)
        return self._known[key]


def _key(style: Any) -> str:
    from weasyprint.text.line_break import _font_style_cache_key

    key = _font_style_cache_key(style, include_size=True)
    return f"{key} {style['letter_spacing']} {style['overflow_wrap']}"


def _block(reading: Reading, hands: _Hands, rows: list[_Row], nodes: list[int]) -> Block:
    texts = reading.read.texts
    while nodes and not texts[nodes[0]].strip():
        nodes = nodes[1:]
    while nodes and not texts[nodes[-1]].strip():
        nodes = nodes[:-1]
    try:
        block = _flexible(reading, hands, rows, nodes)
    except Unproven:
        return Block(tuple(nodes))
    try:
        _compare(block, reading, rows)
    except Unproven:
        return Block(tuple(nodes), is_odd=True)
    return block


def _flexible(reading: Reading, hands: _Hands, rows: list[_Row], nodes: list[int]) -> Block:
    """Raises Unproven where the paragraph has something that was not thought of here."""
    inside = reading.outline.inside
    if any(_is_heading(reading, inside[node]) for node in nodes):
        raise Unproven("a heading, which stands in the outline too")
    if any(row.is_as_wide_as_its_words for row in rows):
        raise Unproven("a box that is as wide as its words")
    occurrence = _occurrences(rows)[0]
    paragraph, first = occurrence[0].owner, _boxes(occurrence[0].line)
    by_element = {
        reading.numbers[box.element]: box for row in occurrence for box in _boxes(row.line)
    }
    style = paragraph.style
    if style["text_align_all"] not in ("start", "left") or style["direction"] != "ltr":
        raise Unproven("a paragraph that is not set from the left")
    if style["white_space"] not in ("normal", "nowrap") or not nodes or not first:
        raise Unproven("a paragraph whose spaces count")
    if any(inside[node] not in by_element for node in nodes):
        raise Unproven("words that were not found again")
    edge = paragraph.content_box_x()
    return Block(
        nodes=tuple(nodes),
        hands=tuple(hands.of(by_element[inside[node]]) for node in nodes),
        measure=Measure(
            paragraph.width, first[0].position_x - edge, style["white_space"] == "normal"
        ),
        edge=edge,
        last=occurrence[0].last,
    )


def _is_heading(reading: Reading, element: int) -> bool:
    while element >= 0:
        if reading.outline.names[element] in _HEADINGS:
            return True
        element = reading.outline.parents[element]
    return False


def _occurrences(rows: list[_Row]) -> list[list[_Row]]:
    """The paragraph's lines, once for each time that it is drawn whole.

    In the text it may go on on the next page; in the margin each page has it anew.
    """
    if not rows[0].in_margin:
        whole = {(row.page, id(row.owner)) for row in rows}
        if len(whole) != len({row.page for row in rows}):
            raise Unproven("a paragraph in several boxes")
        return [rows]
    pages = dict.fromkeys(row.page for row in rows)
    return [[row for row in rows if row.page == page] for page in pages]


def _compare(block: Block, reading: Reading, rows: list[_Row]) -> None:
    """Raises Unproven unless the block's own lines are those that WeasyPrint laid out."""
    lines = block.lines(block.texts(reading.read.texts))
    for occurrence in _occurrences(rows):
        if len(lines) != len(occurrence):
            raise Unproven("lines that are set otherwise")
        for line, row in zip(lines, occurrence, strict=True):
            boxes = _boxes(row.line)
            if [piece.text for piece in line] != [box.text for box in boxes]:
                raise Unproven("lines that are set otherwise")
            for piece, box in zip(line, boxes, strict=True):
                if (
                    abs(block.edge + piece.left - box.position_x) > _HAIR
                    or abs(piece.shaped.width - box.width) > _HAIR
                    or id(box) not in reading.drawn
                ):
                    raise Unproven("words that stand elsewhere")


def feet_of(reading: Reading, hands: "_Hands") -> list[tuple[Block, list[_Row]]]:
    """What the foot of a page repeats of the text, such as the reference."""
    named = dict(_named_strings(reading))
    found = []
    for row in reading.feet:
        boxes = _boxes(row.line)
        for text, node in named.items():
            if not any(text in box.text for box in boxes):
                continue
            box = boxes[0]
            before, _, after = box.text.partition(text)
            edge = row.owner.content_box_x()
            if len(boxes) > 1 or text in after or abs(box.position_x - edge) > _HAIR:
                raise Unproven("a foot of the page that is not known here")
            block = Block(
                (node,), (hands.of(box),), Measure(0, 0, False), edge, edge + _FOOT, before, after
            )
            _compare(block, reading, [row])
            found.append((block, [row]))
    return found


def _named_strings(reading: Reading) -> Iterator[tuple[str, int]]:
    """Texts that pages repeat, and the one text of the source that each is."""
    for rows in reading.rows.values():
        for row in rows:
            for box in row.line.descendants():
                for _name, text in getattr(box, "string_set", None) or ():
                    inside = reading.numbers[box.element]
                    nodes = [n for n, where in enumerate(reading.outline.inside) if where == inside]
                    if len(nodes) != 1 or not text:
                        raise Unproven("a text that pages repeat and that is not whole")
                    yield text, nodes[0]


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
        blocks: list[tuple[Block, list[_Row]]],
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
        streams = page_streams(pdf)
        self._slots = list(self._all_slots(reading, blocks))
        self._of_block: list[list[int]] = [[] for _block in blocks]
        for number, slot in enumerate(self._slots):
            self._of_block[slot.block].append(number)
        self._drawing = len(self._slots)
        items = [list(map(pydyf._to_bytes, stream.stream)) for stream in streams]
        self._defaults = [b"\n".join(items[s.page][s.first : s.last]) for s in self._slots]
        self._heads = [default[: default.rindex(b"\n") + 1] for default in self._defaults]
        self._defaults.append(_drawn(reading.read.drawing))
        self._sheets = [
            _Sheet(stream, items[page], self._places(page, items[page]), self._defaults)
            for page, stream in enumerate(streams)
        ]
        self._sheaf = Sheaf(pdf, streams, values, known)

    def _all_slots(
        self, reading: Reading, blocks: list[tuple[Block, list[_Row]]]
    ) -> Iterator[_Slot]:
        for number, (block, rows) in enumerate(blocks):
            if not block.hands:
                continue
            for occurrence in _occurrences(rows):
                for line, row in enumerate(occurrence):
                    boxes = _boxes(row.line)
                    for piece, box in enumerate(boxes):
                        drawn = reading.drawn[id(box)]
                        x = boxes[0].position_x
                        yield _Slot(row.page, drawn.place, drawn.shown + 1, number, line, piece, x)

    def _places(self, page: int, items: list[bytes]) -> dict[int, tuple[int, int]]:
        """First item of each slot of a page: its last one, and the slot."""
        places = {s.first: (s.last, n) for n, s in enumerate(self._slots) if s.page == page}
        bars = self._defaults[self._drawing].split(b"\n")
        for first in range(len(items) - len(bars) + 1):
            if len(bars) > 1 and items[first : first + 2] == bars[:2]:
                if items[first : first + len(bars)] != bars:
                    raise Unproven("a QR code that is drawn otherwise")
                places[first] = (first + len(bars), self._drawing)
        return places

    def file(self, read: Source, values: dict[str, str], *, all_anew: bool = False) -> bytes:
        """The file of a letter of this class. Raises Unproven."""
        nodes = self._of_node.keys() if all_anew else differing(read.texts, self._texts)
        changed: dict[int, bytes] = {}
        for number in {number for node in nodes for number in self._of_node.get(node, ())}:
            block = self._blocks[number]
            lines = block.lines(block.texts(read.texts))
            for slot in self._of_block[number]:
                changed[slot] = self._filled(slot, lines)
        changed[self._drawing] = _drawn(read.drawing)
        pages = [sheet.packed(changed) for sheet in self._sheets]
        return self._sheaf.file(pages, values, read.identifier)

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


def differing(texts: Texts, others: Texts) -> list[int]:
    return [node for node, text in enumerate(texts) if text != others[node]]


class _Sheet:
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
        self._whole = [self._filled(number, {}) for number in range(len(self._pieces))]
        self._packed = [packing.packed(piece) for piece in self._whole]

    def packed(self, changed: dict[int, bytes]) -> bytes:
        contents, packed = self._whole.copy(), self._packed.copy()
        for number, slots in enumerate(self._slots):
            if not changed.keys().isdisjoint(slots):
                content = self._filled(number, changed)
                if content != contents[number]:
                    contents[number], packed[number] = content, packing.packed(content)
        return packing.joined(packed, zlib.adler32(b"".join(contents)))

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


def page_streams(pdf: Any) -> list[Any]:
    things = {thing.reference: thing for thing in pdf.objects}
    return [things[things[reference]["Contents"]] for reference in pdf.page_references]


def _drawn(path: str) -> bytes:
    """What WeasyPrint draws of the QR code's path: bars of whole modules, row by row."""
    return b"\n".join([b"0 0 m", *map(_bar, path.split("M")[1:])])


@lru_cache(maxsize=50_000)
def _bar(written: str) -> bytes:
    """One bar: `3 1.5h4` begins in column 3 of row 1 and is four modules long."""
    place, _, length = written.partition("h")
    x, y = place.split(" ")
    return f"{x} {y} m\n{int(x) + int(length)} {y} l".encode()


class Skeleton:
    """Everything that letters with the same tags have in common, whatever their words."""

    def __init__(self, reading: Reading) -> None:
        self.hands = _Hands(reading)
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
        self._shapes = [block.shape(block.texts(texts)) for block in self._in_order]
        self.classes: Kept[Hashable, Class | str] = Kept(100)

    def key(self, texts: Texts) -> Hashable:
        """What makes the letter's class. Raises Unproven."""
        shapes = self._shapes.copy()
        nodes = [node for node in differing(texts, self._texts) if node not in self._apart]
        if not self._of_node.keys() >= set(nodes):
            raise Unproven("words outside of any paragraph")
        for number in {self._of_node[node] for node in nodes}:
            block = self._in_order[number]
            shapes[number] = block.shape(block.texts(texts))
        return tuple(shapes)

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
                _compare(block, reading, rows)
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
