"""What came in by e-mail or as a scan: kept, matched, and decided on by a person.

Nothing here answers a demand by itself. An item whose recipient is not certain is held until a
person says whose it is; only then can it be recorded as a response.
"""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from campaigns import audit
from campaigns.actions import Refused
from campaigns.actions.answer import Respondent
from campaigns.models import Recipient, User
from letters import lifecycle, uploads
from letters.actions import dispatch, request, respond, scan
from letters.actions.outcome import Outcome
from letters.actions.request import Wish
from letters.actions.respond import Item
from letters.actions.wake import SCAN_DOCUMENTS, wake
from letters.models import Dispatch, Incoming, IncomingFile, Letter, Response, ScannedFile
from letters.uploads import KeptFile

Status = Incoming.Status
# What an office's own system sends as if by a machine: pictures are logos, these are letters.
_DOCUMENTS = (uploads.PDF, uploads.DOCX)


class NotWaiting(Refused):
    """Somebody decided on it meanwhile."""


class RecipientUnknown(Refused):
    """A response is of a recipient, and whose this is nobody has said yet."""


class NotScannedYet(Refused):
    """Where the house has a scanner, it looks at a file before anybody records it."""


class ReasonMissing(Refused):
    """What is set aside says why; it stays on record."""


class NotItsLetter(Refused):
    """The letter went to another recipient."""


class NotSure(Refused):
    """It looks like an answer, or its recipient is not certain, so a person reads it first."""


class TakenByAnother(Refused):
    """Another person works on it."""


@dataclass(frozen=True)
class Part:
    """A file of it, kept in the store, or refused with the reason."""

    file_name: str
    media_type: str
    size: int
    sha256: str = ""
    active: str = ""
    refused: str = ""


@dataclass(frozen=True)
class Match:
    """Whose it is and by which sign; or whose it may be."""

    recipient: Recipient | None = None
    letter: Letter | None = None
    because: str = ""
    candidates: tuple[tuple[Recipient, str], ...] = ()


@dataclass(frozen=True)
class Arrived:
    """What was read from the bytes that came in; each field is one of `Incoming`."""

    channel: str
    received_on: datetime.date
    original: KeptFile
    message_id: str = ""
    sender_name: str = ""
    sender_email: str = ""
    subject: str = ""
    text: str = ""
    quoted: str = ""
    unreadable: str = ""
    looks_like: str = Response.Kind.ANSWER
    looks_like_because: str = ""
    bounced: Dispatch | None = None
    bounce_is_final: bool = False
    wording: str = ""
    alike: Incoming | None = None
    likeness: int = 0
    parts: tuple[Part, ...] = ()
    match: Match = field(default_factory=Match)


@transaction.atomic
def receive(*, arrived: Arrived, now: datetime.datetime, by: User | None) -> tuple[Incoming, bool]:
    """Keep it as waiting; gives back the first, and False, where the same came in before.

    `by` is None where it came from the mailbox. The same is the same bytes; or an e-mail of the
    same Message-ID that says and carries the same, since each mail server adds a line of its own.
    """
    if earlier := _same(arrived):
        return earlier, False
    match, original = arrived.match, arrived.original
    copied = {
        name: getattr(arrived, name)
        for name in Arrived.__dataclass_fields__
        if name not in ("original", "parts", "match")
    }
    try:
        with transaction.atomic():
            incoming = Incoming.objects.create(
                **copied,
                sha256=original.sha256,
                file_name=original.name,
                media_type=original.media_type,
                size=original.size,
                recipient=match.recipient,
                letter=match.letter,
                matched_because=match.because,
                candidates=[
                    {"recipient": recipient.pk, "because": because}
                    for recipient, because in match.candidates
                ],
                added_by=by,
                added_at=now,
            )
    except IntegrityError:  # the same came in at the same moment
        return Incoming.objects.get(sha256=original.sha256), False
    IncomingFile.objects.bulk_create(
        IncomingFile(incoming=incoming, **asdict(part)) for part in arrived.parts
    )
    whose = f"of {match.recipient}" if match.recipient else "of nobody known yet"
    what = f"“{incoming}” came in by {incoming.get_channel_display().lower()}, {whose}"
    _record(
        "incoming.received",
        incoming,
        f"put into the inbox what came in: {what}." if by else f"{what}.",
        by,
        sha256=incoming.sha256,
        message_id=incoming.message_id,
        because=match.because,
    )
    wake(SCAN_DOCUMENTS)
    return incoming, True


def _same(arrived: Arrived) -> Incoming | None:
    if earlier := Incoming.objects.filter(sha256=arrived.original.sha256).first():
        return earlier
    if not arrived.message_id:
        return None
    alike = Incoming.objects.filter(
        message_id=arrived.message_id,
        sender_email=arrived.sender_email,
        subject=arrived.subject,
        text=arrived.text,
        quoted=arrived.quoted,
    ).prefetch_related("files")
    carried = _carried(arrived.parts)
    return next((one for one in alike if _carried(one.files.all()) == carried), None)


