"""Checks of the address on the letter and on the envelope."""

from collections.abc import Callable, Iterator

from letters.merge import context, envelope, typefaces
from letters.merge.countries import COUNTRIES
from letters.models import Letter
from letters.preflight.check import AMBER, RED, Batch, Check, Family, LetterCheck, Look, Mend, Said

# Five inches of a #10 envelope right of the return address, at twelve points.
WIDEST_LINE = 60
# Below these, the foot of the address would leave the area in which a carrier looks for it.
MOST_LINES = 8


def _lacks(attribute: str, word: str) -> Look[Letter]:
    def look(letter: Letter, batch: Batch) -> Iterator[str | Said]:
        institution = letter.recipient.institution
        place = context.place(letter.addressee, institution)
        if attribute == "state" and place.country != "US":
            return
        if not getattr(place, attribute):
            severity = RED if letter.by_post else AMBER
            yield Said(f"{institution} has no {word}.", severity)

    return look


def _country(letter: Letter, batch: Batch) -> Iterator[str | Said]:
    institution = letter.recipient.institution
    code = context.place(letter.addressee, institution).country
    if code not in COUNTRIES:
        yield Said(
            f"{institution}: “{code}” is the code of no country.", RED if letter.by_post else AMBER
        )


def _of_post(look: Callable[[Letter, list[str]], Iterator[str | Said]]) -> Look[Letter]:
    """A check of the lines on the envelope, for letters that get one."""

    def of_letter(letter: Letter, batch: Batch) -> Iterator[str | Said]:
        if letter.by_post:
            yield from look(letter, letter.merge_data.get("postal_lines", []))

    return of_letter


@_of_post
def _lines(letter: Letter, lines: list[str]) -> Iterator[str | Said]:
    if len(lines) > MOST_LINES:
        yield f"The address has {len(lines)} lines; an envelope has room for {MOST_LINES}."


@_of_post
def _widths(letter: Letter, lines: list[str]) -> Iterator[str | Said]:
    if wide := [line for line in lines if len(line) > WIDEST_LINE]:
        yield (
            f"“{wide[0]}” has {len(wide[0])} characters; a line on an envelope has room for "
            f"{WIDEST_LINE}."
        )


@_of_post
def _window(letter: Letter, lines: list[str]) -> Iterator[str | Said]:
    letterhead = letter.merge_data.get("letterhead", {})
    profile = envelope.PROFILES[letterhead.get("envelope", envelope.DEFAULT)]
    typeface = letterhead.get("typeface", typefaces.DEFAULT)
    yield from envelope.address_problems(lines, profile, typeface)


@_of_post
def _envelope(letter: Letter, lines: list[str]) -> Iterator[str | Said]:
    inside = letter.merge_data.get("address_lines", [])
    if lines == inside:
        return
    if letter.merge_data.get("copy_for"):
        return  # a copy names the original's addressee inside, and goes to its own
    yield (
        f"The letter says {'; '.join(inside) or 'no address'}, and the envelope "
        f"{'; '.join(lines) or 'no address'}."
    )


CHECKS: tuple[LetterCheck, ...] = (
    *(
        Check(
            code=f"no-{word.lower()}",
            family=Family.ADDRESS,
            severity=RED,
            title=f"No {word}",
            looks=f"Whether the address has a {word}"
            + (", which one in the United States needs." if attribute == "state" else ".")
            + " Amber where the letter goes by e-mail alone.",
            passes=f"The {word} is known.",
            mend=Mend.ADDRESS,
            look=_lacks(attribute, word),
        )
        for attribute, word in (
            ("street", "street"),
            ("city", "city"),
            ("state", "state"),
            ("postal_code", "ZIP"),
        )
    ),
    Check(
        code="no-country",
        family=Family.ADDRESS,
        severity=RED,
        title="No such country",
        looks="Whether the country's code is one that the post knows.",
        passes="The post knows the country.",
        mend=Mend.ADDRESS,
        look=_country,
    ),
    Check(
        code="address-lines",
        family=Family.ADDRESS,
        severity=RED,
        title="Address too tall",
        looks=f"Whether the address has at most {MOST_LINES} lines.",
        passes="The address is not too tall.",
        mend=Mend.ADDRESSEES,
        look=_lines,
    ),
    Check(
        code="address-width",
        family=Family.ADDRESS,
        severity=AMBER,
        title="Address too wide",
        looks=f"Whether each line of the address has at most {WIDEST_LINE} characters.",
        passes="The address is not too wide.",
        mend=Mend.ADDRESSEES,
        look=_widths,
    ),
    Check(
        code="address-window",
        family=Family.ADDRESS,
        severity=RED,
        title="Not in the window",
        looks="Whether the address fits the window of the letterhead's envelope, wherever the "
        "letter slips in it.",
        passes="The envelope has no window, or shows the whole address.",
        mend=Mend.ADDRESSEES,
        look=_window,
    ),
    Check(
        code="envelope-differs",
        family=Family.ADDRESS,
        severity=RED,
        title="Envelope differs",
        looks="Whether the envelope bears the address that stands on the letter. A copy names "
        "the first addressee inside and its own on the envelope.",
        passes="Letter and envelope bear one address.",
        mend=Mend.ADDRESSEES,
        look=_envelope,
    ),
)
