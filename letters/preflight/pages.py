"""Checks of the pages, once they are rendered."""

from collections.abc import Iterator

from letters.channels.post import sheets
from letters.models import Letter
from letters.preflight.check import AMBER, Batch, Check, Family, LetterCheck, Mend, Part, Said

# More than six sheets no longer fold into a #10 envelope.
MOST_SHEETS = 6
# A length that fewer than one letter in twenty has is worth a look, once there are twenty.
_RARE = 20


def _sheets(letter: Letter, batch: Batch) -> Iterator[str | Said]:
    if letter.page_count and sheets(letter.page_count) > MOST_SHEETS:
        yield (
            f"{sheets(letter.page_count)} sheets do not fold into a #10 envelope; more than "
            f"{MOST_SHEETS} need a flat one."
        )


def _length(letter: Letter, batch: Batch) -> Iterator[str | Said]:
    lengths = batch.lengths
    if letter.page_count and lengths[letter.page_count] * _RARE < lengths.total():
        usual = lengths.most_common(1)[0][0]
        yield f"{_pages(letter.page_count)}, where most letters have {_pages(usual)}."


def _pages(count: int | None) -> str:
    return f"{count} page" if count == 1 else f"{count} pages"


def _set_aside(letter: Letter, batch: Batch) -> Iterator[str | Said]:
    if letter.status == Letter.Status.QUARANTINED:
        yield f"It could not be rendered: {letter.status_reason}"


CHECKS: tuple[LetterCheck, ...] = (
    Check(
        code="set-aside",
        family=Family.PAGES,
        severity=AMBER,
        title="Set aside",
        looks="Whether the letter could be rendered: an image, a character, or room for more "
        "than the most pages may be lacking. Nothing is approved while one is set aside.",
        passes="The letter can be rendered.",
        mend=Mend.LETTER,
        look=_set_aside,
        part=Part.PAGES,
    ),
    Check(
        code="many-sheets",
        family=Family.PAGES,
        severity=AMBER,
        title="More than six sheets",
        looks=f"Whether the letter, printed on both sides, has at most {MOST_SHEETS} sheets, "
        "which a #10 envelope takes.",
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
    ),
)
