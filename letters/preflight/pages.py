"""Checks of the pages, once they are rendered."""

from collections.abc import Iterator

from letters.channels.post import sheets
from letters.models import Letter
from letters.preflight.check import (
    AMBER,
    NOTE,
    RED,
    Batch,
    Check,
    Family,
    LetterCheck,
    Mend,
    Part,
    Said,
)

# More than six sheets no longer fold into a #10 or a DL envelope.
MOST_SHEETS = 6
# A length that fewer than one letter in twenty has is worth a look, once there are twenty.
_RARE = 20
# A signature alone on a page is bad form, and can be put under any other letter.
FEWEST_LINES = 2


def _sheets(letter: Letter, batch: Batch) -> Iterator[str | Said]:
    if letter.page_count and sheets(letter.page_count) > MOST_SHEETS:
        yield (
            f"{sheets(letter.page_count)} sheets, cover sheet and annexes included, do not fold "
            f"into the letterhead's envelope; more than {MOST_SHEETS} need a flat one."
        )


def _length(letter: Letter, batch: Batch) -> Iterator[str | Said]:
    lengths = batch.lengths
    if letter.page_count and lengths[letter.page_count] * _RARE < lengths.total():
        usual = lengths.most_common(1)[0][0]
        yield f"{_pages(letter.page_count)}, where most letters have {_pages(usual)}."


def _pages(count: int | None) -> str:
    return f"{count} page" if count == 1 else f"{count} pages"


def _signature(letter: Letter, batch: Batch) -> Iterator[str | Said]:
    above = (letter.measures or {}).get("lines_with_signature", FEWEST_LINES)
    if above < FEWEST_LINES:
        yield (
            f"The signature stands on its page with {above or 'no'} line{'s' * (above != 1)} of "
            "the letter above it, so that it could be put under another one. Shorten or lengthen "
            "the text."
        )


def _unprinted(letter: Letter, batch: Batch) -> Iterator[str | Said]:
    for said in (letter.measures or {}).get("unprinted", ()):
        yield f"The pages do not say “{said}”, which they were made to print."


def _unread(letter: Letter, batch: Batch) -> Iterator[str | Said]:
    if letter.status == Letter.Status.RENDERED and letter.measures is None:
        yield "It was rendered before pages were read back. Render it again to have them checked."


def _set_aside(letter: Letter, batch: Batch) -> Iterator[str | Said]:
    if letter.status == Letter.Status.QUARANTINED:
        yield f"It could not be rendered: {letter.status_reason}"


CHECKS: tuple[LetterCheck, ...] = (
    Check(
        code="set-aside",
        family=Family.PAGES,
        severity=AMBER,
        title="Set aside",
        looks="Whether the letter could be rendered: an image or a character may be lacking, the "
        "address may leave the window of the envelope, or there may be more pages than are "
        "printed. Nothing is approved while one is set aside.",
        passes="The letter can be rendered.",
        mend=Mend.LETTER,
        look=_set_aside,
        part=Part.PAGES,
    ),
    Check(
        code="signature-alone",
        family=Family.PAGES,
        severity=RED,
        title="Signature alone",
        looks=f"Whether at least {FEWEST_LINES} lines of the letter stand above the closing on "
        "the page of the signature.",
        passes="The signature stands with the letter.",
        mend=Mend.TEXT,
        look=_signature,
        part=Part.PAGES,
    ),
    Check(
        code="not-printed",
        family=Family.PAGES,
        severity=RED,
        title="Not on the page",
        looks="Whether the finished pages, read back, say reference, date, salutation, address, "
        "RE line, each paragraph with its sourced facts, own text, deadline, closing, signers and "
        "cover sheet as they were meant.",
        passes="The pages say what was meant.",
        mend=Mend.LETTER,
        look=_unprinted,
        part=Part.PAGES,
    ),
    Check(
        code="not-read-back",
        family=Family.PAGES,
        severity=NOTE,
        title="Not read back",
        looks="Whether the finished pages were read back when they were rendered.",
        passes="The pages were read back.",
        mend=Mend.LETTER,
        look=_unread,
        part=Part.PAGES,
    ),
    Check(
        code="many-sheets",
        family=Family.PAGES,
        severity=AMBER,
        title="More than six sheets",
        looks=f"Whether the letter, printed on both sides, has at most {MOST_SHEETS} sheets, "
        "which the letterhead's envelope takes.",
        passes="The envelope takes it.",
        mend=Mend.LETTER,
        look=_sheets,
        part=Part.PAGES,
    ),
    Check(
        code="unusual-length",
        family=Family.PAGES,
        severity=AMBER,
        title="Unusual length",
        looks="Whether fewer than one letter in twenty has as many pages.",
        passes="It is as long as others.",
        mend=Mend.LETTER,
        look=_length,
        part=Part.PAGES,
        compares=True,
    ),
)
