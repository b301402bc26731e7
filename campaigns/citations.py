"""Citations as records: read from what people type, written by rule.

A citation is kept as text, but only in the one form that reads back into the same record, so
what a page or a letter shows is never the way somebody happened to type it: the section sign,
`pt.`, `et seq.`, the dash of a range, the italics of a case. What cannot be read (a standard, a
state's code) stays as it was typed.
"""

import re
from dataclasses import dataclass

_NBSP = "\u00a0"


@dataclass(frozen=True)
class Piece:
    """A stretch of a written citation; the name of a case is set in italics."""

    text: str
    italic: bool = False


@dataclass(frozen=True)
class Code:
    """A place in the U.S.C. or the C.F.R.: sections or parts, with what follows them."""

    title: str
    code: str
    unit: str
    numbers: tuple[str, ...]
    subpart: str = ""
    et_seq: bool = False
    notes: tuple[str, ...] = ()

    def pieces(self) -> list[Piece]:
        several = len(self.numbers) > 1 or "–" in self.numbers[0]
        unit = {"§": "§§", "pt.": "pts."}[self.unit] if several else self.unit
        where = f"{self.title} {self.code} {unit} {self.numbers[0]}".replace(" ", _NBSP)
        text = ", ".join([where, *self.numbers[1:]])
        if self.subpart:
            text += f", subpt.{_NBSP}{self.subpart}"
        if self.et_seq:
            text += f" et{_NBSP}seq."
        return [Piece(text + "".join(f" ({note})" for note in self.notes))]


@dataclass(frozen=True)
class Constitution:
    """A place in a constitution: `of` is U.S. or the state as abbreviated."""

    of: str
    unit: str
    number: str
    section: str = ""
    clause: str = ""

    def pieces(self) -> list[Piece]:
        text = f"{self.of}{_NBSP}Const. {self.unit}{_NBSP}{self.number}"
        if self.section:
            text += f", §{_NBSP}{self.section}"
        if self.clause:
            text += f", cl.{_NBSP}{self.clause}"
        return [Piece(text)]


@dataclass(frozen=True)
class Case:
    """A decision: its name, where it is reported, and by which court when."""

    name: str
    volume: str
    reporter: str
    page: str
    year: str
    pin: str = ""
    court: str = ""
    note: str = ""

    def pieces(self) -> list[Piece]:
        name = re.sub(r" v\. ", f" v.{_NBSP}", self.name)
        where = f"{self.volume} {self.reporter} {self.page}".replace(" ", _NBSP)
        pin = f", {self.pin}" if self.pin else ""
        when = f"{self.court} {self.year}".strip()
        note = f" ({self.note})" if self.note else ""
        return [Piece(name, italic=True), Piece(f", {where}{pin} ({when}){note}")]


@dataclass(frozen=True)
class Other:
    """What is none of these, as it was typed."""

    text: str

    def pieces(self) -> list[Piece]:
        return [Piece(self.text)]


Citation = Code | Constitution | Case | Other


def read(typed: str) -> Citation:
    """The record of one citation."""
    text = " ".join(typed.replace(_NBSP, " ").split())
    for reader in (_read_code, _read_constitution, _read_case):
        if record := reader(text):
            return record
    return Other(text)


def written(typed: str) -> str:
    """A citation in the one form in which it is kept, with plain spaces."""
    return "".join(piece.text for piece in read(typed).pieces()).replace(_NBSP, " ")


_SIGNS = {"usc": "U.S.C.", "usca": "U.S.C.", "cfr": "C.F.R."}
_NUMBER = r"[0-9][0-9A-Za-z.]*(?:-[0-9A-Za-z]+)*(?:\([0-9A-Za-z]{1,5}\))*"
_RANGE = rf"{_NUMBER}(?:\s*–\s*{_NUMBER})?"
_CODE = re.compile(
    r"(?P<title>\d{1,2})\s+(?P<code>U\.?\s?S\.?\s?C\.?(?:\s?A\.?)?|C\.?\s?F\.?\s?R\.?)\s*"
    r"(?P<unit>§{1,2}|secs?\.?|sections?|pts?\.?|parts?)?\s*"
    rf"(?P<numbers>{_RANGE}(?:(?:,\s*(?:and\s+)?|\s+and\s+|\s*&\s*){_RANGE})*)"
    r"(?:,\s*sub(?:pt\.?|part)\s*(?P<subpart>[A-Z0-9]{1,4}))?"
    r"(?P<et_seq>,?\s*et\.?\s*seq\.?)?"
    r"(?P<notes>(?:\s*\([^()]+\))*)",
    re.IGNORECASE,
)


