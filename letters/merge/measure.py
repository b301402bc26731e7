"""What a finished PDF shows: read back from its pages, because only these are sent.

The press is told what to print; here it is looked at whether the pages say it. A character
that came out as another one, a line that was cut off, a paragraph, a quotation or its source
that is lost, a signature that stands alone.
"""

import html
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from letters.merge import pages
from letters.merge.blocks import NO_RESPONSE
from letters.merge.content import LetterContent
from letters.merge.fields import long_date

_FOLIO = re.compile(r"Page \d+ of \d+|Our Ref\.:.*")
_BLOCK = re.compile(r"</?(?:p|li|h\d|blockquote|ol|ul|hr)\b[^>]*>|<!--.*?-->")
# Line breaks, and hyphens, which are read back otherwise where a line ends in one.
_UNCERTAIN = re.compile(r"[\s\-\u00ad\u2010\u2011\ufffe\x02]+")
_LONGEST_NAMED = 120


@dataclass(frozen=True)
class Measures:
    """`unprinted` are words that the pages should say and do not.

    `lines_with_signature` counts the lines of the letter that stand above the closing on the
    page of the closing; page 1, which always has enough, counts as many.
    """

    unprinted: tuple[str, ...]
    lines_with_signature: int


def measure(pdf: bytes, content: LetterContent) -> Measures:
    sheets = pages.text(pdf).split("\f")
    read = [_squeezed(sheet) for sheet in sheets]
    first, whole = read[content.first_page - 1], _joined(read, content)
    wanted = [
        (first, content.reference),
        (first, long_date(content.letter_date)),
        (first, content.salutation),
        *((first, line) for line in _inside_address(content)),
        *((read[0], said) for said in _on_the_cover(content, len(sheets))),
        (whole, _deadline(content)),
        *((whole, said) for said in _said(f"<p>{content.subject}</p>{content.body}")),
        (whole, content.closing),
        *((whole, one.name) for one in content.signers),
    ]
    lacking = [said[:_LONGEST_NAMED] for page, said in wanted if _squeezed(said) not in page]
    return Measures(tuple(dict.fromkeys(lacking)), _lines_above(sheets, content))


def _inside_address(content: LetterContent) -> tuple[str, ...]:
    """A copy names the first addressee on its page; only its envelope names its own."""
    inside = content.address_lines if content.copy_for else content.postal_lines
    return inside or content.address_lines


def _deadline(content: LetterContent) -> str:
    """The day that the panel prints; a letter without it may ask for nothing."""
    return "" if NO_RESPONSE in content.body else content.deadline


def _on_the_cover(content: LetterContent, page_count: int) -> Iterator[str]:
    if content.cover is None:
        return
    yield content.reference
    yield from content.postal_lines or content.address_lines
    yield from content.delivery_lines
    yield from (f"{one.name}: {one.title}" for one in content.exhibits)
    yield from content.cover.also
    counted = page_count - content.first_page + 1
    yield f"This sheet and pages 1 to {counted} make {(page_count + 1) // 2} sheets"


def _said(source: str) -> Iterator[str]:
    """Each paragraph, heading and entry of safe HTML, as plain text."""
    for part in _BLOCK.split(source):
        said = html.unescape(re.sub(r"<[^>]+>", " ", part))
        yield " ".join(said.split())


def _joined(read: list[str], content: LetterContent) -> str:
    """All pages as one run of text, so that a paragraph is whole which goes on overleaf.

    The running head and foot, which would stand within it, are read last on their page.
    """
    head = re.escape(_squeezed(_head(content) + f" Our Ref.: {content.reference}"))
    foot = rf"{re.escape(_squeezed(content.reference))}Page\d+of\d+"
    return "".join(re.sub(rf"(?:{head})?{foot}$", "", page) for page in read)


def _lines_above(sheets: list[str], content: LetterContent) -> int:
    """How many lines of the body share a page with the closing."""
    closing = _plain(content.closing)
    for number, sheet in reversed(list(enumerate(sheets, start=1))):
        lines = [_plain(line) for line in sheet.split("\n")]
        if closing in lines:
            above = lines[: len(lines) - 1 - lines[::-1].index(closing)]
            head = _plain(_head(content))
            body = [line for line in above if line and line not in head]
            opens = number == content.first_page
            return sum(1 for line in body if opens or not _FOLIO.fullmatch(line))
    return 0


def _head(content: LetterContent) -> str:
    return f"{content.addressee} {long_date(content.letter_date)}"


def _squeezed(text: str) -> str:
    return _UNCERTAIN.sub("", _plain(text))


def _plain(text: str) -> str:
    """Text without what setting it changes: line breaks, spaces, composed accents, quotes."""
    composed = unicodedata.normalize("NFKC", text).replace("’", "'").replace("\u00ad", "")
    return " ".join(composed.split())
