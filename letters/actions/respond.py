"""A response came in: through the recipient's page, or by post, e-mail or phone.

Each is one transaction: the response, its documents, an answer entry for each demand it
speaks to, and the receipt that holds every word of it. What answers no demand (a holding
letter, an automatic reply, a bounce) is filed in the same way, and no answer changes.
"""

import datetime
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone

from campaigns import audit, filestore
from campaigns.actions import Refused, answer, verification
from campaigns.actions.answer import Respondent, Statement
from campaigns.models import AnswerEntry, Channel, Recipient, User
from letters.actions import inside, mail_tasks
from letters.actions.wake import SCAN_DOCUMENTS, SEND_RECEIPTS, wake
from letters.models import Letter, Request, Response, ResponseDocument, ResponseItem
from letters.reports import receipt
from letters.uploads import KeptFile

# Read out over the phone, so without letters that look or sound like another.
_RECEIPT_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


class NothingAnswered(Refused):
    """A response answers at least one demand."""


class AnswersNothing(Refused):
    """A holding letter, an automatic reply or a bounce says nothing on any demand."""


class AnsweredTwice(Refused):
    """One response says one thing on one demand."""


class AsksForSomething(Refused):
    """A request says what is asked for, and is recorded with that."""


class NotFromHere(Refused):
    """What came through the response page is not typed in by staff."""


@dataclass(frozen=True)
class Item:
    """What a response says on one demand, and where it says it."""

    statement: Statement
    quotation: str = ""
    page: str = ""


@transaction.atomic
def answer_by_portal(
    *,
    letter: Letter,
    items: Sequence[Item],
    respondent: Respondent,
    email: str,
    documents: Sequence[KeptFile],
    submission: str,
    now: datetime.datetime,
    signed_as: str = "",
    signed_in: User | None = None,
) -> Response:
    """Record what the recipient submitted on its page.

    `submission` was drawn when the answers were checked. Pressing the button twice, or
    going back and pressing it again, gives the response that was recorded first. `signed_in` is
    the member of staff who is signed in where it was submitted, which nobody should be.
    """
    recipient = held(letter.recipient_id)
    if earlier := recipient.responses.filter(submission=submission).first():
        return earlier
    today = now.astimezone(ZoneInfo(recipient.campaign.timezone)).date()
    response = Response(
        recipient=recipient,
        letter=letter,
        channel=Channel.PORTAL,
        received_on=today,
        respondent_email=email,
        signed_as=signed_as,
        from_inside=inside.why(email, recipient.campaign, signed_in),
        submission=submission,
    )
    write(response, items, respondent, documents, on=today, by=None)
    inside.tell(response, now=now)
    wake(SEND_RECEIPTS)
    return response


@transaction.atomic
def record_response(
    *,
    recipient: Recipient,
    letter: Letter | None,
    kind: str,
    channel: str,
    received_on: datetime.date,
    items: Sequence[Item],
    respondent: Respondent,
    email: str,
    note: str,
    scans: Sequence[KeptFile],
    submission: str,
    on: datetime.date,
    by: User,
) -> Response:
    """Record what came by post, e-mail or phone, as `by` read it.

    Only a `kind` of answer has items. The others touch neither answers nor deadline: that a
    letter was received is no reply to what it asks.
    `submission` was drawn when the form was opened, so that pressing twice records once.
    """
    if channel == Channel.PORTAL:
        raise NotFromHere("Choose whether it came by post, e-mail or phone.")
    if kind == Response.Kind.REQUEST:
        raise AsksForSomething(
            "Say what is asked for: more time, counsel, another addressee or a correction."
        )
    recipient = held(recipient.pk)
    if earlier := recipient.responses.filter(submission=submission).first():
        return earlier
    response = Response(
        recipient=recipient,
        letter=letter,
        kind=kind,
        channel=channel,
        received_on=received_on,
        respondent_email=email,
        note=note,
        submission=submission,
        recorded_by=by,
        read_by=by,
        read_at=timezone.now(),
    )
    write(response, items, respondent, scans, on=on, by=by)
    return response


