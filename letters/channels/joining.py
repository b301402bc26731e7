"""Many PDFs of ours as one, written while it is made, with what they have in common in it once.

The letters of a mailing hold the same fonts and pictures. Here each object is numbered by what it
says: its own bytes, with what it refers to numbered before it. So two that are alike have one
number and are written once, and nothing of a letter is kept in memory but the digests of its
objects. A library that copies pages holds every letter until the end, and its fonts each time.

What is joined is for printing: pages and all that they draw. Tags, bookmarks and links, which
paper has not, stay in the letters.
"""

import hashlib
from collections.abc import Iterator
from typing import IO

from letters.channels import pages_of_any, pages_of_ours
from letters.channels.printed_page import Page
from letters.pdf_frame import Unknown

_HEADER = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
_CATALOG, _TREE = 1, 2
_FIRST_FREE = 3
_LEAVES = 64  # pages under one node, so that a page of thousands is found soon


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
        pages = self._pages(pdf)
        for page in pages:
            self._under_a_node(page.entries)
        if len(pages) % 2:
            self._under_a_node(b"/MediaBox %s/Resources<<>>/Type/Page" % pages[0].box)

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

    def _pages(self, pdf: bytes) -> list[Page]:
        try:
            return pages_of_ours.read(pdf, self._once)
        except Unknown:
            return pages_of_any.read(pdf, self._once)

    def _under_a_node(self, entries: bytes) -> None:
        if not self._nodes or len(self._nodes[-1][1]) == _LEAVES:
            self._nodes.append((self._number(), []))
        node, leaves = self._nodes[-1]
        number = self._number()
        self._object(number, b"<<%s/Parent %d 0 R>>" % (entries, node))
        leaves.append(number)

    def _once(self, content: bytes) -> int:
        """The number of the object that says this, which is written where it is the first."""
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
