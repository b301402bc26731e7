"""The one door through which typed and imported text comes in.

Every form, CSV, XLSX and inbound message passes here, so that what is stored is what is
printed. Characters that change the direction of text are refused, not removed: a pair of
them made a letter print the opposite of the stored words (CVE-2021-42574).
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

_ODD_SPACES = re.compile(r"[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000\t]")
# Characters that print nothing and let a word be read, and searched, as another. A joiner is
# one of them in our alphabets; between letters that join it is how a name is spelt.
_OURS = r"A-Za-z\u00c0-\u024f\u0370-\u052f\u1e00-\u1fff"
_INVISIBLE = re.compile(
    r"[\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u2060-\u2065\u3164\ufeff\uffa0"
    r"\ufff9-\ufffb\U000e0100-\U000e01ef]"
    rf"|(?<=[{_OURS} ])[\u200c\u200d]+|[\u200c\u200d]+(?=[{_OURS} ])"
)
_LINE_BREAK = re.compile(r"\r\n|[\r\n\x0b\x0c\x85\u2028\u2029]")
_TWO_STOPS = re.compile(r"(?<!\.)\.\.$")
# Letters of other alphabets that are taken for Latin ones: Cyrillic, and some of the Greek.
_ALIKE = r"\u0400-\u052fΑΒΕΖΗΙΚΜΝΟΡΤΥΧο"
_LATIN = r"A-Za-z\u00c0-\u024f\u1e00-\u1eff"
_TWO_ALPHABETS = re.compile(rf"[{_LATIN}][{_ALIKE}]|[{_ALIKE}][{_LATIN}]")
_DIRECTION = set("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


# How a letter's text names a field. Where none is read, staff who type one mean it to be.
MERGE_TAG = re.compile(r"\{\{|\{%")


class UnsafeText(ValueError):
    """The text holds a character that could make the print differ from what was read."""


@dataclass(frozen=True)
class Cleaned:
    """Text as it is kept, and in words what was changed to make it so."""

    text: str
    changes: tuple[str, ...] = ()


def clean_line(raw: str, *, limit: int = 500) -> Cleaned:
    """One line: NFC, plain single spaces, no line breaks. Raises UnsafeText."""
    changes = []
    text = unicodedata.normalize("NFC", raw)
    if _LINE_BREAK.search(text.strip()):
        changes.append("line breaks became spaces")
    text = _LINE_BREAK.sub(" ", text)
    if _ODD_SPACES.search(text):
        changes.append("odd spaces became plain spaces")
        text = _ODD_SPACES.sub(" ", text)
    if _INVISIBLE.search(text):
        changes.append("invisible characters were removed")
        text = _INVISIBLE.sub("", text)
    stripped = text.strip()
    if "  " in stripped:
        changes.append("repeated spaces became one")
    text = re.sub(r" {2,}", " ", stripped)
    _refuse_unsafe(text, allowed="")
    _refuse_long(text, limit)
    return Cleaned(text, tuple(changes))


def clean_block(raw: str, *, limit: int = 100_000) -> Cleaned:
    """Several lines: NFC, line breaks as \\n. Raises UnsafeText."""
    text = _LINE_BREAK.sub("\n", unicodedata.normalize("NFC", raw))
    changes = []
    if _INVISIBLE.search(text):
        changes.append("invisible characters were removed")
        text = _INVISIBLE.sub("", text)
    text = text.replace("\t", "    ")
    _refuse_unsafe(text, allowed="\n")
    _refuse_long(text, limit)
    return Cleaned(text.strip("\n"), tuple(changes))


def fold(text: str) -> str:
    """Text as it is searched: without case, accents or punctuation."""
    plain = text.casefold()
    if not plain.isascii():
        decomposed = unicodedata.normalize("NFKD", plain)
        plain = "".join(char for char in decomposed if not unicodedata.combining(char))
    return " ".join(re.sub(r"[^\w]+", " ", plain).split())


def _refuse_unsafe(text: str, *, allowed: str) -> None:
    for position, char in enumerate(text, start=1):
        if char in allowed:
            continue
        category = unicodedata.category(char)
        if char in _DIRECTION or 0xE0000 <= ord(char) <= 0xE007F:
            raise UnsafeText(
                f"Character {position} (U+{ord(char):04X}) changes the direction of the text or "
                "is hidden. Remove it and try again."
            )
        if category in ("Cc", "Cs", "Cn", "Co"):
            raise UnsafeText(
                f"Character {position} (U+{ord(char):04X}) is a control character or is not a "
                "character at all. Remove it and try again."
            )


def _refuse_long(text: str, limit: int) -> None:
    if len(text) > limit:
        raise UnsafeText(f"The text has {len(text):,} characters; at most {limit:,} are allowed.")


def look_alikes(text: str) -> Iterator[re.Match[str]]:
    """Words of two alphabets whose letters look alike: “Нarvard”, which begins with a Russian N.

    Nobody means such a word. It reads as the other one, and is found by no search for it.
    """
    if _TWO_ALPHABETS.search(text):  # as hardly any text does, of the thousands that are read
        yield from (word for word in re.finditer(r"\w+", text) if _TWO_ALPHABETS.search(word[0]))


def with_one_stop(sentence: str) -> str:
    """One full stop at the end, also where a name comes last that has its own: "Esq.", "Inc."."""
    return _TWO_STOPS.sub(".", sentence)
