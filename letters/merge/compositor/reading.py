"""What WeasyPrint made of a letter, laid beside its source: which paragraph became which lines.

A paragraph whose lines come out here as WeasyPrint laid them out can take other words; one that
is not proven is rigid.
"""

import html
import re
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from letters.merge.compositor import source
from letters.merge.compositor.fonts import read_back
from letters.merge.compositor.hand import Face, Hand, Unproven
from letters.merge.compositor.lines import Lines, Measure, Seen, set_lines
from letters.merge.compositor.source import Source

_NOWHERE = Measure(0, 0, False)
_HAIR = 0.01  # CSS pixels; what floating point may make of the same place
_FOOT = 300.0  # CSS pixels; what stands at the foot of the page beside its number
# Spaces that CSS makes one; most are one already.
_SPACES = re.compile("[\t\n\r\f ]{2,}|[\t\n\r\f]")
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
class Row:
    """A line as WeasyPrint laid it out, and the box of the paragraph that it belongs to."""

    owner: Any
    page: int
    in_margin: bool
    last: float
    line: Any
    is_as_wide_as_its_words: bool


@dataclass
class Block:
    """A paragraph: the texts that it is made of, and how they are set; the last ones are kept.

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
    last_letter: Texts | None = None
    last_texts: Texts | None = None
    last_lines: Lines = field(default_factory=list)
    seen: Seen = field(default_factory=Seen)

    def lines(self, letter: Texts) -> Lines:
        """Of a letter with these texts. Raises Unproven."""
        if letter is not self.last_letter:
            own = self._own(letter)
            if own != self.last_texts:
                self.last_lines, self.last_texts = self._set(own), own
            self.last_letter = letter
        return self.last_lines

    def _own(self, letter: Texts) -> Texts:
        return tuple([letter[node] for node in self.nodes])

    def _set(self, own: Texts) -> Lines:
        collapsed = _collapsed(own)
        if collapsed[0].startswith(" "):  # which stays behind a word in a box, as "RE:"
            raise Unproven("a value that begins with a space")
        collapsed[0], collapsed[-1] = self.before + collapsed[0], collapsed[-1] + self.after
        if not all(collapsed):
            raise Unproven("a value that is empty")
        lines = set_lines(list(zip(self.hands, collapsed, strict=True)), self.measure, self.seen)
        room = self.last - self.edge
        for line in lines:
            last = line[-1]
            if last.left + last.shaped.width > room:
                raise Unproven("words that may run off the page")
        return lines

    def shape(self, letter: Texts) -> Hashable:
        """What two letters of a class have in common here."""
        if not self.hands:
            return self._own(letter)
        lines = self.lines(letter)
        if len(self.hands) == 1:
            return len(lines)
        return tuple([tuple([piece.run for piece in line]) for line in lines])


def _collapsed(texts: Texts) -> list[str]:
    """The texts of a paragraph with their spaces as CSS has them, but for one that begins it."""
    found = []
    is_after_space = False
    for text in texts:
        text = _spaced_once(text)
        if is_after_space and text.startswith(" "):
            text = text[1:]
        if text:
            is_after_space = text.endswith(" ")
        found.append(text)
    return found


@lru_cache(maxsize=1_000)  # what stands before and after a name is the same in each letter
def _spaced_once(text: str) -> str:
    text = html.unescape(text) if "&" in text else text
    if "  " in text or "\n" in text or "\t" in text or "\r" in text or "\f" in text:
        text = _SPACES.sub(" ", text)
    return text


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
        self.faces = {
            key: Face(font.widths, font.pairs, read_back(font.foreseen))
            for key, font in document.fonts.items()
        }
        for font in document.fonts.values():
            if font.to_unicode != font.foreseen:
                raise Unproven("a character that was not foreseen")
        self.rows: dict[int, list[Row]] = {}
        self.feet: list[Row] = []
        for number, page in enumerate(document.pages):
            for row in _rows(page, number):
                self._sort(row)

    def _sort(self, row: Row) -> None:
        owner = row.owner
        if owner.element is None:
            self.feet.append(row)
        elif "::" not in owner.element_tag:  # what the stylesheet puts before a paragraph
            self.rows.setdefault(self.numbers[owner.element], []).append(row)


def _rows(page: Any, number: int) -> Iterator[Row]:
    box = page._page_box
    last = box.content_box_x() + box.width
    for child in box.children:
        in_margin = type(child).__name__ == "MarginBox"
        yield from _lines_in(child, number, in_margin, last, _follows_words(child, box))


def _lines_in(
    box: Any, page: int, in_margin: bool, last: float, follows_words: bool
) -> Iterator[Row]:
    for child in getattr(box, "children", ()):
        child = getattr(child, "_box", child)  # what is placed absolutely stands behind this
        if type(child).__name__ == "LineBox":
            yield Row(box, page, in_margin, last, child, follows_words)
        inner = follows_words or _follows_words(child, box)
        yield from _lines_in(child, page, in_margin, last, inner)


def _follows_words(box: Any, parent: Any) -> bool:
    """Whether a box is as wide as the words in it, so that other words could move others."""
    style = box.style
    is_loose = style["float"] != "none" or style["position"] in ("absolute", "fixed")
    is_inner = type(box).__name__ in _AS_WIDE_AS_WORDS or type(parent).__name__ in _SHARES_OUT
    return (is_loose or is_inner) and style["width"] == "auto"


def boxes_of(line: Any) -> list[Any]:
    """The text boxes of a line. A box that is not text may only stand before all of them."""
    found: list[Any] = []
    for child in line.children:
        kind = type(child).__name__
        if kind == "TextBox":
            found.append(child)
        elif kind == "InlineBox":
            if child.margin_width() != child.width:
                raise Unproven("an inline box with room around it")
            found += boxes_of(child)
        elif found:
            raise Unproven("a box within a line")
    return found


def blocks_of(reading: Reading, hands: "Hands") -> dict[int, Block]:
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


class Hands:
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


def _block(reading: Reading, hands: Hands, rows: list[Row], nodes: list[int]) -> Block:
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
        compare(block, reading, rows)
    except Unproven:
        return Block(tuple(nodes), is_odd=True)
    return block


def _flexible(reading: Reading, hands: Hands, rows: list[Row], nodes: list[int]) -> Block:
    """Raises Unproven where the paragraph has something that was not thought of here."""
    inside = reading.outline.inside
    if any(_is_heading(reading, inside[node]) for node in nodes):
        raise Unproven("a heading, which stands in the outline too")
    if any(row.is_as_wide_as_its_words for row in rows):
        raise Unproven("a box that is as wide as its words")
    occurrence = occurrences(rows)[0]
    paragraph, first = occurrence[0].owner, boxes_of(occurrence[0].line)
    by_element = {
        reading.numbers[box.element]: box for row in occurrence for box in boxes_of(row.line)
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


def occurrences(rows: list[Row]) -> list[list[Row]]:
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


def compare(block: Block, reading: Reading, rows: list[Row]) -> None:
    """Raises Unproven unless the block's own lines are those that WeasyPrint laid out."""
    lines = block.lines(reading.read.texts)
    for occurrence in occurrences(rows):
        if len(lines) != len(occurrence):
            raise Unproven("lines that are set otherwise")
        for line, row in zip(lines, occurrence, strict=True):
            boxes = boxes_of(row.line)
            if [piece.text for piece in line] != [box.text for box in boxes]:
                raise Unproven("lines that are set otherwise")
            for piece, box in zip(line, boxes, strict=True):
                if (
                    abs(block.edge + piece.left - box.position_x) > _HAIR
                    or abs(piece.shaped.width - box.width) > _HAIR
                    or id(box) not in reading.drawn
                ):
                    raise Unproven("words that stand elsewhere")


def feet_of(reading: Reading, hands: "Hands") -> list[tuple[Block, list[Row]]]:
    """What the foot of a page repeats of the text, such as the reference."""
    named = dict(_named_strings(reading))
    found = []
    for row in reading.feet:
        boxes = boxes_of(row.line)
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
            compare(block, reading, [row])
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
