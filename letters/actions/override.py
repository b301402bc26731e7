"""Answering amber findings with a written reason, and taking the answer back."""

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from campaigns import audit
from campaigns.actions import Refused
from campaigns.models import User
from letters import lifecycle
from letters.actions.leave_out import IN_PREPARATION, ReasonMissing, TooLate
from letters.actions.outcome import counted
from letters.models import Finding, Letter, Mailing, Override
from letters.preflight.registry import BY_CODE


class RedStands(Refused):
    """What must be fixed is fixed, or the letter is left out; no reason replaces that."""


class NothingToOverride(Refused):
    """The finding is gone, or is answered already."""


class CounselReads(Refused):
    """Some letters are opened whatever is written about them."""


class AlreadyWithdrawn(Refused):
    """An override is withdrawn once."""


@transaction.atomic
def override(
    *, mailing: Mailing, code: str, reason: str, by: User, letter: Letter | None = None
) -> Override:
    """Say why amber findings of one kind need no change: of one letter, or of all that have it.

    Counsel reads the reason before approving. The letters need not be opened for it then.
    """
    lifecycle.hold(mailing)
    if not reason.strip():
        raise ReasonMissing("Say why this needs no change; counsel reads it before approving.")
    if mailing.status not in IN_PREPARATION:
        raise TooLate(f"“{mailing}” is past preparation; nothing is answered any more.")
    open_ = _open(mailing, code, letter)
    answered = Override.objects.create(
        mailing=mailing, letter=letter, code=code, reason=reason, by=by
    )
    count = open_.update(override=answered)
    check = BY_CODE[code]
    whose = f"letter {letter}" if letter else counted(count, "finding")
    audit.record(
        "finding.overridden",
        subject=mailing,
        by=by,
        campaign=mailing.campaign,
        sentence=f"answered “{check.title}” for {whose} of “{mailing}”: {reason}",
        override=answered.pk,
        code=code,
        letter=letter.reference if letter else None,
        findings=count,
        reason=reason,
    )
    return answered


def _open(mailing: Mailing, code: str, letter: Letter | None) -> QuerySet[Finding]:
    if code in BY_CODE and not BY_CODE[code].answerable:
        raise CounselReads(
            f"“{BY_CODE[code].title}” needs no answer: counsel opens each of these letters."
        )
    found = mailing.findings.filter(code=code, override=None)
    if letter:
        found = found.filter(letter=letter)
    amber = found.filter(severity=Finding.Severity.AMBER)
    if amber.exists():
        return amber
    if found.filter(severity=Finding.Severity.RED).exists():
        raise RedStands(
            f"“{BY_CODE[code].title}” must be fixed, or the letter left out; a reason does not "
            "replace that."
        )
    raise NothingToOverride("Nothing of that kind is open any more. Reload the page.")


@transaction.atomic
def withdraw(*, override: Override, by: User) -> Override:
    """Let the findings be open again, as they were before they were answered."""
    mailing = override.mailing
    lifecycle.hold(mailing)
    override.refresh_from_db()
    if override.withdrawn_at:
        raise AlreadyWithdrawn("That answer was taken back already.")
    if mailing.status not in IN_PREPARATION:
        raise TooLate(f"“{mailing}” is past preparation; its answers stand.")
    count = override.findings.update(override=None)
    override.withdrawn_by, override.withdrawn_at = by, timezone.now()
    override.save(update_fields=["withdrawn_by", "withdrawn_at"])
    audit.record(
        "finding.override_withdrawn",
        subject=mailing,
        by=by,
        campaign=mailing.campaign,
        sentence=(
            f"took back the answer to “{BY_CODE[override.code].title}” for "
            f"{counted(count, 'finding')} of “{mailing}”."
        ),
        override=override.pk,
        code=override.code,
        findings=count,
    )
    return override
