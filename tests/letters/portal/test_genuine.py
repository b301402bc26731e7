"""Is this letter genuine: what anyone may learn of a letter, and what nobody does."""

import datetime
import hashlib
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from campaigns import filestore
from letters.actions import genuine
from letters.models import GenuineTry, Letter
from tests.factories import make_letter, make_pdf, make_sealed_letter

pytestmark = pytest.mark.django_db
PAGE = "/respond/genuine/"


def ask(client: Client, reference: str = "", pdf: bytes = b"", name: str = "letter.pdf"):
    asked = {"reference": reference}
    if pdf:
        asked["pdf"] = SimpleUploadedFile(name, pdf, "application/pdf")
    return client.post(PAGE, asked)


def sealed_bytes(letter: Letter) -> bytes:
    return filestore.get(letter.pdf_sha256)


def withdraw(letter: Letter) -> None:
    Letter.objects.filter(pk=letter.pk).update(status="void", status_reason="Wrong date.")


def test_the_page_is_offered_to_anyone(client):
    assert PAGE in client.get("/respond/").content.decode()
    page = client.get(PAGE)
    assert page.status_code == 200
    assert "Is this letter genuine?" in page.content.decode()


def test_a_reference_says_who_issued_the_letter_and_when_and_not_to_whom(client, letter):
    page = ask(client, letter.reference.lower().replace("-", " ")).content.decode()
    assert "A letter with this reference was issued" in page
    assert genuine.Verdict(genuine.Finding.ISSUED, letter).organisation in page
    assert f"{letter.mailing.letter_date:%B} {letter.mailing.letter_date.day}" in page
    assert letter.recipient.institution.name not in page


def test_the_very_bytes_are_genuine_and_name_the_recipient(client, letter):
    page = ask(client, pdf=sealed_bytes(letter), name="renamed.pdf").content.decode()
    assert "This letter is genuine" in page
    assert letter.reference in page
    assert letter.recipient.institution.name in page
    assert letter.pdf_sha256 in page


@pytest.mark.parametrize("how", ["typed", "in the name of the file"])
def test_another_file_of_the_same_reference_is_different(client, letter, how):
    changed = sealed_bytes(letter) + b"\n"
    asked = {"reference": letter.reference} if how == "typed" else {}
    page = ask(client, pdf=changed, name=f"{letter.reference}.pdf", **asked).content.decode()
    assert "The file is not the letter that was issued" in page
    assert letter.recipient.institution.name not in page
    assert hashlib.sha256(changed).hexdigest() in page


def test_the_bytes_count_more_than_a_mistyped_reference(client, letter):
    page = ask(client, "CNF-2026-9999-X", sealed_bytes(letter)).content.decode()
    assert "This letter is genuine" in page


@pytest.mark.parametrize("asked", ["CNF-1999-0001-A", "nonsense", "<script>", "Ä" * 60])
def test_what_was_never_issued_is_not_known(client, letter, asked):
    page = ask(client, asked).content.decode()
    assert "No such letter is known here" in page
    assert "<script>" not in page


def test_a_file_nobody_knows_asks_for_the_reference(client, letter):
    page = ask(client, pdf=make_pdf(pages=7)).content.decode()
    assert "No such letter is known here" in page
    assert "Type the reference from its first page as well" in page


def test_a_draft_is_not_known(client):
    draft = make_letter(make_sealed_letter().mailing)
    assert "No such letter is known here" in ask(client, draft.reference).content.decode()


def test_a_withdrawn_letter_says_so_and_when_it_was_replaced(client, letter):
    withdraw(letter)
    alone = ask(client, pdf=sealed_bytes(letter)).content.decode()
    assert "This letter was withdrawn" in alone
    assert "No letter has taken its place so far" in alone
    later = make_letter(
        letter.mailing,
        letter.recipient,
        status="sealed",
        pdf_sha256="1" * 64,
        page_count=1,
        sealed_at=letter.sealed_at + datetime.timedelta(days=1),
    )
    for page in (ask(client, letter.reference), ask(client, pdf=sealed_bytes(letter))):
        assert "takes its place" in page.content.decode()
        assert later.reference not in page.content.decode()


def test_nothing_asked_is_said_beside_the_field(client):
    page = ask(client)
    assert page.status_code == 422
    assert "Type the reference, or choose the PDF" in page.content.decode()
    assert not GenuineTry.objects.exists()


def test_an_empty_file_is_a_file_that_nobody_knows(client, letter):
    asked = {"reference": "", "pdf": SimpleUploadedFile("letter.pdf", b"")}
    page = client.post(PAGE, asked)
    assert page.status_code == 200
    assert "is not the file of any letter" in page.content.decode()


def test_no_byte_of_the_file_is_kept(client, letter, settings, tmp_path: Path):
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "uploads"
    Path(settings.FILE_UPLOAD_TEMP_DIR).mkdir()
    before = sorted(tmp_path.rglob("*"))
    page = ask(client, pdf=b"%PDF-" + b"x" * 5_000_000)  # so large that Django would use a disk
    assert "(4.8" in page.content.decode()
    assert sorted(tmp_path.rglob("*")) == before


def test_questions_from_one_place_are_limited_for_an_hour(client, letter, time_machine):
    time_machine.move_to("2026-12-01T12:00:00Z", tick=False)
    for _ in range(genuine.QUESTIONS):
        assert ask(client, letter.reference).status_code == 200
    locked = ask(client, letter.reference)
    assert locked.status_code == 429
    assert "Wait an hour" in locked.content.decode()
    assert "reference was issued" not in locked.content.decode()
    elsewhere = Client(REMOTE_ADDR="203.0.113.9")
    assert ask(elsewhere, letter.reference).status_code == 200
    time_machine.shift(3601)
    assert ask(client, letter.reference).status_code == 200
    assert GenuineTry.objects.count() == 1


def test_knocking_does_not_keep_the_door_shut(client, letter):
    for _ in range(genuine.QUESTIONS + 5):
        ask(client, letter.reference)
    assert GenuineTry.objects.count() == genuine.QUESTIONS


def test_a_form_from_another_site_is_refused(letter):
    strict = Client(enforce_csrf_checks=True)
    assert ask(strict, letter.reference, make_pdf()).status_code == 403
    strict.get(PAGE)
    asked = {
        "reference": letter.reference,
        "csrfmiddlewaretoken": strict.cookies["csrftoken"].value,
    }
    assert strict.post(PAGE, asked).status_code == 200


def test_a_request_too_large_is_refused_before_it_is_read(client, settings):
    settings.REQUEST_MOST_BYTES = 100
    assert ask(client, pdf=b"x" * 1000).status_code == 400
