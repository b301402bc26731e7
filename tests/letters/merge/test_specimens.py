"""Golden letters: text and page count of the hard cases, and where pages may break.

They change only on purpose. After changing the layout, look at the pages, then write the
new ones with `WRITE_GOLDEN=1 pytest tests/letters/merge/test_specimens.py`.
"""

import contextlib
import os
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
    "everything",
    "foreign",
    "form-alone",
    "hostile-value",
    "liberation",
    "lists",
    "long-name",
    "no-contact",
    "one-window",
    "plain",
    "private",
    "short",
    "three-signers",
    "twelve-demands",
    "two-line-title",
    "two-windows",
)
CLOSING = "Sincerely,"


def printed(rendered: press.Rendered) -> str:
    text = pages.text(rendered.pdf)
    lines = [line.rstrip() for line in text.replace("\f", "\n--- page ---\n").split("\n")]
    return f"{rendered.pages} pages\n\n" + "\n".join(lines).strip() + "\n"


@pytest.mark.parametrize("name", NAMES)
def test_a_golden_letter_prints_as_before(name):
    rendered = press.render(specimens.specimens()[name])
    golden = GOLDEN / f"{name}.txt"
    if os.environ.get("WRITE_GOLDEN"):
        golden.write_text(printed(rendered))
    assert printed(rendered) == golden.read_text()


def test_every_specimen_is_golden():
    assert sorted(specimens.specimens()) == list(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_every_page_says_which_letter_and_page_it_is(name):
    rendered = press.render(specimens.specimens()[name])
    content = specimens.specimens()[name]
    for number, page in enumerate(pages.text(rendered.pdf).split("\f"), start=1):
        assert f"Page {number} of {rendered.pages}" in page
        assert content.reference in page
        header = f"{content.addressee}\nNovember 27, 2026\nOur Ref.: {content.reference}"
        is_blank, is_form = "left blank" in page, page.startswith("Response form")
        assert (header in page) == (number > 1 and not is_blank)
        assert ("48 Orchard Landing" in page) == (number == 1 or is_form)


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


@pytest.mark.parametrize(
    "words",
    [
        "Zażółć gęślą jaźń",  # Polish
        "Příliš žluťoučký kůň",  # Czech
        "Nguyễn Thị Ánh Tuyết",  # Vietnamese
        "Þórður Æsir Ðð",  # Icelandic
        "Gĩkũyũ ĩ ũ",  # Kikuyu
        "Diné bizaad ą́ ǫ́ ł",  # Navajo
        "Hawaiʻi ā ē ī ō ū",  # Hawaiian
        "Ελληνική Δημοκρατία",  # Greek
        "Київ Щастя Ґанок",  # Ukrainian
        "Москва Ёлка",  # Russian
        "STRAẞE Größe",  # German
        "Ștefan Țăranu",  # Romanian
        "Ģirts Ķēniņš",  # Latvian
        "Šiauliai Ėžė",  # Lithuanian
        "Őrült Űr",  # Hungarian
        "Işık Ğ İ ı",  # Turkish
        "Çekçe Ñandú Ação",  # Portuguese, Spanish
        "Łódź Œuvre Ÿ",  # French
        "Đorđe Žižić",  # Croatian
        "Sámi Ŋ ŧ đ",  # Northern Sami
        "Ọjọ Ẹkọ Yorùbá",  # Yoruba
    ],
)
def test_names_of_many_languages_print_as_typed(words):
    letter = specimens.letter(body=specimens.body(words, source="To {{ institution_name }} end"))
    assert f"To {words} end" in pages.text(press.render(letter).pdf)
