"""The grid of preflight: letters by checks, with an answer in words in each cell.

A column is a family of checks, or, once one family is chosen, each of its checks.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from letters.models import Finding, Letter
from letters.preflight.check import RIGHT, Family, LetterCheck, Part
from letters.preflight.registry import BY_CODE, LETTER_CHECKS

_WORST = ("red", "amber", "note")
TONES = {"red": "bad", "amber": "warn", "note": "info"}
FAMILIES = tuple(dict.fromkeys(check.family for check in LETTER_CHECKS))


@dataclass(frozen=True)
class Column:
    """A family of checks, or one check of it."""

    key: str
    title: str
    codes: frozenset[str]
    right: str
    looks: str = ""
    of_pages: bool = False


@dataclass(frozen=True)
class Cell:
    """What the checks of one column say of one letter. `findings` has the worst first."""

    column: Column
    findings: tuple[Finding, ...]
    words: str
    tone: str

    def is_asked_for(self, severity: str, code: str) -> bool:
        """Whether it holds what the page was filtered by, and is shown open then."""
        if code:
            return any(one.code == code for one in self.findings)
        return any(_key(one) == severity for one in self.findings)


@dataclass(frozen=True)
class Row:
    """One letter; `opened` are the cells whose sentences are shown at once."""

    letter: Letter
    cells: tuple[Cell, ...]
    opened: frozenset[str] = frozenset()


def family_of(key: str) -> Family | None:
    """The family that an address names."""
    return next((one for one in FAMILIES if one.name.lower() == key), None)


def codes_of(family: Family) -> frozenset[str]:
    return frozenset(check.code for check in LETTER_CHECKS if check.family is family)


def columns(family: Family | None) -> tuple[Column, ...]:
    """All families, or the checks of one."""
    if family is None:
        return tuple(_of_family(one) for one in FAMILIES)
    return tuple(_of_check(check) for check in LETTER_CHECKS if check.family is family)


def _of_family(family: Family) -> Column:
    of_pages = family is Family.PAGES
    return Column(family.name.lower(), family, codes_of(family), RIGHT[family], of_pages=of_pages)


def _of_check(check: LetterCheck) -> Column:
    return Column(
        check.code,
        check.title,
        frozenset({check.code}),
        check.passes,
        check.looks,
        of_pages=check.part is Part.PAGES,
    )


def rows(
    letters: Iterable[Letter], shown: tuple[Column, ...], *, severity: str = "", code: str = ""
) -> list[Row]:
    """One row a letter. `letters` have their findings prefetched; the rest is what was asked."""
    made = []
    for letter in letters:
        cells = tuple(_cell(letter, column) for column in shown)
        opened = (cell.column.key for cell in cells if cell.is_asked_for(severity, code))
        made.append(Row(letter, cells, frozenset(opened)))
    return made


def _cell(letter: Letter, column: Column) -> Cell:
    found = sorted((one for one in letter.findings.all() if one.code in column.codes), key=_how_bad)
    if found:
        return Cell(column, tuple(found), _words(found), _tone(found[0]))
    if letter.status == Letter.Status.VOID:
        return Cell(column, (), "left out", "muted")
    if column.of_pages and not letter.page_count and letter.status == Letter.Status.DRAFT:
        return Cell(column, (), "not rendered yet", "muted")
    return Cell(column, (), column.right, "ok")


def _key(finding: Finding) -> str:
    return "answered" if finding.override_id else finding.severity


def _how_bad(finding: Finding) -> tuple[bool, int]:
    return finding.override_id is not None, _WORST.index(finding.severity)


def _tone(finding: Finding) -> str:
    return "ok" if finding.override_id else TONES[finding.severity]


def _words(found: list[Finding]) -> str:
    first = BY_CODE[found[0].code].title
    words = f"{first}, answered" if found[0].override_id else first
    return f"{words}, and {len(found) - 1} more" if len(found) > 1 else words
