"""E-mails and documents from outside, read in bounded processes, as plain values."""

import datetime
import re
import unicodedata
from dataclasses import dataclass
from typing import Any

from letters.inbound import child
from letters.inbound.child import CouldNotRead
from letters.inbound.read_message import without_gaps

_HEADER = re.compile(rb"^[!-9;-~]{1,70}:", re.M)
_FIRST = re.compile(rb"^(?:[!-9;-~]{1,70}:|From )")


@dataclass(frozen=True)
class AttachedFile:
    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True)
class Message:
    """What one e-mail says, whatever it was wrapped in."""

    message_id: str
    answers: tuple[str, ...]
    sender_name: str
    sender_email: str
    to: tuple[str, ...]
    subject: str
    at: datetime.datetime | None
    text: str
    quoted: str
    looks_like: str
    because: str
    is_final: bool
    bounced_to: tuple[str, ...]
    files: tuple[AttachedFile, ...]
    files_left_in: int = 0


@dataclass(frozen=True)
class Pages:
    """The text of each page, and its picture where it has one."""

    texts: tuple[str, ...]
    pictures: tuple[bytes, ...]
    left_out: int


def is_email(content: bytes) -> bool:
    """Whether the bytes begin as an e-mail does: with headers, From among them."""
    head = content[:32_768].lstrip(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    if not _FIRST.match(head):
        return False
    names = {name.rstrip(b":").lower() for name in _HEADER.findall(head)}
    return b"from" in names and bool(names & {b"date", b"message-id", b"received", b"subject"})


def read_message(content: bytes) -> Message:
    """Raises CouldNotRead."""
    said, contents = child.run("read_message.py", content)
    said = _shown(said)
    files = zip(said.pop("files"), contents, strict=True)
    date = said.pop("date")
    return Message(
        **{**said, **{name: tuple(said[name]) for name in ("answers", "to", "bounced_to")}},
        at=datetime.datetime.fromisoformat(date) if date else None,
        files=tuple(AttachedFile(content=content, **file) for file, content in files),
    )


def read_pages(media_type: str, content: bytes) -> Pages:
    """Raises CouldNotRead."""
    said, pictures = child.run("read_pages.py", content, media_type)
    return Pages(tuple(_shown(said["texts"])), tuple(pictures), said["left_out"])


def _shown(said: Any) -> Any:
    """Every text in it as one that cannot be shown as another than it is, and can be stored."""
    if isinstance(said, dict):
        return {key: _shown(value) for key, value in said.items()}
    if isinstance(said, list):
        return [_shown(value) for value in said]
    if not isinstance(said, str):
        return said
    text = unicodedata.normalize("NFC", said.replace("\r\n", "\n").replace("\r", "\n"))
    text = "".join(
        char if char in "\n\t" or unicodedata.category(char) not in _UNSEEN else "�"
        for char in text
        if char not in _INVISIBLE
    )
    return without_gaps(text)


# Control, direction, surrogate, private and unassigned characters.
_UNSEEN = ("Cc", "Cf", "Cs", "Co", "Cn")
_INVISIBLE = "\u00ad\u200b\ufeff"


__all__ = ["CouldNotRead", "Message", "Pages", "is_email", "read_message", "read_pages"]
