"""Rows as CSV and XLSX files that a spreadsheet opens without running anything.

A cell that begins with = + - @ or a control character is a formula to Excel, LibreOffice and
Google Sheets, and a signer may be called `=HYPERLINK(...)`. So text is prefixed where it
could be one, and each XLSX cell is written as a string besides. A file is finished and
hashed before its first byte is sent, because its hash goes into the audit log first; one of many
rows waits for that on disk, and is sent from there piece by piece.
"""

import csv
import datetime
import hashlib
import io
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import IO, Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

Value = str | int | datetime.date | datetime.datetime | None

MOST_IN_MEMORY = 1024 * 1024
_PIECE = 64 * 1024
# As it stands, and as the wide characters that some spreadsheets take for the same.
FORMULA_STARTS = "=+-@\t\r\n\x00＝＋－＠"
_PASSED_OVER = " '\"\u00a0"


class Format(StrEnum):
    CSV = "csv"
    XLSX = "xlsx"


CONTENT_TYPES = {
    Format.CSV: "text/csv; charset=utf-8",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True)
class Exported:
    """A finished file at its first byte, the number of its rows, and the hash of its bytes.

    Whoever is given it closes it.
    """

    file: IO[bytes]
    rows: int
    sha256: str


def harmless(text: str) -> str:
    """The text with an apostrophe before it where a spreadsheet would run it.

    >>> harmless("=1+1")
    "'=1+1"
    >>> harmless("Auburn University")
    'Auburn University'
    """
    bare = text.lstrip(_PASSED_OVER)
    return f"'{text}" if bare[:1] and bare[0] in FORMULA_STARTS else text


def write(headings: Sequence[str], rows: Iterable[Sequence[Value]], form: Format) -> Exported:
    file = tempfile.TemporaryFile()  # noqa: SIM115 - a large one is closed once it is sent
    try:
        count = (_write_csv if form is Format.CSV else _write_xlsx)(file, headings, rows)
        sha256 = _sha256(file)
        if file.seek(0, io.SEEK_END) > MOST_IN_MEMORY:
            file.seek(0)
            return Exported(file, count, sha256)
        file.seek(0)
        small = io.BytesIO(file.read())
    except BaseException:
        file.close()
        raise
    file.close()
    return Exported(small, count, sha256)


def _sha256(file: IO[bytes]) -> str:
    file.seek(0)
    found = hashlib.sha256()
    while piece := file.read(_PIECE):
        found.update(piece)
    return found.hexdigest()


def _write_csv(file: IO[bytes], headings: Sequence[str], rows: Iterable[Sequence[Value]]) -> int:
    """RFC 4180, UTF-8 with the mark without which Excel reads it as Windows-1252."""
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
    writer = csv.writer(text)
    writer.writerow([harmless(heading) for heading in headings])
    count = 0
    for row in rows:
        writer.writerow([_plain(value) for value in row])
        count += 1
    text.flush()
    text.detach()
    return count


def _write_xlsx(file: IO[bytes], headings: Sequence[str], rows: Iterable[Sequence[Value]]) -> int:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Export")
    sheet.freeze_panes = "B2"
    for index, heading in enumerate(headings, start=1):
        wide = 44 if index == 1 else max(12, min(len(heading) + 2, 30))
        sheet.column_dimensions[get_column_letter(index)].width = wide
    sheet.append([_cell(sheet, heading, bold=True) for heading in headings])
    count = 0
    for row in rows:
        sheet.append([_cell(sheet, value) for value in row])
        count += 1
    book.save(file)
    return count


def _cell(sheet: Any, value: Value, *, bold: bool = False) -> Any:
    plain = _plain(value)
    cell = WriteOnlyCell(sheet, value=plain)
    if isinstance(plain, str):
        cell.data_type = "s"
    if bold:
        cell.font = Font(bold=True)
    return cell


def _plain(value: Value) -> str | int:
    """Dates as ISO 8601, which no spreadsheet reads as another day; numbers as they are."""
    if value is None:
        return ""
    if isinstance(value, int):
        return value
    if isinstance(value, datetime.date):
        return value.isoformat()
    return harmless(value)
