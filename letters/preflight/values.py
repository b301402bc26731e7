"""Checks of the values that the text prints."""

import string
from collections.abc import Iterator
from itertools import groupby
from typing import Any

from campaigns.text import MERGE_TAG, look_alikes
from letters.merge import alone, typefaces
from letters.merge.language import TemplateRefused, parse
from letters.merge.wording import lacking
from letters.models import Letter, Mailing
from letters.preflight.check import (
    AMBER,
    NOTE,
    RED,
    Batch,
    Check,
    Family,
    LetterCheck,
    MailingCheck,
    Mend,
    Said,
)

# Of the frozen data, what all letters share and where it is written.
_OF_SENDER = ("letterhead", "signer", "co_signers")
_OF_CAMPAIGN = ("campaign_title", "demands", "grounds")
_APART = frozenset({"facts", "own_text", "open_demands", *_OF_SENDER, *_OF_CAMPAIGN})


def _missing(letter: Letter, batch: Batch) -> Iterator[str | Said]:
    for label in lacking(batch.mailing.version, letter.merge_data):
        yield f"{letter.recipient}: “{label}” is empty."


def _no_time_given(letter: Letter, batch: Batch) -> Iterator[str | Said]:
    if not batch.mailing.version.template.confirms_an_extension:
        return
    if not letter.merge_data.get("deadline_at"):
        yield f"No time was given to {letter.recipient} that the letter could confirm."
    elif letter.printed_deadline.date() < batch.mailing.letter_date:
        yield f"The time that was given to {letter.recipient} ends before the letter date."


def _no_facts(letter: Letter, batch: Batch) -> Iterator[str | Said]:
    if _prints("facts", batch) and not letter.merge_data.get("facts"):
        yield f"The text states sourced facts, and none is recorded of {letter.recipient}."


def _nothing_open(letter: Letter, batch: Batch) -> Iterator[str | Said]:
    if _prints("open_demands", batch) and not letter.merge_data.get("open_demands"):
        yield (
            f"The text prints the demands that are still open, and {letter.recipient} has settled "
            "every one. Leave the letter out."
        )


def _no_exhibit(letter: Letter, batch: Batch) -> Iterator[str | Said]:
    if not _prints("facts", batch):
        return
    exhibits = letter.merge_data.get("exhibits", ())
    joined = {f"Exhibit {name}" for name in string.ascii_uppercase[: len(exhibits)]}
    for fact in letter.merge_data.get("facts", ()):
        name = f"Exhibit {fact['exhibit']}"
        if fact["exhibit"] and name not in joined and name not in batch.mailing.version.enclosures:
            yield f"A fact about {letter.recipient} cites {name}, which the letter does not carry."


def _own_text(letter: Letter, batch: Batch) -> Iterator[str | Said]:
    """Counsel opens every letter with an amber finding, and so reads what one alone says."""
    if letter.merge_data.get("own_text") and _prints("own_text", batch):
        yield f"{letter.recipient} reads paragraphs that no other recipient does."


def _prints(field: str, batch: Batch) -> bool:
    grounds = tuple(sorted(ground.key for ground in batch.grounds))
    try:
        return field in parse(batch.mailing.version.body, grounds=grounds).fields
    except TemplateRefused:
        return False  # the letter cannot be made; rendering says why


def _unresolved(letter: Letter, batch: Batch) -> Iterator[str | Said]:
    """A field that stands in a value is printed as it is, braces and all.

    A text of the recipient's own is of the letter's language, and merged like it.
    """
    for text in _of_recipient(letter, batch):
        if MERGE_TAG.search(text):
            yield f"{letter.recipient}: “{text[:80]}” holds a merge field that nobody fills."
            return


def _unresolved_in_common(mailing: Mailing, batch: Batch) -> Iterator[str | Said]:
    for text in sorted(_in_common(batch, *_OF_CAMPAIGN)):
        if MERGE_TAG.search(text):
            yield f"“{text[:80]}” holds a merge field that nobody fills."


def _unresolved_fact(letter: Letter, batch: Batch) -> Iterator[str | Said]:
    for name, text in _facts(letter, batch):
        if MERGE_TAG.search(text):
            yield f"{letter.recipient}: {name} holds a merge field that nobody fills."


