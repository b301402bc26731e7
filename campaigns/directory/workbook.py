"""XLSX workbooks: bounded before they are opened, and formulas are never read silently.

A workbook is a zip of XML. A few kilobytes can unpack to gigabytes, and one cell in row
1,048,576 makes a reader fill in a million rows, so the sheet is measured first.
"""

import datetime
import io
import re
import warnings
import zipfile
from typing import Any
from xml.etree.ElementTree import ParseError

import openpyxl
from defusedxml.common import DefusedXmlException
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from campaigns.directory.reading import (
    MAX_CELL,
    MAX_COLUMNS,
    MAX_ROWS,
    Reading,
    SourceRow,
    Unreadable,
    named,
)

MAX_UNPACKED = 120 * 1024 * 1024
MAX_PARTS = 500
MAX_CELLS = 3_000_000
MAX_STRINGS = 1_000_000
_CHUNK = 1 << 20
_ROW = re.compile(rb"<(?:\w+:)?row(?=[\s/>])(?:[^>]*?\sr\s*=\s*[\"']([^\"']*))?")
_CELL = re.compile(rb"<(?:\w+:)?c(?=[\s/>])(?:[^>]*?\sr\s*=\s*[\"']([A-Za-z]*)([^\"']*))?")
_STRING = re.compile(rb"<(?:\w+:)?si[\s/>]")
_BEYOND = 1 << 31  # a number that is not written in digits is as far away as can be


def read(content: bytes, *, sheet: str = "") -> Reading:
    _measure(content)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl remarks on styles and odd dates
            return _read(content, sheet)
    except Unreadable:
        raise
    except (
        InvalidFileException,
        DefusedXmlException,
        ParseError,
        zipfile.BadZipFile,
        KeyError,
        IndexError,
        ValueError,
        TypeError,
        AttributeError,
        EOFError,
        NotImplementedError,
        RuntimeError,
        OSError,
    ) as error:
        # What openpyxl raises for a damaged workbook is any of these.
        raise Unreadable(
            "The workbook is damaged or is not an Excel workbook. Open it, save it again as XLSX, "
            "and upload that."
        ) from error


def _measure(content: bytes) -> None:
    """Refuse what would unpack, or spread, beyond all proportion. Opens no XML parser."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            _refuse_another_kind([part.filename for part in parts])
            unpacked = sum(part.file_size for part in parts)
            if len(parts) > MAX_PARTS or unpacked > MAX_UNPACKED:
                raise Unreadable(
                    f"The workbook unpacks to {unpacked:,} bytes in {len(parts):,} parts; at most "
                    f"{MAX_UNPACKED:,} bytes in {MAX_PARTS} parts are read. Save only the sheet "
                    "that is needed."
                )
            for part in parts:
                _measure_part(archive, part)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise Unreadable(
            "The workbook is damaged or protected. Save it again as an unprotected XLSX workbook."
        ) from error


def _refuse_another_kind(names: list[str]) -> None:
    """Many formats are a ZIP inside; a workbook keeps its sheets under xl/."""
    if any(name.startswith("xl/") for name in names):
        return
    kinds = {
        "word/": "a Word document",
        "ppt/": "a presentation",
        "mimetype": "an OpenDocument file",
    }
    found = (kind for start, kind in kinds.items() if any(name.startswith(start) for name in names))
    raise Unreadable(
        f"This is {next(found, 'a ZIP archive')}, not an Excel workbook. Save the table as CSV "
        "UTF-8 or as an XLSX workbook, and upload that."
    )


def _measure_part(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    """Any part may be a sheet or the table of texts; which one is told elsewhere in the zip."""
    rows, cells, strings, far_row, far_column = 0, 0, 0, 0, 0
    for chunk in _chunks(archive, part):
        if part.filename.endswith((".xml", ".rels")) and b"\0" in chunk:
            raise Unreadable("The workbook is not written in UTF-8. Save it again as XLSX.")
        for row in _ROW.findall(chunk):
            rows += 1
            far_row = max(far_row, rows, _whole(row))
        for column, row in _CELL.findall(chunk):
            cells += 1
            far_row = max(far_row, _whole(row))
            far_column = max(far_column, _column(column.upper()))
        strings += len(_STRING.findall(chunk))
        _refuse_spread(cells, far_row, far_column)
        if strings > MAX_STRINGS:
            raise Unreadable(f"The workbook holds more than {MAX_STRINGS:,} texts. Split it.")


def _refuse_spread(cells: int, far_row: int, far_column: int) -> None:
    if far_row > MAX_ROWS + 1:
        raise Unreadable(
            f"A sheet reaches to row {far_row:,}; at most {MAX_ROWS:,} rows are read. Delete what "
            "lies far below the table, and save the workbook again."
        )
    if far_column > MAX_COLUMNS:
        raise Unreadable(
            f"A sheet reaches to column {get_column_letter(min(far_column, 18_278))}; at most "
            f"{MAX_COLUMNS} columns are read. Delete what lies far to the right of the table."
        )
    if cells > MAX_CELLS:
        raise Unreadable(f"A sheet has more than {MAX_CELLS:,} cells. Save only the table.")


def _chunks(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> Any:
    """The part's bytes, each chunk ending at a tag so that none is cut in two."""
    kept = b""
    with archive.open(part) as stream:
        while block := stream.read(_CHUNK):
            block = kept + block
            end = block.rfind(b">") + 1
            kept = block[end:][-_CHUNK:]
            yield block[:end]
    yield kept


