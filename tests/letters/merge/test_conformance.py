"""Every specimen is an accessible and an archival file, by a validator and by its own tags."""

import io
import re
import zlib

import page
import pikepdf
import pydyf
import pytest

from letters.merge import conformance, envelope, pages, press
from tests.letters.merge import specimens, structure

NAMES = tuple(specimens.specimens())
_rendered: dict[str, bytes] = {}


def pdf_of(name: str) -> bytes:
    """Each specimen is set once for all the tests that look at it."""
    if name not in _rendered:
        _rendered[name] = press.render(specimens.specimens()[name]).pdf
    return _rendered[name]


@pytest.mark.parametrize("profile", ["ua1", "3u"])
@pytest.mark.parametrize("name", NAMES)
def test_the_validator_finds_nothing(name, profile):
    report = page.validate_pdf_bytes(pdf_of(name), profile=profile)
    assert report.is_compliant, str(report)


def test_the_validator_finds_a_letter_without_its_title():
    with pikepdf.open(io.BytesIO(pdf_of("short"))) as pdf:
        del pdf.Root.ViewerPreferences
        spoilt = io.BytesIO()
        pdf.save(spoilt)
    assert not page.validate_pdf_bytes(spoilt.getvalue(), profile="ua1").is_compliant


@pytest.mark.parametrize("name", NAMES)
def test_all_that_is_drawn_is_read_once_or_is_an_artifact(name):
    found = structure.read(pdf_of(name))
    tagged = [one.place for one in found.drawn if one.mcid >= 0]
    assert all(one.is_artifact != (one.mcid >= 0) for one in found.drawn)
    read = found.elements[0].places
    assert len(read) == len(set(read))
    assert set(tagged) <= set(read)


@pytest.mark.parametrize("name", NAMES)
def test_a_letter_is_read_in_the_order_of_its_parts(name):
    content = specimens.specimens()[name]
    said = structure.read(pdf_of(name)).text
    in_window = content.postal_lines if envelope.PROFILES[content.envelope].window else ()
    parts = [
        content.letterhead.organisation,
        content.letterhead.address_lines[0],
        *in_window,
        "November 27, 2026",
        *content.delivery_lines,
        *(() if in_window and not content.copy_for else content.address_lines),
        f"Our Ref.: {content.reference}",
        "RE:",
        content.salutation.replace("\u00a0", " "),
        content.closing,
        content.signer.name,
        content.signer.title,
        *content.enclosures,
        *content.copies,
    ]
    at = 0
    for part in parts:
        part = " ".join(part.replace("\u00a0", " ").split())
        assert part in said[at:], part
        at = said.index(part, at) + len(part)


@pytest.mark.parametrize("name", NAMES)
def test_the_running_head_and_foot_are_artifacts(name):
    found = structure.read(pdf_of(name))
    artifacts = [one.text.strip() for one in found.drawn if one.is_artifact]
    before = specimens.specimens()[name].first_page - 1  # a cover sheet and its back
    last = max(one.page for one in found.drawn) + 1 - before
    assert [text for text in artifacts if text.startswith("Page")] == [
        f"Page {number} of {last}" for number in range(1, last + 1)
    ]
    assert "Page 1 of" not in found.text


@pytest.mark.parametrize("name", NAMES)
def test_the_file_says_its_title_its_language_and_shows_the_title(name):
    content = specimens.specimens()[name]
    with pikepdf.open(io.BytesIO(pdf_of(name))) as pdf:
        assert str(pdf.Root.Lang) == "en-US"
        assert pdf.Root.ViewerPreferences.DisplayDocTitle
        assert content.reference in str(pdf.docinfo["/Title"])


def test_pictures_say_what_they_show():
    figures = structure.read(pdf_of("everything")).of("Figure")
    assert [figure.alternative.partition(" of ")[0] for figure in figures] == [
        "Sample Organisation for Open Programs",
        "QR code",
        "Signature",
    ]


def test_headings_and_lists_are_tagged_as_such():
    found = structure.read(pdf_of("plain"))
    assert [heading.text for heading in found.of("H1")] == [
        "The duty",
        "What we ask",
        "Time and manner of your answer",
    ]
    items = [item.text for item in found.of("LI")]
    assert items[1].startswith("1. Confirm that no program")
    assert items[4].startswith("4. State whether")
    ranks = [int(role[1]) for role in found.roles if re.fullmatch(r"H\d", role)]
    assert ranks[0] == 1
    below = structure.read(pdf_of("lists"))
    assert below.roles.index("H1") < below.roles.index("H2")


def _drawing(number: int) -> str:
    return f"% {'abc' * (number % 40)} {number}"


@pytest.fixture
def plain_ends(monkeypatch):
    monkeypatch.setattr(pydyf.Stream, "data", pydyf.Stream.data)  # so that it is put back
    conformance.end_streams_plainly()


def test_no_stream_ends_in_a_line_break(plain_ends):
    ends = set()
    for text in map(_drawing, range(3_000)):
        packed = zlib.compress(text.encode(), 9)
        stream = pydyf.Stream([text], compress=True)
        body = stream.data.partition(b"stream\n")[2].removesuffix(b"\nendstream")
        assert not body.endswith((b"\r", b"\n"))
        assert f"/Length {len(body)}".encode() in stream.data
        assert zlib.decompressobj().decompress(body) == text.encode()
        ends.add(packed[-1])
    assert {10, 13} <= ends, "some of them had to be mended"


def test_a_mended_stream_is_read_by_others(plain_ends):
    text = next(
        text
        for text in map(_drawing, range(3_000))
        if zlib.compress(text.encode(), 9)[-1] in (10, 13)
    )
    pdf = pydyf.PDF()
    drawn = pydyf.Stream([text], compress=True)
    pdf.add_object(drawn)
    pdf.add_page(
        pydyf.Dictionary(
            {
                "Type": "/Page",
                "Parent": pdf.pages.reference,
                "MediaBox": pydyf.Array([0, 0, 612, 792]),
                "Resources": pydyf.Dictionary(),
                "Contents": drawn.reference,
            }
        )
    )
    written = io.BytesIO()
    pdf.write(written)
    with pikepdf.open(io.BytesIO(written.getvalue())) as opened:
        assert opened.pages[0].Contents.read_bytes() == text.encode()
        assert not opened.get_warnings()
    assert pages.page_count(written.getvalue()) == 1
