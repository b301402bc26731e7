"""Files that come in: what they are, decided by their content, and what is refused.

A file from outside is never opened in the staff side: it is kept as it came, under its
SHA-256, and given to staff only as a download. What could act by itself (scripts, launch
commands, embedded files, macros) is named, so that whoever opens it is warned: a signed reply
is evidence, also where the program that made it put a script in it. What cannot be looked into
is refused with the way out: print it to a new PDF.
"""

import io
import json
import subprocess
import sys
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException
from PIL import Image, UnidentifiedImageError

from campaigns import filestore
from campaigns.text import UnsafeText, clean_line

MOST_BYTES = 10 * 1024 * 1024
MOST_FILES = 10
PDF, JPEG, PNG = "application/pdf", "image/jpeg", "image/png"
EMAIL = "message/rfc822"  # kept as it came in; nobody attaches one
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
SUFFIXES = {PDF: (".pdf",), JPEG: (".jpg", ".jpeg"), PNG: (".png",), DOCX: (".docx",)}
ACCEPT = ",".join(suffix for suffixes in SUFFIXES.values() for suffix in suffixes)
_MOST_PIXELS = 100_000_000
_MOST_UNPACKED = 100 * 1024 * 1024
_MOST_RELATIONS = 1024 * 1024
_PDF_CHECK = Path(__file__).with_name("pdf_check.py")
_PDF_CHECK_SECONDS = 8  # the web server waits for it
_WAY_OUT = "Print it to a new PDF and attach that."


class UploadRefused(Exception):
    """The file was not kept; the message says why, and what to do."""


@dataclass(frozen=True)
class CheckedFile:
    """A file that was looked at: its name as sent, its type by content, its bytes.

    `active` names what it could do by itself, in plain words; empty for a plain document.
    """

    name: str
    media_type: str
    content: bytes
    active: str = ""


@dataclass(frozen=True)
class KeptFile:
    """A file in the store; `name` is as it was sent and is never a path."""

    sha256: str
    name: str
    media_type: str
    size: int
    active: str = ""


def check(name: str, content: bytes) -> CheckedFile:
    """Decide what the file is. Raises UploadRefused where it is none of ours or damaged."""
    name = _name(name)
    if not content:
        raise UploadRefused(f"{name} is empty.")
    if len(content) > MOST_BYTES:
        raise UploadRefused(f"{name} is larger than 10 MB.")
    for first_bytes, media_type, look_into in _KINDS:
        if content.startswith(first_bytes):
            return CheckedFile(name, media_type, content, " and ".join(look_into(name, content)))
    raise UploadRefused(f"{name} is not a PDF, JPEG, PNG or Word (DOCX) file.")


def keep(checked: CheckedFile) -> KeptFile:
    sha256 = filestore.put(checked.content)
    size = len(checked.content)
    return KeptFile(sha256, checked.name, checked.media_type, size, checked.active)


def download_name(name: str, media_type: str) -> str:
    """The name a download is saved under: with the suffix of what the file really is."""
    suffixes = (SUFFIXES | {EMAIL: (".eml",)})[media_type]
    return name if name.lower().endswith(suffixes) else f"{name}{suffixes[0]}"


def _name(name: str) -> str:
    try:
        cleaned = clean_line(name, limit=200).text
    except UnsafeText as refusal:
        raise UploadRefused(
            "The name of one file holds characters that could disguise it, or is too long. "
            "Rename the file and attach it again."
        ) from refusal
    return cleaned.replace("\\", "/").rpartition("/")[2] or "document"


def _look_into_pdf(name: str, content: bytes) -> list[str]:
    try:
        looked = subprocess.run(
            [sys.executable, "-I", str(_PDF_CHECK)],
            input=content,
            capture_output=True,
            timeout=_PDF_CHECK_SECONDS,
            check=True,
        )
    except (subprocess.TimeoutExpired, subprocess.CalledProcessError) as error:
        raise UploadRefused(f"{name} could not be read safely. {_WAY_OUT}") from error
    answer = json.loads(looked.stdout)
    if reason := answer.get("refused"):
        raise UploadRefused(f"{name} was not taken because {reason}. {_WAY_OUT}")
    active: list[str] = answer["active"]
    return active


def _look_into_picture(name: str, content: bytes) -> list[str]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=["JPEG", "PNG"]) as picture:
                width, height = picture.size
                if width * height > _MOST_PIXELS:
                    raise UploadRefused(f"{name} has more than 100 million pixels. {_WAY_OUT}")
                picture.verify()
    except (
        UnidentifiedImageError,
        Image.DecompressionBombError,
        Image.DecompressionBombWarning,
        OSError,
        SyntaxError,
        ValueError,
    ) as error:
        raise UploadRefused(f"{name} is damaged or is not a picture.") from error
    return []


def _look_into_docx(name: str, content: bytes) -> list[str]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            parts = {part.filename.lower(): part.file_size for part in package.infolist()}
            if sum(parts.values()) > _MOST_UNPACKED:
                raise UploadRefused(f"{name} unpacks to more than 100 MB. {_WAY_OUT}")
            if "word/document.xml" not in parts or "[content_types].xml" not in parts:
                raise UploadRefused(f"{name} is not a PDF, JPEG, PNG or Word (DOCX) file.")
            return [*_embedded(parts), *_from_elsewhere(name, package)]
    except (
        zipfile.BadZipFile,
        zlib.error,
        RuntimeError,
        NotImplementedError,
        OSError,
        EOFError,
        ElementTree.ParseError,
        DefusedXmlException,
    ) as error:
        raise UploadRefused(f"{name} is damaged or is not a Word document.") from error


def _embedded(parts: Iterable[str]) -> list[str]:
    """What lies in the package that is no text, in plain words."""
    found = {
        words
        for part in parts
        for words, is_meant in _PARTS.items()
        if part.startswith(is_meant) or part.endswith(is_meant)
    }
    return sorted(found)


def _from_elsewhere(name: str, package: zipfile.ZipFile) -> list[str]:
    """A document may name a template, a picture or an object to load when it is opened.

    A link that a person follows is none of these.
    """
    for part in package.infolist():
        if not part.filename.lower().endswith(".rels"):
            continue
        if part.file_size > _MOST_RELATIONS:
            raise UploadRefused(f"{name} is made of too many parts to be looked into. {_WAY_OUT}")
        for relation in ElementTree.fromstring(package.read(part)):
            is_link = relation.get("Type", "").endswith("/hyperlink")
            if relation.get("TargetMode") == "External" and not is_link:
                return ["a command that loads something from elsewhere"]
    return []


_PARTS = {
    "macros": ("vbaproject.bin", "word/vbadata.xml"),
    "embedded files": ("word/embeddings/", "word/activex/", ".exe", ".dll", ".js", ".vbs"),
}
_KINDS: tuple[tuple[bytes, str, Callable[[str, bytes], list[str]]], ...] = (
    (b"%PDF-", PDF, _look_into_pdf),
    (b"\xff\xd8\xff", JPEG, _look_into_picture),
    (b"\x89PNG\r\n\x1a\n", PNG, _look_into_picture),
    (b"PK\x03\x04", DOCX, _look_into_docx),
)
