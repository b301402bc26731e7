"""Our own reading of a finished letter says what PDFium's says, or says that it does not know."""

import random
import re
from dataclasses import replace
from itertools import combinations

import pytest

from letters import pdf_frame
from letters.management.bench import adversary
from letters.merge import document, measure, pages, press
from letters.merge.readback import lines, own
from letters.merge.readback.plain import plain, squeezed
from letters.pdf_frame import Unknown
from tests.letters.merge import specimens
from tests.letters.merge.readback.damage import changed, put, streams
from tests.letters.merge.test_specimens import NAMES, set_once

TEXT = re.compile(rb"(?<=BT\n)(?:.*\n)*?(?=ET\n)")
LONG = 250  # bytes


def is_read_alike(pdf: bytes) -> bool:
    """Whether all text is PDFium's, and each line where we are sure of the lines."""
    found, expected = own.sheets(pdf), pages.text(pdf).split("\f")
    return len(found) == len(expected) and all(map(is_alike, found, expected))


def is_alike(sheet, text: str) -> bool:
    expected = [line for line in map(plain, text.split("\n")) if line]
    found = [line for line in sheet.lines or () if line.text]
    same = [
        one.squeezed == squeezed(other) and (one.is_loose or one.text == other)
        for one, other in zip(found, expected, strict=False)
    ]
    is_whole = sheet.lines is None or len(found) == len(expected)
    return sheet.squeezed == squeezed(plain(text)) and is_whole and all(same)


# "languages" has accents that are drawn upon letters, which only PDFium reads.
@pytest.mark.parametrize("name", [name for name in NAMES if name != "languages"])
def test_a_specimen_is_read_as_pdfium_reads_it(name):
    assert is_read_alike(set_once(name).pdf)


@pytest.mark.parametrize("name", NAMES)
def test_a_specimen_has_the_measures_that_pdfium_finds(name):
    pdf, content = set_once(name).pdf, specimens.specimens()[name]
    assert measure.measure(pdf, content) == measure.measure_by_pdfium(pdf, content)


@pytest.fixture(scope="module")
def odd_letters():
    """Letters with values as nobody would choose them, by the layouts of others."""
    contents = [
        replace(content, postal_lines=content.address_lines)
        for content in adversary.contents(120, seed=7)
    ]
    characters = adversary.characters_of(contents)
    made = press.Press()
    yield [
        (content, made.render(document.make(content), by_class=True).pdf)
        for content in (replace(content, characters=characters) for content in contents)
    ]
    made.close()


def test_letters_with_odd_values_are_read_as_pdfium_reads_them(odd_letters):
    known = 0
    for content, pdf in odd_letters:
        try:
            assert is_read_alike(pdf), content.reference
            known += 1
        except Unknown:
            pass
    assert known > 110


def test_letters_with_odd_values_have_the_measures_that_pdfium_finds(odd_letters):
    for content, pdf in odd_letters:
        assert measure.measure(pdf, content) == measure.measure_by_pdfium(pdf, content)


def test_a_letter_without_fault_is_measured_without_pdfium(monkeypatch):
    pdf = set_once("plain").pdf
    monkeypatch.setattr(pages, "text", lambda pdf: pytest.fail("PDFium was asked"))
    assert measure.measure(pdf, specimens.specimens()["plain"]).unprinted == ()


def test_what_was_read_before_is_read_alike_when_it_is_forgotten(monkeypatch):
    monkeypatch.setattr(lines, "_MOST_KEPT", 5)
    assert all(is_read_alike(set_once(name).pdf) for name in ("plain", "lists", "plain"))


def test_objects_that_stand_far_behind_are_found(monkeypatch):
    monkeypatch.setattr(pdf_frame, "_FIRST", 10)
    assert is_read_alike(set_once("plain").pdf)


# --- Faults of a press ---------------------------------------------------------------


def paragraph(drawing: bytes) -> list[re.Match[bytes]]:
    """The first texts of the page that are as long as lines of the letter."""
    return [shown for shown in TEXT.finditer(drawing) if len(shown[0]) > LONG]


