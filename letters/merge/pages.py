"""Looking at a PDF of ours: its pages as pictures, its text, how many pages it has.

PDFium is not safe to use from two threads at once, so one lock guards every call.
"""

import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pypdfium2

_one_at_a_time = threading.Lock()


class NoSuchPage(Exception):
    """The document has no page of that number."""


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