def _whole(digits: bytes) -> int:
    if not digits:
        return 0
    return int(digits) if digits.isdigit() and len(digits) < 10 else _BEYOND


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters[:8]:
        number = number * 26 + letter - 64
    return number


def _read(content: bytes, sheet: str) -> Reading:
    # keep_links=False: nothing outside the workbook is looked at. data_only stays off, so
    # that a formula shows as one and its cached value, which may be stale, is never read.
    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
    try:
        sheets = tuple(one.title for one in book.worksheets)
        if not sheets:
            raise Unreadable("The workbook has no sheet with a table.")
        if sheet and sheet not in sheets:
            raise Unreadable(f"The workbook has no sheet named “{sheet}”.")
        chosen = sheet or sheets[0]
        return _table(book[chosen], chosen, sheets)
    finally:
        book.close()


def _table(worksheet: Any, sheet: str, sheets: tuple[str, ...]) -> Reading:
    worksheet.reset_dimensions()  # the declared size may be a lie
    headings: tuple[str, ...] | None = None
    rows: list[SourceRow] = []
    for line, cells in enumerate(worksheet.iter_rows(max_row=MAX_ROWS + 1), start=1):
        texts, faults = _texts(cells)
        if headings is None:
            headings = _headings(line, texts, faults)
            if headings is None:
                rows.append(SourceRow(line, ()))
            continue
        rows.append(_row(line, texts, faults, headings))
    if headings is None:
        raise Unreadable(f"The sheet “{sheet}” is empty. Choose another one.")
    while rows and rows[-1].is_blank:  # a sheet ends where its last value is
        rows.pop()
    return Reading(headings, tuple(rows), sheet=sheet, sheets=sheets)


def _headings(line: int, texts: list[str], faults: dict[int, str]) -> tuple[str, ...] | None:
    if faults:
        raise Unreadable(f"A heading cannot be read. {next(iter(faults.values()))}")
    while texts and not texts[-1].strip():
        texts.pop()
    return named(texts, line=line) if texts else None


def _row(
    line: int, texts: list[str], faults: dict[int, str], headings: tuple[str, ...]
) -> SourceRow:
    width = len(headings)
    if any(map(str.strip, texts[width:])) or any(column >= width for column in faults):
        refusal = f"The row has values to the right of the {width} headings"
        return SourceRow(line, tuple(texts), refusal=refusal)
    if any(len(text) > MAX_CELL for text in texts):
        return SourceRow(line, (), refusal=f"A cell has more than {MAX_CELL:,} characters")
    texts += [""] * (width - len(texts))
    return SourceRow(line, tuple(texts[:width]), faults)


def _texts(cells: tuple[Any, ...]) -> tuple[list[str], dict[int, str]]:
    texts, faults = [], {}
    for column, cell in enumerate(cells):
        if cell.value is None and cell.data_type != "f":
            texts.append("")
        elif cell.data_type == "f":
            texts.append("")
            faults[column] = (
                f"Cell {cell.coordinate} holds a formula, and what it showed last is not read. "
                "Replace it by its value (copy, then paste special, values)."
            )
        elif cell.data_type == "e":
            texts.append("")
            faults[column] = f"Cell {cell.coordinate} holds the error {cell.value}."
        else:
            texts.append(_text(cell))
    return texts, faults


def _text(cell: Any) -> str:
    value = cell.value
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return _number(value, cell.number_format)
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        return value.date().isoformat()
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    return str(value)


def _number(value: float, number_format: str) -> str:
    """A number as its cell shows it, so that a ZIP code of format 00000 keeps its zeros."""
    if isinstance(value, float):
        if not value.is_integer() or abs(value) >= 1e15:
            return repr(value)
        value = int(value)
    if number_format and set(number_format) == {"0"}:
        return str(value).zfill(len(number_format))
    return str(value)
