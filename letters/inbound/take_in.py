"""Taking in what a clerk drops or the mailbox holds: read, matched, compared, and kept.

Whatever it is, the bytes as they came are kept first. What cannot be read is held as well, and a
person opens it; nothing is lost because a parser failed.
"""

import datetime
from dataclasses import replace

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

MOST_BYTES = 25 * 1024 * 1024  # what mail servers take


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
    """
    if not content:
        raise NotTakenIn("The file is empty.")
    if message.is_email(content):
        if len(content) > MOST_BYTES:
            raise NotTakenIn("The e-mail is larger than 25 MB. Save its files and add those.")
        arrived = _email(_file_name(name), content, now)
    else:
        arrived = _scan(name, content, channel, received_on)
    return actions.receive(arrived=_compared(arrived), now=now, by=by)


def _email(name: str, content: bytes, now: datetime.datetime) -> Arrived:
    today = timezone.localdate(now)
    original = KeptFile(filestore.put(content), name, uploads.EMAIL, len(content))
    try:
        read = message.read_message(content)
    except CouldNotRead as reason:
        return Arrived(
            Channel.EMAIL, today, original, unreadable=f"The e-mail was not taken apart: {reason}."
        )
    parts = tuple(_part(file) for file in read.files)
    texts = [read.subject, read.text, read.quoted, *_texts(parts)]
    matched, answered = match(
        to=read.to, answers=read.answers, texts=texts, sender=read.sender_email
    )
    return Arrived(
        Channel.EMAIL,
        min(timezone.localdate(read.at), today) if read.at else today,
        original,
        message_id=read.message_id,
        sender_name=read.sender_name[:200],
        sender_email=read.sender_email[:320],
        subject=read.subject,
        text=read.text,
        quoted=read.quoted,
        looks_like=read.looks_like,
        looks_like_because=read.because[:300],
        bounced=answered if read.looks_like == "bounce" else None,
        bounce_is_final=read.is_final,
        parts=parts,
        match=matched,
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
