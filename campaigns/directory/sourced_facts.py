"""A file of sourced facts: one row for each, with the recipient it is about.

Reads; writes nothing and knows no rows. What becomes of each row is decided by
`campaigns.actions.sourced_fact`.
"""

import csv
import datetime
import io
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from campaigns.directory.reading import SourceRow, Unreadable, read
from campaigns.text import UnsafeText, clean_block, clean_line, fold

MOST_ROWS = 20_000
# What a column may be called, folded. The first is the name that messages use.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "institution": ("institution", "name", "recipient", "school"),
    "identifier": ("identifier", "unitid", "issn", "ror", "opeid"),
    "programme": ("program", "programme", "page", "article"),
    "quotation": ("quotation", "quote", "fact", "text", "what was seen"),
    "source": ("source", "url", "address", "web address", "link"),
    "seen_on": ("seen on", "seen", "date seen", "date", "accessed"),
    "exhibit": ("exhibit",),
}
_LIMITS = {"institution": 300, "identifier": 60, "programme": 200, "source": 500, "exhibit": 20}
LONGEST_QUOTATION = 2_000
_DATES = ("%Y-%m-%d", "%m/%d/%Y", "%B %d, %Y", "%b %d, %Y")


_QUOTED = re.compile(r'“([^“”]+)”|"([^"]+)"', re.DOTALL)


@dataclass(frozen=True)
class Particulars:
    """What was seen. `programme` and `exhibit` may be empty.

    The letter puts the quotation between quotation marks, so those around all of it are dropped.
    """

    programme: str
    quotation: str
    source: str
    seen_on: datetime.date
    exhibit: str = ""

    def __post_init__(self) -> None:
        if whole := _QUOTED.fullmatch(self.quotation):
            object.__setattr__(self, "quotation", whole[1] or whole[2])


@dataclass(frozen=True)
class Row:
    """One row of the file: of whom it is, and what was seen or why it cannot be read."""

    line: int
    institution: str = ""
    identifier: str = ""
    particulars: Particulars | None = None
    refusal: str = ""


class _Refused(Exception):
    pass


def rows(content: bytes) -> list[Row]:
    """Every row that is not blank. Raises Unreadable for the file as a whole."""
    reading = read(content)
    columns = _columns(reading.headings)
    found = [_row(row, columns) for row in reading.rows if not row.is_blank]
    if len(found) > MOST_ROWS:
        raise Unreadable(f"The file has more than {MOST_ROWS:,} rows. Split it.")
    return found


def as_text(content: bytes) -> str:
    """The file as CSV text, so that a page can hold what it read. Raises Unreadable."""
    reading = read(content)
    written = io.StringIO()
    rows = csv.writer(written, lineterminator="\n")
    rows.writerow(reading.headings)
    rows.writerows(row.cells for row in reading.rows if not row.is_blank)
    return written.getvalue()


def seen_on(typed: str) -> datetime.date | None:
    """2026-11-27, 11/27/2026 or November 27, 2026."""
    for form in _DATES:
        try:
            return datetime.date(*time.strptime(typed, form)[:3])
        except ValueError:
            continue
    return None


def _columns(headings: tuple[str, ...]) -> dict[str, int]:
    names = [fold(heading) for heading in headings]
    found = {
        column: names.index(name)
        for column, known in COLUMNS.items()
        for name in known[::-1]
        if name in names
    }
    lacking = [COLUMNS[column][0] for column in ("quotation", "source", "seen_on")
               if column not in found]  # fmt: skip
    if "institution" not in found and "identifier" not in found:
        lacking.insert(0, "institution")
    if lacking:
        raise Unreadable(
            f"Line 1 names no column “{'”, “'.join(lacking)}”. The columns are institution (or "
            "identifier), program, quotation, source, seen on, exhibit."
        )
    return found


def _row(row: SourceRow, columns: dict[str, int]) -> Row:
    institution = identifier = ""
    try:
        if row.refusal:
            raise _Refused(row.refusal)
        cells = dict(_cells(row, columns))
        institution, identifier = cells.get("institution", ""), cells.get("identifier", "")
        return Row(row.line, institution, identifier, _particulars(cells))
    except _Refused as refusal:
        return Row(row.line, institution, identifier, refusal=str(refusal))


def _cells(row: SourceRow, columns: dict[str, int]) -> Iterator[tuple[str, str]]:
    for name, index in columns.items():
        if fault := row.faults.get(index):
            raise _Refused(fault)
        raw = row.cells[index] if index < len(row.cells) else ""
        try:
            if name == "quotation":
                yield name, clean_block(raw, limit=LONGEST_QUOTATION).text.strip()
            else:
                yield name, clean_line(raw, limit=_LIMITS.get(name, 60)).text
        except UnsafeText as unsafe:
            raise _Refused(f"{COLUMNS[name][0].capitalize()}: {unsafe}") from unsafe


def _particulars(cells: dict[str, str]) -> Particulars:
    for name in ("quotation", "source", "seen_on"):
        if not cells[name]:
            raise _Refused(f"The {COLUMNS[name][0]} is empty.")
    day = seen_on(cells["seen_on"])
    if day is None:
        raise _Refused(f"“{cells['seen_on']}” is no date; write 2026-11-27 or 11/27/2026.")
    return Particulars(
        programme=cells.get("programme", ""),
        quotation=cells["quotation"],
        source=cells["source"],
        seen_on=day,
        exhibit=cells.get("exhibit", ""),
    )
