"""What comes in is kept, once, with its bytes, and held where its recipient is not certain."""

import mailbox
from pathlib import Path

import pytest
from django.db import DataError, OperationalError
from django.utils import timezone

from campaigns import audit, filestore
from letters.inbound import maildir, message, pages, take_in
from letters.inbound.alike import wording
from letters.inbound.match import references
from letters.inbound.suggest import suggest
from letters.inbound.take_in import NotTakenIn
from letters.models import Dispatch, Incoming, ReadFile
from letters.tasks import read_inbox
from tests.factories import make_pdf, make_sealed_letter, make_user
from tests.letters.actions.test_respond import by_post
from tests.letters.inbound.mails import bounce, mail, scan, taken, typed_pdf

pytestmark = pytest.mark.django_db

LONG = (
    "We have received your letter of {0} and have considered each of the requests made in it "
    "with care and with the advice of counsel."
)


@pytest.fixture
def letter():
    return make_sealed_letter()


def test_an_email_is_matched_kept_as_it_came_and_decides_nothing(letter):
    content = mail(f"Re {letter.reference}: we confirm.", files=(("reply.pdf", make_pdf()),))
    item = taken(content)
    assert (item.recipient, item.letter) == (letter.recipient, letter)
    assert (item.status, item.looks_like) == ("waiting", "answer")
    assert filestore.get(item.sha256) == content
    assert item.received_on.isoformat() == "2026-11-02"
    kept = item.files.get()
    assert filestore.get(kept.sha256) == make_pdf()
    assert ReadFile.objects.get(sha256=kept.sha256).pages
    assert not letter.recipient.responses.exists()
    assert set(letter.recipient.answers.values_list("outcome", flat=True)) == {"unanswered"}
    event = audit.history(item).get()
    assert "put into the inbox what came in" in event.sentence


def test_what_is_of_nobody_known_is_held():
    item = taken(mail("Hello", From="x@nowhere.example"))
    assert item.recipient is None
    assert item in Incoming.objects.held()


def test_the_same_bytes_come_in_once_and_so_does_the_same_mail_by_another_way():
    first = taken(mail(Received="from a; Mon, 02 Nov 2026 10:00:00 -0500"))
    assert taken(mail(Received="from a; Mon, 02 Nov 2026 10:00:00 -0500")) == first
    assert taken(mail(Received="from b; Mon, 02 Nov 2026 10:00:05 -0500")) == first
    assert Incoming.objects.count() == 1


def test_another_mail_with_a_message_id_already_seen_is_not_lost():
    first = taken(mail("We confirm."))
    assert taken(mail("We decline.")) != first


def test_a_mail_that_comes_once_more_with_its_file_is_not_lost():
    """A gateway delivers the words first, and the file once it has looked into it."""
    first = taken(mail("Please see the attached letter."))
    second = taken(mail("Please see the attached letter.", files=(("reply.pdf", make_pdf()),)))
    other = taken(
        mail("Please see the attached letter.", files=(("reply.pdf", make_pdf(pages=2)),))
    )
    refused = taken(mail("Please see the attached letter.", files=(("reply.zip", b"PK.."),)))
    assert len({first, second, other, refused}) == 4
    again = mail(
        "Please see the attached letter.",
        files=(("reply.pdf", make_pdf()),),
        Received="from b; Mon, 02 Nov 2026 10:00:05 -0500",
    )
    assert taken(again) == second


def test_files_that_are_not_taken_out_are_said():
    item = taken(mail(files=tuple((f"{n}.pdf", make_pdf()) for n in range(22))))
    last = item.files.last()
    assert (last.file_name, last.sha256) == ("2 more files", "")
    assert "Download the e-mail" in last.refused


@pytest.mark.parametrize("wrong", [OverflowError("date"), DataError("too long")])
def test_what_the_program_fails_at_is_held_with_its_bytes(monkeypatch, caplog, wrong):
    def fails(**kwargs):
        raise wrong

    monkeypatch.setattr("letters.inbound.take_in.match", fails)
    item = taken(mail())
    assert "not taken apart" in item.unreadable
    assert filestore.get(item.sha256) == mail()
    assert "was not taken apart" in caplog.text


def test_a_fault_of_the_database_holds_nothing_and_is_tried_again(monkeypatch):
    def fails(**kwargs):
        raise OperationalError("gone")

    monkeypatch.setattr("letters.inbound.take_in.match", fails)
    with pytest.raises(OperationalError):
        taken(mail())
    assert not Incoming.objects.exists()


