"""Decisions on more time to answer: asked for, given, refused, and taken back.

Time that is given moves the effective deadline in the same transaction. It is given to a day,
and ends on it at the hour of the campaign; a day on which the campaign lets no deadline fall
is refused, with the next one that will do.
"""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal
from zoneinfo import ZoneInfo

from django.db import transaction

from campaigns import audit, deadlines
from campaigns.actions import Refused, deadline, task
from campaigns.actions.campaign import locked
from campaigns.models import Campaign, Extension, Recipient, Task, User
from campaigns.models.extension import EXTENSION_MOVES

Status = Extension.Status
# More than a year is a slip of the finger.
LONGEST = datetime.timedelta(days=366)
_REASON_MOST = Task._meta.get_field("closed_reason").max_length


class NobodyNamed(Refused):
    """Somebody at the recipient asked, and is named."""


class NotOnThatDay(Refused):
    """It cannot have been asked for, or be given, on or until that day."""


class ReasonMissing(Refused):
    """Every decision on more time is kept with its reason."""


class AlreadyDecided(Refused):
    """It was decided before; a later wish is a row of its own."""


class NotLater(Refused):
    """More time ends later than the time there is."""


class NoDeadlineRuns(Refused):
    """Where no deadline runs there is nothing to extend."""


class Withdrawn(Refused):
    """Nothing is asked of a withdrawn recipient, so it needs no time."""


class MayNotDecide(Refused):
    """More time is given and refused by those who may."""


@transaction.atomic
def ask(
    *,
    recipient: Recipient,
    asked_on: datetime.date,
    asked_by: str,
    reason: str,
    wanted_until: datetime.date | None,
    now: datetime.datetime,
    by: User | None = None,
) -> Extension:
    """Put on record that a recipient asked for more time. The deadline stands until it is given.

    `by` is the member of staff who took the wish down, None where the recipient typed it.
    """
    if not asked_by.strip():
        raise NobodyNamed("Name the person who asked for more time.")
    if asked_on > _today(recipient.campaign, now):
        raise NotOnThatDay(
            f"{deadlines.written(asked_on)} has not come yet. Give the day on which they asked."
        )
    if wanted_until and wanted_until <= asked_on:
        raise NotOnThatDay("The day until which time is wanted is not after the day of asking.")
    recipient = deadline.held(recipient)
    _refuse_withdrawn(recipient)
    extension = Extension.objects.create(
        recipient=recipient,
        asked_on=asked_on,
        asked_by=asked_by,
        reason=reason,
        wanted_until=wanted_until,
        recorded_by=by,
        recorded_at=now,
    )
    wish = f" until {deadlines.written(wanted_until)}" if wanted_until else ""
    asked = f"{asked_by} of {recipient} asked for more time{wish}"
    audit.record(
        "extension.asked",
        subject=recipient,
        by=by,
        campaign=recipient.campaign,
        sentence=f"recorded that {asked}." if by else f"{asked} (on the response page).",
        extension=extension.pk,
        asked_on=asked_on.isoformat(),
        wanted_until=wanted_until.isoformat() if wanted_until else None,
        reason=reason,
    )
    task.open_task(
        recipient=recipient,
        kind=Task.Kind.EXTENSION,
        about=f"{asked}. Give it or refuse it" + (f": {reason}" if reason else "."),
        key=_task_key(extension),
        due_on=_last_day(recipient),
        now=now,
        by=by,
    )
    return extension


@transaction.atomic
def grant(
    *,
    extension: Extension,
    until: datetime.date,
    decision: str,
    now: datetime.datetime,
    by: User,
) -> Extension:
    """Give the time that was asked for, until the end of a day: the deadline moves there."""
    _refuse_undecided_by(by, decision)
    locked(extension.recipient.campaign)
    recipient, extension = _held(extension)
    _refuse_decided(extension)
    moment = _end_of(recipient, until, now)
    extension.status, extension.until = Status.GRANTED, moment
    _decide(extension, decision, now, by)
    audit.record(
        "extension.granted",
        subject=recipient,
        by=by,
        campaign=recipient.campaign,
        sentence=f"gave {recipient} more time to answer, until "
        f"{deadlines.printed(moment, recipient.campaign.timezone)}: {decision}",
        extension=extension.pk,
        until=moment.isoformat(),
        decision=decision,
    )
    _close_task(extension, f"Given until {deadlines.written(until)}.", now, by)
    deadline.follow(recipient, by=by)
    return extension


