"""What a finished PDF shows: read back from its pages, because only these are sent.

The press is told what to print; here it is looked at whether the pages say it. A character
that came out as another one, a line that was cut off, a signature that stands alone.
"""

import re
import unicodedata
from dataclasses import dataclass

from letters.merge import pages
from letters.merge.content import LetterContent
from letters.merge.fields import long_date

_FOLIO = re.compile(r"Page \d+ of \d+|Our Ref\.:.*")


@dataclass(frozen=True)
class Measures:
    """`unprinted` are words that page 1 or the last page should say and does not.

    `lines_with_signature` counts the lines of the letter that stand above the closing on the
    page of the closing; page 1, which always has enough, counts as many.
    """

    unprinted: tuple[str, ...]
    lines_with_signature: int


def measure(pdf: bytes, content: LetterContent) -> Measures:
    sheets = pages.text(pdf).split("\f")
    # A copy names the first addressee on its page; only its envelope names its own.
    inside = content.address_lines if content.copy_for else content.postal_lines
    whole = _plain(" ".join(sheets))
    wanted = [
        (sheets[0], content.reference),
        (sheets[0], long_date(content.letter_date)),
        (sheets[0], content.salutation),
        *((sheets[0], line) for line in inside or content.address_lines),
        (whole, content.deadline),
        (whole, content.closing),
        (whole, content.signer.name),
    ]
    lacking = [said for page, said in wanted if said and _plain(said) not in _plain(page)]
    return Measures(tuple(dict.fromkeys(lacking)), _lines_above(sheets, content))


def _lines_above(sheets: list[str], content: LetterContent) -> int:
    """How many lines of the body share a page with the closing."""
    closing = _plain(content.closing)
    for number, sheet in reversed(list(enumerate(sheets))):
        lines = [_plain(line) for line in sheet.split("\n")]
        if closing in lines:
            above = lines[: len(lines) - 1 - lines[::-1].index(closing)]
            head = _plain(f"{content.addressee} {long_date(content.letter_date)}")
            body = [line for line in above if line and line not in head]
            return sum(1 for line in body if number == 0 or not _FOLIO.fullmatch(line))
    return 0


def _plain(text: str) -> str:
    """Text without what setting it changes: line breaks, spaces, composed accents, quotes."""
    composed = unicodedata.normalize("NFKC", text).replace("’", "'").replace("\u00ad", "")
    return " ".join(composed.split())
