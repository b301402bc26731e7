"""What only a person decides: what became of a message, and that a letter goes again."""

from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from campaigns import audit
from campaigns.actions import Refused
from campaigns.models import User
from letters import lifecycle
from letters.actions import mail_tasks
from letters.actions.dispatch.emails import LINE_OPEN, name_messages
from letters.actions.dispatch.leaving import (
    EMAIL,
    advance,
    reached_by,
    refuse_another_day,
    refuse_unapproved,
    refuse_unwritable,
    refuse_without,
    sealed_bytes,
    today,
)
from letters.actions.wake import SEND_EMAILS, wake
from letters.models import Dispatch, Letter, Mailing

Status = Dispatch.Status


class NotInDoubt(Refused):
    """Only what nobody answered for is settled by hand, and only what is held is released.

    A second press of the button finds the message already in a worker's hand: to queue it
    again then would send it twice.
    """


class StillInHand(Refused):
    """A worker fell silent at its line to the mail server, and might wake and go on."""


class StillAlive(Refused):
    """The letter is on its way by this channel, so sending it again would send it twice."""


@transaction.atomic
def confirm_sent(*, dispatch: Dispatch, evidence: str, by: User) -> Dispatch:
    """A person looked the message up: it did leave."""
    refuse_without(evidence, "Say where you saw that it left.")
    _refuse_other_than(dispatch, Status.UNKNOWN)
    mailing = dispatch.letter.mailing
    at = dispatch.offered_at or dispatch.claimed_at or timezone.now()
    lifecycle.move(dispatch, Status.SENT, sent_at=at, detail=evidence, claim="")
    reached_by(dispatch.letter, at.astimezone(ZoneInfo(mailing.campaign.timezone)).date(), by)
    _record_settled(dispatch, "did leave", evidence, by)
    if mailing.status == Mailing.Status.APPROVED:
        lifecycle.move(mailing, Mailing.Status.SENDING)
    advance(mailing)
    return dispatch


@transaction.atomic
def confirm_not_sent(*, dispatch: Dispatch, evidence: str, by: User) -> Dispatch:
    """A person looked the message up: it did not leave. It may then be sent again.

    A worker whose process slept in the middle of its line could wake after that and hand the
    message over; so this waits until no mail server would still listen to it.
    """
    refuse_without(evidence, "Say where you saw that it did not leave.")
    _refuse_other_than(dispatch, Status.UNKNOWN)
    _refuse_in_hand(dispatch)
    lifecycle.move(dispatch, Status.FAILED, detail=evidence, claim="")
    _record_settled(dispatch, "did not leave", evidence, by)
    return dispatch


def _refuse_other_than(dispatch: Dispatch, status: Dispatch.Status) -> None:
    if dispatch.status != status:
        raise NotInDoubt(
            f"The e-mail of letter {dispatch.letter} is {dispatch.get_status_display().lower()}, "
            f"not {status.label.lower()}. Nothing was changed; look again."
        )


def _refuse_in_hand(dispatch: Dispatch) -> None:
    if not dispatch.claim or not dispatch.offered_at:
        return  # the worker itself said that nobody answered it; it is not at it any more
    until = dispatch.offered_at + LINE_OPEN
    if timezone.now() < until:
        zone = ZoneInfo(dispatch.letter.mailing.campaign.timezone)
        raise StillInHand(
            f"The worker fell silent while it handed the e-mail of letter {dispatch.letter} over, "
            f"and could wake and finish. Look again after {until.astimezone(zone):%-I:%M %p %Z}. "
            "That it did leave can be put on record now."
        )


def _record_settled(dispatch: Dispatch, what: str, evidence: str, by: User) -> None:
    audit.record(
        "dispatch.settled",
        subject=dispatch.letter,
        by=by,
        campaign=dispatch.letter.mailing.campaign,
        sentence=f"settled that the e-mail of letter {dispatch.letter} {what}: {evidence}",
        dispatch=dispatch.pk,
        evidence=evidence,
    )


@transaction.atomic
def resend(*, letter: Letter, channel: str, reason: str, by: User) -> Dispatch:
    """A new attempt by a named person. The earlier one keeps what became of it."""
    refuse_without(reason, "Say why the letter is sent again.")
    mailing = letter.mailing
    lifecycle.hold(mailing)
    letter.refresh_from_db(fields=["status"])
    refuse_unapproved(mailing)
    refuse_unwritable(letter)
    sealed_bytes(letter)
    rows = letter.dispatches.filter(channel=channel)
    ended = rows.filter(status__in=Dispatch.ENDED).exists()
    if not ended or rows.filter(status__in=Dispatch.LIVE).exists():
        raise StillAlive(f"Letter {letter} has not come back by this way, so it is not sent again.")
    if channel == EMAIL:
        refuse_another_day(mailing, today(mailing))
    dispatch = Dispatch.objects.create(
        letter=letter,
        channel=channel,
        attempt=(rows.aggregate(last=Max("attempt"))["last"] or 0) + 1,
        to_address=letter.email if channel == EMAIL else "",
        reason=reason,
        queued_by=by,
    )
    if channel == EMAIL:
        name_messages([dispatch])
        wake(SEND_EMAILS, mailing.pk)
    audit.record(
        "dispatch.resent",
        subject=letter,
        by=by,
        campaign=mailing.campaign,
        sentence=(
            f"queued letter {letter} again by {dispatch.get_channel_display().lower()}, attempt "
            f"{dispatch.attempt}: {reason}"
        ),
        dispatch=dispatch.pk,
        attempt=dispatch.attempt,
        reason=reason,
    )
    mail_tasks.follow_one(letter.recipient)
    return dispatch


@transaction.atomic
def release(*, dispatch: Dispatch, by: User) -> Dispatch:
    """Queue a message again that was held before anything was offered."""
    _refuse_other_than(dispatch, Status.HELD)
    lifecycle.move(dispatch, Status.QUEUED, detail="", queued_by=by, retry_at=None)
    audit.record(
        "dispatch.released",
        subject=dispatch.letter,
        by=by,
        campaign=dispatch.letter.mailing.campaign,
        sentence=f"released the e-mail of letter {dispatch.letter} that was held.",
        dispatch=dispatch.pk,
    )
    wake(SEND_EMAILS, dispatch.letter.mailing_id)
    return dispatch
