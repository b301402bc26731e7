"""The pages of any PDF for a joined file, by a library that reads them all."""

import io
from typing import Any

import pikepdf

from letters.channels.printed_page import Once, Page

# Of a page: what may stand above it in its own file, and what leads out of it.
_INHERITED = ("/Resources", "/MediaBox", "/CropBox", "/Rotate")
_LEFT_OUT = frozenset({"/Parent", "/StructParents", "/Tabs", "/Annots", "/B"})


def read(pdf: bytes, once: Once) -> list[Page]:
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        document = _Document(once)
        return [document.page(page.obj) for page in opened.pages]


class _Document:
    def __init__(self, once: Once) -> None:
        self._once = once
        self._numbers: dict[tuple[int, int], int] = {}

    def page(self, page: Any) -> Page:
        entries = {name: found for name in _INHERITED if (found := _inherited(page, name))}
        entries |= {name: value for name, value in page.items() if name not in _LEFT_OUT}
        written = [
            name.encode() + b" " + self._written(value) for name, value in sorted(entries.items())
        ]
        return Page(b"".join(written), self._written(entries["/MediaBox"]))

    def _written(self, thing: Any) -> bytes:
        """The thing as it stands in the joined file."""
        if not isinstance(thing, pikepdf.Object):
            return _plain(thing)
        if not thing.is_indirect:
            return self._content(thing)
        place = thing.objgen
        if place not in self._numbers:
            self._numbers[place] = self._once(self._content(thing))
        return b"%d 0 R" % self._numbers[place]

    def _content(self, thing: Any) -> bytes:
        if isinstance(thing, pikepdf.Stream):
            entries = {name: value for name, value in thing.items() if name != "/Length"}
            data = thing.read_raw_bytes()
            head = self._entries(entries) + b"/Length %d" % len(data)
            return b"<<%s>>\nstream\n%s\nendstream" % (head, data)
        said = bytes(thing.unparse(resolved=True))
        if b" R" not in said:  # it refers to nothing, such as the widths of a font
            return said
        if isinstance(thing, pikepdf.Dictionary):
            return b"<<%s>>" % self._entries(dict(thing.items()))
        if isinstance(thing, pikepdf.Array):
            return b"[%s]" % b" ".join(self._written(one) for one in thing)
        return said

    def _entries(self, entries: dict[str, Any]) -> bytes:
        return b"".join(
            _name(name) + b" " + self._written(value) for name, value in sorted(entries.items())
        )


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
