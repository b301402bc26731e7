"""The receipt as PDF: every word of the answer, made once, and never in the way of the record."""

import page as validator
import pytest
from django.core import mail

from campaigns import filestore
from letters import tasks, uploads
from letters.actions import receipt_pdf
from letters.merge import pages, press
from letters.models import Response
from tests.factories import make_pdf, make_sealed_letter
from tests.letters.actions.test_respond import by_portal, by_post, item

pytestmark = pytest.mark.django_db
NASTY = "All but <b>one</b> & two {{ three }}.\nSecond line with " + "x" * 200


def answered(**changes) -> Response:
    letter = make_sealed_letter()
    said = item(letter.recipient, 1, "partial", text=changes.pop("text", NASTY))
    return by_portal(letter, said, signed_as="Dana Dean", **changes)


def test_the_pdf_says_all_that_the_text_says():
    kept = uploads.keep(uploads.check("signed & sealed.pdf", make_pdf()))
    response = answered(documents=[kept])
    receipt_pdf.make(response)
    pdf = filestore.get(response.receipt_pdf_sha256)
    said = " ".join(pages.text(pdf).split())
    for words in (
        response.receipt,
        response.recipient.institution.name,
        response.letter.reference,
        "Demand 1: Demand 1",
        "In part",
        "All but <b>one</b> & two {{ three }}.",
        "Second line",
        "Dana Dean",
        "Authorised by the Board",
        "I may give these answers for",
        "signed & sealed.pdf",
    ):
        assert words in said
    bare = said.replace(" ", "")
    assert response.receipt_sha256 in bare
    assert kept.sha256 in bare
    assert validator.validate_pdf_bytes(pdf, profile="ua1").is_compliant


def test_it_is_made_once_and_the_same_every_time():
    response = answered()
    tasks.send_receipts()
    response.refresh_from_db()
    first = response.receipt_pdf_sha256
    tasks.send_receipts()
    response.refresh_from_db()
    assert response.receipt_pdf_sha256 == first
    assert filestore.sha256_of(press.receipt(receipt_pdf.sheet(response)).pdf) == first


def test_the_longest_answer_is_printed_whole():
    long = "A sentence of the policy in question. " * 260
    response = answered(text=long)
    receipt_pdf.make(response)
    said = " ".join(pages.text(filestore.get(response.receipt_pdf_sha256)).split())
    assert said.count("policy in question") >= 250


def test_a_signature_stands_on_the_page_of_what_it_signs():
    letter = make_sealed_letter()
    for lines in range(20, 34, 2):  # one of them ends at the foot of a page
        said = item(letter.recipient, 1, "partial", text="A line.\n" * lines)
        response = by_portal(letter, said, signed_as="Sam Signer", submission=str(lines))
        made = press.receipt(receipt_pdf.sheet(response))
        (signed,) = (page for page in _pages(made.pdf) if "I may give these answers" in page)
        assert "Sam Signer" in signed


def _pages(pdf: bytes) -> list[str]:
    return pages.text(pdf).split("\f")


def test_what_the_typeface_lacks_leaves_the_text_and_goes_out_without_a_pdf():
    response = answered(text="我们同意", email="dean@example.invalid")
    tasks.send_receipts()
    response.refresh_from_db()
    assert response.receipt_pdf_sha256 == ""
    assert "U+6211" in response.receipt_pdf_problem
    (sent,) = mail.outbox
    assert [name for name, _, _ in sent.attachments] == [f"{response.receipt}.txt"]
    assert receipt_pdf.make_waiting() == 0


def test_the_e_mail_carries_the_pdf_too():
    response = answered(email="dean@example.invalid")
    tasks.send_receipts()
    (sent,) = mail.outbox
    name, content, kind = sent.attachments[1]
    assert (name, kind) == (f"{response.receipt}.pdf", "application/pdf")
    assert content.startswith(b"%PDF-")


def test_what_staff_recorded_has_none():
    by_post(make_sealed_letter().recipient)
    assert receipt_pdf.make_waiting() == 0


def test_many_wait_in_portions(monkeypatch):
    monkeypatch.setattr(receipt_pdf, "AT_ONCE", 1)
    woken = []
    monkeypatch.setattr(receipt_pdf, "wake", woken.append)
    answered(submission="one")
    answered(submission="two")
    assert receipt_pdf.make_waiting() == 1
    assert woken == [receipt_pdf.SEND_RECEIPTS]
    assert Response.objects.receipt_to_set().count() == 1


def test_the_page_offers_the_pdf_once_it_is_there(client):
    from letters.merge import codes

    response = answered()
    client.get(f"/respond/c/{codes.derive(response.letter.reference).code}/")
    page = f"/respond/receipt/{response.receipt}/"
    assert "The PDF is being made" in client.get(page).content.decode()
    assert client.get(f"{page}receipt.pdf").status_code == 404
    tasks.send_receipts()
    assert f"{page}receipt.pdf" in client.get(page).content.decode()
    got = client.get(f"{page}receipt.pdf")
    assert got.content.startswith(b"%PDF-")
    assert got["Content-Disposition"] == f'attachment; filename="{response.receipt}.pdf"'