def test_a_file_that_could_act_by_itself_stays_inside_its_mail():
    item = taken(mail(files=(("run.exe", b"MZ..."),)))
    part = item.files.get()
    assert part.sha256 == ""
    assert "not a PDF" in part.refused


def test_a_mail_that_cannot_be_taken_apart_is_held_with_its_bytes(monkeypatch):
    def fails(content):
        raise message.CouldNotRead("it could not be read safely")

    monkeypatch.setattr(message, "read_message", fails)
    item = taken(mail())
    assert "not taken apart" in item.unreadable
    assert filestore.get(item.sha256) == mail()


def test_a_bounce_names_the_message_that_did_not_arrive(letter):
    sent = Dispatch.objects.create(
        letter=letter, channel="email", message_id="<x.1@ours>", queued_by=make_user()
    )
    item = taken(bounce("<x.1@ours>"))
    assert (item.looks_like, item.bounced, item.bounce_is_final) == ("bounce", sent, True)
    assert item.recipient == letter.recipient


def test_a_scan_is_matched_by_the_reference_in_its_text_or_its_name(letter):
    item = taken(typed_pdf(f"Our answer to {letter.reference}"), name="scan.pdf")
    assert (item.recipient, item.channel) == (letter.recipient, "post")
    by_name = taken(scan(), name=f"{letter.reference}.png")
    assert by_name.recipient == letter.recipient
    assert not ReadFile.objects.get(sha256=by_name.sha256).has_text


@pytest.mark.parametrize(
    ("content", "says"), [(b"", "empty"), (b"hello", "Save as"), (b"%PDF-broken", "Save as")]
)
def test_what_is_neither_mail_nor_scan_is_refused_and_leaves_nothing(content, says):
    with pytest.raises(NotTakenIn, match=says):
        taken(content)
    assert not Incoming.objects.exists()


def test_a_form_letter_is_known_again_with_other_names_and_days():
    first = taken(mail(LONG.format("May 1"), Message_ID="<1@a>"))
    second = taken(mail(LONG.format("June 12, 2026"), Message_ID="<2@b>", From="Lee <l@b.example>"))
    assert (second.alike, second.likeness) == (first, 100)
    near = taken(mail(LONG.format("May 1") + " Thank you.", Message_ID="<3@c>"))
    assert near.alike == first
    assert 85 <= near.likeness < 100
    other = taken(mail("We decline all of this. " * 10, Message_ID="<4@d>"))
    assert other.alike is None


def test_a_few_words_are_like_nothing():
    taken(mail("Thank you.", Message_ID="<1@a>"))
    assert taken(mail("Thank you.", Message_ID="<2@b>")).alike is None


def test_the_wording_leaves_out_who_writes_to_whom_and_when():
    text = (
        "Dear Mr. Sample,\nWe at Example University got CNF-2026-0001-X on May 3.\nSincerely,\nPat"
    )
    assert wording(text, ("Example University",)) == "we at got on"


