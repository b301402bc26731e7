"""A letter's pages are taken as they stand where every byte is as our press writes it."""

import pytest

from letters.channels import pages_of_ours
from letters.merge import press
from letters.pdf_frame import Unknown
from tests.letters.merge import specimens
from tests.letters.merge.readback.damage import changed

FAMILY = b"(Noto Serif)"


@pytest.fixture(scope="module")
def letter() -> bytes:
    return press.render(specimens.specimens()["plain"]).pdf


def kept(pdf: bytes) -> list[bytes]:
    """Every object of the joined file; each has another number than in the letter."""
    objects: list[bytes] = []

    def once(content: bytes) -> int:
        objects.append(content)
        return 1000 + len(objects)

    assert pages_of_ours.read(pdf, once)
    return objects


def with_family(pdf: bytes, text: bytes) -> bytes:
    return changed(pdf, lambda content: content.replace(FAMILY, text), FAMILY)


def test_every_specimen_is_taken_as_it_stands():
    for content in specimens.specimens().values():
        made = press.render(content)
        assert len(pages_of_ours.read(made.pdf, lambda _content: 1)) == made.pages


def test_tags_and_what_a_page_hangs_under_stay_in_the_letter(letter):
    said = b"".join(page.entries for page in pages_of_ours.read(letter, lambda _content: 1))
    assert b"/Contents 1 0 R/Resources 1 0 R" in said
    assert not [name for name in (b"/Parent", b"/StructParents", b"/Tabs") if name in said]


def test_a_text_that_reads_like_a_reference_stays_as_it_is(letter):
    objects = kept(with_family(letter, b"(To 6 0 R f)"))
    assert any(b"/FontFamily (To 6 0 R f)/Flags" in one for one in objects)


@pytest.mark.parametrize("text", [rb"(To \( 0 R f)", b"(To (6 0 R))"])
def test_a_text_whose_end_is_not_plain_is_unknown(letter, text):
    with pytest.raises(Unknown):
        kept(with_family(letter, text))


@pytest.mark.parametrize(
    ("was", "now"),
    [
        (b"/Pattern <<>>", b"/Pattern 1 1 R"),
        (b"/Type /Page/Parent", b"/Type /Leaf/Parent"),
        (b"/Tabs /S", b"/Tabs /R"),
    ],
)
def test_what_the_press_does_not_write_is_unknown(letter, was, now):
    with pytest.raises(Unknown):
        kept(changed(letter, lambda content: content.replace(was, now), was))
