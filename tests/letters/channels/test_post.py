"""Print packs: whole sheets, posting order, and a manifest that runs nothing."""

import csv
import io

import pikepdf
import pytest

from letters.channels import post


def letter(reference: str, pages: int, **fields) -> post.Sealed:
    pdf = pikepdf.new()
    for _ in range(pages):
        pdf.add_blank_page(page_size=(612, 792))
    content = io.BytesIO()
    pdf.save(content)
    return post.Sealed(
        **{
            "reference": reference,
            "postal_lines": ("Dr. Robin Example", "Example University"),
            "pages": pages,
            "sha256": "0" * 64,
            "pdf": content.getvalue(),
            **fields,
        }
    )


def pack(letters) -> tuple[bytes, post.Pack]:
    pdf = io.BytesIO()
    made = post.pack(letters, pdf)
    return pdf.getvalue(), made


def test_each_letter_begins_on_a_sheet_of_its_own():
    pdf, made = pack([letter("A", 1), letter("B", 2), letter("C", 3)])
    with pikepdf.open(io.BytesIO(pdf)) as pdf:
        assert len(pdf.pages) == 2 + 2 + 4
    assert made.sheets == 4


def test_the_manifest_is_in_the_order_of_the_pack():
    _, made = pack([letter("B", 1), letter("A", 3)])
    rows = list(csv.DictReader(io.StringIO(made.manifest.decode("utf-8-sig"))))
    assert [(row["sequence"], row["reference"], row["pages"], row["sheets"]) for row in rows] == [
        ("1", "B", "1", "1"),
        ("2", "A", "3", "2"),
    ]
    assert rows[0]["addressee"] == "Dr. Robin Example, Example University"


@pytest.mark.parametrize("name", ["=HYPERLINK(1)", "+1", "-1", "@x", "\t=1", ' "=1'])
def test_no_cell_of_the_manifest_is_a_formula(name):
    _, made = pack([letter("A", 1, postal_lines=(name,))])
    rows = list(csv.DictReader(io.StringIO(made.manifest.decode("utf-8-sig"))))
    assert rows[0]["addressee"] == f"'{name}"


def test_the_same_letters_make_the_same_pack():
    same = [letter("A", 1), letter("B", 2)]
    assert pack(same) == pack(same)


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("9407 1111 0552 0000 0000 02", "9407111105520000000002"),
        ("420 62701 9407111105520000000002", "9407111105520000000002"),
        ("re123456789us", "RE123456789US"),
    ],
)
def test_a_tracking_number_is_kept_without_spaces_and_zip(typed, number):
    assert post.tracking_number(typed).number == number


def test_a_wrong_check_digit_is_doubted_and_not_refused():
    assert not post.tracking_number("9407 1111 0552 0000 0000 02").doubt
    assert "check digit" in post.tracking_number("9407 1111 0552 0000 0000 03").doubt
    assert "length" in post.tracking_number("70200640").doubt


@pytest.mark.parametrize("typed", ["", "12", "=1+1", "9407;DROP", "x" * 41])
def test_text_that_cannot_be_a_number_is_refused(typed):
    with pytest.raises(post.NotATrackingNumber):
        post.tracking_number(typed)
