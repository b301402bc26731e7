"""E-mail: queued for a worker, claimed before the first byte, sent once.

A message that was offered and not answered for is unknown, shown to staff, and never sent
again by itself. One whose worker fell silent before that is held: nothing of it left.
"""

import datetime
import logging
import time
import uuid
from functools import partial

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from campaigns import audit
from campaigns.actions import Refused
from campaigns.models import User
from letters import lifecycle
from letters.actions import mail_tasks
from letters.actions.dispatch.leaving import (
    EMAIL,
    CountDiffers,
    NotApproved,
    NothingToSend,
    advance,
    attempts_so_far,
    reached_by,
    refuse_another_day,
    refuse_unapproved,
    refuse_unwritable,
    sealed_bytes,
    today,
)
from letters.actions.outcome import counted
from letters.actions.wake import SEND_EMAILS, wake
from letters.channels import LeftUnknown, NoLongerOurs, NotTaken
from letters.channels.email import Cover, Email
from letters.merge import codes, context
from letters.models import Dispatch, Letter, Mailing

logger = logging.getLogger(__name__)

# Longer than any mail server is waited for: connect, greet, and the whole message.
EMAIL_LEASE = datetime.timedelta(minutes=5)
# Longer than mail servers keep a line open on which nothing is said (RFC 5321 asks for five
# minutes, sendmail waits an hour): a worker that wakes later finds its line closed.
LINE_OPEN = datetime.timedelta(hours=1)
GIVE_UP_AFTER = datetime.timedelta(hours=24)
_FIRST_WAIT = datetime.timedelta(minutes=1)
_LONGEST_WAIT = datetime.timedelta(hours=1)
Status = Dispatch.Status


def to_email(mailing: Mailing) -> QuerySet[Letter]:
    """Sealed letters that go by e-mail and for which no message was made.

    Not those to whom no letter may go any more.
    """
    made = Dispatch.objects.filter(letter=OuterRef("pk"), channel=EMAIL).exclude(
        status=Status.CANCELLED
    )
    return (
        mailing.letters.writable()
        .filter(status=Letter.Status.SEALED, by_email=True)
        .filter(~Exists(made))
        .order_by("position")
    )


@transaction.atomic
def queue_emails(*, mailing: Mailing, count: int, by: User) -> int:
    """Queue one message for each letter that goes by e-mail; a worker sends them."""
    lifecycle.hold(mailing)
    refuse_unapproved(mailing)
    refuse_another_day(mailing, today(mailing))
    letters = list(to_email(mailing))
    if not letters:
        raise NothingToSend("No letter waits for e-mail: each is queued or has gone.")
    if count != len(letters):
        raise CountDiffers(
            f"You typed {count:,}; {counted(len(letters))} would go by e-mail. Look again."
        )
    attempts = attempts_so_far(letters, EMAIL)
    queued = Dispatch.objects.bulk_create(
        [
            Dispatch(
                letter=letter,
                channel=EMAIL,
                attempt=attempts.get(letter.pk, 0) + 1,
                to_address=letter.email,
                queued_by=by,
            )
            for letter in letters
        ],
        batch_size=500,
    )
    name_messages(queued)
    if mailing.status == Mailing.Status.APPROVED:
        lifecycle.move(mailing, Mailing.Status.SENDING)
    audit.record(
        "emails.queued",
        subject=mailing,
        by=by,
        campaign=mailing.campaign,
        sentence=f"queued {counted(len(queued))} of “{mailing}” for e-mail.",
        letters=len(queued),
    )
    wake(SEND_EMAILS, mailing.pk)
    return len(queued)


def name_messages(dispatches: list[Dispatch]) -> None:
    """The Message-ID stands in the row before the first byte leaves."""
    for dispatch in dispatches:
        dispatch.message_id = Email().message_id(dispatch)
    Dispatch.objects.bulk_update(dispatches, ["message_id"], batch_size=500)


