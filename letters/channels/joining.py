"""Many PDFs of ours as one, written while it is made, with what they have in common in it once.

The letters of a mailing hold the same fonts and pictures. Here each object is numbered by what it
says: its own bytes, with what it refers to numbered before it. So two that are alike have one
number and are written once, and nothing of a letter is kept in memory but the digests of its
objects. A library that copies pages holds every letter until the end, and its fonts each time.

What is joined is for printing: pages and all that they draw. Tags, bookmarks and links, which
paper has not, stay in the letters.
"""

import hashlib
import io
from collections.abc import Iterator
from typing import IO, Any

import pikepdf

_HEADER = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
_CATALOG, _TREE = 1, 2
_FIRST_FREE = 3
_LEAVES = 64  # pages under one node, so that a page of thousands is found soon
# Of a page: what may stand above it in its own file, and what leads out of it.
_INHERITED = ("/Resources", "/MediaBox", "/CropBox", "/Rotate")
_LEFT_OUT = frozenset({"/Parent", "/StructParents", "/Tabs", "/Annots", "/B"})


class Joined:
    """The file that is made. Call `finish` after the last letter."""

    def __init__(self, into: IO[bytes]) -> None:
        self._into = into
        self._digest = hashlib.sha256()
        self._position = 0
        self._places: dict[int, int] = {}
        self._next = _FIRST_FREE
        self._known: dict[bytes, int] = {}
        self._nodes: list[tuple[int, list[int]]] = []
        self._write(_HEADER)

    def add(self, pdf: bytes) -> None:
        """All pages of the letter, and a blank one where they end on the front of a sheet."""
        with pikepdf.open(io.BytesIO(pdf)) as letter:
            numbers: dict[tuple[int, int], int] = {}
            pages = [self._page(page.obj, numbers) for page in letter.pages]
            if len(pages) % 2:
                self._leaf(self._written(_inherited(letter.pages[0].obj, "/MediaBox"), numbers))

    def finish(self) -> None:
        for number, leaves in self._nodes:
            kids = b" ".join(b"%d 0 R" % leaf for leaf in leaves)
            parts = (b"<</Type/Pages/Parent %d 0 R" % _TREE, b"/Count %d" % len(leaves))
            self._object(number, b"".join((*parts, b"/Kids[", kids, b"]>>")))
        kids = b" ".join(b"%d 0 R" % number for number, _ in self._nodes)
        count = sum(len(leaves) for _, leaves in self._nodes)
        self._object(_TREE, b"<</Type/Pages/Count %d/Kids[%s]>>" % (count, kids))
        self._object(_CATALOG, b"<</Type/Catalog/Pages %d 0 R>>" % _TREE)
        self._end()

    # --- Pages -------------------------------------------------------------------------

    def _page(self, page: Any, numbers: dict[tuple[int, int], int]) -> int:
        entries = {name: found for name in _INHERITED if (found := _inherited(page, name))}
        entries |= {name: value for name, value in page.items() if name not in _LEFT_OUT}
        written = [
            name.encode() + b" " + self._written(value, numbers)
            for name, value in sorted(entries.items())
        ]
        return self._under_a_node(b"".join(written))

    def _leaf(self, box: bytes) -> int:
        return self._under_a_node(b"/MediaBox %s/Resources<<>>/Type/Page" % box)

    def _under_a_node(self, entries: bytes) -> int:
        if not self._nodes or len(self._nodes[-1][1]) == _LEAVES:
            self._nodes.append((self._number(), []))
        node, leaves = self._nodes[-1]
        number = self._number()
        self._object(number, b"<<%s/Parent %d 0 R>>" % (entries, node))
        leaves.append(number)
        return number

    # --- What pages draw ---------------------------------------------------------------

    def _written(self, thing: Any, numbers: dict[tuple[int, int], int]) -> bytes:
        """The thing as it stands in the joined file; `numbers` are those of this letter so far."""
        if not isinstance(thing, pikepdf.Object):
            return _plain(thing)
        if not thing.is_indirect:
            return self._content(thing, numbers)
        place = thing.objgen
        if place not in numbers:
            numbers[place] = self._once(self._content(thing, numbers))
        return b"%d 0 R" % numbers[place]

    def _content(self, thing: Any, numbers: dict[tuple[int, int], int]) -> bytes:
        if isinstance(thing, pikepdf.Stream):
            entries = {name: value for name, value in thing.items() if name != "/Length"}
            data = thing.read_raw_bytes()
            head = self._entries(entries, numbers) + b"/Length %d" % len(data)
            return b"<<%s>>\nstream\n%s\nendstream" % (head, data)
        said = bytes(thing.unparse(resolved=True))
        if b" R" not in said:  # it refers to nothing, such as the widths of a font
            return said
        if isinstance(thing, pikepdf.Dictionary):
            return b"<<%s>>" % self._entries(dict(thing.items()), numbers)
        if isinstance(thing, pikepdf.Array):
            return b"[%s]" % b" ".join(self._written(one, numbers) for one in thing)
        return said

    def _entries(self, entries: dict[str, Any], numbers: dict[tuple[int, int], int]) -> bytes:
        return b"".join(
            _name(name) + b" " + self._written(value, numbers)
            for name, value in sorted(entries.items())
        )

    def _once(self, content: bytes) -> int:
        digest = hashlib.sha256(content).digest()
        if digest not in self._known:
            self._known[digest] = self._number()
            self._object(self._known[digest], content)
        return self._known[digest]

    # --- The file ----------------------------------------------------------------------

    def _number(self) -> int:
        self._next += 1
        return self._next - 1

    def _object(self, number: int, content: bytes) -> None:
        self._places[number] = self._position
        self._write(b"%d 0 obj\n%s\nendobj\n" % (number, content))

    def _write(self, content: bytes) -> None:
        self._into.write(content)
        self._digest.update(content)
        self._position += len(content)

    def _end(self) -> None:
        """The table of places, and an identifier that follows from the content."""
        table, identifier = self._position, self._digest.hexdigest()[:32].encode()
        self._write(b"xref\n0 %d\n" % self._next)
        self._write(b"".join(self._rows()))
        self._write(
            b"trailer\n<</Size %d/Root %d 0 R/ID[<%s><%s>]>>\nstartxref\n%d\n%%%%EOF\n"
            % (self._next, _CATALOG, identifier, identifier, table)
        )

    def _rows(self) -> Iterator[bytes]:
        yield b"0000000000 65535 f \n"
        for number in range(1, self._next):
            yield b"%010d 00000 n \n" % self._places[number]


def _inherited(page: Any, name: str) -> Any:
    """An entry of the page, or of the nearest thing above it that has one."""
    while page is not None:
        if name in page:
            return page[name]
        page = page.get("/Parent")
    return None


def _plain(thing: Any) -> bytes:
    """A value that the library gives as one of Python's."""
    if thing is None:
        return b"null"
    if isinstance(thing, bool):
        return b"true" if thing else b"false"
    return str(thing).encode()


def _name(name: str) -> bytes:
    return bytes(pikepdf.Name(name).unparse())
