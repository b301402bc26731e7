"""Envelopes to print: who wrote under which reference, and to whom."""

import io

import page as validator
import pikepdf
import pytest

from letters.merge import envelope, pages, press
from letters.merge.envelopes import Piece
from tests.letters.merge import specimens

SENDER = ("Sample Organisation", "Ref. CNF-2026-0137-B", "48 Orchard Landing", "Springfield, IL")
LONG = (
    "Dr. Maria-Theresa Featherstonehaugh-Cholmondeley, M.D., Ph.D., F.A.C.P.",
    "President",
    specimens.LONG_NAME,
    "1200 College Street",
    "Springfield, IL 62701",
)
SHORT = ("Office of the President", "Example University", "P.O. Box 7", "Springfield, IL 62701")


@pytest.mark.parametrize("key", ["10", "dl"])
def test_each_envelope_is_a_page_of_its_size_in_the_order_given(key):
    size = envelope.PROFILES[key].envelope
    made = press.print_envelopes(
        [Piece(SENDER, SHORT), Piece(SENDER, LONG), Piece(SENDER, SHORT)], size, "noto-serif"
    )
    assert made.pages == 3
    with pikepdf.open(io.BytesIO(made.pdf)) as pdf:
        for printed in pdf.pages:
            assert [float(side) / 72 for side in printed.mediabox[2:]] == pytest.approx(
                size, abs=0.001
            )
    text = pages.text(made.pdf).split("\f")
    assert ["Featherstonehaugh" in each for each in text] == [False, True, False]
    assert all("Ref. CNF-2026-0137-B" in each for each in text)
    assert not any("Page" in each for each in text)
    assert validator.validate_pdf_bytes(made.pdf, profile="ua1").is_compliant


@pytest.mark.parametrize("key", ["10", "dl"])
@pytest.mark.parametrize("lines", [SHORT, LONG])
def test_postage_and_bar_code_have_their_room(key, lines):
    width, height = envelope.PROFILES[key].envelope
    made = press.print_envelopes(
        [Piece(SENDER, lines)], envelope.PROFILES[key].envelope, "noto-serif"
    )
    marks = pages.marks(made.pdf)
    assert all(mark.box.bottom < height - 0.625 for mark in marks)
    assert not [mark for mark in marks if mark.box.right > width - 3 and mark.box.top < 1.4]
    address = [mark for mark in marks if mark.box.top > 1.7]
    assert min(mark.box.left for mark in address) > width * 0.42


EIGHT = (
    "Dr. Maria-Theresa Featherstonehaugh-Cholmondeley, M.D., Ph.D., F.A.C.P., F.A.A.N., Esq.",
    "President and Chief Executive Officer, Professor of Neurology and Dean of the Faculty",
    "Office of the President, Department of Institutional Affairs and Communications",
    specimens.LONG_NAME,
    "Main Administration Building, Third Floor, Suite 300, opposite the Memorial Library",
    "1200 College Street",
    "Springfield, IL 62701",
    "UNITED STATES OF AMERICA",
)


@pytest.mark.parametrize("key", ["10", "dl"])
def test_an_address_of_eight_long_lines_shifts_no_other_envelope(key):
    size = envelope.PROFILES[key].envelope
    made = press.print_envelopes(
        [Piece(SENDER, SHORT), Piece(SENDER, EIGHT), Piece(SENDER, SHORT)], size, "noto-serif"
    )
    text = pages.text(made.pdf).split("\f")
    assert ["Featherstonehaugh" in each for each in text] == [False, True, False]
    assert "UNITED STATES OF AMERICA" in text[1]
    assert all(mark.box.bottom < size[1] - 0.625 for mark in pages.marks(made.pdf, 2))


def test_an_address_that_fits_on_no_envelope_is_refused_by_name():
    other = ("Sample Organisation", "Ref. CNF-2026-0200-X", *SENDER[2:])
    given = [Piece(SENDER, SHORT)] * 3 + [Piece(other, EIGHT * 2), Piece(SENDER, SHORT)]
    with pytest.raises(press.RenderRefused, match=r"Featherstone.*CNF-2026-0200-X") as refused:
        press.print_envelopes(given, (9.5, 4.125), "noto-serif")
    assert "0137" not in str(refused.value)


def test_a_hundred_envelopes_are_made_though_no_letter_has_as_many_pages():
    size = envelope.PROFILES["10"].envelope
    assert press.print_envelopes([Piece(SENDER, SHORT)] * 100, size, "noto-serif").pages == 100


def test_an_address_without_a_glyph_is_refused_by_name():
    with pytest.raises(press.RenderRefused, match="U\\+6F22"):
        press.print_envelopes([Piece(SENDER, ("漢",))], (9.5, 4.125), "noto-serif")