@transaction.atomic
def refuse(*, extension: Extension, decision: str, now: datetime.datetime, by: User) -> Extension:
    """Give no more time. The deadline stands as it was."""
    _refuse_undecided_by(by, decision)
    locked(extension.recipient.campaign)
    recipient, extension = _held(extension)
    _refuse_decided(extension)
    extension.status = Status.REFUSED
    _decide(extension, decision, now, by)
    audit.record(
        "extension.refused",
        subject=recipient,
        by=by,
        campaign=recipient.campaign,
        sentence=f"gave {recipient} no more time to answer: {decision}",
        extension=extension.pk,
        decision=decision,
    )
    _close_task(extension, f"Refused: {decision}", now, by)
    return extension


@transaction.atomic
def withdraw(*, extension: Extension, reason: str, now: datetime.datetime, by: User) -> Extension:
    """Take back what was given, or a wish that they took back. The deadline follows."""
    _refuse_undecided_by(by, reason)
    locked(extension.recipient.campaign)
    recipient, extension = _held(extension)
    if Status.WITHDRAWN not in EXTENSION_MOVES[extension.status]:
        raise AlreadyDecided(
            f"It is {extension.get_status_display().lower()} already; nothing was changed."
        )
    extension.status = Status.WITHDRAWN
    extension.withdrawn_by, extension.withdrawn_at = by, now
    extension.withdrawn_reason = reason
    extension.save(update_fields=["status", "withdrawn_by", "withdrawn_at", "withdrawn_reason"])
    audit.record(
        "extension.withdrawn",
        subject=recipient,
        by=by,
        campaign=recipient.campaign,
        sentence=f"withdrew more time for {recipient}: {reason}",
        extension=extension.pk,
        until=extension.until.isoformat() if extension.until else None,
        reason=reason,
    )
    _close_task(extension, f"Withdrawn: {reason}", now, by)
    deadline.follow(recipient, by=by)
    return extension


@dataclass(frozen=True)
class Row:
    """What became of one recipient of a class that was given more time."""

    recipient: Recipient
    what: Literal["done", "skipped", "refused"]
    reason: str

    @property
    def subject(self) -> str:
        return str(self.recipient)


def grant_many(
    *,
    recipients: Iterable[Recipient],
    until: datetime.date,
    decision: str,
    now: datetime.datetime,
    by: User,
) -> list[Row]:
    """Give a class more time until one day; answers for every recipient.

    Who asked and was not answered is granted that wish; who did not ask is given the time
    unasked. Each is a decision of its own, so that one that is refused stops no other.
    """
    return [_grant_one(recipient, until, decision, now, by) for recipient in recipients]


@transaction.atomic
def give_unasked(
    *,
    recipient: Recipient,
    until: datetime.date,
    decision: str,
    now: datetime.datetime,
    by: User,
) -> Extension:
    """Give time that nobody asked for, as to all whom a storm has closed."""
    _refuse_undecided_by(by, decision)
    extension = Extension.objects.create(
        recipient=recipient,
        asked_on=_today(recipient.campaign, now),
        recorded_by=by,
        recorded_at=now,
    )
    return grant(extension=extension, until=until, decision=decision, now=now, by=by)


