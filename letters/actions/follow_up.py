"""A step of the ladder that is due becomes a mailing: prepared by a person, approved by counsel.

Nothing is sent here, and nothing comes by itself.
"""

import datetime

from django.db import transaction

from campaigns.actions import Refused
from campaigns.actions.campaign import locked
from campaigns.models import Campaign, Recipient, User
from letters.actions import mailing
from letters.actions.remind import followed
from letters.models import LadderStep, LetterVersion, Mailing
from letters.reports import follow_ups


class NobodyDue(Refused):
    """Nobody is due for the step, so nobody is written to."""


class OtherThanShown(Refused):
    """The page showed others than those who are due now."""


@transaction.atomic
def prepare(*, step: LadderStep, count: int, now: datetime.datetime, by: User) -> list[Mailing]:
    """Mailings to exactly those who are due for the step now; `count` is how many were shown.

    One for each first mailing that they were sent, as a follow-up names the letter it follows.
    Of a recipient whose counsel appeared, counsel alone is written to.
    """
    campaign = locked(step.ladder.campaign)  # of two presses, the second sees what the first made
    read = follow_ups.read_one(campaign, now)
    today = read.plan(follow_ups.today(campaign, now)) if read else None
    due = [one.row for one in today.of(step.pk)] if today else []
    if not today or not due:
        closed = f" Today is no business day ({today.closed})." if today and today.closed else ""
        raise NobodyDue(
            f"Nobody is due for the {_name(step)} now.{closed} No mailing was prepared."
        )
    if len(due) != count:
        raise OtherThanShown(
            f"{count:,} were shown as due, and {len(due):,} are now. Look at them again, then "
            "prepare the mailing."
        )
    recipients = _recipients(campaign, [row.pk for row in due])
    to_counsel = {row.pk for row in due if row.to_counsel}
    return [
        _prepare(step, recipients_, first, today.letter_date, to_counsel, by)
        for first, recipients_ in followed(campaign, recipients)
    ]


def _prepare(
    step: LadderStep,
    recipients: list[Recipient],
    first: Mailing,
    letter_date: datetime.date,
    to_counsel: set[int],
    by: User,
) -> Mailing:
    version = LetterVersion.objects.filter(template=step.template_id).order_by("-number")[0]
    made = mailing.create(
        version=version,
        title=_title(step, letter_date),
        letter_date=letter_date,
        recipients=recipients,
        follows=first,
        by=by,
    )
    if any(recipient.pk in to_counsel for recipient in recipients):
        mailing.refresh(mailing=made, by=by)
    return made


def _recipients(campaign: Campaign, keys: list[int]) -> list[Recipient]:
    found = campaign.recipients.select_related("institution").in_bulk(keys)
    return [found[key] for key in keys]


def _title(step: LadderStep, letter_date: datetime.date) -> str:
    """The kind and the date; with a number where the campaign has a mailing of that name."""
    title = f"{step.get_kind_display()}, {letter_date:%B %-d, %Y}"
    taken = set(
        step.ladder.campaign.mailings.filter(title__startswith=title).values_list(
            "title", flat=True
        )
    )
    number = 1
    while (numbered := title if number == 1 else f"{title} ({number})") in taken:
        number += 1
    return numbered


def _name(step: LadderStep) -> str:
    return step.get_kind_display().lower()
