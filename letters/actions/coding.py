"""What several people read in one letter, each before seeing what the others did.

A coding is no answer. It becomes one when a person decides that it does; until then it says how
far two readers agree, which is the only measure of whether the record can be relied on.
"""

import datetime
from collections.abc import Sequence

from django.db import transaction

from campaigns import audit
from campaigns.actions import Refused
from campaigns.actions.answer import Respondent, Statement
from campaigns.models import AuditEvent, User
from letters.actions import incoming as incoming_actions
from letters.actions.respond import AnswersNothing, Item, NothingAnswered
from letters.models import Coding, CodingItem, Incoming, Response

_LOOKED = "incoming.codings_read"


class AlreadyCoded(Refused):
    """A coding is given once: a second one would know of the first."""


class NoLongerBlind(Refused):
    """Who has seen what others read cannot read it as if they had not."""


class NothingToCompare(Refused):
    """Nobody has coded it."""


class MayNotSee(Refused):
    """What others read is shown to who has read it, or gives up doing so."""


def may_see(incoming: Incoming, by: User) -> bool:
    """Whether this person may be shown the others' codings."""
    return incoming.codings.filter(by=by).exists() or _looked(incoming, by)


@transaction.atomic
def code(
    *, incoming: Incoming, kind: str, items: Sequence[Item], now: datetime.datetime, by: User
) -> Coding:
    """Keep what `by` reads in it. Nothing is recorded as an answer."""
    incoming = incoming_actions.held_waiting(incoming)
    if incoming.recipient is None:
        raise incoming_actions.RecipientUnknown("Say first whose it is: its demands are unknown.")
    if incoming.codings.filter(by=by).exists():
        raise AlreadyCoded("You have coded it. A coding is given once and not changed.")
    if _looked(incoming, by):
        raise NoLongerBlind(
            "You have looked at what others read in it, so yours would not be your own reading."
        )
    _refuse_unfitting(kind, items)
    coding = Coding.objects.create(incoming=incoming, by=by, at=now, kind=kind)
    CodingItem.objects.bulk_create(
        CodingItem(
            coding=coding,
            demand=item.statement.demand,
            outcome=item.statement.outcome,
            text=item.statement.text,
            promised_on=item.statement.promised_on,
            quotation=item.quotation,
            page=item.page,
        )
        for item in items
    )
    _record("incoming.coded", incoming, f"coded “{incoming}” for comparison.", by)
    return coding


@transaction.atomic
def look(*, incoming: Incoming, by: User) -> None:
    """See what others read without reading it oneself; from then on one cannot code it."""
    if not incoming.codings.exists():
        raise NothingToCompare("Nobody has coded it yet.")
    if not may_see(incoming, by):
        _record(_LOOKED, incoming, f"looked at the codings of “{incoming}”.", by)


@transaction.atomic
def decide(
    *,
    coding: Coding,
    respondent: Respondent,
    now: datetime.datetime,
    on: datetime.date,
    by: User,
) -> Response:
    """Make this coding the recorded answer."""
    incoming = coding.incoming
    if not may_see(incoming, by):
        raise MayNotSee("Code it yourself first, or say that you compare without coding.")
    count = incoming.codings.count()
    response = incoming_actions.record(
        incoming=incoming,
        kind=coding.kind,
        received_on=incoming.received_on,
        letter=incoming.letter,
        items=items_of(coding),
        respondent=respondent,
        email=incoming.sender_email,
        note=f"As coded by {coding.by}, chosen by {by} from {count} "
        f"coding{'' if count == 1 else 's'}.",
        now=now,
        on=on,
        by=by,
    )
    _record(
        "coding.chosen",
        incoming,
        f"chose what {coding.by} read in “{incoming}” as the recorded answer.",
        by,
        coding=coding.pk,
        codings=count,
    )
    return response


def items_of(coding: Coding) -> list[Item]:
    return [
        Item(
            Statement(item.demand, item.outcome, item.text, item.promised_on),
            item.quotation,
            item.page,
        )
        for item in coding.items.select_related("demand")
    ]


def _refuse_unfitting(kind: str, items: Sequence[Item]) -> None:
    if kind == Response.Kind.ANSWER and not items:
        raise NothingAnswered("Answer at least one demand, or say above what it is instead.")
    if kind != Response.Kind.ANSWER and items:
        raise AnswersNothing("Only an answer says something on a demand.")


def _looked(incoming: Incoming, by: User) -> bool:
    events = AuditEvent.objects.filter(
        subject_type=Incoming._meta.label_lower, subject_id=incoming.pk, verb=_LOOKED, actor=by
    )
    return events.exists()


def _record(verb: str, incoming: Incoming, sentence: str, by: User, **data: object) -> None:
    audit.record(
        verb,
        subject=incoming,
        by=by,
        campaign=incoming.recipient.campaign if incoming.recipient else None,
        sentence=sentence,
        **data,
    )