def _grant_one(
    recipient: Recipient, until: datetime.date, decision: str, now: datetime.datetime, by: User
) -> Row:
    wishes = list(recipient.extensions.undecided().order_by("pk"))
    try:
        with transaction.atomic():
            if not wishes:
                give_unasked(recipient=recipient, until=until, decision=decision, now=now, by=by)
                return Row(recipient, "done", "Given without being asked.")
            grant(extension=wishes[0], until=until, decision=decision, now=now, by=by)
            for wish in wishes[1:]:
                withdraw(extension=wish, reason="Granted with an earlier wish.", now=now, by=by)
    except (NotLater, Withdrawn) as nothing_to_do:
        return Row(recipient, "skipped", str(nothing_to_do))
    except Refused as refusal:
        return Row(recipient, "refused", str(refusal))
    return Row(recipient, "done", f"{wishes[0].asked_by} had asked for it.")


def _held(extension: Extension) -> tuple[Recipient, Extension]:
    """Both as they are now, held: of two who decide at once, the second sees the first."""
    recipient = deadline.held(extension.recipient)
    extension = Extension.objects.get(pk=extension.pk)
    extension.recipient = recipient
    return recipient, extension


def _refuse_undecided_by(by: User, decision: str) -> None:
    if not by.has_perm("campaigns.decide_extension"):
        raise MayNotDecide(f"{by} may not decide on more time; a manager or counsel can.")
    if not decision.strip():
        raise ReasonMissing("Say why; the reason stays on record beside the decision.")


def _refuse_decided(extension: Extension) -> None:
    if not EXTENSION_MOVES[extension.status] & {Status.GRANTED, Status.REFUSED}:
        raise AlreadyDecided(
            f"It is {extension.get_status_display().lower()} already; nothing was changed."
        )


def _refuse_withdrawn(recipient: Recipient) -> None:
    if recipient.withdrawn_at:
        raise Withdrawn(f"{recipient} is withdrawn: nothing is asked of it any more.")


def _end_of(
    recipient: Recipient, until: datetime.date, now: datetime.datetime
) -> datetime.datetime:
    """The moment at which time that is given until that day ends, where it can be given."""
    campaign = recipient.campaign
    _refuse_withdrawn(recipient)
    if recipient.reach != Recipient.Reach.REACHED:
        raise NoDeadlineRuns(
            f"No deadline runs for {recipient}: no letter is known to have reached it."
        )
    if until - _today(campaign, now) > LONGEST:
        raise NotOnThatDay(f"{deadlines.written(until)} is more than a year ahead.")
    if campaign.deadline_rolls and (closed := deadlines.why_not_a_business_day(until)):
        later = deadlines.next_business_day(until)
        raise NotOnThatDay(
            f"{deadlines.written(until)} is no business day ({closed}). "
            f"The next one is {deadlines.written(later)}."
        )
    moment = deadlines.on_day(until, campaign.deadline_time, campaign.timezone)
    if moment <= now:
        raise NotOnThatDay(f"{deadlines.printed(moment, campaign.timezone)} has passed.")
    if recipient.due_at and moment <= recipient.due_at:
        due = deadlines.printed(recipient.due_at, campaign.timezone)
        raise NotLater(f"{recipient} has until {due} already.")
    return moment


def _decide(extension: Extension, decision: str, now: datetime.datetime, by: User) -> None:
    extension.decided_by, extension.decided_at, extension.decision = by, now, decision
    extension.save(update_fields=["status", "until", "decided_by", "decided_at", "decision"])


def _close_task(extension: Extension, reason: str, now: datetime.datetime, by: User) -> None:
    task.close_by_key(key=_task_key(extension), reason=reason[:_REASON_MOST], now=now, by=by)


def _task_key(extension: Extension) -> str:
    return f"extension:{extension.pk}"


def _last_day(recipient: Recipient) -> datetime.date | None:
    """The day by which a wish is to be decided: after it the recipient is overdue."""
    zone = ZoneInfo(recipient.campaign.timezone)
    return recipient.due_at.astimezone(zone).date() if recipient.due_at else None


def _today(campaign: Campaign, now: datetime.datetime) -> datetime.date:
    return now.astimezone(ZoneInfo(campaign.timezone)).date()
