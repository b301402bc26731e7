"""CSV and its relatives: encodings, delimiters, and quotes that must balance."""

import codecs
import csv
import io
from collections.abc import Iterator

from campaigns.directory.reading import (
    MAX_CELL,
    MAX_COLUMNS,
    MAX_ROWS,
    Reading,
    SourceRow,
    Unreadable,
    is_binary,
    named,
)

ENCODINGS = {
    "utf-8": "UTF-8",
    "cp1252": "Windows-1252 (older Excel, Western European)",
    "utf-16": "UTF-16 (Unicode text of Excel)",
    "utf-16-le": "UTF-16 little-endian without a mark",
    "utf-16-be": "UTF-16 big-endian without a mark",
}
DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
# An unclosed quote swallows rows until the next quote, which then closes it. A cell of an
# address directory never has this many lines.
MAX_LINES_OF_A_RECORD = 20
MAX_LINES = 500_000
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def read(content: bytes, *, encoding: str = "", delimiter: str = "") -> Reading:
    if delimiter and delimiter not in DELIMITERS:
        raise Unreadable(f"“{delimiter}” is not a delimiter that can be chosen here.")
    text, used = decoded(content, encoding)
    if text.count("\n") + text.count("\r") > MAX_LINES:
        raise Unreadable(f"The file has more than {MAX_LINES:,} lines. Split it.")
    lines = list(io.StringIO(text, newline=""))
    delimiter = delimiter or _sniffed(lines)
    records = _records(lines, delimiter)
    rows: list[SourceRow] = []
    headings: tuple[str, ...] | None = None
    for line, cells in records:
        if len(rows) >= MAX_ROWS:
            raise Unreadable(f"The file has more than {MAX_ROWS:,} rows. Split it.")
        if headings is None:
            if any(map(str.strip, cells)):
                headings = named(cells, line=line)
            else:
                rows.append(SourceRow(line, ()))
            continue
        rows.append(_row(line, cells, headings))
    if headings is None:
        raise Unreadable("The file holds nothing but blank lines.")
    return Reading(headings, tuple(rows), encoding=used, delimiter=delimiter)


def decoded(content: bytes, encoding: str = "") -> tuple[str, str]:
    """The text and the encoding it was read with. Raises Unreadable, with the line."""
    marked = next((name for mark, name in _MARKS if content.startswith(mark)), "")
    if encoding and encoding not in ENCODINGS:
        raise Unreadable(f"{encoding} is not an encoding that can be chosen here.")
    if marked and encoding and not marked.startswith(encoding[:5]):
        raise Unreadable(
            f"The file begins with a mark that says it is {marked.removesuffix('-sig').upper()}. "
            "Leave the encoding to be found out."
        )
    used = marked or encoding or "utf-8"
    zeros = content[:200].count(0) > len(content[:200]) // 4
    if not marked and not encoding and zeros and not is_binary(content):
        raise Unreadable(
            "Line 1 holds a zero byte beside each letter, so the file is UTF-16 without a mark. "
            "Choose UTF-16 little-endian (or big-endian) as its encoding."
        )
    try:
        text = content.decode(used)
    except UnicodeDecodeError as error:
        if not marked and not encoding and is_binary(content):
            raise Unreadable(
                "This is a binary file, not a table. Upload a CSV file or an XLSX workbook."
            ) from error
        raise Unreadable(_where_it_fails(content, error, used, chosen=bool(encoding))) from error
    if used == "cp1252":
        _refuse_utf8_read_as_cp1252(content)
    if used in ("utf-16-le", "utf-16-be") and not any(one in text for one in DELIMITERS):
        raise Unreadable("Line 1 does not read as text in that encoding. Choose another one.")
    return text.removeprefix("\ufeff"), used


def _where_it_fails(content: bytes, error: UnicodeDecodeError, used: str, *, chosen: bool) -> str:
    line_break = "\n".encode(used.removesuffix("-sig") if used != "utf-16" else "utf-16-le")
    line = content.count(line_break, 0, error.start) + 1
    said = ENCODINGS.get(used.removesuffix("-sig"), used)
    advice = (
        "Choose another encoding, or leave it to be found out."
        if chosen
        else "Choose the encoding it was saved with (Windows-1252 is usual for older Excel "
        "files), or save it again as CSV UTF-8."
    )
    byte = f"byte 0x{content[error.start]:02X}" if error.start < len(content) else "end"
    return f"Line {line}: the {byte} is not {said}. Nothing was read. {advice}"


def _refuse_utf8_read_as_cp1252(content: bytes) -> None:
    """Nearly every UTF-8 file also decodes as Windows-1252, into misspelt names."""
    if content.isascii():
        return
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return
    at = next(position for position, byte in enumerate(content) if byte > 127)
    line = content.count(b"\n", 0, at) + 1
    raise Unreadable(
        f"Line {line} would be misspelt as Windows-1252 "
        f"(“{content[max(at - 12, 0) : at + 4].decode('cp1252', 'replace').strip()}”): the file "
        "is UTF-8. Leave the encoding to be found out."
    )


def _sniffed(lines: list[str]) -> str:
    """The delimiter that gives the most columns, the same number in most of the first rows."""
    best, best_score = ",", (0.0, 0)
    sample = lines[:60]
    for delimiter in DELIMITERS:
        widths = []
        try:
            for record in csv.reader(sample, delimiter=delimiter):
                if record:
                    widths.append(len(record))
        except csv.Error:
            continue
        if not widths or widths[0] < 2:
            continue
        score = (widths.count(widths[0]) / len(widths), widths[0])
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _records(lines: list[str], delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Each record with the line it begins on. Raises Unreadable where quotes go wrong."""
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    begins = 1
    while True:
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise Unreadable(_quotes_advice(begins, str(error))) from error
        ends = reader.line_num
        raw = lines[begins - 1 : ends]
        if len(raw) > MAX_LINES_OF_A_RECORD or sum(part.count('"') for part in raw) % 2:
            raise Unreadable(_quotes_advice(begins, "quotation marks do not balance"))
        yield begins, record
        begins = ends + 1


def _quotes_advice(line: int, reason: str) -> str:
    if "unexpected end of data" in reason:
        reason = "a quotation mark is opened and never closed"
    elif "field larger than field limit" in reason:
        reason = "one cell is longer than any cell can be, so a quotation mark is not closed"
    elif "expected after" in reason:
        reason = "a quotation mark is closed in the middle of a cell"
    return (
        f"The row that begins on line {line}: {reason}. Every row after it would be in doubt, so "
        "nothing was read. Write a quotation mark inside a quoted cell twice."
    )


def _row(line: int, cells: list[str], headings: tuple[str, ...]) -> SourceRow:
    if not any(map(str.strip, cells)):
        return SourceRow(line, tuple(cells[: len(headings)]))
    if len(cells) > MAX_COLUMNS or any(map(str.strip, cells[len(headings) :])):
        return SourceRow(line, tuple(cells[:MAX_COLUMNS]), refusal=_ragged(cells, headings))
    if len(cells) < len(headings):
        return SourceRow(line, tuple(cells), refusal=_ragged(cells, headings))
    if any(len(cell) > MAX_CELL for cell in cells):
        return SourceRow(line, (), refusal=f"A cell has more than {MAX_CELL:,} characters")
    return SourceRow(line, tuple(cells[: len(headings)]))


def _ragged(cells: list[str], headings: tuple[str, ...]) -> str:
    return (
        f"The row has {len(cells)} cells and there are {len(headings)} headings, so it is not "
        "certain which value belongs where"
    )
