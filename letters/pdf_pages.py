"""The pages of a PDF from outside as pictures for print, in a process of its own.

Run as `python pdf_pages.py` with the PDF on standard input; writes one line of JSON, then the
pictures one after the other. A picture can hold no script, no link and no other file, prints
alike everywhere, and a file made to hang or to fill memory ends this process and no other.
"""

import io
import json
import resource
import sys
from collections.abc import Iterable
from typing import Any

import pypdfium2
from PIL import Image, ImageChops

SECONDS = 20
MEMORY = 1536 * 1024 * 1024
DOTS_PER_INCH = 200
# The room that a page of a letter has below the head of an exhibit, in inches.
ROOM = (6.4, 8.1)
_ODD = 30  # levels of colour below which a scan counts as grey


def pictures(pdf: bytes, most_pages: int) -> list[bytes]:
    """Each page as a PNG that fits the room. Raises ValueError with the reason in words."""
    document = pypdfium2.PdfDocument(pdf)
    document.init_forms()  # before any page is opened: without it what was filled in is left out
    if len(document) > most_pages:
        raise ValueError(f"it has {len(document)} pages and there is room for {most_pages}")
    return [_picture(document[index]) for index in range(len(document))]


def _picture(page: pypdfium2.PdfPage) -> bytes:
    width, height = (side / 72 for side in page.get_size())
    if not 1 <= width <= 60 or not 1 <= height <= 60:
        raise ValueError("one of its pages is smaller than a stamp or larger than a door")
    scale = min(ROOM[0] / width, ROOM[1] / height, 1.0) * DOTS_PER_INCH / 72
    picture = page.render(scale=scale).to_pil().convert("RGB")
    if _is_grey(picture):
        picture = picture.convert("L")
    kept = io.BytesIO()
    picture.save(kept, "PNG", optimize=True)
    return kept.getvalue()


def _is_grey(picture: Image.Image) -> bool:
    red, green, blue = picture.split()
    between = (ImageChops.difference(red, green), ImageChops.difference(green, blue))
    extremes: Iterable[Any] = (one.getextrema() for one in between)
    return all(most < _ODD for _, most in extremes)


def main() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    found: list[bytes] = []
    answer: dict[str, object]
    try:
        found = pictures(sys.stdin.buffer.read(), int(sys.argv[1]))
        answer = {"sizes": [len(one) for one in found]}
    except ValueError as reason:
        answer = {"refused": str(reason)}
    except pypdfium2.PdfiumError:
        answer = {"refused": "it is damaged or is protected by a password"}
    sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n" + b"".join(found))


if __name__ == "__main__":
    main()
