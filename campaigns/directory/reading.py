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
    if kind := _named_by_its_bytes(content):
        raise Unreadable(f"This is {kind}, not a table. Upload a CSV file or an XLSX workbook.")
    return delimited.read(content, encoding=encoding, delimiter=delimiter)


_KINDS = (
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"II*\0", "a TIFF picture"),
    (b"MM\0*", "a TIFF picture"),
    (b"\x1f\x8b", "a compressed file"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"PK\x05\x06", "an empty ZIP archive"),
    (b"SQLite format 3\0", "a database file"),
    (b"{\\rtf", "a text document (RTF)"),
)
_ODD = frozenset(range(32)) - frozenset(b"\t\n\v\f\r")


def _named_by_its_bytes(content: bytes) -> str:
    """What a file is that holds no text at all; empty where it may be a table."""
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return "a WebP picture"
    return next((kind for mark, kind in _KINDS if content.lstrip().startswith(mark)), "")


def is_binary(content: bytes) -> bool:
    """Whether bytes that are not UTF-8 are no text in another encoding either.

    Of a binary file more than one byte in twenty belongs to no text. UTF-16 has such bytes
    too, zeros and beyond Latin others, but nearly all of them at every second place.
    """
    sample = content[:4096]
    even, odd = (sum(byte in _ODD for byte in sample[start::2]) for start in (0, 1))
    return (even + odd) * 20 > len(sample) and max(even, odd) * 10 < (even + odd) * 9


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
