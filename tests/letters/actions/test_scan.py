"""Files are held until the scanner has passed them, whatever becomes of the scanner."""

import uuid

import pytest
from django.utils import timezone

from campaigns import audit, filestore
from campaigns.models import AuditEvent, Task
from letters import uploads
from letters.actions import incoming as incoming_actions
from letters.actions import scan
from letters.models import Response, ResponseDocument, ScannedFile
from letters.tasks import scan_documents
from letters.uploads import KeptFile
from tests.factories import make_sealed_letter, make_user
from tests.letters.actions.test_incoming import record
from tests.letters.actions.test_respond import by_portal
from tests.letters.channels.scanner import EICAR, Scanner, listening
from tests.letters.inbound.mails import mail, taken, typed_pdf

pytestmark = pytest.mark.django_db


def kept(content: bytes, name: str = "reply.pdf") -> KeptFile:
    return KeptFile(filestore.put(content), name, uploads.PDF, len(content))


def answered(*contents: bytes) -> Response:
    documents = [kept(content, f"{number}.pdf") for number, content in enumerate(contents, start=1)]
    return by_portal(make_sealed_letter(), documents=documents, submission=str(uuid.uuid4()))


def scans() -> list[str]:
    return list(ResponseDocument.objects.order_by("pk").values_list("scan", flat=True))


@pytest.fixture
def scanner(settings):
    with listening(Scanner()) as server:
        settings.CLAMD = server.address
        yield server


def test_without_a_scanner_nothing_is_scanned_and_nothing_held(settings):
    answered(b"one")
    assert scan.scan_waiting(now=timezone.now()) == 0
    assert scans() == ["unscanned"]
    assert not ResponseDocument.objects.get().is_held


def test_a_file_is_passed_once(scanner):
    answered(b"one", b"two")
    assert all(document.is_held for document in ResponseDocument.objects.all())
    now = timezone.now()
    assert scan.scan_waiting(now=now) == 2
    assert scan.scan_waiting(now=now) == 0
    assert scanner.scanned == [b"one", b"two"]
    for document in ResponseDocument.objects.all():
        assert (document.scan, document.scanned_at, document.is_held) == ("clean", now, False)


def test_a_virus_holds_its_file_alone_and_a_person_is_told(scanner):
    response = answered(b"plain", b"%PDF-" + EICAR)
    scan.scan_waiting(now=timezone.now())
    assert scans() == ["clean", "infected"]
    infected = response.documents.get(scan="infected")
    assert infected.is_held
    assert infected.scan_found == "Eicar-Test-Signature"
    event = AuditEvent.objects.get(verb="document.infected")
    assert "Eicar-Test-Signature" in event.sentence and "2.pdf" in event.sentence
    assert audit.verify().holds
    task = Task.objects.get()
    assert (task.recipient, task.key) == (response.recipient, f"infected:{infected.pk}")


def test_a_scanner_that_is_down_holds_everything_and_the_beat_tries_again(scanner, settings):
    answered(b"one", b"two")
    working, settings.CLAMD = settings.CLAMD, "tcp://127.0.0.1:1"
    scan_documents()
    assert scans() == ["unscanned", "unscanned"]
    assert all(document.is_held for document in ResponseDocument.objects.all())
    settings.CLAMD = working
    scan_documents()
    assert scans() == ["clean", "clean"]


def test_a_file_that_is_not_judged_stays_held_and_keeps_no_other_back(scanner, settings):
    first = kept(b"one")
    by_portal(make_sealed_letter(), documents=[first, kept(b"two")])
    ResponseDocument.objects.filter(sha256=first.sha256).update(sha256="0" * 64)  # lost on disk
    scan.scan_waiting(now=timezone.now())
    assert scans() == ["unscanned", "clean"]
    scanner.answer = b"INSTREAM size limit exceeded. ERROR\0"
    answered(b"three")
    scan.scan_waiting(now=timezone.now())
    assert scans() == ["unscanned", "clean", "unscanned"]


def test_what_another_worker_judged_is_not_judged_again(scanner):
    answered(EICAR)
    document = ResponseDocument.objects.select_related("response__recipient__campaign").get()
    ResponseDocument.objects.update(scan="clean", scanned_at=timezone.now())
    assert not scan._judge(document, "Eicar-Test-Signature", timezone.now())
    assert not Task.objects.exists()


