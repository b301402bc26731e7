"""Reminders: from recipients who are overdue to a mailing that refers to the first letter."""

import datetime
from collections.abc import Iterable

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from campaigns.actions import Refused
from campaigns.actions.campaign import locked
from campaigns.models import Campaign, Recipient, User
from letters.actions import following
from letters.models import Dispatch, Letter, LetterTemplate, LetterVersion, Mailing
from letters.reports import follow_ups

_DONE = (Mailing.Status.SENT, Mailing.Status.CANCELLED)


class NobodyOverdue(Refused):
    """Nobody is overdue, so nobody is reminded."""


class AlreadyPrepared(Refused):
    """A reminder to each of them waits to be sent, so a second one would double it."""


class NotRead(Refused):
    """Something came in from each of them that nobody has read or decided on."""


class NotAReminder(Refused):
    """The text is of another kind than a reminder or final notice."""


def held_back(campaign: Campaign, now: datetime.datetime) -> int:
    """How many are overdue and not reminded, because something of them waits to be read."""
    overdue = campaign.recipients.overdue(now).values_list("pk", flat=True)
    return len(set(overdue) & set(follow_ups.unread([campaign])))


@transaction.atomic
def prepare_reminders(
    *,
    campaign: Campaign,
    version: LetterVersion,
    title: str,
    letter_date: datetime.date,
    by: User,
    recipients: Iterable[Recipient] | None = None,
) -> list[Mailing]:
    """Mailings to those who are overdue now, or to those of `recipients` who are.

    A person who answers between the look at the board and the press gets no reminder, and
    nobody gets two because the button was pressed twice. Nor does one of whom something came in
    that nobody has read, as the ladder holds it too: it may be the answer.
    """
    if version.template.purpose not in LetterTemplate.ASK_AGAIN:
        purpose = version.template.get_purpose_display().lower()
        raise NotAReminder(
            f"{version} has the purpose “{purpose}”. Choose the text of a reminder or final notice."
        )
    campaign = locked(campaign)  # of two presses at once, the second sees what the first made
    overdue = list(campaign.recipients.overdue(timezone.now()))
    if recipients is not None:
        wanted = {recipient.pk for recipient in recipients}
        overdue = [recipient for recipient in overdue if recipient.pk in wanted]
    if not overdue:
        raise NobodyOverdue("Nobody of them is overdue any more; no reminder was prepared.")
    waiting = {letter.recipient_id: letter.mailing for letter in _waiting(campaign)}
    unreminded = [recipient for recipient in overdue if recipient.pk not in waiting]
    if not unreminded:
        raise AlreadyPrepared(
            f"“{waiting[overdue[0].pk]}” already holds a reminder to them, and was not sent yet. "
            "Send it or cancel it first."
        )
    unread = follow_ups.unread([campaign])
    silent = [recipient for recipient in unreminded if recipient.pk not in unread]
    if not silent:
        first = unreminded[0]
        raise NotRead(
            f"No reminder was prepared: something waits to be read first. {first}: "
            f"{unread[first.pk]}"
        )
    return following.create(
        campaign=campaign,
        version=version,
        title=title,
        letter_date=letter_date,
        recipients=silent,
        by=by,
    )


def _waiting(campaign: Campaign) -> QuerySet[Letter]:
    """The reminders that are prepared and have not left by any way."""
    left = Dispatch.objects.filter(letter=OuterRef("pk"), status__in=Dispatch.LEFT)
    return (
        Letter.objects.standing()
        .filter(
            mailing__campaign=campaign,
            mailing__follows__isnull=False,
            mailing__version__template__purpose__in=LetterTemplate.ASK_AGAIN,
        )
        .exclude(mailing__status__in=_DONE)
        .exclude(Exists(left))
        .select_related("mailing")
    )