def _facts(letter: Letter, batch: Batch) -> Iterator[alone.Part]:
    if _prints("facts", batch):
        yield from alone.facts(letter.merge_data.get("facts", ()))


def _glyphs(letter: Letter, batch: Batch) -> Iterator[str | Said]:
    everything = "".join(_of_recipient(letter, batch))
    yield from _lacks_glyphs(letter, f"the letter to {letter.recipient}", everything)


def _glyphs_of_sender(mailing: Mailing, batch: Batch) -> Iterator[str | Said]:
    if batch.letters:
        everything = "".join(_in_common(batch, *_OF_SENDER))
        yield from _lacks_glyphs(batch.letters[0], "the letterhead or a signer", everything)


def _glyphs_of_campaign(mailing: Mailing, batch: Batch) -> Iterator[str | Said]:
    if batch.letters:
        everything = "".join(_in_common(batch, *_OF_CAMPAIGN))
        yield from _lacks_glyphs(batch.letters[0], "a demand, a ground or the title", everything)


def _glyphs_of_fact(letter: Letter, batch: Batch) -> Iterator[str | Said]:
    for name, text in _facts(letter, batch):
        yield from _lacks_glyphs(letter, name, text)


def _glyphs_of_own_text(letter: Letter, batch: Batch) -> Iterator[str | Said]:
    own = letter.merge_data.get("own_text", "") if _prints("own_text", batch) else ""
    for name, text in alone.own_text(own):
        yield from _lacks_glyphs(letter, name, text)


def _lacks_glyphs(letter: Letter, name: str, text: str) -> Iterator[str]:
    key = letter.merge_data.get("letterhead", {}).get("typeface", typefaces.DEFAULT)
    if typefaces.has_all(text, key):  # as hardly any letter does not
        return
    if lacking := sorted(typefaces.missing(text, key)):
        named = ", ".join(f"{char} (U+{ord(char):04X})" for char in lacking[:5])
        family = typefaces.TYPEFACES[key].family
        yield (
            f"{family} has no {named}, which {name} would print. Write it in other letters, or "
            "choose another typeface on the letterhead."
        )


def _look_alike(letter: Letter, batch: Batch) -> Iterator[str | Said]:
    texts = [*_of_recipient(letter, batch), *(text for _, text in _facts(letter, batch))]
    for word in dict.fromkeys(word[0] for word in look_alikes("\n".join(texts))):
        yield (
            f"“{word}” in the letter to {letter.recipient} mixes letters of two alphabets that "
            "look alike. Type it anew."
        )


def _of_recipient(letter: Letter, batch: Batch) -> list[str]:
    """Every string but of what has checks of its own: its paragraphs, and what all share."""
    if letter.pk not in batch.texts:
        data = letter.merge_data
        batch.texts[letter.pk] = [
            text for key in data if key not in _APART for text in _texts(data[key])
        ]
    return batch.texts[letter.pk]


def _in_common(batch: Batch, *keys: str) -> set[str]:
    """Every string under these keys, in any letter: one may be frozen later than another."""
    return {
        text
        for key in keys
        for value, _ in groupby(letter.merge_data.get(key) for letter in batch.letters)
        for text in _texts(value)
    }


def _texts(data: Any) -> Iterator[str]:
    """Every string of the frozen data."""
    if isinstance(data, str):
        yield data
    elif isinstance(data, dict):
        for value in data.values():
            yield from _texts(value)
    elif isinstance(data, list):
        for value in data:
            yield from _texts(value)


