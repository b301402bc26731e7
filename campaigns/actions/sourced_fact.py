"""Decisions on what was seen at a recipient: by hand, and by a file."""

import dataclasses
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from django.db import transaction
from django.utils import timezone

from campaigns import audit
from campaigns.actions import Refused
from campaigns.actions.campaign import locked
from campaigns.directory.sourced_facts import Particulars, Row
from campaigns.models import Campaign, Recipient, SourcedFact, User
from campaigns.text import fold

Verdict = Literal["new", "same", "refused"]


class FromTheFuture(Refused):
    """Nobody has seen tomorrow's page."""


class WasRemoved(Refused):
    """The fact was removed by somebody else meanwhile."""


@dataclass(frozen=True)
class Planned:
    """What becomes of one row of a file, and why."""

    row: Row
    verdict: Verdict
    recipient: Recipient | None = None
    note: str = ""


@transaction.atomic
def add(*, recipient: Recipient, particulars: Particulars, by: User) -> SourcedFact:
    locked(recipient.campaign)
    _refuse_future(particulars)
    fact = SourcedFact.objects.create(recipient=recipient, **dataclasses.asdict(particulars))
    _record("added", fact, by, **_said(particulars))
    return fact


@transaction.atomic
def change(*, fact: SourcedFact, particulars: Particulars, by: User) -> SourcedFact:
    """Letters already made keep the words they were made from, and preflight sees the change."""
    locked(fact.recipient.campaign)
    fact = _held(fact)
    _refuse_future(particulars)
    changes = {
        name: [str(getattr(fact, name)), str(value)]
        for name, value in dataclasses.asdict(particulars).items()
        if getattr(fact, name) != value
    }
    if not changes:
        return fact
    for name in changes:
        setattr(fact, name, getattr(particulars, name))
    fact.save()
    _record("changed", fact, by, changes=changes)
    return fact


@transaction.atomic
def remove(*, fact: SourcedFact, by: User) -> SourcedFact:
    """State it in no letter any more. The row stays, since letters may have stated it."""
    locked(fact.recipient.campaign)
    fact = _held(fact)
    fact.archived_at = timezone.now()
    fact.save(update_fields=["archived_at"])
    _record("removed", fact, by)
    return fact


def plan(campaign: Campaign, rows: Iterable[Row]) -> list[Planned]:
    """What would become of each row. Writes nothing; the same few queries for every file."""
    recipients = _by_name(campaign)
    have = {_key(fact.recipient_id, fact): fact.pk for fact in _facts(campaign)}
    today = timezone.localdate()
    planned = []
    for row in rows:
        one = _planned(row, recipients, today)
        if one.recipient and row.particulars and one.verdict == "new":
            key = _key(one.recipient.pk, row.particulars)
            if key in have:
                said = "It is on record already." if have[key] else "An earlier row says the same."
                one = Planned(row, "same", one.recipient, said)
            have.setdefault(key, 0)
        planned.append(one)
    return planned


@transaction.atomic
def take_in(*, campaign: Campaign, rows: Iterable[Row], by: User) -> list[Planned]:
    """Add the rows that are new; what became of each is returned. Refused rows stop no other."""
    campaign = locked(campaign)
    planned = plan(campaign, rows)
    new = [one for one in planned if one.verdict == "new"]
    SourcedFact.objects.bulk_create(
        [
            SourcedFact(recipient=one.recipient, **dataclasses.asdict(one.row.particulars))
            for one in new
            if one.row.particulars
        ],
        batch_size=500,
    )
    if new:
        recipients = len({one.recipient.pk for one in new if one.recipient})
        audit.record(
            "sourced_facts.taken_in",
            subject=campaign,
            by=by,
            campaign=campaign,
            sentence=f"took in {len(new):,} sourced facts about {recipients:,} recipients.",
            added=len(new),
            refused=sum(one.verdict == "refused" for one in planned),
        )
    return planned


def _planned(row: Row, recipients: dict[str, list[Recipient]], today: Any) -> Planned:
    if row.particulars is None:
        return Planned(row, "refused", note=row.refusal)
    if row.particulars.seen_on > today:
        return Planned(row, "refused", note=f"{row.particulars.seen_on} is in the future.")
    name = row.identifier or row.institution
    found = recipients.get(fold(name), []) if name else []
    if not name:
        return Planned(row, "refused", note="The institution is not named.")
    if not found:
        return Planned(row, "refused", note=f"No recipient of this campaign is called “{name}”.")
    if len(found) > 1:
        return Planned(
            row,
            "refused",
            note=f"{len(found)} recipients are called “{name}”. Name its identifier instead.",
        )
    return Planned(row, "new", found[0])


def _by_name(campaign: Campaign) -> dict[str, list[Recipient]]:
    """The recipients by their names, other names and identifiers, folded."""
    found: dict[str, list[Recipient]] = defaultdict(list)
    recipients = (
        campaign.recipients.active()
        .select_related("institution")
        .prefetch_related("institution__identifiers")
    )
    for recipient in recipients:
        institution = recipient.institution
        numbers = [identifier.value for identifier in institution.identifiers.all()]
        for name in {fold(name) for name in (institution.name, *institution.aliases, *numbers)}:
            found[name].append(recipient)
    return found


def _facts(campaign: Campaign) -> Iterable[SourcedFact]:
    return SourcedFact.objects.filter(recipient__campaign=campaign, archived_at=None)


def _key(recipient_pk: int, what: Any) -> tuple[object, ...]:
    return recipient_pk, fold(what.programme), fold(what.quotation), what.source


def _held(fact: SourcedFact) -> SourcedFact:
    found = SourcedFact.objects.select_for_update(of=("self",)).get(pk=fact.pk)
    if found.archived_at:
        raise WasRemoved("This fact was removed meanwhile. Add it anew if it should be stated.")
    return found


def _refuse_future(particulars: Particulars) -> None:
    if particulars.seen_on > timezone.localdate():
        raise FromTheFuture(f"{particulars.seen_on} is in the future; name the day it was seen.")


def _said(particulars: Particulars) -> dict[str, str]:
    return {name: str(value) for name, value in dataclasses.asdict(particulars).items()}


def _record(did: str, fact: SourcedFact, by: User, **data: Any) -> None:
    audit.record(
        f"sourced_fact.{did}",
        subject=fact.recipient,
        by=by,
        campaign=fact.recipient.campaign,
        sentence=f"{did} the sourced fact “{fact}” of {fact.recipient}.",
        fact=fact.pk,
        **data,
    )
