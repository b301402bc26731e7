"""Taking in what a clerk drops or the mailbox holds: read, matched, compared, and kept.

Whatever it is, the bytes as they came are kept first. What cannot be read is held as well, and a
person opens it; nothing is lost because a parser failed.
"""

import datetime
import logging
from dataclasses import replace

from django.db import DataError
from django.utils import timezone

from campaigns import filestore
from campaigns.actions import Refused
from campaigns.models import Channel, User
from campaigns.text import UnsafeText, clean_line
from letters import uploads
from letters.actions import incoming as actions
from letters.actions.incoming import Arrived, Part
from letters.inbound import alike, message, pages
from letters.inbound.child import CouldNotRead
from letters.inbound.match import match
from letters.inbound.message import AttachedFile
from letters.models import Incoming
from letters.uploads import KeptFile, UploadRefused

logger = logging.getLogger(__name__)
MOST_BYTES = 25 * 1024 * 1024  # what mail servers take
# What a program says of content that nobody thought of. A fault of the database or of the disk
# is none of these: that passes, and the e-mail is taken in then.
_FAILED_AT = (
    ArithmeticError, AttributeError, DataError, LookupError, RuntimeError, TypeError, ValueError,
)  # fmt: skip


class NotTakenIn(Refused):
    """The file is no e-mail and no scan; the sentence says what to do."""


def take_in(
    *,
    name: str,
    content: bytes,
    channel: str,
    received_on: datetime.date,
    now: datetime.datetime,
    by: User | None,
) -> tuple[Incoming, bool]:
    """The item, and whether it is new. Raises NotTakenIn.

    An e-mail says itself by which way and when it came; `channel` and `received_on` are of scans.
    Whatever the mailbox holds is an e-mail, and is held for a person: `by` is None then.
    """
    if not content:
        raise NotTakenIn("The file is empty.")
    if by and not message.is_email(content):
        arrived = _scan(name, content, channel, received_on)
        return actions.receive(arrived=_compared(arrived), now=now, by=by)
    if by and len(content) > MOST_BYTES:
        raise NotTakenIn("The e-mail is larger than 25 MB. Save its files and add those.")
    original = KeptFile(filestore.put(content), _file_name(name), uploads.EMAIL, len(content))
    try:
        return actions.receive(arrived=_email(original, content, now), now=now, by=by)
    except _FAILED_AT:
        logger.exception("%s was not taken apart and is held with its bytes", name)
        held = _whole(original, "the program failed at it", now)
        return actions.receive(arrived=held, now=now, by=by)


def _whole(original: KeptFile, reason: str, now: datetime.datetime) -> Arrived:
    """An e-mail that a person has to open."""
    unreadable = f"The e-mail was not taken apart: {reason}."
    return Arrived(Channel.EMAIL, timezone.localdate(now), original, unreadable=unreadable)


def _email(original: KeptFile, content: bytes, now: datetime.datetime) -> Arrived:
    if len(content) > MOST_BYTES:
        return _whole(original, "it is larger than 25 MB", now)
    today = timezone.localdate(now)
    try:
        read = message.read_message(content)
    except CouldNotRead as reason:
        return _whole(original, str(reason), now)
    parts = tuple(_part(file) for file in read.files)
    if read.files_left_in:
        parts += (_left_in(read.files_left_in),)
    texts = [read.subject, read.text, read.quoted, *_texts(parts)]
    matched, answered = match(
        to=read.to, answers=read.answers, texts=texts, sender=read.sender_email
    )
    arrived = Arrived(
        Channel.EMAIL,
        min(timezone.localdate(read.at), today) if read.at else today,
        original,
        message_id=read.message_id[:500],
        sender_name=read.sender_name[:200],
        sender_email=read.sender_email[:320],
        subject=read.subject[:500],
        text=read.text,
        quoted=read.quoted,
        looks_like=read.looks_like,
        looks_like_because=read.because[:300],
        bounced=answered if read.looks_like == "bounce" else None,
        bounce_is_final=read.is_final,
        parts=parts,
        match=matched,
    )
    return _compared(arrived)


def _left_in(count: int) -> Part:
    what = f"{count} more file{'' if count == 1 else 's'}"
    return Part(
        what, "", 0, refused="Not taken out of the e-mail. Download the e-mail to have them."
    )


def _part(file: AttachedFile) -> Part:
    """A plain document or picture is kept beside the e-mail; all else stays inside it."""
    try:
        kept = uploads.keep(uploads.check(file.name, file.content))
    except UploadRefused as refusal:
        return Part(file.name, file.media_type, len(file.content), refused=str(refusal)[:500])
    pages.read(kept.sha256, kept.media_type)
    return Part(kept.name, kept.media_type, kept.size, kept.sha256, kept.active)


def _scan(name: str, content: bytes, channel: str, received_on: datetime.date) -> Arrived:
    try:
        kept = uploads.keep(uploads.check(name, content))
    except UploadRefused as refusal:
        raise NotTakenIn(
            f"{refusal} E-mails are taken as .eml: open them and choose “Save as”."
        ) from refusal
    part = Part(kept.name, kept.media_type, kept.size, kept.sha256, kept.active)
    pages.read(kept.sha256, kept.media_type)
    texts = [kept.name, *_texts((part,))]
    matched, _ = match(to=(), answers=(), texts=texts, sender="")
    return Arrived(channel, received_on, kept, parts=(part,), match=matched)


def _texts(parts: tuple[Part, ...]) -> list[str]:
    return pages.texts([part.sha256 for part in parts if part.sha256])


def _compared(arrived: Arrived) -> Arrived:
    """With what it says in words that other institutions could have written as well."""
    recipient = arrived.match.recipient
    names = (
        arrived.sender_name,
        *((recipient.institution.name, recipient.institution.city) if recipient else ()),
    )
    said = "\n".join([arrived.text, *_texts(arrived.parts)])
    wording = alike.wording(said, names)
    first, likeness = alike.earlier_like(wording)
    return replace(arrived, wording=wording, alike=first, likeness=likeness)


def _file_name(name: str) -> str:
    try:
        return (
            clean_line(name, limit=200).text.replace("\\", "/").rpartition("/")[2] or "message.eml"
        )
    except UnsafeText:
        return "message.eml"
