"""What a finished PDF shows: read back from its pages, because only these are sent.

The press is told what to print; here it is looked at whether the pages say it. A character
that came out as another one, a line that was cut off, a paragraph, a quotation or its source
that is lost, a signature that stands alone.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from letters.merge import pages
from letters.merge.blocks import NO_RESPONSE
from letters.merge.content import LetterContent
from letters.merge.fields import long_date
from letters.merge.readback import own
from letters.merge.readback.plain import Line, Sheet, plain, squeezed
from letters.pdf_frame import Unknown

_FOLIO = re.compile(r"Page \d+ of \d+|Our Ref\.:.*")
_NUMBER = re.compile(r"Page\d+of\d+")
_LOOSE_FOLIO = re.compile(rf"{_NUMBER.pattern}|OurRef\.:.*")
_BLOCK = re.compile(r"</?(?:p|li|h\d|blockquote|ol|ul|hr)\b[^>]*>|<!--.*?-->")
_TAG = re.compile(r"<[^>]+>")
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
    """What the pages show. That they lack something is only believed when PDFium finds it."""
    try:
        found = _measures(own.sheets(pdf), content)
    except Unknown:
        return measure_by_pdfium(pdf, content)
    return measure_by_pdfium(pdf, content) if found.unprinted else found


def measure_by_pdfium(pdf: bytes, content: LetterContent) -> Measures:
    """The same as `measure`, which takes a fraction of the time where nothing lacks."""
    return _measures([_sheet(text) for text in pages.text(pdf).split("\f")], content)


def _sheet(text: str) -> Sheet:
    return Sheet(squeezed(plain(text)), [Line(plain(line)) for line in text.split("\n")])


def _measures(sheets: list[Sheet], content: LetterContent) -> Measures:
    read = [sheet.squeezed for sheet in sheets]
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
    lacking = tuple(dict.fromkeys(said[:_LONGEST_NAMED] for said in _lacking(wanted)))
    return Measures(lacking, _lines_above(sheets, content))


def _lacking(wanted: list[tuple[str, str]]) -> Iterator[str]:
    """What its text does not say; what is said in its order is found soonest."""
    place = 0
    for text, said in wanted:
        sought = _sought(said)
        found = text.find(sought, place)
        if found < 0 and sought not in text:
            yield said
        place = max(found, 0)


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
    return map(_spoken, _BLOCK.split(source))


# Most paragraphs are the same in all letters of a mailing.
@lru_cache(maxsize=2_000)
def _spoken(part: str) -> str:
    return " ".join(html.unescape(_TAG.sub(" ", part)).split())


@lru_cache(maxsize=2_000)
def _sought(said: str) -> str:
    return squeezed(plain(said))


def _joined(read: list[str], content: LetterContent) -> str:
    """All pages as one run of text, so that a paragraph is whole which goes on overleaf.

    The running head and foot, which would stand within it, are read last on their page.
    """
    reference = squeezed(plain(content.reference))
    head = squeezed(plain(f"{_head(content)} Our Ref.: {content.reference}"))
    return "".join([_without_margins(page, head, reference) for page in read])


def _without_margins(page: str, head: str, reference: str) -> str:
    number = page.rfind("Page")
    foot = number - len(reference)
    if foot >= 0 and page.startswith(reference, foot) and _NUMBER.fullmatch(page, number):
        return page[:foot].removesuffix(head)
    return page


def _lines_above(sheets: list[Sheet], content: LetterContent) -> int:
    """How many lines of the body share a page with the closing. Raises Unknown."""
    closing, head = plain(content.closing), plain(_head(content))
    for number, sheet in reversed([*enumerate(sheets, start=1)]):
        if sheet.lines is None:
            raise Unknown("lines that PDFium has to tell apart")
        places = [place for place, line in enumerate(sheet.lines) if _says(line, closing)]
        if places:
            opens = number == content.first_page
            return sum(_is_of_body(line, head, opens) for line in sheet.lines[: places[-1]])
    return 0


def _says(line: Line, text: str) -> bool:
    if line.is_loose and line.squeezed == _sought(text):
        raise Unknown("a line whose spaces are not sure")
    return line.text == text


def _is_of_body(line: Line, head: str, opens: bool) -> bool:
    if line.is_loose and (line.squeezed in _sought(head) or _LOOSE_FOLIO.fullmatch(line.squeezed)):
        raise Unknown("a line whose spaces are not sure")
    is_margin = line.text in head or (not opens and _FOLIO.fullmatch(line.text))
    return bool(line.text) and not is_margin


def _head(content: LetterContent) -> str:
    return f"{content.addressee} {long_date(content.letter_date)}"
