"""A step of the ladder that is due becomes a mailing: prepared by a person, approved by counsel.

Nothing is sent here, and nothing comes by itself.
"""

import datetime

from django.db import transaction

from campaigns.actions import Refused
from campaigns.actions.campaign import locked
from campaigns.models import Campaign, Recipient, User
from letters.actions import following, mailing
from letters.models import Ladder, LadderStep, LetterVersion, Mailing
from letters.reports import follow_ups


class NobodyDue(Refused):
    """Nobody is due for the step, so nobody is written to."""


class OtherThanShown(Refused):
    """The page showed others than those who are due now."""


@transaction.atomic
def prepare(*, step: LadderStep, count: int, now: datetime.datetime, by: User) -> list[Mailing]:
    """Mailings to exactly those who are due for the step now; `count` is how many were shown.

    Of a recipient whose counsel appeared, counsel alone is written to.
    """
    campaign = locked(step.ladder.campaign)  # of two presses, the second sees what the first made
    _after_the_others()
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
    made = following.create(
        campaign=campaign,
        version=LetterVersion.objects.filter(template=step.template_id).latest("number"),
        title=_title(step, today.letter_date),
        letter_date=today.letter_date,
        recipients=_recipients(campaign, [row.pk for row in due]),
        by=by,
    )
    to_counsel = [row.pk for row in due if row.to_counsel]
    for one in made:
        if one.letters.filter(recipient__in=to_counsel).exists():
            mailing.refresh(mailing=one, by=by)
    return made


def _after_the_others() -> None:
    """Of two campaigns that follow up at one moment, the second sees the letters of the first:
    they may write to the same institutions, and share the e-mails of a day."""
    list(Ladder.objects.select_for_update().order_by("pk").values_list("pk"))


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
