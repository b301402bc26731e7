"""What the carrier says of a posted letter, its number and how it ended; and what bounced."""

import datetime
from collections.abc import Iterable
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.utils import timezone

from campaigns import audit
from campaigns.actions import Refused, answer, deadline
from campaigns.models import User
from letters import lifecycle
from letters.actions import mail_tasks
from letters.actions.deadline import count_again
from letters.actions.dispatch.leaving import (
    EMAIL,
    POST,
    NotOnThatDay,
    in_words,
    refuse_without,
)
from letters.actions.outcome import Outcome
from letters.channels import post
from letters.merge.reference import normalise
from letters.models import Dispatch, Letter, Mailing

Status = Dispatch.Status
DELIVERY = (Status.DELIVERED, Status.RETURNED, Status.REFUSED)


class TrackingNumberTaken(Refused):
    """Two pieces of mail never bear one number."""


class NotSentByPost(Refused):
    """Only what was posted has a tracking number."""


class DidNotLeave(Refused):
    """Only an e-mail that left can have bounced."""


@transaction.atomic
def set_tracking(*, dispatch: Dispatch, number: str, by: User) -> str:
    """Keep the article number of one posted letter; returns a doubt about it, or nothing.

    The number of a cancelled dispatch is free: that piece was never posted, and its envelope,
    label and all, goes with the next pack.
    """
    lifecycle.hold(dispatch)
    if dispatch.channel != POST or dispatch.status not in (Status.QUEUED, *Dispatch.LEFT):
        raise NotSentByPost(f"{dispatch.letter} was not posted, so it has no tracking number.")
    try:
        tracking = post.tracking_number(number)
    except post.NotATrackingNumber as error:
        raise NotSentByPost(str(error)) from error
    before = dispatch.tracking_number
    _refuse_taken(dispatch, tracking.number)
    try:
        with transaction.atomic():
            dispatch.tracking_number = tracking.number
            dispatch.save(update_fields=["tracking_number"])
    except IntegrityError as error:  # somebody gave it between the look and the save
        _refuse_taken(dispatch, tracking.number)
        raise TrackingNumberTaken(f"{tracking.number} was just given to another letter.") from error
    audit.record(
        "dispatch.tracked",
        subject=dispatch.letter,
        by=by,
        campaign=dispatch.letter.mailing.campaign,
        sentence=f"gave letter {dispatch.letter} the tracking number {tracking.number}.",
        before=before,
        after=tracking.number,
    )
    return tracking.doubt


def _refuse_taken(dispatch: Dispatch, number: str) -> None:
    taken = Dispatch.objects.filter(tracking_number=number).exclude(pk=dispatch.pk)
    other = taken.exclude(status=Status.CANCELLED).select_related("letter").first()
    if other:
        raise TrackingNumberTaken(
            f"{number} is already the number of letter {other.letter.reference}."
        )


def set_tracking_numbers(*, mailing: Mailing, pasted: str, by: User) -> list[Outcome]:
    """One "reference number" on each line; answers for every line."""
    dispatches = _posted_by_reference(mailing)
    return [
        _set_one(dispatches, line, by)
        for line in (line.strip() for line in pasted.splitlines())
        if line
    ]


def _set_one(dispatches: dict[str, Dispatch], line: str, by: User) -> Outcome:
    reference, _, number = line.replace("\t", " ").replace(",", " ").partition(" ")
    dispatch = dispatches.get(normalise(reference))
    if dispatch is None:
        return Outcome.refused(reference, "No letter of this mailing with that reference is posted")
    if not number.strip():
        return Outcome.skipped(reference, "No number on this line")
    try:
        doubt = set_tracking(dispatch=dispatch, number=number.strip(), by=by)
    except Refused as refusal:
        return Outcome.refused(reference, str(refusal))
    return Outcome.done(reference, doubt)


