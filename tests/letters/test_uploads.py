"""Files from outside: known by their content, with a word on what they could do."""

import io
import zipfile
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from campaigns import filestore
from letters import uploads
from letters.uploads import UploadRefused, check
from tests.factories import make_pdf


def picture(kind: str) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (20, 10), "white").save(written, kind)
    return written.getvalue()


def docx(**extra: bytes) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as package:
        for name in ("[Content_Types].xml", "word/document.xml"):
            package.writestr(name, "<x/>")
        for name, content in extra.items():
            package.writestr(name, content)
    return written.getvalue()


def pdf_with(change) -> bytes:
    written = io.BytesIO()
    with pikepdf.new() as document:
        document.add_blank_page()
        change(document)
        document.save(written)
    return written.getvalue()


def open_action(**action: object):
    def change(document: pikepdf.Pdf) -> None:
        document.Root.OpenAction = pikepdf.Dictionary(**action)

    return change


def link(**action: object):
    def change(document: pikepdf.Pdf) -> None:
        annotation = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot,
            Subtype=pikepdf.Name.Link,
            Rect=[0, 0, 9, 9],
            A=pikepdf.Dictionary(**action),
        )
        document.pages[0].Annots = document.make_indirect(pikepdf.Array([annotation]))

    return change


def attach(document: pikepdf.Pdf) -> None:
    document.attachments["invoice.exe"] = b"MZ"


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("reply.pdf", make_pdf(), uploads.PDF),
        ("scan.jpg", picture("JPEG"), uploads.JPEG),
        ("scan.png", picture("PNG"), uploads.PNG),
        ("reply.docx", docx(), uploads.DOCX),
        ("no suffix", make_pdf(), uploads.PDF),
    ],
)
def test_documents_and_pictures_are_taken_and_known_by_their_content(name, content, media_type):
    checked = check(name, content)
    assert (checked.name, checked.media_type) == (name, media_type)
    kept = uploads.keep(checked)
    assert filestore.get(kept.sha256) == content
    assert kept.size == len(content)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"x" * (uploads.MOST_BYTES + 1), "larger than 10 MB"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not a PDF"),
        (b"\n%PDF-1.7", "not a PDF"),  # a PDF begins at the first byte
        (b"MZ" + make_pdf(), "not a PDF"),
        (b"%PDF-1.7 and nothing more", "damaged"),
        (b"\x89PNG\r\n\x1a\nno", "damaged"),
        (picture("JPEG")[:60], "damaged"),
        (b"PK\x03\x04no", "damaged"),
    ],
)
def test_what_is_not_what_it_says_is_refused(content, reason):
    with pytest.raises(UploadRefused, match=reason):
        check("reply.pdf", content)


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (open_action(S=pikepdf.Name.JavaScript, JS="app.alert(1)"), "a script"),
        (link(S=pikepdf.Name.Launch, F="cmd.exe"), "a command that starts a program"),
        (link(S=pikepdf.Name.SubmitForm, F="http://example.invalid"), "a form that sends data"),
        (attach, "embedded files"),
    ],
)
def test_what_a_pdf_could_do_by_itself_is_named_and_the_file_is_taken(change, what):
    content = pdf_with(change)
    kept = uploads.keep(check("reply.pdf", content))
    assert kept.active == what
    assert filestore.get(kept.sha256) == content


def test_a_pdf_with_a_plain_link_is_taken():
    assert check("reply.pdf", pdf_with(link(S=pikepdf.Name.URI, URI="https://example.invalid")))


def test_a_pdf_behind_a_password_is_refused():
    written = io.BytesIO()
    with pikepdf.open(io.BytesIO(make_pdf())) as document:
        document.save(written, encryption=pikepdf.Encryption(owner="a", user="b"))
    with pytest.raises(UploadRefused, match="password"):
        check("reply.pdf", written.getvalue())


def test_a_pdf_that_hangs_its_reader_is_refused(monkeypatch, tmp_path: Path):
    sleeper = tmp_path / "sleeper.py"
    sleeper.write_text("import time\ntime.sleep(60)\n")
    monkeypatch.setattr(uploads, "_PDF_CHECK", sleeper)
    monkeypatch.setattr(uploads, "_PDF_CHECK_SECONDS", 0.5)
    with pytest.raises(UploadRefused, match="could not be read safely"):
        check("reply.pdf", make_pdf())


def test_a_pdf_that_kills_its_reader_is_refused(monkeypatch, tmp_path: Path):
    crasher = tmp_path / "crasher.py"
    crasher.write_text("import os\nos.abort()\n")
    monkeypatch.setattr(uploads, "_PDF_CHECK", crasher)
    with pytest.raises(UploadRefused, match="could not be read safely"):
        check("reply.pdf", make_pdf())


def relations(kind: str, mode: str = "External") -> bytes:
    types = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
    one = f'<Relationship Id="r1" Type="{types}{kind}" Target="x" TargetMode="{mode}"/>'
    return f"<Relationships>{one}</Relationships>".encode()


@pytest.mark.parametrize(
    ("extra", "what"),
    [
        ({"word/vbaProject.bin": b"x"}, "macros"),
        ({"word/embeddings/oleObject1.bin": b"x"}, "embedded files"),
        ({"word/_rels/settings.xml.rels": relations("attachedTemplate")}, "from elsewhere"),
        ({"word/_rels/document.xml.rels": relations("image")}, "from elsewhere"),
        ({"word/_rels/document.xml.rels": relations("hyperlink")}, ""),
        ({"word/_rels/document.xml.rels": relations("image", "Internal")}, ""),
    ],
)
def test_what_a_word_document_could_do_by_itself_is_named_and_the_file_is_taken(extra, what):
    active = check("reply.docx", docx(**extra)).active
    assert what in active if what else active == ""


@pytest.mark.parametrize(
    "rels",
    [
        b"<Relationships",
        b'<!DOCTYPE x [<!ENTITY a "b">]><Relationships>&a;</Relationships>',
        b"<x>" + b"y" * 1024 * 1024 + b"</x>",
    ],
)
def test_a_word_document_that_cannot_be_looked_into_is_refused(rels):
    with pytest.raises(UploadRefused, match=r"damaged|too many parts"):
        check("reply.docx", docx(**{"word/_rels/document.xml.rels": rels}))


def test_a_zip_that_is_no_word_document_is_refused():
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as package:
        package.writestr("readme.txt", "x")
    with pytest.raises(UploadRefused, match="not a PDF"):
        check("reply.docx", written.getvalue())


def test_a_picture_with_more_pixels_than_any_scan_is_refused(monkeypatch):
    monkeypatch.setattr(uploads, "_MOST_PIXELS", 100)
    with pytest.raises(UploadRefused, match="pixels"):
        check("scan.png", picture("PNG"))


@pytest.mark.parametrize("name", ["reply\u202efdp.exe", "a\x00.pdf", "x" * 300 + ".pdf"])
def test_a_name_that_could_disguise_the_file_is_refused(name):
    with pytest.raises(UploadRefused, match="Rename"):
        check(name, make_pdf())


def test_a_name_is_never_a_path():
    assert check("../../etc/passwd.pdf", make_pdf()).name == "passwd.pdf"
    assert check("C:\\scans\\reply.pdf", make_pdf()).name == "reply.pdf"


def test_a_download_carries_the_suffix_of_what_it_really_is():
    assert uploads.download_name("reply.PDF", uploads.PDF) == "reply.PDF"
    assert uploads.download_name("reply.exe", uploads.PDF) == "reply.exe.pdf"