def write(
    response: Response,
    items: Sequence[Item],
    respondent: Respondent,
    documents: Sequence[KeptFile],
    *,
    on: datetime.date,
    by: User | None,
    request: Request | None = None,
) -> None:
    """Put a new response on record with all that belongs to it, and its receipt.

    Part of the transaction of the action that took it in, which holds the recipient.
    """
    _refuse_unfitting(response, items, respondent, on)
    response.respondent_name = respondent.name
    response.respondent_title = respondent.title
    response.respondent_authority = respondent.authority
    response.receipt = _receipt_number(on)
    response.save()
    if request:
        request.save()
    entries = [_write_item(response, item, respondent, on=on, by=by) for item in items]
    ResponseDocument.objects.bulk_create(
        ResponseDocument(
            response=response,
            sha256=document.sha256,
            file_name=document.name,
            media_type=document.media_type,
            size=document.size,
            active=document.active,
        )
        for document in documents
    )
    if documents:
        wake(SCAN_DOCUMENTS)
    response.receipt_sha256 = filestore.put(receipt.text(response).encode())
    response.save(update_fields=["receipt_sha256"])
    _write_event(response, respondent, items=len(items), by=by)
    _note_evidence(response, entries, documents)
    mail_tasks.follow_one(response.recipient)


def _refuse_unfitting(
    response: Response, items: Sequence[Item], respondent: Respondent, on: datetime.date
) -> None:
    """Items where it answers, none where it does not, and a person where no machine wrote it."""
    demands = [item.statement.demand.pk for item in items]
    if response.is_answer and not demands:
        raise NothingAnswered("Answer at least one demand.")
    if demands and not response.is_answer:
        raise AnswersNothing(
            f"It is recorded as “{response.get_kind_display()}”, which answers no demand. Choose "
            f"“{Response.Kind.ANSWER.label}”, or leave every demand unanswered."
        )
    if len(set(demands)) < len(demands):
        raise AnsweredTwice("One demand has two answers in one response. Keep one of them.")
    if not respondent.name and response.kind not in Response.BY_A_MACHINE:
        raise answer.NobodyNamed("Give the name of the person it came from.")
    if response.received_on > on:
        raise answer.NotYet("It is dated in the future. Give the day on which it came in.")


def _write_item(
    response: Response, item: Item, respondent: Respondent, *, on: datetime.date, by: User | None
) -> AnswerEntry:
    entry = answer.record(
        recipient=response.recipient,
        statement=item.statement,
        respondent=respondent,
        channel=response.channel,
        received_on=response.received_on,
        on=on,
        by=by,
    )
    ResponseItem.objects.create(
        response=response, entry=entry, quotation=item.quotation, page=item.page
    )
    return entry


def _note_evidence(
    response: Response, entries: Sequence[AnswerEntry], documents: Sequence[KeptFile]
) -> None:
    """What the recipient attached may show what it answered; what staff scanned is the answer."""
    if response.channel != Channel.PORTAL or not documents:
        return
    names = ", ".join(document.name for document in documents)
    for entry in entries:
        verification.evidence_came(
            entry=entry, evidence=f"Response {response.receipt}: {names}", now=timezone.now()
        )


def _write_event(
    response: Response, respondent: Respondent, *, items: int, by: User | None
) -> None:
    count = f"{items} demand{'' if items == 1 else 's'}"
    if by is None and response.is_answer:
        sentence = f"{respondent} of {response.recipient} answered {count} on the response page"
    elif by is None:
        wish = response.request.get_kind_display().lower()
        sentence = f"{respondent} of {response.recipient} asked on the response page for {wish}"
    elif not response.is_answer:
        sentence = _received(response, respondent)
    else:
        channel = response.get_channel_display().lower()
        sentence = (
            f"recorded what {respondent} of {response.recipient} answered to {count} by {channel}"
        )
    audit.record(
        "response.recorded",
        subject=response,
        by=by,
        campaign=response.recipient.campaign,
        sentence=f"{sentence} (receipt {response.receipt}).",
        kind=response.kind,
        receipt=response.receipt,
        receipt_sha256=response.receipt_sha256,
        from_inside=response.from_inside,
        documents=[document.sha256 for document in response.documents.all()],
    )


def _received(response: Response, respondent: Respondent) -> str:
    what, channel = response.get_kind_display(), response.get_channel_display().lower()
    if response.kind == Response.Kind.REQUEST:
        what = f"{what} ({response.request.get_kind_display().lower()})"
    sender = f"{respondent} of {response.recipient}" if respondent.name else response.recipient
    return (
        f"recorded as received by {channel} from {sender}: {what}. "
        "It answers no demand, and the deadline stands"
    )


def held(recipient_pk: int) -> Recipient:
    """The recipient, held until the end: of two submissions at once, one waits for the other."""
    return (
        Recipient.objects.select_for_update(of=("self",))
        .select_related("campaign", "institution")
        .get(pk=recipient_pk)
    )


def _receipt_number(on: datetime.date) -> str:
    drawn = "".join(secrets.choice(_RECEIPT_LETTERS) for _ in range(8))
    return f"R-{on.year}-{drawn[:4]}-{drawn[4:]}"
