"""A recipient asks for something that is no answer, on its page or by post, e-mail or phone.

It is a response like any other, with a receipt. It answers no demand and moves no deadline: a
task tells a person what to decide.
"""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.db import transaction

from campaigns.actions import extension, task
from campaigns.actions.answer import Respondent
from campaigns.models import Channel, Extension, Recipient, Task, User
from letters.actions import inside, respond
from letters.actions.wake import SEND_RECEIPTS, wake
from letters.models import Letter, Request, Response
from letters.uploads import KeptFile

_ASKED_BY_MOST = Extension._meta.get_field("asked_by").max_length or 0


@dataclass(frozen=True)
class Wish:
    """What is asked for; the fields are those of `Request`, and most stay empty."""

    kind: str
    wanted_until: datetime.date | None = None
    statement: str = ""
    words: str = ""
    source: str = ""
    name: str = ""
    organisation: str = ""
    email: str = ""
    phone: str = ""
    address: str = ""


@transaction.atomic
def ask(
    *,
    letter: Letter,
    wish: Wish,
    respondent: Respondent,
    email: str,
    submission: str,
    now: datetime.datetime,
    signed_in: User | None = None,
) -> Response:
    """Put on record what the recipient asks for, and tell a person.

    `submission` was drawn when the form was checked: pressing twice asks once. Raises what
    `extension.ask` raises where more time cannot be asked for.
    """
    recipient = respond.held(letter.recipient_id)
    if earlier := recipient.responses.filter(submission=submission).first():
        return earlier
    today = now.astimezone(ZoneInfo(recipient.campaign.timezone)).date()
    response = Response(
        recipient=recipient,
        letter=letter,
        kind=Response.Kind.REQUEST,
        channel=Channel.PORTAL,
        received_on=today,
        respondent_email=email,
        from_inside=inside.why(email, recipient.campaign, signed_in),
        submission=submission,
    )
    _write(response, wish, respondent, [], on=today, now=now, by=None)
    inside.tell(response, now=now)
    wake(SEND_RECEIPTS)
    return response


@transaction.atomic
def take_down(
    *,
    recipient: Recipient,
    letter: Letter | None,
    wish: Wish,
    channel: str,
    received_on: datetime.date,
    respondent: Respondent,
    email: str,
    note: str,
    scans: Sequence[KeptFile],
    submission: str,
    now: datetime.datetime,
    on: datetime.date,
    by: User,
) -> Response:
    """Put on record what was asked for by post, e-mail or phone, as `by` read or heard it.

    `submission` was drawn when the form was opened, so that pressing twice records once.
    """
    if channel == Channel.PORTAL:
        raise respond.NotFromHere("Choose whether it came by post, e-mail or phone.")
    recipient = respond.held(recipient.pk)
    if earlier := recipient.responses.filter(submission=submission).first():
        return earlier
    response = Response(
        recipient=recipient,
        letter=letter,
        kind=Response.Kind.REQUEST,
        channel=channel,
        received_on=received_on,
        respondent_email=email,
        note=note,
        submission=submission,
        recorded_by=by,
        read_by=by,
        read_at=now,
    )
    _write(response, wish, respondent, scans, on=on, now=now, by=by)
    return response


def _write(
    response: Response,
    wish: Wish,
    respondent: Respondent,
    documents: Sequence[KeptFile],
    *,
    on: datetime.date,
    now: datetime.datetime,
    by: User | None,
) -> None:
    """The response with what it asks for, and the task that tells a person."""
    request = Request(response=response, **vars(wish))
    if wish.kind == Request.Kind.MORE_TIME:
        request.extension = extension.ask(
            recipient=response.recipient,
            asked_on=response.received_on,
            asked_by=str(respondent)[:_ASKED_BY_MOST],
            reason=wish.words,
            wanted_until=wish.wanted_until,
            now=now,
            by=by,
        )
    respond.write(response, [], respondent, documents, on=on, by=by, request=request)
    if wish.kind != Request.Kind.MORE_TIME:  # more time opened its own
        kind, about = _to_do(request, f"{respondent} of {response.recipient}")
        task.open_task(
            recipient=response.recipient,
            kind=kind,
            about=about,
            key=f"request:{response.pk}",
            now=now,
            by=by,
        )


def _to_do(request: Request, who: str) -> tuple[str, str]:
    """The kind of the task, and the sentence that says what is to be done and why."""
    receipt = request.response.receipt
    whom = ", ".join(part for part in (request.name, request.organisation) if part)
    if request.kind == Request.Kind.COUNSEL:
        about = f"{who} names counsel: {whom}. Record that counsel appeared ({receipt})."
        return Task.Kind.COUNSEL, about
    if request.kind == Request.Kind.WRONG_ADDRESSEE:
        about = f"{who} asks to write to {whom} instead. Check the addressees ({receipt})."
        return Task.Kind.WRONG_ADDRESSEE, about
    about = f"{who} says a fact is wrong. Check it ({receipt}): {request.statement}"
    return Task.Kind.CORRECTION, about