def _carried(files: Iterable[Part | IncomingFile]) -> list[tuple[str, int]]:
    """A gateway delivers the words first, and once more with the file it has looked into."""
    return sorted((file.sha256 or file.file_name, file.size) for file in files)


@transaction.atomic
def choose_recipient(
    *, incoming: Incoming, recipient: Recipient, letter: Letter | None, by: User
) -> Incoming:
    """Say whose it is, or that it is another's than was thought."""
    incoming = held_waiting(incoming)
    if letter and letter.recipient_id != recipient.pk:
        raise NotItsLetter(f"Letter {letter} went to {letter.recipient}, not to {recipient}.")
    before = incoming.recipient
    incoming.recipient, incoming.letter = recipient, letter
    incoming.matched_because = f"{by} said so."
    incoming.save(update_fields=["recipient", "letter", "matched_because"])
    _record(
        "incoming.matched",
        incoming,
        f"said that “{incoming}” is of {recipient}.",
        by,
        before=before.pk if before else None,
        after=recipient.pk,
    )
    return incoming


@transaction.atomic
def take_on(*, incoming: Incoming, by: User) -> Incoming:
    """Say that one works on it, so that no two do the same."""
    incoming = held_waiting(incoming)
    if incoming.taken_by and incoming.taken_by != by:
        raise TakenByAnother(f"{incoming.taken_by} works on it. Ask them to hand it back.")
    return _give(incoming, by, "took on", by)


@transaction.atomic
def hand_back(*, incoming: Incoming, by: User) -> Incoming:
    """Leave it to whoever takes it next. Anyone may: people fall ill."""
    return _give(held_waiting(incoming), None, "handed back", by)


def _give(incoming: Incoming, to: User | None, done: str, by: User) -> Incoming:
    if incoming.taken_by != to:
        incoming.taken_by = to
        incoming.save(update_fields=["taken_by"])
        _record("incoming.taken", incoming, f"{done} “{incoming}”.", by)
    return incoming


@transaction.atomic
def mark(*, item: Incoming | Response, read: bool, by: User, now: datetime.datetime) -> None:
    """One mark for the whole staff: read, or to be looked at once more."""
    rows = Incoming if isinstance(item, Incoming) else Response
    # select_for_update holds the row; who marked it first stays on record as who read it.
    row = rows._default_manager.select_for_update(of=("self",)).get(pk=item.pk)
    if (row.read_at is not None) == read:
        return
    row.read_at, row.read_by = (now, by) if read else (None, None)
    row.save(update_fields=["read_at", "read_by"])
    campaign = row.recipient.campaign if row.recipient else None
    audit.record(
        "inbox.read" if read else "inbox.unread",
        subject=row,
        by=by,
        campaign=campaign,
        sentence=f"marked “{row}” as {'read' if read else 'unread'}.",
    )


@transaction.atomic
def set_aside(*, incoming: Incoming, reason: str, now: datetime.datetime, by: User) -> Incoming:
    """It is no response of any recipient: advertising, a stray, a second copy."""
    incoming = held_waiting(incoming)
    if not reason.strip():
        raise ReasonMissing("Say why it is no response; the reason stays on record.")
    lifecycle.move(
        incoming, Status.SET_ASIDE, decided_by=by, decided_at=now, decision=reason.strip()
    )
    _record("incoming.set_aside", incoming, f"set “{incoming}” aside: {reason.strip()}", by)
    return incoming


@transaction.atomic
def take_up_again(*, incoming: Incoming, by: User) -> Incoming:
    """It was set aside too early."""
    incoming = _held(incoming)
    before = incoming.decision
    lifecycle.move(incoming, Status.WAITING, decided_by=None, decided_at=None, decision="")
    _record("incoming.taken_up", incoming, f"took “{incoming}” up again.", by, before=before)
    return incoming


@transaction.atomic
def record(
    *,
    incoming: Incoming,
    kind: str,
    received_on: datetime.date,
    letter: Letter | None,
    items: Sequence[Item],
    respondent: Respondent,
    email: str,
    note: str,
    now: datetime.datetime,
    on: datetime.date,
    by: User,
) -> Response:
    """Make a response of it, as `by` read it, with its files and the bytes as they came.

    A bounce says besides that the e-mail did not arrive; a task to find another way follows.
    """
    incoming, recipient = _recordable(incoming)
    if kind == Response.Kind.BOUNCE:
        _end_dispatch(incoming, received_on, by)
    response = respond.record_response(
        recipient=recipient,
        letter=letter,
        kind=kind,
        channel=incoming.channel,
        received_on=received_on,
        items=items,
        respondent=respondent,
        email=email,
        note=note,
        scans=_kept(incoming),
        submission=f"incoming-{incoming.pk}",
        on=on,
        by=by,
    )
    _recorded(incoming, response, now, by)
    return response


@transaction.atomic
def record_request(
    *,
    incoming: Incoming,
    wish: Wish,
    received_on: datetime.date,
    letter: Letter | None,
    respondent: Respondent,
    email: str,
    note: str,
    now: datetime.datetime,
    on: datetime.date,
    by: User,
) -> Response:
    """It asks for something and answers nothing: a task tells a person what to decide."""
    incoming, recipient = _recordable(incoming)
    response = request.take_down(
        recipient=recipient,
        letter=letter,
        wish=wish,
        channel=incoming.channel,
        received_on=received_on,
        respondent=respondent,
        email=email,
        note=note,
        scans=_kept(incoming),
        submission=f"incoming-{incoming.pk}",
        now=now,
        on=on,
        by=by,
    )
    _recorded(incoming, response, now, by)
    return response


