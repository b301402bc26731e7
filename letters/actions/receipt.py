"""Sending receipts by e-mail to those who asked for one on the response page.

At most once: a response is claimed before its message is handed over, and a claim that
ended in an error is shown to staff and never repeated by itself.
"""

import datetime
import logging
import smtplib

from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import timezone

from campaigns import filestore
from letters.actions import receipt_pdf
from letters.actions.wake import SEND_RECEIPTS, wake
from letters.merge import context
from letters.models import Response

logger = logging.getLogger(__name__)


def send_waiting(*, now: datetime.datetime) -> int:
    """Send every receipt that nobody has taken up; returns how many left."""
    waiting = Response.objects.receipt_to_send().values_list("pk", flat=True)
    return sum(_send(pk, now) for pk in list(waiting))


def revive() -> None:
    """Wake a worker where a receipt waits: the message that should have may be lost."""
    responses = Response.objects
    if responses.receipt_to_send().exists() or responses.receipt_to_set().exists():
        wake(SEND_RECEIPTS)


def _send(pk: int, now: datetime.datetime) -> bool:
    if not Response.objects.receipt_to_send().filter(pk=pk).update(receipt_claimed_at=now):
        return False  # another worker took it
    response = Response.objects.select_related(
        "letter", "recipient__campaign__sender__letterhead"
    ).get(pk=pk)
    if not response.receipt_pdf_sha256 and not response.receipt_pdf_problem:
        receipt_pdf.make(response)
    try:
        message(response).send()
    except (smtplib.SMTPException, OSError) as error:
        logger.error("The receipt %s may not have left: %s", response.receipt, error)
        return False
    Response.objects.filter(pk=pk).update(receipt_sent_at=timezone.now())
    return True


def message(response: Response) -> EmailMessage:
    """The e-mail that carries the receipt, its text attached byte for byte, and its PDF.

    It speaks in the name in which the letter went out; replies go where the sender is today.
    """
    letter = response.letter
    assert letter  # noqa: S101 - what came by the response page answers a letter
    reply_to = response.recipient.campaign.sender.letterhead.email
    text = filestore.get(response.receipt_sha256)
    what = "answer" if response.is_answer else "request"
    body = render_to_string(
        "emails/receipt.txt",
        {
            "organisation": context.letterhead(letter).organisation,
            "reply_to": reply_to,
            "reference": letter.reference,
            "receipt": response.receipt,
            "sha256": response.receipt_sha256,
            "text": text.decode(),
            "what": what,
        },
    )
    email = EmailMessage(
        subject=f"Receipt {response.receipt}: your {what} was received",
        body=body,
        to=[response.respondent_email],
        reply_to=[reply_to] if reply_to else None,
        headers={"Auto-Submitted": "auto-replied"},
    )
    email.attach(f"{response.receipt}.txt", text, "text/plain")
    if response.receipt_pdf_sha256:
        pdf = filestore.get(response.receipt_pdf_sha256)
        email.attach(f"{response.receipt}.pdf", pdf, "application/pdf")
    return email
