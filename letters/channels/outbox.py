"""The embedded way of e-mail: each message is one file in a folder that a page shows.

Nothing here can reach a mailbox, which is why it is the default: a demo cannot write to a
real dean. A message is written under a temporary name and renamed, so that a file that is
there is whole.
"""

import datetime
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage as StoredMessage
from email.parser import BytesHeaderParser
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from letters.channels import NotTaken

_HEADERS = 16 * 1024  # no message of ours has longer headers


class OutboxBackend(BaseEmailBackend):
    """Django's e-mail backend that writes .eml files into `settings.OUTBOX_DIR`."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for message in email_messages:
            try:
                _write(message.message().as_bytes(linesep="\r\n"))  # type: ignore[call-arg]  # Django's own method
            except OSError as error:
                raise NotTaken(f"The outbox folder took no file: {error}.", again=True) from error
        return len(email_messages)


def _write(content: bytes) -> None:
    folder = Path(settings.OUTBOX_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    final = folder / f"{time.time_ns():020d}-{uuid.uuid4().hex}.eml"
    partial = final.with_suffix(".partial")
    partial.write_bytes(content)
    partial.replace(final)


@dataclass(frozen=True)
class Attachment:
    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True)
class Stored:
    """One message of the outbox, as its page lists it."""

    key: str
    at: datetime.datetime
    to: str
    sender: str
    subject: str
    message_id: str


class NoSuchMessage(Exception):
    """The outbox holds no message of that name."""


def listing(words: str = "") -> list[Stored]:
    """The messages whose addresses, subject or Message-ID hold `words`, newest first."""
    folder = Path(settings.OUTBOX_DIR)
    paths = sorted(folder.glob("*.eml"), reverse=True) if folder.is_dir() else []
    stored = (_stored(path) for path in paths)
    wanted = words.casefold().strip()
    return [one for one in stored if not wanted or wanted in _searched(one)]


def _searched(one: Stored) -> str:
    return f"{one.to} {one.subject} {one.message_id}".casefold()


def _stored(path: Path) -> Stored:
    with path.open("rb") as file:
        headers = BytesHeaderParser(policy=policy.default).parsebytes(file.read(_HEADERS))
    return Stored(
        key=path.stem,
        at=datetime.datetime.fromtimestamp(int(path.stem[:20]) / 1e9, datetime.UTC),
        to=str(headers.get("To", "")),
        sender=str(headers.get("From", "")),
        subject=str(headers.get("Subject", "")),
        message_id=str(headers.get("Message-ID", "")).strip(),
    )


def opened(key: str) -> tuple[Stored, str, list[Attachment]]:
    """One message, its plain text and its attachments. Raises NoSuchMessage."""
    path = _path(key)
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    assert isinstance(message, StoredMessage)  # noqa: S101 - what this policy makes
    body = message.get_body(("plain",))
    attachments = [
        Attachment(
            part.get_filename() or "attachment",
            part.get_content_type(),
            bytes(part.get_payload(decode=True)),
        )
        for part in message.iter_attachments()
    ]
    return _stored(path), body.get_content() if body else "", attachments


def _path(key: str) -> Path:
    path = Path(settings.OUTBOX_DIR) / f"{key}.eml"
    if path.name != f"{key}.eml" or "/" in key or not path.is_file():
        raise NoSuchMessage(f"The outbox holds no message {key}.")
    return path
