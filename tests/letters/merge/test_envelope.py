"""Envelopes: geometry as makers publish it, addresses that fit, and pages that were measured."""

import io
from dataclasses import replace

import pikepdf
import pytest
from PIL import Image

from letters.merge import envelope, pages, press, proof, windows
from letters.merge.envelope import PROFILES, Box, address_problems, in_window
from letters.merge.press import RenderRefused
from letters.models import Letterhead
from tests.factories import make_pdf
from tests.letters.merge import specimens

WINDOWED = [key for key, profile in PROFILES.items() if profile.window]
SIX_LINES = (
    "Dr. Robin Q. Example",
    "President",
    "School of Medicine",
    "Example University",
    "1200 College Street",
    "Springfield, IL 62701",
)


def addressed(key: str, lines: tuple[str, ...] = SIX_LINES[:2] + SIX_LINES[3:]):
    return specimens.letter(envelope=key, address_lines=lines, postal_lines=lines)


def rounded(box: Box) -> tuple[float, ...]:
    return tuple(round(side, 3) for side in (box.left, box.top, box.right, box.bottom))


# --- Where the windows are ---------------------------------------------------------------


def test_what_windows_show_is_what_their_makers_say():
    """With equal thirds these are the published boxes of both #10 windows."""
    single, double = PROFILES["10-single"], PROFILES["10-double"]
    thirds = {"folds": (11 / 3, 22 / 3)}
    single, double = replace(single, **thirds), replace(double, **thirds)
    assert rounded(single.safe(single.window)) == (0.875, 2.5, 4.375, 3.167)
    assert rounded(double.safe(double.window)) == (0.625, 2.125, 3.625, 2.667)
    assert rounded(double.safe(double.sender_window)) == (0.625, 0.875, 2.875, 1.292)


def test_a_higher_fold_leaves_room_for_four_lines_in_the_double_window():
    zone = PROFILES["10-double"].address_zone
    assert rounded(zone) == (0.75, 2.25, 3.5, 2.775)


@pytest.mark.parametrize("key", WINDOWED)
def test_the_lines_of_an_address_fit_the_zone_that_is_always_shown(key):
    profile = PROFILES[key]
    zone, block = profile.address_zone, profile.block
    assert block.most_lines * block.leading <= zone.height * envelope.POINTS
    assert block.size >= 8  # the post reads nothing smaller
    for position in profile.positions(profile.window):
        assert position.within(envelope.CLEARANCE - 1e-9).holds(zone)


@pytest.mark.parametrize("key", PROFILES)
def test_a_folded_letter_goes_into_its_envelope(key):
    profile = PROFILES[key]
    first, second = profile.folds
    panels = (first, second - first, profile.paper.height - second)
    wide, high = profile.envelope
    assert max(panels) <= high
    assert profile.paper.width <= wide


def test_every_envelope_can_be_chosen_for_a_letterhead():
    assert set(Letterhead.Envelope.values) == set(PROFILES)


# --- Addresses that fit, and that do not -------------------------------------------------


def test_a_six_line_address_is_right_without_a_window_and_not_in_a_number_10_window():
    for key in ("10", "dl"):
        assert address_problems(SIX_LINES, PROFILES[key], "noto-serif") == []
    (problem,) = address_problems(SIX_LINES, PROFILES["10-single"], "noto-serif")
    assert problem.startswith("The address takes 6 lines; the window of the envelope shows 5.")
    (problem,) = address_problems(SIX_LINES, PROFILES["10-double"], "noto-serif")
    assert problem.startswith("The address takes 5 lines; the window of the envelope shows 4.")


def test_a_dl_window_shows_six_lines_and_no_seventh():
    assert address_problems(SIX_LINES, PROFILES["dl-single"], "noto-serif") == []
    seven = (*SIX_LINES, "UNITED STATES")
    assert address_problems(seven, PROFILES["dl-single"], "noto-serif")


def test_name_and_title_share_a_line_where_the_window_is_low():
    five = SIX_LINES[:2] + SIX_LINES[3:]
    assert in_window(five, PROFILES["10-double"], "noto-serif")[0] == (
        "Dr. Robin Q. Example, President"
    )
    assert in_window(five, PROFILES["10-single"], "noto-serif") == list(five)


def test_a_long_line_goes_on_in_a_second_one_and_counts_as_two():
    lines = ("President", specimens.LONG_NAME, "1200 College Street", "Springfield, IL 62701")
    broken = in_window(lines, PROFILES["10-single"], "noto-serif")
    assert len(broken) > 5
    assert " ".join(broken) == " ".join(lines)
    assert "takes" in address_problems(lines, PROFILES["10-single"], "noto-serif")[0]


def test_a_word_that_is_wider_than_the_window_is_named():
    problems = address_problems(("W" * 40, "x"), PROFILES["10-double"], "noto-serif")
    assert problems == [f"“{'W' * 40}” is wider than the window of the envelope."]


def test_a_return_address_that_does_not_fit_is_refused():
    letter = addressed("10-double", SIX_LINES[3:])
    long = replace(letter.letterhead, address_lines=("Suite 1", "Floor 2", "3 Street", "A", "B"))
    with pytest.raises(RenderRefused, match="return address with our reference takes 7 lines"):
        press.render(replace(letter, letterhead=long))


@pytest.mark.parametrize("key", ["10-single", "10-double"])
def test_a_letter_whose_address_no_window_shows_is_not_made(key):
    with pytest.raises(RenderRefused, match="The address takes"):
        press.render(addressed(key, SIX_LINES))


