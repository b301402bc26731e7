"""Taking e-mails and documents apart: real children read real bytes."""

import io
import zipfile

import pytest

from letters.inbound import child, message
from letters.inbound.child import CouldNotRead
from tests.factories import make_pdf
from tests.letters.inbound.mails import (
    CRLF,
    bounce,
    mail,
    part_of,
    put_together,
    scan,
    typed_pdf,
    whole,
)

QUOTED = (
    "We confirm demand 1.\n\n"
    "On Mon, Oct 5, 2026 at 9:00 AM Sender <a@b.example> wrote:\n> Confirm in writing\n"
)


def test_the_words_of_a_reply_are_parted_from_those_it_quotes():
    read = message.read_message(mail(QUOTED))
    assert read.text == "We confirm demand 1."
    assert "> Confirm in writing" in read.quoted


def test_headers_are_read_and_files_come_along():
    read = message.read_message(
        mail(
            files=(("reply.pdf", b"%PDF-1"), ("notes.exe", b"MZ")),
            In_Reply_To="<a.1@ours.example>",
            References="<b.1@ours.example> <a.1@ours.example>",
            Delivered_To="replies+x@ours.example",
        )
    )
    assert (read.sender_name, read.sender_email) == ("Dana Dean", "dana@school.example")
    assert read.message_id == "<one@school.example>"
    assert set(read.answers) == {"<a.1@ours.example>", "<b.1@ours.example>"}
    assert read.to == ("replies+x@ours.example", "letters@sender.example")
    assert [(file.name, file.content) for file in read.files] == [
        ("reply.pdf", b"%PDF-1"),
        ("notes.exe", b"MZ"),
    ]
    assert read.at and read.at.isoformat() == "2026-11-02T10:00:00-05:00"
    assert read.looks_like == "answer"


def test_an_html_mail_gives_its_words_without_what_is_hidden():
    html = (
        b"From: a@b.example\r\nSubject: x\r\nContent-Type: text/html\r\n\r\n<html><head><title>no"
        b"</title><style>p{}</style></head><body><p>We <b>confirm</b>.</p><script>alert(1)</script>"
        b"<blockquote>Please confirm</blockquote></body></html>"
    )
    read = message.read_message(html)
    assert read.text == "We confirm."
    assert read.quoted == "> Please confirm"


@pytest.mark.parametrize(
    ("headers", "sign"),
    [
        ({"Auto_Submitted": "auto-replied"}, "Auto-Submitted: auto-replied"),
        ({"Auto_Submitted": "auto-generated; x=y"}, "Auto-Submitted: auto-generated"),
        ({"X_Autoreply": "yes"}, "X-Autoreply"),
        ({"Precedence": "auto_reply"}, "Precedence: auto_reply"),
        ({"Subject": "Out of Office: away"}, "Out of Office"),
        ({"Subject": "Automatic reply: Your letter"}, "Automatic reply"),
        ({"Return_Path": "<>"}, "empty return address"),
    ],
)
def test_an_automatic_reply_is_known_by_its_signs(headers, sign):
    read = message.read_message(mail("I am away.", **headers))
    assert read.looks_like == "auto_reply"
    assert sign in read.because


@pytest.mark.parametrize(
    "headers",
    [{"Auto_Submitted": "no"}, {"Subject": "Re: out of pocket"}, {"Precedence": "first-class"}],
)
def test_a_person_s_reply_is_not_taken_for_an_automatic_one(headers):
    assert message.read_message(mail(**headers)).looks_like == "answer"


def test_a_report_of_failure_is_a_bounce_and_names_the_message_that_came_back():
    read = message.read_message(bounce("<cnf-1.7@ours.example>"))
    assert (read.looks_like, read.is_final) == ("bounce", True)
    assert "(5.1.1)" in read.because
    assert read.answers == ("<cnf-1.7@ours.example>",)
    assert read.bounced_to == ("dean@school.example",)


def test_a_failure_that_may_pass_is_not_final_and_a_delay_is_no_bounce():
    assert not message.read_message(bounce("<a@b>", status="4.2.2")).is_final
    assert message.read_message(bounce("<a@b>", action="delayed")).looks_like == "auto_reply"


def test_a_bounce_without_a_report_is_known_by_sender_and_subject():
    old = mail("no such user", From="MAILER-DAEMON@mx.example", Subject="failure notice")
    assert message.read_message(old).looks_like == "bounce"
    assert message.read_message(mail(Subject="failure notice")).looks_like == "answer"


def test_text_that_would_show_as_another_is_made_plain():
    read = message.read_message(mail("We \u202econfirm\u0000."))
    assert "\u202e" not in read.text and "\x00" not in read.text
    assert "confirm" in read.text


@pytest.mark.parametrize(
    "content",
    [
        b"From: \xff\xfe<>>\r\nSubject: =?x-no-such?b?!!!?=\r\n\r\nWords",
        b"From: a@b\r\nDate: yesterday\r\nContent-Type: text/plain; charset=x-none\r\n\r\nWords",
        b"From: a@b\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n",
        b"From: a@b\r\nMessage-ID: [broken\r\nReferences: <<<>\r\n\r\nWords",
    ],
)
def test_a_broken_mail_is_read_as_far_as_it_goes(content):
    assert isinstance(message.read_message(content), message.Message)