CHECKS: tuple[LetterCheck, ...] = (
    Check(
        code="missing-value",
        family=Family.VALUES,
        severity=RED,
        title="Missing value",
        looks="Whether every value that the text prints is known for this recipient.",
        passes="Every value that the text prints is known.",
        mend=Mend.ADDRESSEES,
        look=_missing,
    ),
    Check(
        code="no-facts",
        family=Family.VALUES,
        severity=NOTE,
        title="No facts of its own",
        looks="Whether sourced facts are recorded of the recipient, where the text states such.",
        passes="The facts that the text states are recorded.",
        mend=Mend.SOURCED_FACTS,
        look=_no_facts,
    ),
    Check(
        code="nothing-open",
        family=Family.VALUES,
        severity=RED,
        title="Nothing is open",
        looks="Whether a demand is still open of the recipient, where the text prints such.",
        passes="A demand that the text prints as open is open.",
        mend=Mend.RECIPIENT,
        look=_nothing_open,
    ),
    Check(
        code="no-time-given",
        family=Family.VALUES,
        severity=RED,
        title="No time was given",
        looks="Whether more time was given to the recipient, where the letter confirms such.",
        passes="The letter prints until when time was given.",
        mend=Mend.RECIPIENT,
        look=_no_time_given,
    ),
    Check(
        code="no-exhibit",
        family=Family.VALUES,
        severity=RED,
        title="No such exhibit",
        looks="Whether each exhibit that a sourced fact cites is joined to the letter or named "
        "among its enclosures.",
        passes="Every exhibit cited goes out with the letter.",
        mend=Mend.SOURCED_FACTS,
        look=_no_exhibit,
    ),
    Check(
        code="own-text",
        family=Family.VALUES,
        severity=AMBER,
        title="A text of its own",
        looks="Whether the letter prints paragraphs that were written for this recipient alone.",
        passes="It reads as the others do.",
        mend=Mend.OWN_TEXT,
        look=_own_text,
        answerable=False,
    ),
    Check(
        code="unresolved",
        family=Family.VALUES,
        severity=RED,
        title="Unresolved field",
        looks="Whether a value itself holds a merge field, which would be printed as it is.",
        passes="No value holds a merge field.",
        mend=Mend.ADDRESS,
        look=_unresolved,
    ),
    Check(
        code="unresolved-fact",
        family=Family.VALUES,
        severity=RED,
        title="Unresolved field, fact",
        looks="Whether a sourced fact holds a merge field, which would be printed as it is.",
        passes="No sourced fact holds a merge field.",
        mend=Mend.SOURCED_FACTS,
        look=_unresolved_fact,
    ),
    Check(
        code="missing-glyph",
        family=Family.VALUES,
        severity=RED,
        title="Missing character",
        looks="Whether the letterhead's typeface has every character of the recipient's data.",
        passes="The typeface has every character.",
        mend=Mend.ADDRESS,
        look=_glyphs,
    ),
    Check(
        code="look-alike",
        family=Family.VALUES,
        severity=AMBER,
        title="Look-alike letters",
        looks="Whether a word of the recipient's data or sourced facts mixes letters of two "
        "alphabets that look alike, and so is read as another.",
        passes="Every word is of one alphabet.",
        mend=Mend.ADDRESS,
        look=_look_alike,
    ),
    Check(
        code="missing-glyph-fact",
        family=Family.VALUES,
        severity=RED,
        title="Missing character, fact",
        looks="Whether the letterhead's typeface has every character of the sourced facts.",
        passes="The typeface has every character of its facts.",
        mend=Mend.SOURCED_FACTS,
        look=_glyphs_of_fact,
    ),
    Check(
        code="missing-glyph-own",
        family=Family.VALUES,
        severity=RED,
        title="Missing character, own text",
        looks="Whether the letterhead's typeface has every character of the recipient's own text.",
        passes="The typeface has every character of its own text.",
        mend=Mend.OWN_TEXT,
        look=_glyphs_of_own_text,
    ),
)

MAILING_CHECKS: tuple[MailingCheck, ...] = (
    Check(
        code="unresolved-campaign",
        family=Family.VALUES,
        severity=RED,
        title="Unresolved field, campaign",
        looks="Whether a demand, ground or the title holds a merge field, printed as it is.",
        passes="No demand, ground or title holds a merge field.",
        mend=Mend.CAMPAIGN,
        look=_unresolved_in_common,
        reads_letters=True,
    ),
    Check(
        code="missing-glyph-campaign",
        family=Family.VALUES,
        severity=RED,
        title="Missing character, campaign",
        looks="Whether the letterhead's typeface has every character of demands and grounds.",
        passes="The typeface has every character of the campaign.",
        mend=Mend.CAMPAIGN,
        look=_glyphs_of_campaign,
        reads_letters=True,
    ),
    Check(
        code="missing-glyph-sender",
        family=Family.VALUES,
        severity=RED,
        title="Missing character, sender",
        looks="Whether the letterhead's typeface has every character of letterhead and signers.",
        passes="The typeface has every character of the letterhead.",
        mend=Mend.SENDER,
        look=_glyphs_of_sender,
        reads_letters=True,
    ),
)
