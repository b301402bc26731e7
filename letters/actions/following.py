"""Mailings that follow first letters: one for each first mailing that recipients were sent."""

import datetime

from campaigns.models import Campaign, Recipient, User
from letters.actions import mailing
from letters.models import Letter, LetterTemplate, LetterVersion, Mailing


def create(
    *,
    campaign: Campaign,
    version: LetterVersion,
    title: str,
    letter_date: datetime.date,
    recipients: list[Recipient],
    by: User,
) -> list[Mailing]:
    """A letter names the first letter that it follows, so that those to others are apart.

    Where there are several mailings, each title says which one it follows. Raises
    NothingToFollow where one of the recipients was sent no first letter at all.
    """
    groups = _by_first_mailing(campaign, recipients)
    return [
        mailing.create(
            version=version,
            title=title if len(groups) == 1 else f"{title}, after {first}"[:200],
            letter_date=letter_date,
            recipients=written,
            follows=first,
            by=by,
        )
        for first, written in groups
    ]


def _by_first_mailing(
    campaign: Campaign, recipients: list[Recipient]
) -> list[tuple[Mailing, list[Recipient]]]:
    """The first mailing that all were sent a letter of, or each's newest one."""
    first = campaign.mailings.filter(
        version__template__purpose=LetterTemplate.Purpose.FIRST,
        status__in=[Mailing.Status.SENDING, Mailing.Status.SENT],
    )
    wanted = {recipient.pk for recipient in recipients}
    written: list[tuple[Mailing, set[int]]] = []
    for sent in first.order_by("-pk"):
        letters = sent.letters.filter(status=Letter.Status.SEALED, recipient__in=wanted)
        written.append((sent, set(letters.values_list("recipient_id", flat=True))))
        if wanted <= written[-1][1]:
            return [(sent, recipients)]
    groups: dict[Mailing, list[Recipient]] = {}
    for recipient in recipients:
        newest = next((sent for sent, keys in written if recipient.pk in keys), None)
        if newest is None:
            raise mailing.NothingToFollow(
                f"{recipient} was sent no first letter, so a reminder to it has nothing to follow. "
                "No reminder was prepared. Choose the others under Mailings, Prepare a mailing."
            )
        groups.setdefault(newest, []).append(recipient)
    return list(groups.items())
