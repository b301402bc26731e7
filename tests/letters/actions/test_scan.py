"""Files are held until the scanner has passed them, whatever becomes of the scanner."""

import uuid

import pytest
from django.utils import timezone

from campaigns import audit, filestore
from campaigns.models import AuditEvent, Task
from letters import uploads
from letters.actions import scan
from letters.models import Response, ResponseDocument
from letters.tasks import scan_documents
from letters.uploads import KeptFile
from tests.factories import make_sealed_letter
from tests.letters.actions.test_respond import by_portal
from tests.letters.channels.scanner import EICAR, Scanner, listening

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