@pytest.mark.parametrize("filling", ["\n", " ", "\t", "A", ".", "\n ", "AB-", "dear\n", "not "])
def test_a_mail_full_of_nothing_is_read_compared_and_searched(filling):
    """Expressions that look ahead at each of its characters would be at it for hours."""
    filled = ("We confirm" + filling * (200_000 // len(filling)))[:199_980] + " all of it."
    said = message._shown(filled)
    assert "of it" in f" {wording(said)} "
    assert references(said) == []
    assert suggest([said], {1: "One"}).by_demand is not None


class TestMailbox:
    @pytest.fixture
    def box(self, settings, tmp_path):
        settings.INBOUND_MAILDIR = str(tmp_path / "box")
        return mailbox.Maildir(tmp_path / "box")

    def test_what_is_new_comes_in_once_and_is_marked_as_seen(self, box):
        box.add(mail())
        read_inbox()
        read_inbox()
        item = Incoming.objects.get()
        assert item.added_by is None
        (seen,) = box
        assert (seen.get_subdir(), seen.get_flags()) == ("cur", "S")

    def test_a_message_seen_again_after_a_crash_comes_in_once(self, box):
        key = box.add(mail())
        maildir.read_mailbox()
        again = box.get_message(key)
        again.set_flags("")
        box[key] = again
        assert maildir.read_mailbox() == 0
        assert Incoming.objects.count() == 1

    def test_an_empty_file_stays_in_the_mailbox_and_keeps_no_other(self, box, caplog):
        (Path(box._path) / "new" / "1.empty").touch()
        box.add(mail())
        assert maildir.read_mailbox() == 1
        assert len(box) == 2
        assert "stays in the mailbox" in caplog.text
        assert {message.get_flags() for message in box} == {"S"}

    @pytest.mark.parametrize(
        "content",
        [
            b"\r\n\r\njunk",
            b"X-Filter: " + b"x" * 40_000 + b"\r\n" + mail(),
            mail("A long scan.", files=(("scan.pdf", b"%PDF-" + b"x" * 1_000),)),
        ],
        ids=["no header", "many headers", "too large"],
    )
    def test_whatever_is_in_the_mailbox_is_held_for_a_person(self, box, content, monkeypatch):
        monkeypatch.setattr("letters.inbound.take_in.MOST_BYTES", 1_000)
        (Path(box._path) / "new" / "1.odd").write_bytes(content)
        assert maildir.read_mailbox() == 1
        assert filestore.get(Incoming.objects.get().sha256) == content

    def test_the_bytes_in_the_mailbox_stay_as_they_are(self, box):
        content = mail("8 bit \xe9").replace(b"Subject: Your letter", b"Subject: \xff\xfe raw")
        (Path(box._path) / "new" / "1.raw").write_bytes(content)
        maildir.read_mailbox()
        assert (Path(box._path) / "cur" / "1.raw:2,S").read_bytes() == content

    def test_one_that_fails_keeps_no_other_and_is_tried_again(self, box, monkeypatch):
        for n in range(3):
            box.add(mail(f"Letter {n}", Message_ID=f"<{n}@a.example>"))
        whole = take_in.take_in

        def fails_at_one(*, content, **kwargs):
            if b"Letter 1" in content:
                raise OperationalError("gone")
            return whole(content=content, **kwargs)

        monkeypatch.setattr(maildir, "take_in", fails_at_one)
        with pytest.raises(OperationalError):
            maildir.read_mailbox()
        assert Incoming.objects.count() == 2
        monkeypatch.setattr(maildir, "take_in", whole)
        assert maildir.read_mailbox() == 1
        assert Incoming.objects.count() == 3

    def test_a_message_that_another_worker_took_is_passed_over(self, box, monkeypatch):
        box.add(mail())
        box.add(mail("Another", Message_ID="<2@a.example>"))
        unseen = maildir._unseen(Path(box._path))
        maildir.read_mailbox()
        monkeypatch.setattr(maildir, "_unseen", lambda folder: unseen)
        assert maildir.read_mailbox() == 0
        assert Incoming.objects.count() == 2

    def test_a_folder_that_is_no_mailbox_is_said(self, settings, tmp_path, caplog):
        settings.INBOUND_MAILDIR = str(tmp_path / "nowhere")
        assert maildir.read_mailbox() == 0
        assert "no Maildir" in caplog.text

    def test_without_a_mailbox_nothing_is_read(self, settings):
        settings.INBOUND_MAILDIR = ""
        assert maildir.read_mailbox() == 0


class TestPagesOfResponses:
    def recorded(self):
        from letters import uploads

        kept = uploads.keep(uploads.check("scan.pdf", typed_pdf("We confirm.")))
        return by_post(make_sealed_letter().recipient, scans=[kept]).documents.get()

    def test_documents_of_responses_are_read_once(self):
        document = self.recorded()
        assert pages.read_waiting(seconds=60) == 1
        assert pages.read_waiting(seconds=60) == 0
        assert ReadFile.objects.get(sha256=document.sha256).has_text

    def test_a_document_that_the_scanner_holds_is_not_opened(self, settings):
        self.recorded()
        settings.CLAMD = "tcp://127.0.0.1:1"
        assert pages.read_waiting(seconds=60) == 0

    def test_a_document_that_is_damaged_is_read_once_and_says_so(self):
        sha256 = filestore.put(b"%PDF-broken")
        assert "damaged" in pages.read(sha256, "application/pdf").refused
        assert pages.read(sha256, "application/pdf").refused
        assert timezone.now() >= ReadFile.objects.get().read_at
