"""Bytes to rows of text. What cannot be read for certain is refused, with the line and why.

A file that is read a little wrongly is worse than one that is refused: an unclosed quote
swallows the rows after it, and a wrong encoding misspells names on letters that are posted.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from campaigns.text import UnsafeText, clean_line

MAX_BYTES = 25 * 1024 * 1024
MAX_ROWS = 50_000
MAX_COLUMNS = 250
MAX_CELL = 20_000
MAX_HEADING = 200


class Unreadable(Exception):
    """The file cannot be read for certain; the message says where, why, and what to do."""


@dataclass(frozen=True)
class SourceRow:
    """One row as it stands in the file. `faults` are cells whose value is not to be had."""

    line: int
    cells: tuple[str, ...]
    faults: Mapping[int, str] = field(default_factory=dict)
    refusal: str = ""

    @property
    def is_blank(self) -> bool:
        return not self.refusal and not self.faults and not any(map(str.strip, self.cells))


@dataclass(frozen=True)
class Reading:
    """A whole file: its headings, its rows, and how it was read."""

    headings: tuple[str, ...]
    rows: tuple[SourceRow, ...]
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    sheets: tuple[str, ...] = ()


def read(content: bytes, *, encoding: str = "", delimiter: str = "", sheet: str = "") -> Reading:
    """Read a CSV or XLSX file; which of them is told from its bytes, never from its name.

    Empty options are found out. Raises Unreadable.
    """
    from campaigns.directory import delimited, workbook

    if not content.strip():
        raise Unreadable("The file is empty.")
    if len(content) > MAX_BYTES:
        raise Unreadable(
            f"The file has {len(content):,} bytes; at most {MAX_BYTES:,} are read. Split it."
        )
    if content.startswith(b"PK\x03\x04"):
        return workbook.read(content, sheet=sheet)
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise Unreadable(
            "This is an old or a password-protected Excel file. Save it as an unprotected "
            "XLSX workbook, or as CSV UTF-8, and upload that."
        )
    if content.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\x1f\x8b")):
        raise Unreadable("This is not a table. Upload a CSV file or an XLSX workbook.")
    return delimited.read(content, encoding=encoding, delimiter=delimiter)


def named(headings: Sequence[str], *, line: int) -> tuple[str, ...]:
    """The headings, trimmed; an empty one gets its number. Two of one name are refused."""
    if len(headings) > MAX_COLUMNS:
        raise Unreadable(
            f"Line {line} has {len(headings):,} columns; at most {MAX_COLUMNS} are read."
        )
    names = tuple(
        _clean(heading, line) or f"(column {number})"
        for number, heading in enumerate(headings, start=1)
    )
    for name, count in Counter(map(str.casefold, names)).items():
        if count > 1:
            places = [str(at) for at, one in enumerate(names, start=1) if one.casefold() == name]
            raise Unreadable(
                f"Line {line} has {count} columns named “{names[int(places[0]) - 1]}” (columns "
                f"{' and '.join(places)}). Rename or remove one, so that it is certain which is "
                "meant."
            )
    return names


def _clean(heading: str, line: int) -> str:
    try:
        return clean_line(heading, limit=MAX_HEADING).text
    except UnsafeText as unsafe:
        raise Unreadable(f"Line {line} has a heading that cannot be used. {unsafe}") from unsafe
