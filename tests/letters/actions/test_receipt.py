"""Receipts by e-mail: to those who asked, once, with the text byte for byte."""

import hashlib

import pytest
from django.core import mail
from django.utils import timezone

from letters import tasks
from letters.actions import receipt
from letters.models import Response
from tests.factories import make_sealed_letter
from tests.letters.actions.test_respond import by_portal, by_post

pytestmark = pytest.mark.django_db


@pytest.fixture
def response() -> Response:
    return by_portal(make_sealed_letter(), email="dean@example.invalid")


def send() -> int:
    return receipt.send_waiting(now=timezone.now())


def test_a_receipt_goes_to_who_asked_with_its_text_attached(response):
    assert send() == 1
    message = mail.outbox[0]
    assert message.to == ["dean@example.invalid"]
    assert response.receipt in message.subject
    name, content, _ = message.attachments[0]
    assert name == f"{response.receipt}.txt"
    raw = content.encode() if isinstance(content, str) else content
    assert hashlib.sha256(raw).hexdigest() == response.receipt_sha256
    assert response.receipt_sha256 in message.body
    response.refresh_from_db()
    assert response.receipt_sent_at


def test_a_receipt_is_sent_once(response):
    send()
    assert send() == 0
    assert len(mail.outbox) == 1


def test_a_receipt_that_another_worker_took_is_left_to_it(response):
    Response.objects.update(receipt_claimed_at=timezone.now())
    assert send() == 0
    assert mail.outbox == []


def test_an_error_of_the_mail_server_is_not_repeated_and_does_not_stop_the_others(
    response, monkeypatch, caplog
):
    by_portal(make_sealed_letter(), email="provost@example.invalid", submission="two")
    sent = receipt.EmailMessage.send

    def refuse_the_dean(message, *args, **kwargs):
        if message.to == ["dean@example.invalid"]:
            raise OSError("connection lost")
        return sent(message, *args, **kwargs)

    monkeypatch.setattr(receipt.EmailMessage, "send", refuse_the_dean)
    assert send() == 1
    assert send() == 0
    assert [message.to for message in mail.outbox] == [["provost@example.invalid"]]
    assert "may not have left" in caplog.text
    response.refresh_from_db()
    assert response.receipt_claimed_at
    assert response.receipt_sent_at is None


def test_no_receipt_goes_to_who_did_not_ask_or_who_wrote_by_post():
    letter = make_sealed_letter()
    by_portal(letter)
    by_post(letter.recipient, email="dean@example.invalid")
    assert send() == 0


def test_a_name_with_markup_is_written_as_typed(response):
    letter = response.letter
    letter.merge_data["letterhead"]["organisation"] = "Sample & <Sons>"
    letter.save()
    send()
    assert mail.outbox[0].body.startswith("Sample & <Sons> has received")


def test_the_worker_sends_what_waits(response):
    tasks.send_receipts()
    assert len(mail.outbox) == 1


def test_a_receipt_whose_message_was_lost_is_found_by_the_sweep(
    response, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks() as callbacks:
        receipt.revive()
    assert len(callbacks) == 1
    send()
    with django_capture_on_commit_callbacks() as callbacks:
        receipt.revive()
    assert callbacks == []
