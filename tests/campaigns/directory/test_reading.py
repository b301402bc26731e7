"""CSV: read for certain, or refused with the line and what to do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.directory.reading import MAX_COLUMNS, Unreadable, read

ROWS = "name,city\nUniversité Laval,Québec\nYale University,New Haven\n"


def cells(reading):
    return [row.cells for row in reading.rows]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_unicode_is_read_with_or_without_a_mark(encoding):
    reading = read(ROWS.encode(encoding))
    assert reading.headings == ("name", "city")
    assert cells(reading)[0] == ("Université Laval", "Québec")
    assert [row.line for row in reading.rows] == [2, 3]


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16-le", "utf-16-be"])
def test_an_encoding_that_is_chosen_is_used(encoding):
    assert cells(read(ROWS.encode(encoding), encoding=encoding))[0] == (
        "Université Laval",
        "Québec",
    )


def test_a_wrong_encoding_is_refused_with_the_line_and_what_to_do():
    with pytest.raises(Unreadable, match=r"Line 2: the byte 0xE9 .* Choose the encoding"):
        read(ROWS.encode("cp1252"))


def test_utf_8_read_as_windows_1252_is_refused_before_it_misspells_a_name():
    with pytest.raises(Unreadable, match="Line 2 would be misspelt"):
        read(ROWS.encode(), encoding="cp1252")


def test_utf_16_without_a_mark_is_named():
    with pytest.raises(Unreadable, match="UTF-16 without a mark"):
        read(ROWS.encode("utf-16-le"))


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"%PDF-1.7\n1 0 obj", "a PDF"),
        (b"\r\n%PDF-1.7", "a PDF"),
        (b"\x89PNG\r\n\x1a\n", "a PNG picture"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "a JPEG picture"),
        (b"RIFF\x24\0\0\0WEBPVP8 ", "a WebP picture"),
        (b"{\\rtf1 name}", "a text document"),
        (bytes(range(256)) * 4, "a binary file"),
    ],
)
def test_a_file_that_is_no_text_is_named_for_what_it_is(content, kind):
    with pytest.raises(Unreadable, match=f"This is {kind}.*not a table") as refused:
        read(content)
    assert "Windows-1252" not in str(refused.value)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("name", ["Université", "Київський університет", "Łódź"])
def test_utf_16_is_never_taken_for_a_binary_file(encoding, name):
    content = f"name,city\n{name},{name}\n".encode(encoding)
    assert cells(read(content, encoding=encoding)) == [(name, name)]
    with pytest.raises(Unreadable) as refused:
        read(content)
    assert "binary" not in str(refused.value)


def test_an_encoding_that_the_mark_contradicts_is_refused():
    with pytest.raises(Unreadable, match="begins with a mark"):
        read(ROWS.encode("utf-16"), encoding="cp1252")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(delimiter):
    content = delimiter.join(["name", "city", "zip"]) + "\n" + delimiter.join(["A, B", "C", "1"])
    content = content if delimiter != "," else 'name,city,zip\n"A, B",C,1'
    reading = read(content.encode())
    assert reading.delimiter == delimiter
    assert cells(reading) == [("A, B", "C", "1")]


def test_one_column_needs_no_delimiter():
    assert cells(read(b"name\nYale\n")) == [("Yale",)]


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ('name,city\nA,B\n"Open College,B\nC,D\nE,F\n', 3),
        ('name,city\n"A" College,B\n', 2),
        ('name,city\nA,B\nFoo 12" College,B\n', 3),
        ('name,city\n"A,B\nC,"D"\nE,F\n', 2),
    ],
)
def test_quotes_that_do_not_balance_refuse_the_file_with_the_line(content, line):
    with pytest.raises(Unreadable, match=f"begins on line {line}"):
        read(content.encode())


def test_a_quote_that_swallows_many_lines_is_refused():
    lines = "".join(f"College {number},City\n" for number in range(50))
    with pytest.raises(Unreadable, match="begins on line 2"):
        read(f'name,city\n"A,B\n{lines}C,D"\n'.encode())


def test_balanced_quotes_are_read_as_typed():
    content = 'name,city\n"Foo ""Bar"" College","A,\nB"\nThe "Bar" College,C\n'
    assert cells(read(content.encode())) == [
        ('Foo "Bar" College', "A,\nB"),
        ('The "Bar" College', "C"),
    ]


def test_two_columns_of_one_name_are_refused_with_their_places():
    with pytest.raises(Unreadable, match=r"named “Name” \(columns 1 and 3\)"):
        read(b"Name,city,name \nA,B,C\n")


def test_a_heading_that_is_missing_gets_its_number():
    assert read(b"name,,city\nA,B,C\n").headings == ("name", "(column 2)", "city")


def test_blank_rows_are_kept_and_known():
    reading = read(b"\nname,city\nA,B\n\n , \nC,D\n")
    assert [(row.line, row.is_blank) for row in reading.rows] == [
        (1, True),
        (3, False),
        (4, True),
        (5, True),
        (6, False),
    ]


@pytest.mark.parametrize("row", ["A,B,C", "A"])
def test_a_row_with_too_many_or_too_few_cells_is_refused_alone(row):
    reading = read(f"name,city\n{row}\nC,D\n".encode())
    assert "cells and there are 2 headings" in reading.rows[0].refusal
    assert not reading.rows[1].refusal


def test_empty_cells_beyond_the_headings_do_no_harm():
    assert cells(read(b"name,city\nA,B,,\n")) == [("A", "B")]


@pytest.mark.parametrize(
    "content", [b"", b"\n\n", b"%PDF-1.7", b"\xd0\xcf\x11\xe0\xa1", b"\x89PNG\r\n"]
)
def test_what_is_not_a_table_is_refused(content):
    with pytest.raises(Unreadable):
        read(content)


def test_more_columns_than_any_directory_has_are_refused():
    with pytest.raises(Unreadable, match=f"at most {MAX_COLUMNS}"):
        read(",".join(f"c{number}" for number in range(MAX_COLUMNS + 1)).encode())


@pytest.mark.parametrize(
    ("content", "options", "reason"),
    [
        (b"na\x00me,city\nA,B\n", {}, "Line 1 has a heading that cannot be used"),
        ("na\u202eme\nA\n".encode(), {}, "Line 1 has a heading that cannot be used"),
        (b"name\nA\n", {"delimiter": "ab"}, "not a delimiter"),
        (b"name\nA\n", {"encoding": "rot13"}, "not an encoding"),
        (b"\n" * 600_000 + b"name", {}, "more than"),
        (b"name\n" + b"A\n" * 50_001, {}, "more than 50,000 rows"),
    ],
)
def test_what_no_person_would_send_is_refused_too(content, options, reason):
    with pytest.raises(Unreadable, match=reason):
        read(content, **options)


def test_a_cell_that_is_too_long_is_refused():
    with pytest.raises(Unreadable, match="longer than any cell"):
        read(b"name,city\n" + b"x" * 200_000 + b",B\n")


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(content):
    try:
        reading = read(content)
    except Unreadable as unreadable:
        assert str(unreadable)
    else:
        assert reading.headings


@given(
    st.lists(
        st.lists(st.text(st.characters(codec="utf-8"), max_size=12), min_size=3, max_size=3),
        max_size=12,
    )
)
def test_whatever_a_csv_writer_wrote_comes_back_row_by_row(table):
    import csv
    import io

    stream = io.StringIO()
    writer = csv.writer(stream, quoting=csv.QUOTE_ALL)
    writer.writerow(["name", "city", "zip"])
    writer.writerows(table)
    reading = read(stream.getvalue().encode(), delimiter=",")
    assert [row.cells for row in reading.rows] == [tuple(row) for row in table]


@given(st.text(st.sampled_from('ab",;|\t\n\r \x00\u202e'), max_size=120))
def test_no_row_of_a_damaged_file_is_lost(body):
    """Rows in are rows accounted for: each line belongs to a row, or the file is refused."""
    try:
        reading = read(b"name,city\n" + body.encode())
    except Unreadable:
        return
    lines = [row.line for row in reading.rows]
    assert lines == sorted(set(lines))
    typed = [char for char in body if char not in '",;|\t\n\r ']
    kept = [
        char
        for row in reading.rows
        for cell in row.cells
        for char in cell
        if char not in '",;|\t\n\r '
    ]
    assert kept == typed