def _read_code(text: str) -> Code | None:
    found = _CODE.fullmatch(text)
    if not found:
        return None
    code = _SIGNS[re.sub(r"[^a-z]", "", found["code"].lower())]
    return Code(
        title=found["title"],
        code=code,
        unit="pt." if (found["unit"] or "").lower().startswith("p") else "§",
        numbers=tuple(
            _number(number)
            for number in re.split(r",\s*(?:and\s+)?|\s+and\s+|\s*&\s*", found["numbers"])
        ),
        subpart=(found["subpart"] or "").upper(),
        et_seq=bool(found["et_seq"]),
        notes=tuple(re.findall(r"\(([^()]+)\)", found["notes"])),
    )


def _number(typed: str) -> str:
    """A section or a range of them. § 300a-7 is one section, §§ 6101–6107 are seven."""
    number = re.sub(r"\s*–\s*", "–", typed)
    span = re.fullmatch(r"(\d+)-(\d+)", number)
    if span and len(span[1]) == len(span[2]) and int(span[1]) < int(span[2]):
        return f"{span[1]}–{span[2]}"
    return number


_CONSTITUTION = re.compile(
    r"(?P<of>U\.?\s?S\.?|[A-Z][A-Za-z.]*(?: [A-Z][A-Za-z.]*)?) Const\.?,? "
    r"(?P<unit>amend|art)(?:\.|icle|ment)? (?P<number>[IVXLC]+|\d+)"
    r"(?:, (?:§|sec\.|section) ?(?P<section>[0-9A-Za-z().-]+))?"
    r"(?:, (?:cl\.|clause) ?(?P<clause>\d+))?",
    re.IGNORECASE,
)


def _read_constitution(text: str) -> Constitution | None:
    found = _CONSTITUTION.fullmatch(text)
    if not found:
        return None
    of = "U.S." if re.fullmatch(r"u\.?\s?s\.?", found["of"], re.IGNORECASE) else found["of"]
    return Constitution(
        of=of,
        unit=f"{found['unit'].lower()}.",
        number=found["number"].upper(),
        section=found["section"] or "",
        clause=found["clause"] or "",
    )


_REPORTERS = (
    (r"U\.? ?S\.?", "U.S."),
    (r"S\.? ?Ct\.?", "S. Ct."),
    (r"L\.? ?Ed\.? ?2d", "L. Ed. 2d"),
    (r"F\.? ?Supp\.? ?([23])d", r"F. Supp. \1d"),
    (r"F\.? ?Supp\.?", "F. Supp."),
    (r"F\.? ?([23])d", r"F.\1d"),
    (r"F\.? ?4th", "F.4th"),
    (r"F\.? ?App[’']x", "F. App’x"),
    (r"[A-Z][A-Za-z0-9.’']*(?: [A-Z0-9][A-Za-z0-9.’']*)*", ""),  # a state's, as it was typed
)
_CASE = re.compile(
    r"(?P<name>[^\d(][^()]*?),? (?P<volume>\d{1,4}) (?P<reporter>[A-Z][A-Za-z0-9.’' ]*?) "
    r"(?P<page>\d{1,5}|_{2,})(?:,? (?:at )?(?P<pin>\d+(?:[-–]\d+)?(?: n\.\d+)?))? "
    r"\((?P<court>[^()]*?) ?(?P<year>\d{4})\)(?: \((?P<note>[^()]+)\))?"
)


def _read_case(text: str) -> Case | None:
    found = _CASE.fullmatch(text)
    reporter = found and _reporter(found["reporter"])
    if not found or not reporter:
        return None
    return Case(
        name=re.sub(r" (?:vs?\.?|versus) ", " v. ", found["name"]),
        volume=found["volume"],
        reporter=reporter,
        page=found["page"],
        year=found["year"],
        pin=(found["pin"] or "").replace("-", "–"),
        court=found["court"],
        note=found["note"] or "",
    )


def _reporter(typed: str) -> str:
    for pattern, ours in _REPORTERS:
        if re.fullmatch(pattern, typed):
            return re.sub(pattern, ours, typed) if ours else typed
    return ""
