"""Who did what when: record, history and verify.

Each decision records its event inside its own transaction, so neither exists without the
other. Events are chained: each hash covers the one before, so a changed or missing row is
found by `verify`. The chain is written under a lock, since two writers reading the same
last event would fork it.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection, models
from django.utils import timezone

from campaigns.models.audit import AuditEvent, AuditEventQuerySet
from campaigns.models.user import User
from campaigns.text import with_one_stop

GENESIS = "0" * 64
_CHAIN_LOCK = 0x636F756E  # any constant of our own; PostgreSQL locks by number


class OutsideTransaction(RuntimeError):
    """An audit event was recorded outside the transaction of the decision it tells of."""


def record(
    verb: str,
    *,
    subject: models.Model,
    by: User | None,
    sentence: str,
    campaign: models.Model | None = None,
    **data: Any,
) -> AuditEvent:
    """Append one event. `by` is None where no member of staff acted (a recipient, the clock).

    `sentence` continues the actor's name: "approved 208 letters of First letter.".
    `data` is kept as JSON: counts, hashes, before and after.
    """
    if not connection.in_atomic_block:
        raise OutsideTransaction(f"{verb} was recorded outside a transaction.")
    sentence = with_one_stop(sentence)
    _lock_chain()
    last = AuditEvent.objects.order_by("-sequence").values("sequence", "hash").first()
    sequence, previous = (last["sequence"] + 1, last["hash"]) if last else (1, GENESIS)
    at = timezone.now()
    payload = _canonical(
        {
            "sequence": sequence,
            "at": at.isoformat(),
            "actor": by.pk if by else None,
            "actor_name": str(by) if by else "",
            "verb": verb,
            "sentence": sentence,
            "subject_type": subject._meta.label_lower,
            "subject_id": subject.pk,
            "campaign_id": campaign.pk if campaign else None,
            "data": data,
        }
    )
    return AuditEvent.objects.create(
        sequence=sequence,
        at=at,
        actor=by,
        verb=verb,
        sentence=sentence,
        subject_type=subject._meta.label_lower,
        subject_id=subject.pk,
        campaign_id=campaign.pk if campaign else None,
        payload=payload,
        previous_hash=previous,
        hash=_chained(previous, payload),
    )


def head() -> int:
    """The sequence of the last event that can be read; 0 where there is none."""
    return AuditEvent.objects.aggregate(last=models.Max("sequence"))["last"] or 0


def hold() -> None:
    """Let no other decision be made until this transaction ends, since each writes an event.

    What is read from here on is what stands when this transaction commits. Everybody else waits
    for it, so it is taken last.
    """
    if not connection.in_atomic_block:
        raise OutsideTransaction("The chain was held outside a transaction.")
    _lock_chain()


def history(subject: models.Model) -> AuditEventQuerySet:
    """What happened to one object, newest first."""
    return (
        AuditEvent.objects.filter(subject_type=subject._meta.label_lower, subject_id=subject.pk)
        .select_related("actor")
        .order_by("-sequence")
    )


def campaign_history(campaign: models.Model) -> AuditEventQuerySet:
    """What happened in one campaign, newest first."""
    return (
        AuditEvent.objects.filter(campaign_id=campaign.pk)
        .select_related("actor")
        .order_by("-sequence")
    )


@dataclass(frozen=True)
class Verdict:
    """What `verify` found: how many events hold, and the first that does not."""

    checked: int
    head: str
    bad_sequence: int | None = None
    reason: str = ""

    @property
    def holds(self) -> bool:
        return self.bad_sequence is None


def verify(events: Iterable[AuditEvent] | None = None) -> Verdict:
    """Walk the chain from the first event and stop at the first that does not hold."""
    expected_sequence, previous = 1, GENESIS
    if events is None:
        events = AuditEvent.objects.order_by("sequence").iterator(chunk_size=2000)
    for event in events:
        if reason := _fault(event, expected_sequence, previous):
            return Verdict(expected_sequence - 1, previous, event.sequence, reason)
        expected_sequence, previous = expected_sequence + 1, event.hash
    return Verdict(expected_sequence - 1, previous)


def _fault(event: AuditEvent, expected_sequence: int, previous: str) -> str:
    if event.sequence != expected_sequence:
        return f"event {expected_sequence} is missing"
    if event.previous_hash != previous or event.hash != _chained(previous, event.payload):
        return "the hash does not follow from the event before and the payload"
    said = json.loads(event.payload)
    shown = {
        "at": event.at.isoformat(),
        "actor": event.actor_id,
        "verb": event.verb,
        "sentence": event.sentence,
        "subject_type": event.subject_type,
        "subject_id": event.subject_id,
        "campaign_id": event.campaign_id,
    }
    for name, value in shown.items():
        if said[name] != value:
            return f"the column {name} differs from the payload that was hashed"
    return ""


def _lock_chain() -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_CHAIN_LOCK])
    # SQLite: transactions are IMMEDIATE, so there is one writer at a time already.


def _canonical(content: dict[str, Any]) -> str:
    return json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def _chained(previous: str, payload: str) -> str:
    return hashlib.sha256(f"{previous}\n{payload}".encode()).hexdigest()
