"""Decisions on what a letter says to one recipient alone."""

from django.db import transaction
from django.utils import timezone

from campaigns import audit
from campaigns.actions import Refused
from campaigns.actions.campaign import locked
from campaigns.models import Campaign, Recipient, User
from letters.actions.draft import ground_keys
from letters.merge import language
from letters.models import LetterTemplate, OwnText


class OwnTextRefused(Refused):
    """The text cannot stand in a letter; the sentence says where and why."""


class NotARecipient(Refused):
    """The institution is no recipient of the letter's campaign."""


class ReasonMissing(Refused):
    """Counsel, who reads every deviation, is told why it is one."""


def check(text: str, campaign: Campaign) -> list[language.Problem]:
    return language.check(text, grounds=ground_keys(campaign), own=True)


@transaction.atomic
def write(
    *, template: LetterTemplate, recipient: Recipient, text: str, reason: str, by: User
) -> OwnText:
    """Say this to the recipient where the letter has {% own_text %}; an empty text says nothing.

    Letters that were frozen with another text are stale from here on, until they are sealed.
    """
    campaign = locked(template.campaign)
    if recipient.campaign_id != campaign.pk:
        raise NotARecipient(f"{recipient} is no recipient of “{campaign}”.")
    if not reason.strip():
        raise ReasonMissing("Say why this recipient reads something else.")
    if text and (problems := check(text, campaign)):
        more = f" There are {len(problems) - 1} more." if len(problems) > 1 else ""
        raise OwnTextRefused(f"{problems[0]}{more}")
    own, _ = OwnText.objects.select_for_update(of=("self",)).get_or_create(
        template=template,
        recipient=recipient,
        defaults={"reason": reason, "changed_by": by, "changed_at": timezone.now()},
    )
    before = own.text
    if before == text:
        return own
    own.text, own.reason = text, reason
    own.changed_by, own.changed_at = by, timezone.now()
    own.save()
    audit.record(
        "own_text.written" if text else "own_text.taken_away",
        subject=template,
        by=by,
        campaign=campaign,
        sentence=(
            f"{'wrote' if text else 'took away'} the own text of {recipient} in “{template}”. "
            f"Reason: {reason}"
        ),
        recipient=recipient.pk,
        before=before,
        after=text,
    )
    return own
