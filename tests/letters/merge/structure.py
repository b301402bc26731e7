"""Reads a PDF as a screen reader does: by its tags, in their order."""

import ctypes
import io
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field

import pikepdf
import pypdfium2 as pdfium
from pypdfium2 import raw

Place = tuple[int, int]  # page, counted from 0, and number of the marked content on it


@dataclass
class Element:
    """One tag with what it says; `text` holds that of the tags inside it too."""

    role: str
    alternative: str = ""
    text: str = ""
    depth: int = 0
    places: list[Place] = field(default_factory=list)


@dataclass
class Structure:
    """`elements` in reading order. `drawn` is what is on the pages: where, what, how marked."""

    elements: list[Element]
    drawn: list["Drawn"]

    @property
    def roles(self) -> list[str]:
        return [element.role for element in self.elements]

    def of(self, role: str) -> list[Element]:
        return [element for element in self.elements if element.role == role]

    @property
    def text(self) -> str:
        return self.elements[0].text


@dataclass(frozen=True)
class Drawn:
    """Something drawn on a page: within a tag (`place`), or an artifact, or unmarked."""

    page: int
    mcid: int
    is_artifact: bool
    text: str

    @property
    def place(self) -> Place:
        return self.page, self.mcid


def read(pdf: bytes) -> Structure:
    drawn = list(_drawn(pdf))
    said: dict[Place, str] = {}
    for one in drawn:
        if one.mcid >= 0:
            said[one.place] = said.get(one.place, "") + one.text
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        numbers = {page.objgen: index for index, page in enumerate(opened.pages)}
        elements: list[Element] = []
        for child in _children(opened.Root.StructTreeRoot):
            _walk(child, 0, None, numbers, said, elements)
    return Structure(elements, drawn)


def _walk(
    node: pikepdf.Object,
    depth: int,
    page: int | None,
    numbers: dict[tuple[int, int], int],
    said: dict[Place, str],
    elements: list[Element],
) -> Element:
    if "/Pg" in node:
        page = numbers[node.Pg.objgen]
    element = Element(str(node.S)[1:], str(node.get("/Alt", "")), depth=depth)
    elements.append(element)
    parts = []
    for child in _children(node):
        if isinstance(child, int):
            assert page is not None
            place = page, child
        elif child.get("/Type") == "/MCR":
            place = numbers[child.Pg.objgen] if "/Pg" in child else page or 0, int(child.MCID)
        elif child.get("/Type") == "/OBJR":
            continue
        else:
            inner = _walk(child, depth + 1, page, numbers, said, elements)
            element.places += inner.places
            parts.append(inner.text)
            continue
        element.places.append(place)
        parts.append(said.get(place, ""))
    element.text = " ".join(part.strip() for part in parts if part.strip())
    return element


def _children(node: pikepdf.Object) -> list[pikepdf.Object | int]:
    kids = node.get("/K", [])
    return list(kids) if isinstance(kids, pikepdf.Array | list) else [kids]


def _drawn(pdf: bytes) -> Iterator[Drawn]:
    with closing(pdfium.PdfDocument(pdf)) as document:
        for index in range(len(document)):
            with closing(document[index]) as page, closing(page.get_textpage()) as words:
                for thing in page.get_objects(max_depth=1):
                    yield Drawn(
                        index,
                        raw.FPDFPageObj_GetMarkedContentID(thing.raw),
                        "Artifact" in _marks(thing.raw),
                        _said(thing.raw, words.raw),
                    )


def _marks(thing: object) -> list[str]:
    return [
        _utf16(raw.FPDFPageObjMark_GetName, raw.FPDFPageObj_GetMark(thing, index))
        for index in range(raw.FPDFPageObj_CountMarks(thing))
    ]


def _utf16(ask: object, mark: object) -> str:
    length = ctypes.c_ulong()
    buffer = (ctypes.c_ushort * 64)()
    ask(mark, buffer, ctypes.sizeof(buffer), length)  # type: ignore[operator]
    return bytes(buffer)[: max(length.value - 2, 0)].decode("utf-16-le")


def _said(thing: object, words: object) -> str:
    if raw.FPDFPageObj_GetType(thing) != raw.FPDF_PAGEOBJ_TEXT:
        return ""
    size = raw.FPDFTextObj_GetText(thing, words, None, 0)
    buffer = (ctypes.c_ushort * (size // 2 or 1))()
    raw.FPDFTextObj_GetText(thing, words, buffer, size)
    return bytes(buffer)[:-2].decode("utf-16-le").replace("\u00a0", " ")
