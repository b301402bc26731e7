"""The effective deadline of a recipient: stored, and found again from the rows at any time.

It follows from whether the recipient is reached, from what its letters give, and from its
extensions. Whoever changes one of these calls `follow` in the same transaction, and nothing
else writes `due_at`.
"""

import datetime

from django.db import transaction

from campaigns import audit, deadlines
from campaigns.models import Recipient, User


def held(recipient: Recipient) -> Recipient:
    """The recipient as it is now, held until the transaction ends."""
    return Recipient.objects.select_for_update(of=("self",)).get(pk=recipient.pk)


def effective(recipient: Recipient) -> datetime.datetime | None:
    """What `due_at` has to be, from the rows as they are now."""
    granted = recipient.extensions.granted().values_list("until", flat=True)
    return deadlines.effective(
        is_reached=recipient.reach == Recipient.Reach.REACHED,
        by_letters=recipient.letters_due_at,
        granted=[until for until in granted if until],
    )


@transaction.atomic
def letters_give(
    *, recipient: Recipient, due_at: datetime.datetime | None, by: User | None
) -> Recipient:
    """Called by `letters` where what is known of its letters changed what they give."""
    recipient = held(recipient)
    if recipient.letters_due_at != due_at:
        recipient.letters_due_at = due_at
        recipient.save(update_fields=["letters_due_at"])
        follow(recipient, by=by)
    return recipient


def follow(recipient: Recipient, *, by: User | None) -> bool:
    """Store the deadline as its sources give it now, and say so where it moved.

    The caller holds the recipient. Returns whether anything moved.
    """
    before, after = recipient.due_at, effective(recipient)
    if before == after:
        return False
    recipient.due_at = after
    recipient.save(update_fields=["due_at"])
    audit.record(
        "deadline.moved",
        subject=recipient,
        by=by,
        campaign=recipient.campaign,
        sentence=_sentence(recipient, before, after),
        before=before.isoformat() if before else None,
        after=after.isoformat() if after else None,
    )
    return True


def _sentence(
    recipient: Recipient, before: datetime.datetime | None, after: datetime.datetime | None
) -> str:
    zone = recipient.campaign.timezone
    if after is None:
        return f"stopped the deadline of {recipient}; none runs for now."
    if before is None:
        return f"set the deadline of {recipient}: {deadlines.printed(after, zone)}."
    return (
        f"moved the deadline of {recipient} from {deadlines.printed(before, zone)} to "
        f"{deadlines.printed(after, zone)}."
    )