@pytest.mark.parametrize(
    ("content", "is_one"),
    [
        (mail(), True),
        (b"Received: by x\nFrom: a@b\n\nhi", True),
        (b"From MAILER Mon Nov\nFrom: a@b\nDate: x\n\nhi", True),
        (make_pdf(), False),
        (b"Dear Sir:\nFrom: here\n\nhello", False),
        (b"", False),
    ],
)
def test_an_email_is_told_from_other_files_by_its_content(content, is_one):
    assert message.is_email(content) is is_one


def test_the_pages_of_a_pdf_have_their_text_and_a_picture():
    pages = message.read_pages("application/pdf", typed_pdf("We confirm.", "Second page"))
    assert [text.strip() for text in pages.texts] == ["We confirm.", "Second page"]
    assert all(picture.startswith(b"\xff\xd8\xff") for picture in pages.pictures)
    assert pages.left_out == 0


def test_pages_after_the_last_one_shown_are_counted():
    pages = message.read_pages("application/pdf", make_pdf(pages=43))
    assert (len(pages.pictures), pages.left_out) == (40, 3)


def test_a_picture_is_one_page_without_text():
    pages = message.read_pages("image/png", scan())
    assert pages.texts == ("",)
    assert pages.pictures[0].startswith(b"\xff\xd8\xff")


def test_a_word_file_has_its_text_and_no_picture():
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as package:
        package.writestr(
            "word/document.xml",
            '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
            "<w:p><w:r><w:t>We confirm.</w:t></w:r></w:p></w:document>",
        )
    pages = message.read_pages("application/docx", written.getvalue())
    assert (pages.texts, pages.pictures) == (("We confirm.",), ())


@pytest.mark.parametrize(
    ("media_type", "content"),
    [
        ("application/pdf", b"%PDF-1.7 broken"),
        ("image/png", b"\x89PNG\r\n\x1a\nbroken"),
        ("application/docx", b"PK\x03\x04broken"),
    ],
)
def test_a_damaged_document_says_so(media_type, content):
    with pytest.raises(CouldNotRead, match="damaged"):
        message.read_pages(media_type, content)


def test_a_reader_that_hangs_is_ended(monkeypatch):
    monkeypatch.setattr(child, "SECONDS", 0.01)
    with pytest.raises(CouldNotRead, match="safely"):
        message.read_message(mail())


SAID, PDF = part_of("We decline demand 1."), part_of(make_pdf(), "application/pdf", "reply.pdf")
SAME = part_of("<p>We decline demand 1.</p>", "text/html")


@pytest.mark.parametrize(
    "content",
    [
        # Apple Mail: the file lies in the alternative that is not shown.
        put_together("alternative", SAID, whole("mixed", SAME, PDF), From="a@b.example"),
        # S/MIME and PGP: what is signed is one part, the signature another.
        put_together(
            "signed",
            whole("mixed", SAID, PDF),
            part_of(b"signature", "application/pkcs7-signature", "smime.p7s"),
            From="a@b.example",
        ),
        # A mailing list or a gateway that adds a line of its own.
        put_together("mixed", whole("mixed", SAID, PDF), part_of("Checked."), From="a@b.example"),
    ],
)
def test_a_file_is_found_however_deep_it_lies(content):
    read = message.read_message(content)
    assert "We decline demand 1." in read.text
    assert make_pdf() in [file.content for file in read.files]
    assert read.files[0].name == "reply.pdf"


def test_a_scanner_that_sends_nothing_but_a_file_is_read():
    content = mail(files=(("reply.pdf", make_pdf()),))
    bare = PDF.as_bytes(policy=CRLF).replace(b"MIME-Version", b"From: a@b.example\r\nMIME-Version")
    assert message.is_email(content)
    assert [file.content for file in message.read_message(bare).files] == [make_pdf()]


def test_what_is_said_after_a_file_is_read_as_well():
    content = put_together("mixed", SAID, PDF, part_of("Demand 2 is met."), From="a@b.example")
    assert message.read_message(content).text == "We decline demand 1.\n\nDemand 2 is met."


def test_of_more_files_than_are_taken_out_the_rest_is_counted():
    content = mail(files=tuple((f"{n}.pdf", make_pdf()) for n in range(23)))
    read = message.read_message(content)
    assert (len(read.files), read.files_left_in) == (20, 3)


def test_the_pictures_of_a_signature_come_after_the_files():
    logo = part_of(scan(), "image/png", "logo.png")
    content = put_together("mixed", whole("related", SAME, logo), PDF, From="a@b.example")
    assert [file.name for file in message.read_message(content).files] == ["reply.pdf", "logo.png"]


@pytest.mark.parametrize(
    "date",
    [
        "Fri, 31 Dec 9999 23:59:59 -1200",
        "Mon, 01 Jan 0100 00:00:00 +1400",
        "Thu, 01 Jan 1970 00:00:00 +0000",
    ],
)
def test_a_day_on_which_nobody_sent_mail_is_no_day(date):
    assert message.read_message(mail(Date=date)).at is None


def test_gaps_are_as_wide_as_a_person_needs_them_and_no_wider():
    text = "Demand 1:" + " " * 5000 + "we comply.\n" + "\n \n" * 3000 + "Sincerely"
    said = message.read_message(mail(text)).text
    assert said == "Demand 1:" + " " * 40 + "we comply.\n\n\nSincerely"


def test_of_thousands_of_messages_that_it_names_the_nearest_count():
    named = " ".join(f"<{n}@x.example>" for n in range(3000))
    read = message.read_message(mail(In_Reply_To="<last@ours>", References=named))
    assert "<last@ours>" in read.answers
    assert "<2999@x.example>" in read.answers
    assert len(read.answers) < 100