def _recordable(incoming: Incoming) -> tuple[Incoming, Recipient]:
    """The row, held, and whose it is."""
    incoming = held_waiting(incoming)
    if incoming.recipient is None:
        raise RecipientUnknown("Say first whose it is: nobody is chosen as its recipient.")
    _refuse_unscanned(incoming)
    return incoming, incoming.recipient


def _recorded(incoming: Incoming, response: Response, now: datetime.datetime, by: User) -> None:
    scan.carry_over(response)
    changes: dict[str, Any] = {"response": response, "decided_by": by, "decided_at": now}
    lifecycle.move(incoming, Status.RECORDED, read_by=by, read_at=now, **changes)
    _record(
        "incoming.recorded",
        incoming,
        f"recorded “{incoming}” of {incoming.recipient} as {response.get_kind_display().lower()} "
        f"(receipt {response.receipt}).",
        by,
        response=response.pk,
    )


def _refuse_unscanned(incoming: Incoming) -> None:
    """Where the scanner found something, the reply counts all the same, and the file is held."""
    hashes = [incoming.sha256, *incoming.files.values_list("sha256", flat=True)]
    if "" in ScannedFile.objects.held(hashes).values():
        raise NotScannedYet(
            f"“{incoming}” is held: the virus scanner has not looked at it yet. It is tried every "
            "two minutes; record it then."
        )


def _end_dispatch(incoming: Incoming, on: datetime.date, by: User) -> None:
    """The e-mail did not arrive, where it is known which, and came back for good."""
    bounced, detail = incoming.bounced, incoming.looks_like_because
    if bounced and incoming.bounce_is_final and lifecycle.may(bounced, Dispatch.Status.BOUNCED):
        dispatch.record_bounce(dispatch=bounced, detail=detail, on=on, by=by)


def _kept(incoming: Incoming) -> list[KeptFile]:
    """The bytes as they came, and with an e-mail each file that could be kept."""
    files = [
        KeptFile(each.sha256, each.file_name, each.media_type, each.size, each.active)
        for each in incoming.files.exclude(sha256="")
    ]
    if any(file.sha256 == incoming.sha256 for file in files):
        return files  # a scan is its own only file
    original = KeptFile(incoming.sha256, incoming.file_name, incoming.media_type, incoming.size)
    return [original, *files]


def file_as_it_looks(
    *, incoming: Sequence[Incoming], now: datetime.datetime, on: datetime.date, by: User
) -> list[Outcome]:
    """File automatic replies and bounces of certain recipients; answers for every row."""
    return [_file_one(each, now, on, by) for each in incoming]


def _file_one(incoming: Incoming, now: datetime.datetime, on: datetime.date, by: User) -> Outcome:
    subject = f"{incoming.recipient or incoming.sender or 'Unknown'}: {incoming}"
    if not incoming.is_waiting:
        return Outcome.skipped(subject, f"It is {incoming.get_status_display().lower()} already.")
    if incoming.looks_like not in Response.BY_A_MACHINE:
        return Outcome.refused(subject, "It may be an answer: open it and read it.")
    if incoming.files.filter(media_type__in=_DOCUMENTS).exists():
        return Outcome.refused(
            subject, "It carries a document, which may be the answer: open it and read it."
        )
    try:
        response = record(
            incoming=incoming,
            kind=incoming.looks_like,
            received_on=incoming.received_on,
            letter=incoming.letter,
            items=[],
            respondent=Respondent(name=incoming.sender_name),
            email="",
            note=incoming.looks_like_because,
            now=now,
            on=on,
            by=by,
        )
    except Refused as refusal:
        return Outcome.refused(subject, str(refusal))
    return Outcome.done(subject, f"Filed as {response.get_kind_display().lower()}.")


def _held(incoming: Incoming) -> Incoming:
    return (
        Incoming.objects.select_for_update(of=("self",))
        .select_related("recipient__campaign", "recipient__institution", "letter", "taken_by")
        .get(pk=incoming.pk)
    )


def held_waiting(incoming: Incoming) -> Incoming:
    """The row, held until the end: of two who decide on it at once, the second is told."""
    incoming = _held(incoming)
    if not incoming.is_waiting:
        when = timezone.localtime(incoming.decided_at) if incoming.decided_at else None
        raise NotWaiting(
            f"“{incoming}” was {incoming.get_status_display().lower()} by {incoming.decided_by}"
            + (f" on {when:%B %-d, %Y}." if when else ".")
        )
    return incoming


def _record(verb: str, incoming: Incoming, sentence: str, by: User | None, **data: object) -> None:
    audit.record(
        verb,
        subject=incoming,
        by=by,
        campaign=incoming.recipient.campaign if incoming.recipient else None,
        sentence=sentence,
        **data,
    )