@pytest.mark.parametrize("key", ["10", "dl", "dl-single"])
def test_a_six_line_address_is_printed_where_there_is_room(key):
    text = pages.text(press.render(addressed(key, SIX_LINES)).pdf)
    assert "\n".join(SIX_LINES) in text


# --- The page that was set ---------------------------------------------------------------

UPRIGHT = ("Ẫnh Żółć Šťastný", "Þórður Ægisson", "Gymnázium Příklad", "Jęczyńska 5", "Qj 62701")


@pytest.mark.parametrize("key", WINDOWED)
@pytest.mark.parametrize("typeface", ["noto-serif", "liberation-serif"])
def test_every_line_of_the_address_shows_in_every_position_of_the_letter(key, typeface):
    profile = PROFILES[key]
    lines = envelope.sample_lines(profile, typeface)
    letter = replace(addressed(key, tuple(lines)), typeface=typeface)
    found = [mark for mark in pages.marks(press.render(letter).pdf) if mark.text in lines]
    assert len(found) == profile.block.most_lines
    for position in profile.positions(profile.window):
        assert all(position.within(0.11).holds(mark.box) for mark in found)


@pytest.mark.parametrize("key", WINDOWED)
def test_names_with_accents_stay_in_the_zone(key):
    lines = UPRIGHT[: PROFILES[key].block.most_lines]
    assert windows.problems(press.render(addressed(key, lines)).pdf, PROFILES[key]) == []


def test_a_letter_that_comes_back_names_itself_in_the_window():
    double, single = PROFILES["10-double"], PROFILES["10-single"]
    letter = addressed("10-double")
    marks = pages.marks(press.render(letter).pdf)
    (ours,) = [mark for mark in marks if mark.text == f"Ref. {letter.reference}"]
    assert all(at.holds(ours.box) for at in double.positions(double.sender_window))
    marks = pages.marks(press.render(addressed("10-single")).pdf)
    above = min(
        (mark for mark in marks if mark.text == letter.reference), key=lambda one: one.box.top
    )
    assert all(at.holds(above.box) for at in single.positions(single.window))


def test_a_letterhead_that_reaches_into_the_window_is_refused_by_its_words():
    letter = addressed("10-single")
    tall = replace(
        letter.letterhead, side_column=tuple(f"Counsel {number}" for number in range(14))
    )
    with pytest.raises(RenderRefused, match=r"“Counsel \d+” stands where the window"):
        press.render(replace(letter, letterhead=tall))


def test_an_empty_window_is_a_problem():
    assert windows.problems(make_pdf(), PROFILES["10-single"]) == [
        "The window for the address shows nothing."
    ]


def test_a_letter_without_a_window_is_not_measured():
    assert windows.problems(press.render(addressed("10")).pdf, PROFILES["10"]) == []


def test_the_copy_of_a_letter_shows_where_it_is_posted_and_still_names_its_addressee():
    letter = specimens.specimens()["copy-in-window"]
    said = pages.text(press.render(letter).pdf)
    assert said.index("Jane Roe\nGeneral Counsel") < said.index("Copy for Jane Roe")
    assert said.index("Copy for Jane Roe") < said.index("Dr. Robin Q. Example\nPresident")


@pytest.mark.parametrize("key", PROFILES)
def test_a_page_has_the_size_of_its_paper(key):
    paper = PROFILES[key].paper
    with pikepdf.open(io.BytesIO(press.render(addressed(key)).pdf)) as pdf:
        for page in pdf.pages:
            size = [float(side) / 72 for side in page.mediabox[2:]]
            assert size == pytest.approx([paper.width, paper.height], abs=0.001)


@pytest.mark.parametrize("key", WINDOWED)
def test_the_overlay_shows_the_zone_and_marks_what_does_not_belong_there(key):
    profile = PROFILES[key]
    right = _colours(windows.overlay(proof.make(addressed(key)).pdf, profile))
    assert (70, 120, 200) in right
    assert (200, 30, 30) not in right
    wrong = windows.overlay(proof.make(addressed("10")).pdf, PROFILES["10-single"])
    assert (200, 30, 30) in _colours(wrong)


def _colours(png: bytes) -> set[tuple[int, ...]]:
    picture = Image.open(io.BytesIO(png))
    return {colour for _, colour in picture.getcolors(maxcolors=10_000_000)}


# --- The calibration sheet ---------------------------------------------------------------


@pytest.mark.parametrize("key", PROFILES)
def test_the_calibration_sheet_says_where_to_fold_on_its_own_paper(key):
    profile = PROFILES[key]
    sheet = press.calibration_sheet(profile)
    assert sheet.pages == 1
    text = pages.text(sheet.pdf)
    for fold in profile.folds:
        assert f"{fold:.2f} in" in text
    folds = [
        mark.box.top
        for mark in pages.marks(sheet.pdf)
        if mark.box.width > profile.paper.width - 0.1
    ]
    assert folds == pytest.approx(profile.folds, abs=0.02)


@pytest.mark.parametrize("key", WINDOWED)
def test_the_calibration_sheet_prints_the_largest_address_of_the_window(key):
    profile = PROFILES[key]
    sheet = press.calibration_sheet(profile)
    found = [mark for mark in pages.marks(sheet.pdf) if " as wide as a line" in mark.text]
    assert len(found) == profile.block.most_lines
    assert all(profile.safe(profile.window).holds(mark.box) for mark in found)
    assert max(mark.box.width for mark in found) > profile.address_zone.width * 0.85
