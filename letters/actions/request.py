"""A recipient asks for something on its page that is no answer.

It is a response like any other, with a receipt. It answers no demand and moves no deadline: a
task tells a person what to decide.
"""

import datetime
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.db import transaction

from campaigns.actions import extension, task
from campaigns.actions.answer import Respondent
from campaigns.models import Channel, Extension, Task, User
from letters.actions import inside, respond
from letters.actions.wake import SEND_RECEIPTS, wake
from letters.models import Letter, Request, Response

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
    request = Request(response=response, **vars(wish))
    if wish.kind == Request.Kind.MORE_TIME:
        request.extension = extension.ask(
            recipient=recipient,
            asked_on=today,
            asked_by=str(respondent)[:_ASKED_BY_MOST],
            reason=wish.words,
            wanted_until=wish.wanted_until,
            now=now,
        )
    respond.write(response, [], respondent, [], on=today, by=None, request=request)
    if wish.kind != Request.Kind.MORE_TIME:  # more time opened its own
        kind, about = _to_do(request, f"{respondent} of {recipient}")
        task.open_task(
            recipient=recipient, kind=kind, about=about, key=f"request:{response.pk}", now=now
        )
    inside.tell(response, now=now)
    wake(SEND_RECEIPTS)
    return response


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
