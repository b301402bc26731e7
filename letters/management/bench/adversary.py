"""Values as nobody would choose them: to find a line that is set otherwise than by WeasyPrint."""

import html
import random
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import replace

from markupsafe import escape

from letters.actions.alike import ALWAYS
from letters.management.bench import mailing
from letters.merge.content import LetterContent

PIECES = (
    "a", "I", "W", "of", "at", "St.", "AVATAR", "To", "Wa", "Ty", "LT.", "ffi", "flfffi",
    "Office", "affluent", "illicit", "MMMM", "WWWWWW", "iiiiii", "University", "College",
    "Universität", "Żółć", "Nguyễn", "Þórður", "Åse", "Ĳssel", "Café", "naïve", "Ελλάδα",
    "Київ", "e\u0301te\u0301", "n\u0303", "and/or", "either/or/neither", "A-B-C", "non-profit",
    "twenty–five", "yes—no", "well\u2010known", "non\u2011stop", "3-4", "1,000–2,000", "$5.00",
    "§\u00a05", "Dr.\u00a0Who", "No.\u00a07", "(Boston)", "[sic]", "“Old”", "‘new’", "\"plain\"",
    "O'Neill", "O’Neill", "D'Arcy's", "&", "@", "#1", "%", "100%", "C++", "x…", "…y", "a.b.c",
    "http://example.org/a/b?c=d", "mail@example.org", "A/B", "w/o", "-", "–", "—", "/", "’", ":",
    "one;two", "wait!", "what?", "¿qué?", "¡sí!", "«ja»", "x\u00a0y\u00a0z", "\u00a0", "10:30",
    "Massachusetts", "Polytechnic-Institute", "Rensselaer", "incomprehensibilities",
    "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch", "+1", "(", ")", ".", ",",
)  # fmt: skip


def contents(count: int, seed: int = 1) -> Iterator[LetterContent]:
    """So many letters, each with values put together at random; the same for the same seed."""
    chance = random.Random(seed)  # noqa: S311 - nothing secret
    for letter, row in zip(mailing.contents(count), range(count), strict=True):
        name, person = _words(chance, 120), _words(chance, 60)
        if row % 7 == 0:
            name = chance.choice("aIWMfj")
        said = str(escape(name))
        body = letter.body.replace(_said(letter), said)
        yield replace(
            letter,
            body=body,
            subject=letter.subject.replace(_said(letter), said),
            addressee=person,
            salutation=f"Dear {person}:",
            address_lines=(person, name, _words(chance, 50), _words(chance, 30)),
            postal_lines=(person, name, _words(chance, 50), _words(chance, 30)),
        )


def _said(letter: LetterContent) -> str:
    """The institution's name as the letter's text has it."""
    before, after = "Request to ", " to confirm non-discrimination"
    return letter.subject.partition(before)[2].partition(after)[0]


def _words(chance: random.Random, most: int) -> str:
    wanted = chance.randint(1, most)
    words = [chance.choice(PIECES)]
    while len(" ".join(words)) < wanted:
        words.append(chance.choice(PIECES))
    return " ".join(words)[:most].strip() or "x"


def characters_of(contents: Iterable[LetterContent]) -> str:
    """What a mailing of these letters would freeze when its rendering starts."""
    return "".join(sorted(ALWAYS.union(*map(_printed, contents))))


def _printed(content: LetterContent) -> Iterator[str]:
    text = " ".join((content.body, content.subject, content.addressee, *content.address_lines))
    shown = html.unescape(re.sub("<[^>]*>|\n", " ", text))
    return iter(shown + unicodedata.normalize("NFC", shown))
