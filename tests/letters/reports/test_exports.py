"""A spreadsheet opens an export without running anything, and reads every name right."""

import csv
import datetime
import hashlib
import io

import pytest
from openpyxl import load_workbook

from letters.reports import exports
from letters.reports.exports import FORMULA_STARTS, Format, harmless, write

HOSTILE = ['=HYPERLINK("http://x","y")', "+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "  =1", "'=1"]


@pytest.mark.parametrize("text", [*HOSTILE, *FORMULA_STARTS])
def test_text_that_a_spreadsheet_would_run_is_prefixed(text):
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "Auburn University", "A = B", "St. Mary's", "Université"])
def test_other_text_is_left_as_it_is(text):
    assert harmless(text) == text


def test_a_csv_says_that_it_is_utf8_and_quotes_by_rfc_4180():
    exported = write(["Name", "Days"], [['Ñandú, "Inc."', -3], ["=1+1", None]], Format.CSV)
    with exported.file as file:
        raw = file.read()
    assert raw.startswith(b"\xef\xbb\xbf")
    assert b"\r\n" in raw
    rows = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline="")))
    assert rows == [["Name", "Days"], ['Ñandú, "Inc."', "-3"], ["'=1+1", ""]]
    assert (exported.rows, exported.sha256) == (2, hashlib.sha256(raw).hexdigest())


def test_an_xlsx_holds_strings_where_a_formula_could_be():
    day = datetime.date(2026, 11, 22)
    exported = write(["=Name", "Days", "On"], [[text, 4, day] for text in HOSTILE], Format.XLSX)
    with exported.file as file:
        sheet = load_workbook(io.BytesIO(file.read())).active
    cells = list(sheet.iter_rows())
    assert {row[0].data_type for row in cells} == {"s"}
    assert [row[0].value for row in cells[1:3]] == ["'" + HOSTILE[0], "'+1"]
    assert (cells[1][1].value, cells[1][2].value) == (4, "2026-11-22")
    assert exported.rows == len(HOSTILE)


@pytest.mark.parametrize("form", Format)
def test_a_large_file_waits_on_disk_and_is_the_same_file(form, monkeypatch):
    lines = [[f"University {number}", number] for number in range(500)]
    kept = write(["Name", "Number"], lines, form)
    monkeypatch.setattr(exports, "MOST_IN_MEMORY", 1024)
    large = write(["Name", "Number"], iter(lines), form)
    with kept.file, large.file:
        assert isinstance(kept.file, io.BytesIO)
        assert not isinstance(large.file, io.BytesIO)
        raw = large.file.read()
    assert (large.rows, large.sha256) == (500, hashlib.sha256(raw).hexdigest())
    if form is Format.CSV:
        assert large.sha256 == kept.sha256
    else:
        sheet = load_workbook(io.BytesIO(raw)).active
        assert (sheet.max_row, sheet.cell(501, 2).value) == (501, 499)


def test_a_row_that_fails_leaves_no_file_open():
    def rows():
        yield ["University 1"]
        raise RuntimeError

    with pytest.raises(RuntimeError):  # an open file would warn, which is an error here
        write(["Name"], rows(), Format.CSV)