def on_a_line(change):
    def change_drawing(drawing: bytes) -> bytes:
        shown = paragraph(drawing)[0]
        return drawing[: shown.start()] + change(shown[0]) + drawing[shown.end() :]

    return change_drawing


def with_two_lines_in_each_others_place(drawing: bytes) -> bytes:
    one, other = paragraph(drawing)[:2]
    words = re.compile(rb"\[.*\]")
    return drawing.replace(one[0], words.sub(words.search(other[0])[0], one[0])).replace(
        other[0], words.sub(words.search(one[0])[0], other[0])
    )


FAULTS = {
    "a line is lost": on_a_line(lambda shown: b""),
    "a word is lost": on_a_line(lambda shown: re.sub(rb"<.{12}", b"<", shown, count=1)),
    "a glyph is lost": on_a_line(lambda shown: re.sub(rb"<.{4}", b"<", shown, count=1)),
    "a glyph is another": on_a_line(
        lambda shown: re.sub(rb"<(.{4}).{4}", rb"<\1\1", shown, count=1)
    ),
    "lines are in each other's place": with_two_lines_in_each_others_place,
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_in_a_drawing_is_found_by_both(fault):
    content = specimens.specimens()["plain"]
    pdf = changed(set_once("plain").pdf, FAULTS[fault], b" Tm\n")
    assert is_read_alike(pdf)
    found = measure.measure(pdf, content)
    assert found.unprinted and found == measure.measure_by_pdfium(pdf, content)


def with_two_characters_exchanged(pdf: bytes, place: int, mapped: bytes) -> bytes:
    for one, other in combinations((b"> <%04x>" % ord(char) for char in "aeinorst"), 2):
        exchanged = mapped.replace(one, b"?").replace(other, one).replace(b"?", other)
        if made := put(pdf, place, exchanged):
            return made
    raise AssertionError("no exchange is packed as small")


def test_glyphs_that_stand_for_other_characters_are_found_by_both():
    content, pdf = specimens.specimens()["plain"], set_once("plain").pdf
    for place, mapped in list(streams(pdf)):
        if b"beginbfchar" in mapped:
            pdf = with_two_characters_exchanged(pdf, place, mapped)
    assert is_read_alike(pdf)
    found = measure.measure(pdf, content)
    assert len(found.unprinted) > 10 and found == measure.measure_by_pdfium(pdf, content)


@pytest.mark.parametrize(
    ("listed", "kids"),
    [
        (rb"\[(\d+ 0 R) (\d+ 0 R)\]/Count 2", rb"[\1]/Count 1"),
        (rb"\[(\d+ 0 R) (\d+ 0 R)\]/Count 2", rb"[\1 \1]/Count 2"),
        (rb"\[(\d+ 0 R) (\d+ 0 R)\]/Count 2", rb"[\2 \1]/Count 2"),
    ],
)
def test_a_page_that_is_lost_or_in_another_place_is_found_by_both(listed, kids):
    def change(objects: bytes) -> bytes:
        return re.sub(
            rb"<</Type /Pages/Kids " + listed + b">>",
            lambda found: (b"<</Type /Pages/Kids " + found.expand(kids) + b">>").ljust(
                len(found[0])
            ),
            objects,
        )

    content = specimens.specimens()["plain"]
    pdf = changed(set_once("plain").pdf, change, b"/Type /Pages")
    assert is_read_alike(pdf)
    found = measure.measure(pdf, content)
    assert found.unprinted and found == measure.measure_by_pdfium(pdf, content)


# --- What only PDFium can weigh ------------------------------------------------------


def moved_down(shown: bytes, by: float) -> bytes:
    place = re.compile(rb"(?<=1 0 0 -1 )(\S+) (\S+)")
    return place.sub(lambda at: b"%b %f" % (at[1], float(at[2]) + by), shown)


def at_the_first_text(drawing: bytes, before: bytes, after: bytes) -> bytes:
    shown = next(TEXT.finditer(drawing))
    begins, ends = shown.start() - len(b"BT\n"), shown.end() + len(b"ET\n")
    return drawing[:begins] + before + drawing[begins:ends] + after + drawing[ends:]


def depth(drawing: bytes) -> int:
    """How many states of drawing are open at the first text."""
    operations = drawing[: drawing.index(b"BT\n")].split(b"\n")
    return operations.count(b"q") - operations.count(b"Q")


UNKNOWN = {
    "turned": on_a_line(lambda shown: shown.replace(b"1 0 0 -1", b"0 1 1 0")),
    "unseen": on_a_line(lambda shown: b"3 Tr\n" + shown),
    "tiny": on_a_line(lambda shown: re.sub(rb" [\d.]+ Tf", b" 1 Tf", shown)),
    "off the page": on_a_line(lambda shown: moved_down(shown, 4_000)),
    "a little lower": on_a_line(lambda shown: shown + b"ET\nBT\n" + moved_down(shown, 2)),
    "twice": on_a_line(lambda shown: shown + b"ET\nBT\n" + shown),
    "in another font": on_a_line(lambda shown: re.sub(rb"/\w+(?= \S+ Tf)", b"/OTHER", shown)),
    "not in the font": on_a_line(lambda shown: shown.replace(b"[<", b"[<fffe")),
    "half a glyph": on_a_line(lambda shown: shown.replace(b"[<", b"[<00")),
    "in a moved state": on_a_line(lambda shown: shown + b"ET\n1 0 0 1 9 9 cm\nBT\n" + shown),
    "after too many ends": on_a_line(
        lambda shown: shown + b"ET\n" + b"Q\n" * 20 + b"BT\n" + shown
    ),
    "behind digits without end": on_a_line(
        lambda shown: shown + b"ET\n[" + b"1" * 80 + b"\nBT\n" + shown
    ),
    "behind the end of the page's state": lambda drawing: at_the_first_text(
        drawing, b"Q\n" * depth(drawing), b"q\n" * depth(drawing)
    ),
    "with a form": on_a_line(lambda shown: shown + b"ET\n/x1 Do\nBT\n" + shown),
    "with words said for it": on_a_line(
        lambda shown: b"ET\n/Span\n<</ActualText (Other)>>\nBDC\nBT\n" + shown
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", UNKNOWN)
def test_text_that_is_drawn_otherwise_is_left_to_pdfium(what):
    content = specimens.specimens()["plain"]
    pdf = changed(set_once("plain").pdf, UNKNOWN[what], b" Tm\n")
    with pytest.raises(Unknown):
        own.sheets(pdf)
    assert measure.measure(pdf, content) == measure.measure_by_pdfium(pdf, content)


@pytest.mark.parametrize(
    "damage",
    [
        lambda pdf: pdf + b"\n",
        lambda pdf: pdf[:-200],
        lambda pdf: pdf.replace(b"%PDF-1.7", b"%PDF-1.4"),
        lambda pdf: pdf.replace(b"/W [1 ", b"/W [2 "),
        lambda pdf: pdf.replace(b"\nendstream", b"\nendstraem"),
        lambda pdf: pdf.replace(b"/Type /ObjStm/N ", b"/Type /ObjStm/N 1"),
        lambda pdf: b"",
    ],
)
def test_a_file_that_is_filed_otherwise_is_not_read(damage):
    with pytest.raises(Unknown):
        own.sheets(damage(set_once("plain").pdf))


def test_what_a_damaged_letter_is_found_to_say_is_what_pdfium_finds():
    chance, pdf, known = random.Random(3), set_once("everything").pdf, 0
    held = list(streams(pdf))
    for _turn in range(300):
        place, content = chance.choice(held)
        at = chance.choice([found.start() for found in re.finditer(rb"\d", content)])
        made = put(
            pdf,
            place,
            content[:at] + chance.choice(b"0123456789abq").to_bytes(1, "big") + content[at + 1 :],
        )
        try:
            if made and made != pdf:
                assert is_read_alike(made), (place, at)
                known += 1
        except Unknown:
            pass
    assert known > 50
