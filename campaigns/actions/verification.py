"""Decisions on whether an answer is so: who decided what, when, why, and on which evidence.

What an institution confirmed in writing is one thing, that it is so is another. A decision
is about one statement; a later answer begins unverified again. No clock decides: that the
day of a promise or of a check has come is a queryset, and opens a task for a person.
"""

import datetime
from dataclasses import dataclass

from django.db import transaction

from campaigns import audit, lifecycle
from campaigns.actions import Refused, due_tasks
from campaigns.models import (
    Answer,
    AnswerEntry,
    Outcome,
    Recipient,
    User,
    Verification,
    VerificationEntry,
)
from campaigns.models.verification import RESTS_ON_EVIDENCE

# With which a document that came may show that it is so.
SHOWN_BY_DOCUMENTS = frozenset(
    {
        Outcome.COMPLIED,
        Outcome.ALREADY_COMPLIANT,
        Outcome.WILL_COMPLY,
        Outcome.PARTIAL,
        Outcome.CONDITIONAL,
    }
)


class NothingToVerify(Refused):
    """What was not answered cannot be so."""


class AnsweredMeanwhile(Refused):
    """A later answer came; what was decided was about the one before."""


class ReasonMissing(Refused):
    """A verification is kept with its reason."""


class EvidenceMissing(Refused):
    """What rests on evidence names it."""


class NotAhead(Refused):
    """A day to check again is still ahead."""


@dataclass(frozen=True)
class Finding:
    """What a person found: whether it is so, why, on which evidence, and until when."""

    status: str
    reason: str
    evidence: str = ""
    recheck_on: datetime.date | None = None


@transaction.atomic
def decide(
    *,
    answer: Answer,
    entry_pk: int,
    finding: Finding,
    on: datetime.date,
    now: datetime.datetime,
    by: User,
) -> VerificationEntry:
    """Put on record whether the current statement of an answer is so. `on` is today.

    `entry_pk` comes back from the page the person looked at: where another statement came
    meanwhile, the decision was not about it and is refused.
    """
    answer = _held(answer)
    entry = answer.current_entry
    if entry is None:
        raise NothingToVerify(f"{answer.recipient} has not answered demand {answer.demand.number}.")
    if entry.pk != entry_pk:
        raise AnsweredMeanwhile(
            f"{answer.recipient} answered demand {answer.demand.number} again meanwhile. Read the "
            "later answer, then decide."
        )
    _refuse_unfounded(finding, on)
    return _write(answer, entry, finding, now, by)


@transaction.atomic
def evidence_came(
    *, entry: AnswerEntry, evidence: str, now: datetime.datetime
) -> VerificationEntry | None:
    """A document came with a statement that it may bear out. Nobody has judged it yet."""
    if entry.outcome not in SHOWN_BY_DOCUMENTS:
        return None
    answer = _held(entry.answer)
    if answer.current_entry_id != entry.pk or answer.verification != Verification.UNVERIFIED:
        return None
    most = VerificationEntry._meta.get_field("evidence").max_length or 0
    finding = Finding(
        Verification.EVIDENCE_RECEIVED, "It came with the answer.", evidence=evidence[:most]
    )
    return _write(answer, entry, finding, now, None)


def _held(answer: Answer) -> Answer:
    rows = Answer.objects.select_for_update(of=("self",))
    return rows.select_related(
        "recipient__campaign", "recipient__institution", "demand", "current_entry"
    ).get(pk=answer.pk)


def _refuse_unfounded(finding: Finding, on: datetime.date) -> None:
    if not finding.reason.strip():
        raise ReasonMissing("Say why it is so, or why not; the reason stays on record.")
    if finding.status in RESTS_ON_EVIDENCE and not finding.evidence.strip():
        raise EvidenceMissing(
            "Name the evidence: which document, page or web address, of what day."
        )
    if finding.recheck_on and finding.recheck_on <= on:
        raise NotAhead("Choose a day to check again that is still ahead.")


def _write(
    answer: Answer,
    entry: AnswerEntry,
    finding: Finding,
    now: datetime.datetime,
    by: User | None,
) -> VerificationEntry:
    before = answer.verification
    lifecycle.move(answer, finding.status)
    decided = VerificationEntry.objects.create(
        entry=entry,
        number=entry.verifications.count() + 1,
        before=before,
        status=finding.status,
        evidence=finding.evidence,
        reason=finding.reason,
        recheck_on=finding.recheck_on,
        decided_by=by,
        decided_at=now,
    )
    audit.record(
        f"answer.{finding.status}",
        subject=answer.recipient,
        by=by,
        campaign=answer.recipient.campaign,
        sentence=_sentence(answer, finding, by),
        demand=answer.demand.number,
        entry=entry.pk,
        verification=decided.pk,
        before=before,
        after=finding.status,
        evidence=finding.evidence,
        reason=finding.reason,
        recheck_on=finding.recheck_on.isoformat() if finding.recheck_on else None,
    )
    due_tasks.follow_answers(Recipient.objects.filter(pk=answer.recipient_id), now=now)
    return decided


def _sentence(answer: Answer, finding: Finding, by: User | None) -> str:
    of_demand = f"demand {answer.demand.number} ({answer.demand.title}) of {answer.recipient}"
    status = Verification(finding.status).label.lower()
    on_evidence = f" Evidence: {finding.evidence}" if finding.evidence else ""
    if by is None:
        return f"evidence came with the answer to {of_demand}: {finding.evidence}"
    until = f" Check again on {finding.recheck_on:%B %-d, %Y}." if finding.recheck_on else ""
    if finding.status == Verification.EVIDENCE_RECEIVED:
        return f"put evidence on record for {of_demand}: {finding.reason}{on_evidence}{until}"
    return f"put on record that {of_demand} is {status}: {finding.reason}{on_evidence}{until}"
