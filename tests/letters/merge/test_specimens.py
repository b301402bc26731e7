"""Golden letters: text, page count and picture of the hard cases, and where pages may break.

They change only on purpose. After changing the layout, look at the pages, then write the
new ones with `WRITE_GOLDEN=1 pytest tests/letters/merge/test_specimens.py`. Of each picture
only a hash is kept; where one differs, the pages as they are now are left to be looked at.
"""

import contextlib
import hashlib
import os
from dataclasses import replace
from pathlib import Path

import pypdfium2 as pdfium
import pytest

from letters.merge import pages, press
from tests.letters.merge import specimens

GOLDEN = Path(__file__).parent / "golden"
NAMES = (
    "a4",
    "a4-window",
    "annexed",
    "copy-in-window",
    "covered",
    "covered-a4-two-addresses",
    "covered-in-window",
    "everything",
    "facts",
    "foreign",
    "form-alone",
    "hostile-value",
    "languages",
    "liberation",
    "lists",
    "long-name",
    "long-name-twelve-demands",
    "modified-block",
    "near-the-edge",
    "no-contact",
    "one-window",
    "plain",
    "private",
    "semi-block",
    "short",
    "three-signers",
    "three-signers-near-the-edge",
    "twelve-demands",
    "two-line-title",
    "two-windows",
)
CLOSING = "Sincerely,"


def printed(rendered: press.Rendered) -> str:
    text = pages.text(rendered.pdf)
    lines = [line.rstrip() for line in text.replace("\f", "\n--- page ---\n").split("\n")]
    return f"{rendered.pages} pages\n\n" + "\n".join(lines).strip() + "\n"


def set_once(name: str) -> press.Rendered:
    """Each specimen is set once for all the tests that look at it."""
    if name not in _set:
        _set[name] = press.render(specimens.specimens()[name])
    return _set[name]


_set: dict[str, press.Rendered] = {}


def pictured(pdf: bytes) -> list[str]:
    """A hash of what each page shows at 100 dots per inch."""
    with contextlib.closing(pdfium.PdfDocument(pdf)) as document:
        return [_picture_hash(page) for page in document]


def _picture_hash(page: pdfium.PdfPage) -> str:
    with contextlib.closing(page):
        bitmap = page.render(scale=100 / 72, grayscale=True)
        picture = bitmap.to_pil()
        shown = f"{picture.size} {picture.mode}".encode() + picture.tobytes()
        bitmap.close()
    return hashlib.sha256(shown).hexdigest()[:32]


@pytest.mark.parametrize("name", NAMES)
def test_a_golden_letter_prints_as_before(name):
    golden = GOLDEN / f"{name}.txt"
    if os.environ.get("WRITE_GOLDEN"):
        golden.write_text(printed(set_once(name)))
    assert printed(set_once(name)) == golden.read_text()


@pytest.mark.parametrize("name", NAMES)
def test_a_golden_letter_looks_as_before(name, tmp_path):
    rendered = set_once(name)
    golden = GOLDEN / f"{name}.pictures"
    now = "\n".join(pictured(rendered.pdf)) + "\n"
    if os.environ.get("WRITE_GOLDEN"):
        golden.write_text(now)
    if now != golden.read_text():
        for number in range(1, rendered.pages + 1):
            (tmp_path / f"{name}-{number}.png").write_bytes(pages.page_png(rendered.pdf, number))
        pytest.fail(f"{name} looks otherwise than before; see its pages in {tmp_path}.")


def test_a_line_that_moved_changes_the_picture():
    plain = specimens.specimens()["short"]
    moved = replace(plain, closing="\u2009Sincerely,")
    before, after = press.render(plain).pdf, press.render(moved).pdf
    assert pictured(before) != pictured(after)


