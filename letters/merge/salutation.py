"""How a letter greets: "Dr. Wims", "President Watts", or, when in doubt, the office alone.

Gender is never guessed. Nor is a surname: "María García Márquez" may be Ms. García Márquez,
so a name with a middle name that is not an initial is greeted by office, or in full.
"""

import re
from functools import lru_cache

NOBODY = "Sir or Madam"

_HONORIFICS = {
    "dr": "Dr.",
    "doctor": "Dr.",
    "prof": "Prof.",
    "professor": "Professor",
    "mr": "Mr.",
    "mrs": "Mrs.",
    "ms": "Ms.",
    "mx": "Mx.",
    "rev": "Rev.",
    "hon": "",
    "the": "",
}
# fmt: off
_DOCTORS = {
    "md", "phd", "edd", "do", "dds", "dmd", "dvm", "scd", "drph", "dphil", "psyd", "pharmd",
}
_GENERATIONS = {"jr", "sr", "ii", "iii", "iv"}
_OTHERS = {"esq", "jd", "mba", "mph", "ma", "ms", "msc", "cpa", "rn"}
_PARTICLES = {
    "van", "von", "vander", "der", "den", "ter", "ten", "de", "del", "della", "dell", "di", "da",
    "das", "do", "dos", "du", "des", "la", "le", "el", "al", "bin", "ibn", "st", "st.", "san",
    "santa",
}
# fmt: on
_AFTER_A_NAME = _DOCTORS | _GENERATIONS | _OTHERS
# Offices by which a person is addressed with the surname, and others only without a name.
RANKS = ("President", "Chancellor", "Dean", "Provost", "Rector", "Superintendent", "Commissioner")
_OFFICES = ("General Counsel", "Executive Director", "Director", "Chief Executive Officer")
_INITIAL = re.compile(r"(?:[A-Z]\.?)+(?:-[A-Z]\.?)?")
_DEGREE = re.compile(r"(?:[A-Z][a-z]{0,3}\.?){2,6}")


def greeted(name: str, title: str) -> str:
    """The words after "Dear" for a person of this name and title, either of them empty."""
    honorific, surname, full = _read(name)
    rank = _office(title, RANKS)
    if not full:
        return rank or _office(title, _OFFICES) or _editor(title) or NOBODY
    if surname and (honorific or rank):
        return f"{honorific or rank} {surname}"
    return rank or (NOBODY if "," in full else f"{honorific} {full}".strip())


def _read(name: str) -> tuple[str, str, str]:
    """Honorific, surname and the name to greet in full; the first two empty when in doubt."""
    name = re.sub(r"[\"“(].*?[\"”)]", " ", name)  # nicknames
    before_comma, *after = (part.strip() for part in name.split(","))
    words = before_comma.split()
    degrees = [_plain(part) for part in after]
    while len(words) > 1 and _plain(words[-1]) in _AFTER_A_NAME - {"ms", "ma", "do"}:
        degrees.append(_plain(words.pop()))
    honorific, words = _honorific(words)
    if not honorific and _DOCTORS.intersection(degrees):
        honorific = "Dr."
    full = " ".join(words)
    if not all(_is_degree(part) for part in after):
        return honorific, "", name.strip()
    return honorific, _surname(words, alone=bool(honorific)), full


def _honorific(words: list[str]) -> tuple[str, list[str]]:
    found = ""
    while len(words) > 1 and _plain(words[0]) in _HONORIFICS:
        found = _HONORIFICS[_plain(words[0])] or found
        words = words[1:]
    return found, words


def _surname(words: list[str], *, alone: bool) -> str:
    """The surname, or nothing where it takes guessing."""
    names = [word for word in words if not _INITIAL.fullmatch(word)]
    if not names or any(re.search(r"[\d&/@]", word) for word in names):
        return ""
    if any(word.isupper() and len(word) > 2 for word in names):
        return ""
    start = len(names) - 1
    while start > 0 and names[start - 1].casefold() in _PARTICLES:
        start -= 1
    given = names[:start]
    if len(given) > 1 or (not given and not alone and len(names) == len(words)):
        return ""
    return "\u00a0".join(names[start:]) if start < len(names) - 1 else names[-1]


@lru_cache(maxsize=1024)  # thousands of people hold a few hundred offices
def _office(title: str, offices: tuple[str, ...]) -> str:
    """The office that the title begins with, if it is one of these and held now."""
    plain = re.sub(r"^(?:the|interim|acting)\s+", "", title.strip(), flags=re.IGNORECASE)
    if re.search(r"emerit|elect\b|former", plain, re.IGNORECASE):
        return ""
    for office in offices:
        if re.match(rf"{office}(?![\w'’])", plain, re.IGNORECASE):
            return office
    return ""


def _editor(title: str) -> str:
    if re.match(r"(?:the\s+)?editors\b", title.strip(), re.IGNORECASE):
        return "Editors"
    return "Editor" if re.match(r"(?:the\s+)?editor\b", title.strip(), re.IGNORECASE) else ""


def _is_degree(part: str) -> bool:
    return _plain(part) in _AFTER_A_NAME or all(
        _DEGREE.fullmatch(word) or _plain(word) in _AFTER_A_NAME for word in part.split()
    )


def _plain(word: str) -> str:
    return word.replace(".", "").strip().casefold()