@transaction.atomic
def record_delivery(*, dispatch: Dispatch, status: str, on: datetime.date, by: User) -> Dispatch:
    """Delivered, returned or refused, on the day the carrier says.

    A refused letter reached somebody who would not take it; only one that came back is
    undeliverable, and only while no other letter stands that arrived.
    """
    if status not in DELIVERY:
        raise NotOnThatDay("Choose delivered, returned or refused.")
    letter = dispatch.letter
    _refuse_day(dispatch, on)
    lifecycle.move(dispatch, status, arrived_on=on)
    # Held before the first event, as in `leaving.follow`.
    deadline.held(letter.recipient)
    audit.record(
        f"dispatch.{status}",
        subject=letter,
        by=by,
        campaign=letter.mailing.campaign,
        sentence=f"recorded that letter {letter} was {status} on {in_words(on)}.",
        dispatch=dispatch.pk,
        on=on.isoformat(),
    )
    if status == Status.RETURNED and _all_came_back(letter):
        reason = f"letter {letter} came back"
        answer.undeliverable(recipient=letter.recipient, reason=reason, by=by)
    else:
        count_again(letter.recipient, by=by)
    mail_tasks.follow_one(letter.recipient)
    return dispatch


@transaction.atomic
def bounced_by_hand(*, dispatch: Dispatch, detail: str, on: datetime.date, by: User) -> Dispatch:
    """A person read that an e-mail bounced, in a mailbox that the program does not read."""
    refuse_without(detail, "Say what the mail server said, and where you read it.")
    if dispatch.channel != EMAIL or dispatch.status != Status.SENT:
        raise DidNotLeave(
            f"{dispatch} is {dispatch.get_status_display().lower()}. Only an e-mail that was sent "
            "can have bounced."
        )
    _refuse_day(dispatch, on)
    return record_bounce(dispatch=dispatch, detail=detail, on=on, by=by)


def _refuse_day(dispatch: Dispatch, on: datetime.date) -> None:
    zone = ZoneInfo(dispatch.letter.mailing.campaign.timezone)
    if on > timezone.now().astimezone(zone).date():
        raise NotOnThatDay(f"{in_words(on)} has not come yet.")
    if dispatch.sent_at and on < dispatch.sent_at.astimezone(zone).date():
        raise NotOnThatDay(f"Letter {dispatch.letter} had not left on {in_words(on)}.")


@transaction.atomic
def record_bounce(*, dispatch: Dispatch, detail: str, on: datetime.date, by: User) -> Dispatch:
    """A mail server gave an e-mail back for good: it did not arrive, whatever was said before."""
    lifecycle.move(dispatch, Status.BOUNCED, arrived_on=on, detail=detail)
    letter = dispatch.letter
    deadline.held(letter.recipient)
    audit.record(
        "dispatch.bounced",
        subject=letter,
        by=by,
        campaign=letter.mailing.campaign,
        sentence=f"recorded that the e-mail of letter {letter} to {dispatch.to_address} bounced.",
        dispatch=dispatch.pk,
        on=on.isoformat(),
        detail=detail,
    )
    if _all_came_back(letter):
        reason = f"the e-mail of letter {letter} bounced"
        answer.undeliverable(recipient=letter.recipient, reason=reason, by=by)
    else:
        count_again(letter.recipient, by=by)
    mail_tasks.follow_one(letter.recipient)
    return dispatch


def record_deliveries(
    *, mailing: Mailing, references: Iterable[str], status: str, on: datetime.date, by: User
) -> list[Outcome]:
    """The same news of several letters; answers for every reference."""
    dispatches = _posted_by_reference(mailing)
    outcomes = []
    for typed in references:
        dispatch = dispatches.get(normalise(typed))
        if dispatch is None:
            outcomes.append(
                Outcome.refused(typed, "No letter of this mailing with that reference is posted")
            )
            continue
        try:
            record_delivery(dispatch=dispatch, status=status, on=on, by=by)
            outcomes.append(Outcome.done(typed))
        except Refused as refusal:
            outcomes.append(Outcome.refused(typed, str(refusal)))
    return outcomes


def _posted_by_reference(mailing: Mailing) -> dict[str, Dispatch]:
    rows = (
        Dispatch.objects.filter(letter__mailing=mailing, channel=POST)
        .filter(status__in=(Status.QUEUED, *Dispatch.LEFT))
        .select_related("letter__mailing__campaign", "letter__recipient")
        .order_by("attempt")
    )
    return {row.letter.reference: row for row in rows}


def _all_came_back(letter: Letter) -> bool:
    arriving = Dispatch.objects.filter(
        letter__recipient=letter.recipient_id, status__in=Dispatch.ARRIVING
    )
    return not arriving.exists()
