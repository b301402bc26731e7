"""Boxes of our own reading hold all that PDFium finds on page 1, and windows are judged by them."""

import re

import pytest

from letters.merge import envelope, pages, windows
from letters.merge.readback import own
from letters.pdf_frame import Unknown
from tests.letters.merge import specimens
from tests.letters.merge.readback.damage import changed
from tests.letters.merge.test_specimens import NAMES, set_once

IN_WINDOWS = ("one-window", "two-windows", "a4-window", "copy-in-window", "covered-in-window")


def holds_all(pdf: bytes) -> bool:
    boxes = own.boxes(pdf)
    return all(any(box.holds(mark.box) for box in boxes) for mark in pages.marks(pdf))


def profile_of(name: str) -> envelope.Profile:
    return envelope.PROFILES[specimens.specimens()[name].envelope]


def by_pdfium(pdf: bytes, profile: envelope.Profile) -> list[str]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(own, "boxes", unknown)
        return windows.problems(pdf, profile)


def unknown(pdf: bytes) -> list[envelope.Box]:
    raise Unknown("nothing is known")


# "languages" has accents that are drawn upon letters, which only PDFium reads.
@pytest.mark.parametrize("name", [name for name in NAMES if name != "languages"])
def test_all_that_pdfium_finds_on_a_specimen_is_in_a_box(name):
    assert holds_all(set_once(name).pdf)


@pytest.mark.parametrize("name", IN_WINDOWS)
def test_a_letter_that_fits_its_windows_is_judged_without_pdfium(name, monkeypatch):
    pdf = set_once(name).pdf
    monkeypatch.setattr(pages, "marks", lambda pdf: pytest.fail("PDFium was asked"))
    assert windows.problems(pdf, profile_of(name)) == []


@pytest.mark.parametrize("key", [key for key, one in envelope.PROFILES.items() if one.windows])
def test_a_letter_for_another_envelope_has_the_problems_that_pdfium_finds(key):
    pdf, profile = set_once("everything").pdf, envelope.PROFILES[key]
    found = windows.problems(pdf, profile)
    assert found and found == by_pdfium(pdf, profile)


# --- Faults of a press ---------------------------------------------------------------


def in_the_window(name: str) -> tuple[float, float]:
    """A place in CSS pixels that the window can show and does not always show."""
    profile = profile_of(name)
    assert profile.window
    seen = profile.seen(profile.window)
    return (seen.left + seen.right) / 2 * 96, (seen.bottom - 0.05) * 96


def with_text(drawing: bytes, x: float, y: float) -> bytes:
    """The last text of the page once more, at this place."""
    shown = re.findall(rb"BT\n(?:.*\n)*?ET\n", drawing)[-1]
    moved = re.sub(rb"(?<=1 0 0 -1 )\S+ \S+", b"%f %f" % (x, y), shown)
    return before_the_first_text(drawing, moved)


def with_drawing(drawn: bytes):
    def change(drawing: bytes, x: float, y: float) -> bytes:
        return before_the_first_text(
            drawing, drawn.replace(b"X", b"%f" % x).replace(b"Y", b"%f" % y)
        )

    return change


def before_the_first_text(drawing: bytes, more: bytes) -> bytes:
    return drawing.replace(b"BT\n", more + b"BT\n", 1)


FAULTS = {
    "text": with_text,
    "a filled box": with_drawing(b"X Y 9 2 re\nf*\n"),
    "a line": with_drawing(b"q\n2 w\nX Y m\n700 Y l\nS\nQ\n"),
    "a box in a moved state": with_drawing(
        b"q\n1 0 0 1 X Y cm\nq\n2 0 0 2 0 0 cm\n0 0 3 1 re\nf*\nQ\nQ\n"
    ),
    "many lines": with_drawing(b"q\n2 w\n" + b"X Y m\n300 Y l\n" * 9 + b"S\nQ\n"),
}


@pytest.mark.parametrize("name", ["one-window", "two-windows", "a4-window"])
@pytest.mark.parametrize("fault", FAULTS)
def test_what_stands_where_the_window_can_show_it_is_found_by_both(name, fault):
    x, y = in_the_window(name)
    pdf = changed(set_once(name).pdf, lambda drawing: FAULTS[fault](drawing, x, y), b" Tm\n")
    assert holds_all(pdf)
    found = windows.problems(pdf, profile_of(name))
    assert len(found) == 1 and "outside of the part that it always shows" in found[0]
    assert found == by_pdfium(pdf, profile_of(name))


@pytest.mark.parametrize("name", IN_WINDOWS)
def test_an_address_that_is_not_there_is_found_by_both(name):
    pdf, profile = set_once(name).pdf, profile_of(name)
    assert profile.address_zone
    zone = profile.address_zone.within(-0.1)

    def stands_outside(shown: re.Match[bytes]) -> bytes:
        at = envelope.Box(
            *(float(place) / 96 for place in (shown[1], shown[2], shown[1], shown[2]))
        )
        return b"" if zone.holds(at) else shown[0]

    text = re.compile(rb"BT\n1 0 0 -1 (\S+) (\S+) Tm\n(?:.*\n)*?ET\n")
    lost = changed(pdf, lambda drawing: text.sub(stands_outside, drawing), b" Tm\n")
    found = windows.problems(lost, profile)
    assert "The window for the address shows nothing." in found
    assert found == by_pdfium(lost, profile)


def test_a_line_of_unknown_width_is_left_to_pdfium():
    pdf = changed(
        set_once("one-window").pdf,
        lambda drawing: before_the_first_text(drawing, b"9 9 m\n99 9 l\nS\n"),
        b" Tm\n",
    )
    with pytest.raises(Unknown):
        own.boxes(pdf)
