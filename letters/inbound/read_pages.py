"""The text and the picture of each page of a document from outside, in a process of its own.

Run as `python read_pages.py MEDIA_TYPE` with the file on standard input; writes one line of JSON,
then the pictures one after the other. A page of a Word file has text and no picture.
"""

import io
import json
import resource
import sys
import zipfile

import pypdfium2
from defusedxml import ElementTree
from PIL import Image, ImageOps

SECONDS = 25
MEMORY = 1536 * 1024 * 1024
MOST_PAGES = 40
MOST_TEXT = 30_000  # characters of one page
WIDTH = 1100  # pixels
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def read(media_type: str, content: bytes) -> tuple[list[str], list[bytes], int]:
    """Texts, pictures and how many pages were left out. Raises ValueError with the reason."""
    if media_type == "application/pdf":
        return _pdf(content)
    if media_type in ("image/jpeg", "image/png"):
        with Image.open(io.BytesIO(content), formats=["JPEG", "PNG"]) as picture:
            return [""], [_kept(ImageOps.exif_transpose(picture))], 0
    return [_word(content)], [], 0


def _pdf(content: bytes) -> tuple[list[str], list[bytes], int]:
    document = pypdfium2.PdfDocument(content)
    document.init_forms()  # before any page is opened, or what was filled in is left out
    texts, pictures = [], []
    for index in range(min(len(document), MOST_PAGES)):
        page = document[index]
        width, height = page.get_size()
        if not 1 <= width <= 5000 or not 1 <= height <= 5000:
            raise ValueError("one of its pages is smaller than a stamp or larger than a door")
        texts.append(page.get_textpage().get_text_bounded()[:MOST_TEXT])
        pictures.append(_kept(page.render(scale=WIDTH / max(width, height * 0.7)).to_pil()))
    return texts, pictures, len(document) - len(texts)


def _word(content: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        tree = ElementTree.fromstring(package.read("word/document.xml"))
    lines = [
        "".join(run.text or "" for run in line.iter(f"{_WORD}t")) for line in tree.iter(f"{_WORD}p")
    ]
    return "\n".join(lines)[: MOST_TEXT * 5]


def _kept(picture: Image.Image) -> bytes:
    picture = picture.convert("RGB")
    picture.thumbnail((WIDTH, WIDTH * 2))
    written = io.BytesIO()
    picture.save(written, "JPEG", quality=82)
    return written.getvalue()


def main() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    pictures: list[bytes] = []
    answer: dict[str, object]
    try:
        texts, pictures, left_out = read(sys.argv[1], sys.stdin.buffer.read())
        sizes = [len(one) for one in pictures]
        answer = {"texts": texts, "left_out": left_out, "sizes": sizes}
    except ValueError as reason:
        answer = {"refused": str(reason)}
    except (pypdfium2.PdfiumError, OSError, zipfile.BadZipFile, KeyError, ElementTree.ParseError):
        answer = {"refused": "it is damaged or is protected by a password"}
    sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n" + b"".join(pictures))


if __name__ == "__main__":
    main()