def work(*, mailing_pk: int, seconds: float) -> bool:
    """Send queued messages for about `seconds`; whether any is still waiting."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        keys = _sendable(timezone.now()).filter(letter__mailing=mailing_pk)
        key = keys.order_by("pk").values_list("pk", flat=True).first()
        if key is None:
            return False
        send_email(dispatch_pk=key)
    return True


def send_email(*, dispatch_pk: int) -> Dispatch | None:
    """Send one queued message, if nobody else has it in hand.

    Each step is its own commit: the claim; right before the first byte, that it is offered;
    what came of it. A crash leaves the row claimed, and the sweep holds what was not offered
    and calls unknown what was. A worker that wakes after that finds its claim gone.
    """
    dispatch = _claim_email(dispatch_pk)
    if dispatch is None:
        return None
    try:
        _check_before_sending(dispatch)
        pdf, cover = sealed_bytes(dispatch.letter), _cover(dispatch.letter)
    except Refused as refusal:
        _finish(dispatch, Status.HELD, str(refusal))
        return dispatch
    except Exception as error:  # nothing was offered yet, so it is held and not unknown
        logger.exception("The e-mail of letter %s could not be written", dispatch.letter)
        _finish(dispatch, Status.HELD, f"It could not be written: {error}")
        return dispatch
    try:
        Email().send(dispatch, cover, pdf, offer=partial(_offer, dispatch))
    except NoLongerOurs:
        logger.warning("The e-mail of letter %s was taken from this worker", dispatch.letter)
    except NotTaken as error:
        _not_taken(dispatch, error)
    except LeftUnknown as error:
        _finish(dispatch, Status.UNKNOWN, str(error))
    else:
        _sent(dispatch)
    return dispatch


def _sendable(now: datetime.datetime) -> QuerySet[Dispatch]:
    return Dispatch.objects.filter(channel=EMAIL, status=Status.QUEUED).filter(
        Q(retry_at=None) | Q(retry_at__lte=now)
    )


def _claim_email(dispatch_pk: int) -> Dispatch | None:
    claim, now = str(uuid.uuid4()), timezone.now()
    claimed = lifecycle.move_all(
        _sendable(now).filter(pk=dispatch_pk),
        Status.CLAIMED,
        claim=claim,
        claimed_at=now,
        offered_at=None,
        tries=F("tries") + 1,
    )
    if not claimed:
        return None
    return Dispatch.objects.select_related(
        "letter__mailing__campaign__sender__letterhead",
        "letter__mailing__version__template",
        "letter__recipient",
        "queued_by",
    ).get(pk=dispatch_pk)


def _check_before_sending(dispatch: Dispatch) -> None:
    """What was true at the click is asked again at the moment of sending."""
    refuse_unapproved(dispatch.letter.mailing)
    refuse_unwritable(dispatch.letter)
    refuse_another_day(dispatch.letter.mailing, today(dispatch.letter.mailing))
    if not dispatch.queued_by.has_perm("letters.dispatch_mailing"):
        raise NotApproved(f"{dispatch.queued_by} may no longer send letters.")


def _cover(letter: Letter) -> Cover:
    content = context.content(letter)
    return Cover(
        organisation=content.letterhead.organisation,
        salutation=content.salutation,
        reference=letter.reference,
        deadline=content.deadline if letter.mailing.version.asks_for_an_answer else "",
        start_url=f"{settings.SITE_URL}/respond/",
        reply_to=_reply_to(letter),
    )


def _reply_to(letter: Letter) -> str:
    """An address of its own where replies are read by the program, so that each is known."""
    if settings.REPLY_ADDRESS:
        return codes.reply_address(letter.reference, settings.REPLY_ADDRESS)
    return letter.mailing.campaign.sender.letterhead.email


def _held_by(dispatch: Dispatch) -> QuerySet[Dispatch]:
    return Dispatch.objects.filter(pk=dispatch.pk, status=Status.CLAIMED, claim=dispatch.claim)


def _offer(dispatch: Dispatch) -> None:
    """Write that the first byte leaves now. Raises NoLongerOurs where the sweep was first.

    Of worker and sweep one wins, because each moves the row only as it found it.
    """
    if not _held_by(dispatch).filter(offered_at=None).update(offered_at=timezone.now()):
        raise NoLongerOurs


@transaction.atomic
def _sent(dispatch: Dispatch) -> None:
    now = timezone.now()
    mailing = dispatch.letter.mailing
    lifecycle.hold(mailing)
    if not lifecycle.move_all(_held_by(dispatch), Status.SENT, sent_at=now, detail="", claim=""):
        return  # the sweep has called it unknown; a person settles it by its Message-ID
    dispatch.status, dispatch.sent_at = Status.SENT, now
    reached_by(dispatch.letter, today(mailing), dispatch.queued_by)
    audit.record(
        "dispatch.sent",
        subject=dispatch.letter,
        by=dispatch.queued_by,
        campaign=mailing.campaign,
        sentence=f"sent letter {dispatch.letter} by e-mail to {dispatch.to_address}.",
        dispatch=dispatch.pk,
        message_id=dispatch.message_id,
        sha256=dispatch.letter.pdf_sha256,
    )
    advance(mailing)


def _not_taken(dispatch: Dispatch, error: NotTaken) -> None:
    now = timezone.now()
    if not error.again:
        _finish(dispatch, Status.FAILED, str(error))
    elif now - dispatch.queued_at > GIVE_UP_AFTER:
        _finish(dispatch, Status.FAILED, f"Tried for a day, {dispatch.tries} times. {error}")
    else:
        wait = min(_FIRST_WAIT * 2 ** min(dispatch.tries - 1, 10), _LONGEST_WAIT)
        lifecycle.move_all(
            _held_by(dispatch), Status.QUEUED, detail=str(error), claim="", retry_at=now + wait
        )
        dispatch.status = Status.QUEUED


def _finish(dispatch: Dispatch, status: str, detail: str) -> None:
    """What the worker itself says of an end that a person has to look at."""
    _end(dispatch, _held_by(dispatch), status, detail, claim="")


@transaction.atomic
def _end(
    dispatch: Dispatch, rows: QuerySet[Dispatch], status: str, detail: str, **changes: str
) -> None:
    if not lifecycle.move_all(rows, status, detail=detail, **changes):
        return
    dispatch.status, dispatch.detail = status, detail
    audit.record(
        f"dispatch.{status}",
        subject=dispatch.letter,
        by=None,
        campaign=dispatch.letter.mailing.campaign,
        sentence=(
            f"The e-mail of letter {dispatch.letter} to {dispatch.to_address} is "
            f"{Status(status).label.lower()}: {detail}"
        ),
        dispatch=dispatch.pk,
        message_id=dispatch.message_id,
    )
    mail_tasks.follow_one(dispatch.letter.recipient)


def revive(*, now: datetime.datetime) -> list[int]:
    """Wake a worker for messages that wait, and take what a silent one had in hand."""
    over = now - EMAIL_LEASE
    silent = Dispatch.objects.filter(channel=EMAIL, status=Status.CLAIMED).filter(
        Q(offered_at=None, claimed_at__lt=over) | Q(offered_at__lt=over)
    )
    for dispatch in silent.select_related("letter__mailing__campaign"):
        _take_from_silent(dispatch)
    mailings = _sendable(now).order_by().values_list("letter__mailing", flat=True).distinct()
    woken = list(mailings)
    for mailing_pk in woken:
        wake(SEND_EMAILS, mailing_pk)
    return woken


def _take_from_silent(dispatch: Dispatch) -> None:
    """Held, where nothing was offered and now never will be; unknown, where something was.

    What is unknown keeps its claim, as a mark that a worker might yet be at its line.
    """
    rows = _held_by(dispatch).filter(offered_at=dispatch.offered_at)
    if dispatch.offered_at is None:
        detail = "The worker stopped before it offered this message, so it did not leave."
        _end(dispatch, rows, Status.HELD, detail, claim="")
    else:
        detail = (
            "The worker stopped while it handed this message over. Look the Message-ID up at "
            "the mail server, then say whether it left."
        )
        _end(dispatch, rows, Status.UNKNOWN, detail)
