"""E-mail: the sealed PDF attached, one message per recipient.

What a mail server's error means depends on when it came. Before the first byte of the
message nothing was offered, and an explicit refusal is a refusal; after it, silence means
that nobody knows. A server that takes a message and then drops the line raises the same
error as one that never listened, so the moment is watched and not guessed.
"""

import logging
import smtplib
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.core.validators import validate_email
from django.template.loader import render_to_string

from letters.channels import LeftUnknown, NoLongerOurs, NotTaken
from letters.models import Dispatch, Letter

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Cover:
    """What the e-mail around a letter says; all else is in the letter itself."""

    organisation: str
    salutation: str
    reference: str
    deadline: str
    start_url: str
    reply_to: str = ""


class Email:
    channel = Dispatch.Channel.EMAIL

    def lacks(self, letter: Letter) -> str:
        if not letter.email:
            return "It is to go by e-mail and there is no e-mail address."
        try:
            validate_email(letter.email)
        except ValidationError:
            return f"“{letter.email}” is not an e-mail address."
        return ""

    def message_id(self, dispatch: Dispatch) -> str:
        """Made from the row, so that after a crash the message can be looked up by it."""
        domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
        return f"<{dispatch.letter.reference.lower()}.{dispatch.pk}@{domain}>"

    def send(
        self, dispatch: Dispatch, cover: Cover, pdf: bytes, *, offer: Callable[[], None]
    ) -> None:
        """Hand one message over. Raises NotTaken or LeftUnknown.

        `offer` is called at the last moment at which nothing has left, and raises NoLongerOurs
        where the message must not leave any more.
        """
        message = EmailMessage(
            subject=f"Letter from {cover.organisation}, our reference {cover.reference}",
            body=render_to_string("emails/letter.txt", {"cover": cover}),
            to=[dispatch.to_address],
            reply_to=[cover.reply_to] if cover.reply_to else None,
            headers={"Message-ID": dispatch.message_id, "Auto-Submitted": "no"},
        )
        message.attach(f"{cover.reference}.pdf", pdf, "application/pdf")
        connection = get_connection()
        _open(connection)
        try:
            _hand_over(connection, message, offer)
        finally:
            _close(connection)


def _open(connection: BaseEmailBackend) -> None:
    try:
        connection.open()
    except (smtplib.SMTPException, OSError) as error:
        raise NotTaken(f"The mail server was not reached: {_said(error)}", again=True) from error


def _hand_over(
    connection: BaseEmailBackend, message: EmailMessage, offer: Callable[[], None]
) -> None:
    moment = _Moment.watching(connection, offer)
    try:
        taken = connection.send_messages([message])
    except (NotTaken, NoLongerOurs):
        raise
    except smtplib.SMTPRecipientsRefused as error:
        code, text = next(iter(error.recipients.values()))
        raise NotTaken(f"The address was refused: {_reply(code, text)}", again=code < 500) from None
    except smtplib.SMTPResponseException as error:
        said = _reply(error.smtp_code, error.smtp_error)
        raise NotTaken(
            f"The mail server refused the message: {said}", again=error.smtp_code < 500
        ) from error
    except Exception as error:
        if moment.nothing_offered:
            raise NotTaken(
                f"The line broke before the message: {_said(error)}", again=True
            ) from error
        raise LeftUnknown(
            f"The mail server did not answer after the message: {_said(error)}"
        ) from error
    if not taken:
        raise NotTaken("The mail server took no message.", again=True)


def _close(connection: BaseEmailBackend) -> None:
    """A fault in saying goodbye says nothing about a message that was already answered."""
    try:
        connection.close()
    except (smtplib.SMTPException, OSError) as error:
        logger.info("The mail server's line did not close well: %s", error)


class _Moment:
    """Whether the first byte of the message was offered.

    Of an SMTP line it is watched, and `offer` is asked right before the command DATA. Of other
    backends the moment is not known, so `offer` is asked before they have the message at all.
    """

    def __init__(self) -> None:
        self.nothing_offered = False

    @classmethod
    def watching(cls, connection: BaseEmailBackend, offer: Callable[[], None]) -> "_Moment":
        moment = cls()
        line = getattr(connection, "connection", None)
        if not isinstance(line, smtplib.SMTP):
            offer()
            return moment
        moment.nothing_offered = True
        data = line.data

        def offering(message: Any) -> Any:
            offer()
            moment.nothing_offered = False
            return data(message)

        line.data = offering  # type: ignore[method-assign, assignment]
        return moment


def _reply(code: int, text: bytes | str) -> str:
    said = text.decode(errors="replace") if isinstance(text, bytes) else text
    return f"{code} {said}"[:400]


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:400]
