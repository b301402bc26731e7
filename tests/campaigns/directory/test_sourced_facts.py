"""A file of sourced facts: its columns, its rows, and why a row cannot be read."""

import datetime

import pytest

from campaigns.directory import sourced_facts
from campaigns.directory.reading import Unreadable
from campaigns.directory.sourced_facts import Particulars, as_text, rows

HEAD = "Institution,Program,Quotation,Source,Seen on,Exhibit\n"


def one(line: str):
    (row,) = rows((HEAD + line).encode())
    return row


def test_a_row_says_of_whom_what_where_and_when():
    row = one('Alpha,Fellowship,"Only for some, it says.",https://a.example/x,2026-11-02,A')
    assert (row.line, row.institution, row.refusal) == (2, "Alpha", "")
    assert row.particulars == Particulars(
        "Fellowship",
        "Only for some, it says.",
        "https://a.example/x",
        datetime.date(2026, 11, 2),
        "A",
    )


def test_columns_go_by_other_names_and_orders():
    content = "url,UNITID,Date seen,Quote\nhttps://x.example,000123,11/2/2026,Words.\n"
    (row,) = rows(content.encode())
    assert row.identifier == "000123"
    assert row.particulars.seen_on == datetime.date(2026, 11, 2)
    assert row.particulars.programme == ""


@pytest.mark.parametrize("typed", ["2026-11-02", "11/02/2026", "November 2, 2026", "Nov 2, 2026"])
def test_a_day_is_read_as_americans_and_machines_write_it(typed):
    assert sourced_facts.seen_on(typed) == datetime.date(2026, 11, 2)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("Alpha,,,https://x,2026-11-02,", "The quotation is empty."),
        ("Alpha,,Words,,2026-11-02,", "The source is empty."),
        ("Alpha,,Words,https://x,,", "The seen on is empty."),
        ("Alpha,,Words,https://x,02.11.2026,", "“02.11.2026” is no date"),
        ("Alpha,,Wo\u202erds,https://x,2026-11-02,", "Quotation: Character 3"),
        ("Alpha,,Words,https://x,2026-11-02," + "A" * 21, "Exhibit: The text has 21 characters"),
        ("Alpha,," + "x" * 2001 + ",https://x,2026-11-02,", "Quotation: The text has 2,001"),
    ],
)
def test_a_row_that_cannot_be_read_says_why(line, why):
    row = one(line)
    assert row.particulars is None
    assert row.refusal.startswith(why)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "empty"),
        (b"Institution,Quotation\nAlpha,x\n", "names no column “source”, “seen on”"),
        (b"Quotation,Source,Seen on\nx,y,2026-11-02\n", "names no column “institution”"),
        (HEAD.encode() + b'Alpha,,"never closed,x,2026-11-02,\nBeta,,x,y,2026-11-02,\n', "quot"),
        (b"\xff\xfe\x00", "."),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_as_a_whole(content, why):
    with pytest.raises(Unreadable, match=why):
        rows(content)


def test_blank_rows_are_nothing():
    assert rows((HEAD + ",,,,,\n").encode()) == []


def test_a_file_of_too_many_rows_is_refused(monkeypatch):
    monkeypatch.setattr(sourced_facts, "MOST_ROWS", 1)
    with pytest.raises(Unreadable, match="more than 1 rows"):
        rows((HEAD + "A,,x,y,2026-11-02,\n" * 2).encode())


def test_a_file_can_be_held_as_text_and_read_again():
    content = (HEAD + 'Alpha,,"Two\nlines, one comma",https://x,2026-11-02,\n').encode("utf-16")
    assert rows(as_text(content).encode()) == rows(content)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("“Only for some.”", "Only for some."),
        ('"Only for some."', "Only for some."),
        ("“A” and “B”", "“A” and “B”"),
        ('They say "some" only.', 'They say "some" only.'),
    ],
)
def test_quotation_marks_around_all_of_it_are_not_doubled(typed, kept):
    said = sourced_facts.Particulars("", typed, "Its page", datetime.date(2026, 11, 2))
    assert said.quotation == kept