def test_every_specimen_is_golden_and_nothing_else():
    kept = sorted(path.name for path in GOLDEN.iterdir())
    assert kept == sorted(f"{name}.{kind}" for name in NAMES for kind in ("txt", "pictures"))
    assert sorted(specimens.specimens()) == list(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_every_page_says_which_letter_and_page_it_is(name):
    rendered = set_once(name)
    content = specimens.specimens()[name]
    before = content.first_page - 1
    for number, page in enumerate(pages.text(rendered.pdf).split("\f"), start=1):
        counted = f"Page {number - before} of {rendered.pages - before}"
        assert counted in page or number <= before
        assert content.reference in page
        header = f"{content.addressee}\nNovember 27, 2026\nOur Ref.: {content.reference}"
        is_blank, is_form = "left blank" in page, page.startswith("Response form")
        opens = number in (1, content.first_page)
        assert (header in page) == (not opens and not is_blank)
        assert ("48 Orchard Landing" in page) == (opens or is_form)


@pytest.mark.parametrize("name", ["annexed", "form-alone"])
def test_an_annex_begins_on_a_new_sheet_and_only_the_back_of_one_is_blank(name):
    found = pages.text(press.render(specimens.specimens()[name]).pdf).split("\f")
    annexes = [
        index
        for index, page in enumerate(found)
        if page.startswith("Response form") or "EXHIBIT A\npage 1" in page or "EXHIBIT B" in page
    ]
    assert len(annexes) == (3 if name == "annexed" else 1)
    assert all(index % 2 == 0 for index in annexes)
    blank = [index for index, page in enumerate(found) if "left blank" in page]
    assert all(index + 1 in annexes for index in blank)


@pytest.mark.parametrize("name", ["covered", "covered-in-window", "covered-a4-two-addresses"])
def test_a_cover_sheet_is_a_sheet_of_its_own_before_page_1_of_the_letter(name):
    content = specimens.specimens()[name]
    cover, back, first, *rest = pages.text(set_once(name).pdf).split("\f")
    assert all(line in cover for line in content.postal_lines or content.address_lines)
    assert "left blank" in back
    assert "Page " not in cover and "Page " not in back
    assert content.salutation in first and content.salutation not in cover
    numbered = [first, *rest]
    for number, page in enumerate(numbered, start=1):
        assert page.rstrip().endswith(f"Page {number} of {len(numbered)}")
    letter = next(index for index, page in enumerate(numbered, 1) if CLOSING in page)
    assert f"Letter of November 27, 2026 {letter} 1\n" in cover
    said = " ".join(cover.split())
    sheets = 1 + -(-len(numbered) // 2)
    assert f"This sheet and pages 1 to {len(numbered)} make {sheets} sheets printed" in said
    assert ("Sent by certified mail" in cover) == ("CERTIFIED MAIL" in cover)


def test_a_cover_sheet_says_where_each_annex_begins_and_how_long_it_is():
    cover, *rest = pages.text(set_once("covered").pdf).split("\f")
    exhibit, form = (
        next(number for number, page in enumerate(rest) if mark in page)
        for mark in ("EXHIBIT A\npage 1", "Response form\nExample University answers")
    )
    assert f"Exhibit A: Program of 2025 2 {exhibit}\n" in cover
    assert f"Response form {len(rest) - form} {form}\n" in cover
    assert len(rest) - form == 2, "a form of two pages is counted as two"
    assert "Text of 34 C.F.R. § 100.3 apart not numbered\n" in cover


@pytest.mark.parametrize("lines", range(18, 34))
def test_a_signature_is_whole_and_has_two_lines_of_the_letter_above_it(lines):
    text = pages.text(press.render(specimens.ending_at(lines)).pdf)
    page = next(page for page in text.split("\f") if CLOSING in page)
    before, _, after = page.partition(CLOSING)
    assert "Alex Sample" in after
    body = [
        line
        for line in before.split("\n")
        if "of the letter" in line or "lines long" in line or "may be divided" in line
    ]
    assert len(body) >= 2


@pytest.mark.parametrize("lines", range(22, 30))
def test_three_signatures_stay_together_with_two_lines_of_the_letter(lines):
    three = specimens.specimens()["three-signers"]
    letter = replace(specimens.ending_at(lines), co_signers=three.co_signers)
    text = pages.text(press.render(letter).pdf)
    page = next(page for page in text.split("\f") if CLOSING in page)
    before, _, after = page.partition(CLOSING)
    for signer in letter.signers:
        assert signer.name in after
    lines_above = [line for line in before.split("\n") if "lines long" in line or "Line" in line]
    assert len(lines_above) >= 2


@pytest.mark.parametrize("longer", range(4))
@pytest.mark.parametrize("lines", [10, 11])
def test_the_panel_on_how_to_respond_is_whole_and_leaves_no_empty_frame(lines, longer):
    rendered = press.render(specimens.with_panel_after(lines, longer))
    tall = [height for height in _drawn(rendered.pdf) if height > 20]
    assert len(tall) == 3, "the letterhead, the panel and its QR code"


def _drawn(pdf: bytes) -> list[float]:
    """The heights, in points, of what is drawn with lines on all pages."""
    with contextlib.closing(pdfium.PdfDocument(pdf)) as document:
        return [height for page in document for height in _heights(page)]


def _heights(page: pdfium.PdfPage) -> list[float]:
    with contextlib.closing(page):
        drawn = page.get_objects(filter=[pdfium.raw.FPDF_PAGEOBJ_PATH])
        return [top - bottom for _, bottom, _, top in (one.get_bounds() for one in drawn)]


def test_a_demand_that_is_short_never_breaks():
    rendered = press.render(specimens.specimens()["twelve-demands"])
    for page in pages.text(rendered.pdf).split("\f"):
        assert page.count("Confirm that no program") == page.count("national origin.")
        assert page.count("Name the officer") == page.count("reached.")


@pytest.mark.parametrize("words", specimens.LANGUAGES)
def test_names_of_many_languages_print_as_typed(words):
    letter = specimens.letter(body=specimens.body(words, source="To {{ institution_name }} end"))
    assert f"To {words} end" in pages.text(press.render(letter).pdf)
