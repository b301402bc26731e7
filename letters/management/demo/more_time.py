"""More time in the demo: one wish that was granted, one that waits, and the text that confirms."""

import datetime

from django.utils import timezone

from campaigns import deadlines
from campaigns.actions import extension
from campaigns.models import Campaign, Extension, Recipient, User
from letters.actions import draft
from letters.starters import starters


def text(campaign: Campaign, by: User) -> None:
    """The letter that confirms more time, from the starter text."""
    start = starters()["extension"]
    draft.start_template(
        campaign=campaign,
        name="More time",
        purpose=start.purpose,
        text=draft.Text(subject=start.subject, body=start.body, closing=start.closing),
        reason="The starter text.",
        by=by,
    )


def asked(recipient: Recipient, by: User, *, who: str, reason: str, days: int) -> Extension:
    """They telephoned, and wanted so many days from then on."""
    today = timezone.localdate()
    return extension.ask(
        recipient=recipient,
        asked_on=today,
        asked_by=who,
        reason=reason,
        wanted_until=deadlines.next_business_day(today + datetime.timedelta(days=days)),
        now=timezone.now(),
        by=by,
    )


def granted(wish: Extension, by: User) -> None:
    assert wish.wanted_until  # noqa: S101 - `asked` names a day
    extension.grant(
        extension=wish,
        until=wish.wanted_until,
        decision="The first request, and a short one.",
        now=timezone.now(),
        by=by,
    )
