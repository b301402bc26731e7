"""Many PDFs as one: the same pages, what they share in it once, and one letter in memory."""

import io
import random
from collections.abc import Iterable

import pikepdf
import pytest

from letters.channels import pages_of_any, pages_of_ours
from letters.channels.joining import Joined
from letters.merge import pages, press
from letters.pdf_frame import Unknown
from tests.letters.merge import specimens


def joined(letters: Iterable[bytes]) -> bytes:
    pdf = io.BytesIO()
    made = Joined(pdf)
    for letter in letters:
        made.add(letter)
    made.finish()
    return pdf.getvalue()


def faults(pdf: bytes) -> list[str]:
    """What `qpdf --check` says."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        return list(opened.check_pdf_syntax())


@pytest.fixture(scope="module")
def letters() -> list[bytes]:
    """As the press sets them: one page, many, with exhibits, in a window envelope."""
    return [press.render(content).pdf for content in specimens.specimens().values()]


def test_every_page_looks_as_in_its_letter(letters):
    pack = joined(letters)
    number = 0
    for letter in letters:
        count = pages.page_count(letter)
        for page in range(1, count + 1):
            assert pages.page_png(pack, number + page) == pages.page_png(letter, page)
        number += count + count % 2
    assert pages.page_count(pack) == number


def test_the_text_of_a_pack_is_that_of_its_letters(letters):
    said = pages.text(joined(letters)).split("\f")
    assert [text for text in said if text.strip()] == [
        text for letter in letters for text in pages.text(letter).split("\f") if text.strip()
    ]


def said(thing, left_out=frozenset()):
    """All that an object says, with what it refers to in place of the references."""
    if isinstance(thing, pikepdf.Stream):
        return said(thing.stream_dict), thing.read_raw_bytes()
    if isinstance(thing, pikepdf.Dictionary):
        return {name: said(one) for name, one in thing.items() if name not in left_out}
    if isinstance(thing, pikepdf.Array):
        return [said(one) for one in thing]
    return str(thing)


def pages_of(pdf: bytes) -> list:
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        left_out = {"/Parent", "/StructParents", "/Tabs"}
        return [said(page.obj, left_out) for page in opened.pages]


def refuse(*_given):
    raise Unknown("nothing is known")


@pytest.mark.parametrize("not_asked", [pages_of_any, pages_of_ours])
def test_a_page_says_in_the_pack_what_it_says_in_its_letter(letters, monkeypatch, not_asked):
    failure = refuse if not_asked is pages_of_ours else None
    monkeypatch.setattr(not_asked, "read", failure)
    for letter in letters:
        expected = pages_of(letter)
        assert pages_of(joined([letter]))[: len(expected)] == expected


def test_a_letter_may_be_read_by_the_library_and_the_next_one_as_it_stands(letters):
    odd = with_picture(random.Random(3).randbytes(256 * 256))
    pack = joined([letters[0], odd, letters[0]])
    assert faults(pack) == []
    whole, single = pages_of(letters[0]), pages_of(odd)
    *found, blank = pages_of(pack)[: len(whole) + 2]
    assert found == whole + single
    assert blank["/Resources"] == {}
    assert pages_of(pack)[len(whole) + 2 :] == whole


def test_neither_a_letter_nor_a_pack_has_a_fault_of_syntax(letters):
    assert [faults(letter) for letter in letters] == [[]] * len(letters)
    assert faults(joined(letters)) == []


def test_the_check_of_syntax_finds_a_damaged_pack(letters):
    whole = joined(letters[:1])
    stream = whole.index(b"stream\n") + 7
    damaged = whole[:stream] + bytes(64) + whole[stream + 64 :]
    with pytest.raises(pikepdf.PdfError):
        faults(damaged)


def test_what_all_letters_hold_is_in_the_pack_once(letters):
    once, often = len(joined(letters)), len(joined(letters * 5))
    assert once < sum(map(len, letters))
    # Each page again is its few lines in the tree and in the table, and no font or picture.
    count = sum(pages.page_count(letter) + 1 for letter in letters)
    assert often - once < 4 * count * 400


def test_the_same_letters_make_the_same_bytes(letters):
    assert joined(letters) == joined(letters)
    assert joined(letters) != joined(reversed(letters))


def test_a_letter_is_written_when_it_is_added(letters):
    pdf = io.BytesIO()
    made = Joined(pdf)
    made.add(letters[0])
    first = pdf.tell()
    assert first > 10_000
    made.add(letters[1])
    assert pdf.tell() > first


def test_a_pack_of_many_pages_has_a_tree_of_them():
    blank = pikepdf.new()
    blank.add_blank_page(page_size=(612, 792))
    one = io.BytesIO()
    blank.save(one)
    pack = joined([one.getvalue()] * 150)
    assert faults(pack) == []
    with pikepdf.open(io.BytesIO(pack)) as pdf:
        assert len(pdf.pages) == 300
        assert [len(node.Kids) for node in pdf.Root.Pages.Kids] == [64, 64, 64, 64, 44]


def test_what_stands_above_a_page_and_looks_like_a_reference_comes_with_it():
    pdf = pikepdf.new()
    pdf.add_blank_page(page_size=(612, 792))
    page = pdf.pages[0].obj
    said = pikepdf.String("7 0 R (not a reference) \\")
    page.Resources = pikepdf.Dictionary(Note=pdf.make_indirect(said), Real=1.5, Nothing=None)
    pdf.Root.Pages.Rotate = 90
    kept = io.BytesIO()
    pdf.save(kept)
    with pikepdf.open(io.BytesIO(joined([kept.getvalue()]))) as pack:
        page = pack.pages[0].obj
        assert page.Rotate == 90
        assert str(page.Resources.Note) == str(said)
        assert float(page.Resources.Real) == 1.5


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
    pack = joined(given)
    assert len(pack) < 4 * 256 * 256
    for index, pdf in enumerate(given):
        assert pages.page_png(pack, 2 * index + 1) == pages.page_png(pdf, 1)
