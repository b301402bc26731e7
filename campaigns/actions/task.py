"""Decisions on what waits for a person: open, assign, defer, close.

A task says about one recipient what is to be done and why. Its key names what it came from,
so that whoever sees the same thing again (the sweep, a second request) finds the first task.
"""

import datetime

from django.db import transaction
from django.utils import timezone

from campaigns import audit
from campaigns.actions import Refused
from campaigns.models import Recipient, Task, User

_ABOUT_MOST = Task._meta.get_field("about").max_length or 0


class ReasonMissing(Refused):
    """A task is deferred or closed with a reason, which stays on record."""


class NotAhead(Refused):
    """A task is deferred to a day that is still ahead."""


class IsClosed(Refused):
    """The task was settled meanwhile."""


class IsOpen(Refused):
    """Only a settled task can be taken up again."""


class MayNotWork(Refused):
    """A task is given to a person who may work on tasks."""


def open_task(
    *,
    recipient: Recipient,
    kind: str,
    about: str,
    key: str,
    now: datetime.datetime,
    due_on: datetime.date | None = None,
    by: User | None = None,
) -> Task:
    """Open a task, or give back the one that this key opened before, settled or not.

    `by` is None where it came by itself or from the recipient. `about` is cut where a
    recipient's own words made it too long; they are on record where they came in.
    """
    with transaction.atomic():
        task, is_new = Task.objects.get_or_create(
            key=key,
            defaults={
                "recipient": recipient,
                "kind": kind,
                "about": _fitting(about),
                "due_on": due_on,
                "opened_at": now,
                "opened_by": by,
            },
        )
        if is_new:
            said = f"opened a task on {recipient}" if by else f"a task on {recipient} came up"
            _record("task.opened", task, f"{said}: {task.about}", by, due_on=_iso(due_on))
    return task


@transaction.atomic
def assign(*, task: Task, to: User | None, by: User) -> Task:
    """Give the task to a person, or to nobody."""
    task = _unsettled(task)
    if to and not (to.is_active and to.has_perm("campaigns.work_on_tasks")):
        raise MayNotWork(f"{to} may not work on tasks. Choose somebody else.")
    if task.assignee == to:
        return task
    before, task.assignee = task.assignee, to
    task.save(update_fields=["assignee"])
    what = f"the task on {task.recipient}"
    said = f"took {what}" if to == by else f"gave {what} to {to or 'nobody'}"
    _record(
        "task.assigned",
        task,
        f"{said}: {task.about}",
        by,
        before=before.pk if before else None,
        after=to.pk if to else None,
    )
    return task


@transaction.atomic
def defer(*, task: Task, until: datetime.date, reason: str, on: datetime.date, by: User) -> Task:
    """Put the task off until the day `until`, when it waits again by itself. `on` is today."""
    task = _unsettled(task)
    if until <= on:
        raise NotAhead("Choose a day that is still ahead.")
    if not reason.strip():
        raise ReasonMissing("Say why the task is put off; the reason stays on record.")
    task.deferred_until, task.deferred_reason = until, reason
    task.save(update_fields=["deferred_until", "deferred_reason"])
    _record(
        "task.deferred",
        task,
        f"put off the task on {task.recipient} until {until:%B %-d, %Y}: {reason}",
        by,
        until=until.isoformat(),
        reason=reason,
    )
    return task


@transaction.atomic
def close(*, task: Task, reason: str, now: datetime.datetime, by: User) -> Task:
    """Settle the task: `reason` says what was done, or why nothing is to be done."""
    if not reason.strip():
        raise ReasonMissing("Say what was done, or why nothing is to be done.")
    return _settled(_unsettled(task), reason, now, by)


@transaction.atomic
def close_by_key(*, key: str, reason: str, now: datetime.datetime, by: User | None = None) -> bool:
    """Settle the task of this key, where one is open: what happened did what it asks for."""
    task = Task.objects.select_for_update().filter(key=key, closed_at=None).first()
    if task is None:
        return False
    _settled(task, reason, now, by)
    return True


@transaction.atomic
def reopen(*, task: Task, reason: str, by: User | None) -> Task:
    """Take up again what was settled too early; `by` is None where it is so again by itself."""
    task = _held(task)
    if not task.is_closed:
        raise IsOpen("The task is open already.")
    if not reason.strip():
        raise ReasonMissing("Say why the task is taken up again.")
    settled = task.closed_reason
    task.closed_at = task.closed_by = None
    task.closed_reason = ""
    task.save(update_fields=["closed_at", "closed_by", "closed_reason"])
    _record(
        "task.reopened",
        task,
        f"took up the task on {task.recipient} again: {reason}",
        by,
        closed_reason=settled,
        reason=reason,
    )
    return task


def _settled(task: Task, reason: str, now: datetime.datetime, by: User | None) -> Task:
    task.closed_at, task.closed_by, task.closed_reason = now, by, reason
    task.save(update_fields=["closed_at", "closed_by", "closed_reason"])
    done = "closed the task" if by else "settled the task"
    sentence = f"{done} on {task.recipient} ({task.get_kind_display().lower()}): {reason}"
    _record("task.closed", task, sentence, by, reason=reason)
    return task


def _held(task: Task) -> Task:
    return Task.objects.select_for_update(of=("self",)).get(pk=task.pk)


def _unsettled(task: Task) -> Task:
    task = _held(task)
    if task.closed_at:
        raise IsClosed(
            f"The task on {task.recipient} was settled on "
            f"{timezone.localtime(task.closed_at):%B %-d, %Y}: {task.closed_reason}"
        )
    return task


def _record(verb: str, task: Task, sentence: str, by: User | None, **data: object) -> None:
    """Tasks are part of what happened with their recipient, and are told there."""
    audit.record(
        verb,
        subject=task.recipient,
        by=by,
        campaign=task.recipient.campaign,
        sentence=sentence,
        task=task.pk,
        kind=task.kind,
        key=task.key,
        **data,
    )


def _fitting(about: str) -> str:
    return about if len(about) <= _ABOUT_MOST else about[: _ABOUT_MOST - 1].rstrip() + "…"


def _iso(day: datetime.date | None) -> str | None:
    return day.isoformat() if day else None