def test_a_failing_audit_event_leaves_the_file_unjudged(scanner, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError

    answered(EICAR)
    monkeypatch.setattr(audit, "record", fail)
    with pytest.raises(RuntimeError):
        scan.scan_waiting(now=timezone.now())
    assert scans() == ["unscanned"]
    assert not Task.objects.exists()


class TestInbox:
    """E-mails and scans are scanned while they wait, by the hash of each file."""

    @pytest.fixture
    def letter(self):
        return make_sealed_letter()

    @pytest.fixture
    def came(self, letter):
        words = f"We decline, see {letter.reference}."
        return taken(mail(words, files=(("a.pdf", typed_pdf("No.") + EICAR),)))

    @pytest.fixture
    def clean(self, letter):
        words = f"We decline, see {letter.reference}."
        return taken(mail(words, files=(("a.pdf", typed_pdf("No.")),)))

    @pytest.fixture
    def clerk(self):
        return make_user("clerk")

    def held(self, item) -> set[str]:
        hashes = [item.sha256, *item.files.values_list("sha256", flat=True)]
        return set(ScannedFile.objects.held(hashes).values())

    def test_without_a_scanner_nothing_is_held(self, clean, clerk):
        assert self.held(clean) == set()
        assert record(clean, clerk)

    def test_the_mail_and_each_of_its_files_are_passed_once(self, scanner, clean):
        assert self.held(clean) == {""}
        assert scan.scan_waiting(now=timezone.now()) == 2
        assert scan.scan_waiting(now=timezone.now()) == 0
        assert self.held(clean) == set()
        assert set(scanner.scanned) == {filestore.get(clean.sha256), typed_pdf("No.")}

    def test_a_scan_is_its_own_only_file_and_scanned_once(self, scanner):
        item = taken(typed_pdf("No."), name="scan.pdf")
        assert scan.scan_waiting(now=timezone.now()) == 1
        assert self.held(item) == set()

    def test_a_virus_holds_its_file_for_good_and_is_on_record(self, scanner, came, settings):
        scan.scan_waiting(now=timezone.now())
        assert self.held(came) == {"Eicar-Test-Signature"}
        event = audit.history(came).get(verb="incoming.infected")
        assert str(came) in event.sentence
        settings.CLAMD = ""
        assert self.held(came) == {"Eicar-Test-Signature"}

    def test_a_scanner_that_is_down_holds_it_from_being_recorded(
        self, scanner, settings, clean, clerk
    ):
        working, settings.CLAMD = settings.CLAMD, "tcp://127.0.0.1:1"
        scan_documents()
        assert self.held(clean) == {""}
        with pytest.raises(incoming_actions.NotScannedYet, match="has not looked at it yet"):
            record(clean, clerk)
        assert not Response.objects.exists()
        settings.CLAMD = working
        scan_documents()
        assert record(clean, clerk)

    def test_what_was_said_in_the_inbox_is_said_of_the_response(self, scanner, came, clerk):
        scan.scan_waiting(now=timezone.now())
        response = record(came, clerk)
        said = dict(response.documents.values_list("file_name", "scan"))
        assert said == {"one.eml": "clean", "a.pdf": "infected"}
        held = response.documents.get(scan="infected")
        assert (
            held.is_held
            and held.scanned_at == ScannedFile.objects.exclude(found="").get().scanned_at
        )
        assert Task.objects.get(key=f"infected:{held.pk}").recipient == response.recipient

    def test_what_another_worker_judged_is_not_told_again(self, scanner, came):
        scan.scan_waiting(now=timezone.now())
        assert not scan._judge_incoming(
            came.files.get().sha256, "Eicar-Test-Signature", timezone.now()
        )
        assert AuditEvent.objects.filter(verb="incoming.infected").count() == 1

    def test_a_failing_audit_event_leaves_it_unjudged(self, scanner, came, monkeypatch):
        def fail(*args, **kwargs):
            raise RuntimeError

        monkeypatch.setattr(audit, "record", fail)
        with pytest.raises(RuntimeError):
            scan._judge_incoming(came.sha256, "Eicar-Test-Signature", timezone.now())
        assert not ScannedFile.objects.exists()
