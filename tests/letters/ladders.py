"""A campaign whose first letter left long ago, with a ladder. For tests of what follows."""

import datetime

from django.utils import timezone

from campaigns.models import Campaign, Recipient, User
from letters.actions import ladder
from letters.actions.ladder import Pace, StepWords
from letters.models import Ladder, LetterTemplate, Mailing
from tests.factories import (
    make_campaign,
    make_mailing,
    make_many_recipients,
    make_user,
    make_version,
)

DAY = datetime.timedelta(days=1)
WEDNESDAY = datetime.date(2026, 6, 3)


def text(campaign: Campaign, name: str = "Reminder", purpose: str = "reminder") -> LetterTemplate:
    made = LetterTemplate.objects.create(campaign=campaign, name=name, purpose=purpose)
    make_version(campaign, template=made)
    return made


def silent(count: int = 3) -> tuple[Campaign, Ladder, User]:
    """Recipients whose letters left 40 days ago, and whose deadline passed ten days ago."""
    manager = make_user("manager")
    campaign = make_campaign(by=manager)
    approved = {"status": "sent", "approved_by": make_user("counsel"), "digest": "d" * 64}
    first = make_mailing(make_version(campaign), approved_at=timezone.now() - 41 * DAY, **approved)
    more(first, count)
    steps = [
        StepWords("reminder", 3, text(campaign)),
        StepWords("final", 5, text(campaign, "Final notice", "final")),
    ]
    made = ladder.save(campaign=campaign, pace=Pace(), steps=steps, by=manager)
    return campaign, made, manager


def more(first: Mailing, count: int) -> None:
    make_many_recipients(first.campaign, first, count)
    long_ago = timezone.now() - 40 * DAY
    for letter in first.letters.all():
        letter.dispatches.update(sent_at=long_ago)
    Recipient.objects.filter(campaign=first.campaign).update(due_at=timezone.now() - 10 * DAY)
