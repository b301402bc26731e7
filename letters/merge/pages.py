"""Looking at a PDF of ours: its pages as pictures, its text, how many pages it has.

PDFium is not safe to use from two threads at once, so one lock guards every call.
"""

import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pypdfium2

from letters.merge.envelope import Box

_NOT_TEXT = [pypdfium2.raw.FPDF_PAGEOBJ_PATH, pypdfium2.raw.FPDF_PAGEOBJ_IMAGE]
_one_at_a_time = threading.Lock()


class NoSuchPage(Exception):
    """The document has no page of that number."""


@dataclass(frozen=True)
class Mark:
    """A stretch of text, or, where `text` is empty, a line or a picture."""

    text: str
    box: Box


def page_count(pdf: bytes) -> int:
    with _opened(pdf) as document:
        return len(document)


def text(pdf: bytes) -> str:
    """The text of all pages, a form feed between two; spaces that do not break are plain."""
    with _opened(pdf) as document:
        return "\f".join(_page_text(document, index) for index in range(len(document)))


def page_png(pdf: bytes, number: int, width: int = 900) -> bytes:
    """Page `number`, counted from 1, as a PNG `width` pixels wide."""
    with _opened(pdf) as document:
        if not 1 <= number <= len(document):
            raise NoSuchPage(f"The letter has {len(document)} pages; there is no page {number}.")
        page = document[number - 1]
        bitmap = page.render(scale=width / page.get_width())
        picture = io.BytesIO()
        bitmap.to_pil().save(picture, "PNG")
        bitmap.close()
        page.close()
        return picture.getvalue()


def rasters(pdf: bytes, dpi: int) -> list[bytes]:
    """The pixels of each page, to be compared and not to be looked at."""
    with _opened(pdf) as document:
        return [bytes(page.render(scale=dpi / 72).buffer) for page in document]


def marks(pdf: bytes, number: int = 1) -> list[Mark]:
    """Everything that is printed on page `number`, and where."""
    with _opened(pdf) as document:
        page = document[number - 1]
        words = page.get_textpage()
        height = page.get_height()
        found = [
            Mark(words.get_text_bounded(*corners).strip(), _box(corners, height))
            for corners in map(words.get_rect, range(words.count_rects()))
        ]
        words.close()
        drawn = page.get_objects(filter=_NOT_TEXT)
        found += [Mark("", _box(one.get_bounds(), height)) for one in drawn]
        page.close()
        return found


def _box(corners: tuple[float, float, float, float], height: float) -> Box:
    """From points above the foot of the page to inches below its head."""
    left, bottom, right, top = corners
    return Box(left / 72, (height - top) / 72, right / 72, (height - bottom) / 72)


def _page_text(document: pypdfium2.PdfDocument, index: int) -> str:
    page = document[index]
    words = page.get_textpage()
    found: str = words.get_text_range()
    words.close()
    page.close()
    return found.replace("\r\n", "\n").replace("\u00a0", " ")


@contextmanager
def _opened(pdf: bytes) -> Iterator[pypdfium2.PdfDocument]:
    with _one_at_a_time:
        document = pypdfium2.PdfDocument(pdf)
        try:
            yield document
        finally:
            document.close()
