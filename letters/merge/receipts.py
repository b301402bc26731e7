"""The receipt of a response as a document: what was said, by whom, and the hash of its text."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.template.loader import render_to_string

from letters.merge import typefaces
from letters.merge.document import Document, refuse_missing_characters

_CHARACTERS = 1200  # that a page holds at least
_PAGES = 3  # around what was said


@dataclass(frozen=True)
class Section:
    """One demand and its answer, or a request. `asked` is in our words, the rest in theirs."""

    title: str
    asked: str = ""
    lines: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True)
class Sheet:
    """Everything that stands on the receipt. `text_sha256` is the hash of the text that is kept."""

    number: str
    organisation: str
    facts: Sequence[tuple[str, str]]
    text_sha256: str
    sections: Sequence[Section] = ()
    signed_as: str = ""
    statement: str = ""
    documents: Sequence[tuple[str, str]] = field(default_factory=tuple)


def make(sheet: Sheet) -> Document:
    """Set the receipt. Raises RenderRefused where the typeface lacks a character."""
    source = render_to_string("documents/receipt.html", {"sheet": sheet})
    refuse_missing_characters(source, typefaces.DEFAULT)
    pages = len(source) // _CHARACTERS + _PAGES
    return Document(source, {}, typefaces.DEFAULT, annex_pages=pages)
