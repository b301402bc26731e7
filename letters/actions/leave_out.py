"""Leaving letters out while a mailing is prepared, and voiding sealed ones before they leave."""

from collections.abc import Iterable

from django.db import transaction

from campaigns import audit
from campaigns.actions import Refused
from campaigns.models import User
from letters import lifecycle
from letters.actions import preflight
from letters.actions.dispatch.leaving import advance
from letters.actions.freshness import current_digest
from letters.actions.outcome import Outcome
from letters.actions.wake import RENDER_MAILING, wake
from letters.models import Dispatch, Letter, Mailing

IN_PREPARATION = (
    Mailing.Status.PREPARING,
    Mailing.Status.RENDERING,
    Mailing.Status.READY,
    Mailing.Status.RETURNED,
)


class ReasonMissing(Refused):
    """A letter is left out, or a mailing cancelled, with a reason."""


class TooLate(Refused):
    """The mailing is past preparation."""


class AlreadyDispatched(Refused):
    """Something of it has left or is about to."""


@transaction.atomic
def leave_out(*, letter: Letter, reason: str, by: User) -> Letter:
    """Send no letter to this addressee in this mailing. The reference is not used again."""
    lifecycle.hold(letter.mailing)
    _leave_out(letter, reason, by)
    _after_leaving_out(letter.mailing)
    return letter


@transaction.atomic
def leave_out_many(
    *, mailing: Mailing, letters: Iterable[Letter], reason: str, by: User
) -> list[Outcome]:
    """Leave each of the letters out; answers for every one."""
    lifecycle.hold(mailing)
    outcomes = []
    for letter in letters:
        letter.mailing = mailing
        if letter.status == Letter.Status.VOID:
            outcomes.append(Outcome.skipped(letter.reference, "It was already left out"))
            continue
        try:
            with transaction.atomic():
                _leave_out(letter, reason, by)
            outcomes.append(Outcome.done(letter.reference))
        except Refused as refusal:
            outcomes.append(Outcome.refused(letter.reference, str(refusal)))
    _after_leaving_out(mailing)
    return outcomes


def _leave_out(letter: Letter, reason: str, by: User) -> None:
    """The caller holds the mailing."""
    if not reason.strip():
        raise ReasonMissing("Say why the letter is left out.")
    if letter.mailing.status not in IN_PREPARATION:
        raise TooLate(f"“{letter.mailing}” is past preparation; a sealed letter can be voided.")
    lifecycle.move(letter, Letter.Status.VOID, status_reason=reason, claim="", lease_until=None)
    letter.findings.all().delete()
    audit.record(
        "letter.left_out",
        subject=letter,
        by=by,
        campaign=letter.mailing.campaign,
        sentence=f"left letter {letter} to {letter.recipient} out: {reason}",
        reason=reason,
    )


def _after_leaving_out(mailing: Mailing) -> None:
    """The batch is smaller now: what was checked, approved by digest, or awaited follows it."""
    if mailing.status in (Mailing.Status.PREPARING, Mailing.Status.READY):
        preflight.run(mailing)
    if mailing.status == Mailing.Status.READY:
        mailing.digest = current_digest(mailing)
        mailing.save(update_fields=["digest"])
    if mailing.status == Mailing.Status.RENDERING:
        wake(RENDER_MAILING, mailing.pk)


@transaction.atomic
def void(*, letter: Letter, reason: str, by: User) -> Letter:
    """Take a sealed letter back before it leaves. A correction is a new letter."""
    if not reason.strip():
        raise ReasonMissing("Say why the letter is voided.")
    lifecycle.hold(letter.mailing)
    letter.refresh_from_db(fields=["status"])
    if letter.status != Letter.Status.SEALED:
        raise TooLate(f"Letter {letter} is not sealed; leave it out instead.")
    alive = letter.dispatches.exclude(
        status__in=[Dispatch.Status.CANCELLED, Dispatch.Status.FAILED]
    )
    if alive.exists():
        raise AlreadyDispatched(
            f"Letter {letter} is in a pack or has left. Discard the pack first; what has left "
            "cannot be taken back."
        )
    lifecycle.move(letter, Letter.Status.VOID, status_reason=reason)
    audit.record(
        "letter.voided",
        subject=letter,
        by=by,
        campaign=letter.mailing.campaign,
        sentence=f"voided the sealed letter {letter} to {letter.recipient}: {reason}",
        reason=reason,
        sha256=letter.pdf_sha256,
    )
    advance(letter.mailing)
    return letter
