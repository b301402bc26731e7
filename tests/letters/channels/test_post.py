"""Print packs: whole sheets, posting order, and a manifest that runs nothing."""

import csv
import io
import random

import pikepdf
import pytest

from letters.channels import post
from letters.merge import pages


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


def test_each_letter_begins_on_a_sheet_of_its_own():
    made = post.pack([letter("A", 1), letter("B", 2), letter("C", 3)])
    with pikepdf.open(io.BytesIO(made.pdf)) as pdf:
        assert len(pdf.pages) == 2 + 2 + 4
    assert made.sheets == 4


def test_the_manifest_is_in_the_order_of_the_pack():
    made = post.pack([letter("B", 1), letter("A", 3)])
    rows = list(csv.DictReader(io.StringIO(made.manifest.decode("utf-8-sig"))))
    assert [(row["sequence"], row["reference"], row["pages"], row["sheets"]) for row in rows] == [
        ("1", "B", "1", "1"),
        ("2", "A", "3", "2"),
    ]
    assert rows[0]["addressee"] == "Dr. Robin Example, Example University"


@pytest.mark.parametrize("name", ["=HYPERLINK(1)", "+1", "-1", "@x", "\t=1", ' "=1'])
def test_no_cell_of_the_manifest_is_a_formula(name):
    made = post.pack([letter("A", 1, postal_lines=(name,))])
    rows = list(csv.DictReader(io.StringIO(made.manifest.decode("utf-8-sig"))))
    assert rows[0]["addressee"] == f"'{name}"


def test_the_same_letters_make_the_same_pack():
    same = [letter("A", 1), letter("B", 2)]
    assert post.pack(same) == post.pack(same)


def with_picture(noise: bytes, *, before: int = 0) -> bytes:
    """A page that is one picture seen through a mask, with so many objects before it."""
    pdf = pikepdf.new()
    others = [pdf.make_indirect(pikepdf.Dictionary(Number=one)) for one in range(before)]
    pdf.Root.Others = pikepdf.Array(others)
    pdf.add_blank_page(page_size=(612, 792))
    kind = {"Type": pikepdf.Name.XObject, "Subtype": pikepdf.Name.Image, "BitsPerComponent": 8}
    size = {"Width": 256, "Height": 256, "ColorSpace": pikepdf.Name.DeviceGray}
    mask = pdf.make_stream(bytes(range(256)) * 256, **kind, **size)
    picture = pdf.make_stream(noise, **kind, **size, SMask=mask)
    page = pdf.pages[0]
    page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(P=picture))
    page.Contents = pdf.make_stream(b"q 600 0 0 780 6 6 cm /P Do Q")
    kept = io.BytesIO()
    pdf.save(kept)
    return kept.getvalue()


def test_what_many_letters_show_is_in_the_pack_once():
    noise = [random.Random(seed).randbytes(256 * 256) for seed in (1, 2)]
    given = [with_picture(noise[index % 2], before=index) for index in range(20)]
    made = post.pack(letter(str(index), 2, pdf=pdf) for index, pdf in enumerate(given))
    assert len(made.pdf) < 4 * 256 * 256
    assert b"Countersign" not in made.pdf
    for number, pdf in enumerate(given, start=1):
        assert pages.page_png(made.pdf, number) == pages.page_png(pdf, 1)


def test_letters_with_large_exhibits_are_not_all_held_in_memory():
    pdf = with_picture(random.Random(1).randbytes(1_000_000))
    seen: set[str] = set()
    sizes = [len(post._without_pictures(pdf, seen)) for _ in range(3)]
    assert sizes[0] > 1_000_000
    assert max(sizes[1:]) < 5_000


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
