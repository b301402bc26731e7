"""XLSX: bounded before it is opened; formulas and far cells are refused by address."""

import datetime
import io
import time
import zipfile

import openpyxl
import pytest

from campaigns.directory.reading import MAX_ROWS, Unreadable, read


def workbook(rows, **sheets):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for title, other in sheets.items():
        sheet = book.create_sheet(title)
        for row in other:
            sheet.append(row)
    return saved(book)


def saved(book):
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def with_sheet_xml(xml):
    """A workbook whose sheet is replaced by `xml`, as no program would write it."""
    source = io.BytesIO(workbook([["name"], ["A"]]))
    target = io.BytesIO()
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            is_sheet = part.filename == "xl/worksheets/sheet1.xml"
            new.writestr(part.filename, xml if is_sheet else old.read(part))
    return target.getvalue()


SHEET = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    "<sheetData>{}</sheetData></worksheet>"
)


def test_a_table_is_read_as_its_cells_show():
    book = openpyxl.Workbook()
    book.active.append(["name", "zip", "ein", "on", "yes"])
    book.active.append(["Yale", 6520, 60646973.0, datetime.date(2026, 1, 2), True])
    book.active["B2"].number_format = "00000"
    reading = read(saved(book))
    assert reading.headings == ("name", "zip", "ein", "on", "yes")
    assert reading.rows[0].cells == ("Yale", "06520", "60646973", "2026-01-02", "yes")
    assert reading.rows[0].line == 2


def test_a_formula_is_refused_by_its_cell_and_its_old_value_is_not_read():
    reading = read(workbook([["name", "city"], ['=CONCATENATE("A","B")', "C"], ["D", "E"]]))
    assert "Cell A2 holds a formula" in reading.rows[0].faults[0]
    assert reading.rows[0].cells == ("", "C")
    assert not reading.rows[1].faults


def test_a_formula_among_the_headings_refuses_the_file():
    with pytest.raises(Unreadable, match="Cell B1 holds a formula"):
        read(workbook([["name", "=A1"], ["A", "B"]]))


def test_an_error_value_is_refused_by_its_cell():
    book = openpyxl.Workbook()
    book.active.append(["name"])
    book.active.append(["#N/A"])
    book.active["A2"].data_type = "e"
    assert "A2 holds the error #N/A" in read(saved(book)).rows[0].faults[0]


def test_a_sheet_is_chosen_by_name():
    content = workbook([["name"], ["A"]], Other=[["title"], ["B"]])
    assert read(content).sheets == ("Sheet", "Other")
    assert read(content, sheet="Other").rows[0].cells == ("B",)
    with pytest.raises(Unreadable, match="no sheet named"):
        read(content, sheet="Missing")


def test_blank_rows_between_are_kept_and_those_at_the_end_are_not():
    book = openpyxl.Workbook()
    book.active["A1"], book.active["A4"] = "name", "A"
    book.active["A9"] = ""
    reading = read(saved(book))
    assert [(row.line, row.is_blank) for row in reading.rows] == [(2, True), (3, True), (4, False)]


def test_values_to_the_right_of_the_headings_refuse_the_row():
    reading = read(workbook([["name"], ["A", "stray"]]))
    assert "to the right of the 1 headings" in reading.rows[0].refusal


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ('<row r="1048576"><c r="A1048576"><v>1</v></c></row>', "reaches to row 1,048,576"),
        ("<row r='1048576'><c r='A1048576'><v>1</v></c></row>", "reaches to row 1,048,576"),
        ('<row r="99999999999999"/>', "reaches to row"),
        ('<row r="&#49;048576"/>', "reaches to row"),
        ('<row r="1"><c r="XFD1"><v>1</v></c></row>', "reaches to column XFD"),
        ("<row/>" * (MAX_ROWS + 2), "reaches to row"),
    ],
)
def test_a_sheet_with_far_more_cells_than_rows_is_refused_at_once(rows, reason):
    began = time.monotonic()
    with pytest.raises(Unreadable, match=reason):
        read(with_sheet_xml(SHEET.format(rows)))
    assert time.monotonic() - began < 2


def test_a_sheet_in_an_encoding_that_hides_from_the_measure_is_refused():
    with pytest.raises(Unreadable, match="not written in UTF-8"):
        read(with_sheet_xml(SHEET.format('<row r="1048576"/>').encode("utf-16")))


def test_a_bomb_is_refused_by_what_it_would_unpack_to():
    began = time.monotonic()
    with pytest.raises(Unreadable, match="unpacks to"):
        read(with_sheet_xml(SHEET.format(" " * 130 * 1024 * 1024)))
    assert time.monotonic() - began < 2


def test_an_entity_bomb_is_refused():
    bomb = (
        '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
        + SHEET.format('<row r="1"><c r="A1" t="str"><v>&b;</v></c></row>')
    )
    with pytest.raises(Unreadable, match="damaged"):
        read(with_sheet_xml(bomb))


@pytest.mark.parametrize(
    "content",
    [b"PK\x03\x04", b"PK\x03\x04" + b"\0" * 300, workbook([["name"], ["A"]])[:-40]],
)
def test_a_damaged_workbook_is_refused(content):
    with pytest.raises(Unreadable, match="damaged"):
        read(content)


def test_an_empty_sheet_is_refused():
    with pytest.raises(Unreadable, match="is empty"):
        read(workbook([]))


def test_a_zip_that_is_no_workbook_is_refused():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("hello.txt", "hello")
    with pytest.raises(Unreadable, match="not an Excel workbook"):
        read(stream.getvalue())
