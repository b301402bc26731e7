"""More time that was given, confirmed in a letter: to exactly those who have it in none yet."""

import datetime
from collections.abc import Iterable

from django.db import transaction

from campaigns.actions import Refused
from campaigns.actions.campaign import locked
from campaigns.models import Campaign, Extension, Recipient, User
from letters.actions import following
from letters.models import Letter, LetterTemplate, LetterVersion, Mailing


class NothingToConfirm(Refused):
    """Everybody who was given time has it in a letter already."""


class NotAConfirmation(Refused):
    """The text is of another kind than one that confirms more time."""


@transaction.atomic
def prepare(
    *,
    campaign: Campaign,
    version: LetterVersion,
    title: str,
    letter_date: datetime.date,
    by: User,
    recipients: Iterable[Recipient] | None = None,
) -> list[Mailing]:
    """Mailings to those whose time stands in no letter yet, or to those of `recipients`.

    Pressed twice, the second finds nothing left to do.
    """
    if not version.template.confirms_an_extension:
        purpose = LetterTemplate.Purpose.EXTENSION.label
        raise NotAConfirmation(f"Choose a text with the purpose “{purpose}”.")
    campaign = locked(campaign)
    wanted = unconfirmed(campaign)
    if recipients is not None:
        keys = {recipient.pk for recipient in recipients}
        wanted = [recipient for recipient in wanted if recipient.pk in keys]
    if not wanted:
        raise NothingToConfirm(
            "Whoever was given more time has it in a letter already, prepared or sent."
        )
    return following.create(
        campaign=campaign,
        version=version,
        title=title,
        letter_date=letter_date,
        recipients=wanted,
        by=by,
    )


def unconfirmed(campaign: Campaign) -> list[Recipient]:
    """Who was given time that no letter to it prints, prepared or sent."""
    granted = Extension.objects.granted().filter(recipient__campaign=campaign)
    until = dict(granted.order_by("until").values_list("recipient_id", "until"))
    letters = Letter.objects.standing().filter(
        recipient__in=until, mailing__version__template__purpose=LetterTemplate.Purpose.EXTENSION
    )
    told = {
        (recipient, datetime.datetime.fromisoformat(printed))
        for recipient, printed in letters.values_list("recipient_id", "merge_data__deadline_at")
        if printed
    }
    missing = [key for key, moment in until.items() if (key, moment) not in told]
    return list(campaign.recipients.active().filter(pk__in=missing))
