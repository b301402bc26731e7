"""Decisions on where a recipient stands: set by hand with a reason, and back to the rule.

The rules of `campaigns.standing` are blind to what is not an answer: a settlement, a letter
that takes an answer back without answering anew. What a person sets stands beside what the
rules give, never in its place.
"""

import datetime

from django.db import transaction

from campaigns import audit
from campaigns.actions import Refused
from campaigns.models import Recipient, User
from campaigns.standing import by_rule


class MayNotOverride(Refused):
    """A standing is set by hand by a manager or counsel."""


class NotToBeSet(Refused):
    """This standing follows from a decision of its own, or from the clock."""


class ReasonMissing(Refused):
    """An override is kept with its reason."""


class IsWithdrawn(Refused):
    """A withdrawn recipient is withdrawn, whatever else is known of it."""


class NotOverridden(Refused):
    """The rules give its standing already."""


@transaction.atomic
def override(
    *, recipient: Recipient, standing: str, reason: str, now: datetime.datetime, by: User
) -> Recipient:
    """Set the standing by hand, until it is taken back; the rule's own result is shown with it."""
    recipient = _held(recipient, by)
    if recipient.withdrawn_at:
        raise IsWithdrawn(f"{recipient} was withdrawn. Take it back into the campaign first.")
    if standing not in Recipient.Override.values:
        raise NotToBeSet("Choose one of the standings that can be set by hand.")
    if not reason.strip():
        raise ReasonMissing("Say why the rule’s result is not where it stands.")
    before = recipient.override_standing
    recipient.override_standing, recipient.override_reason = standing, reason
    recipient.overridden_at, recipient.overridden_by = now, by
    recipient.save(update_fields=_FIELDS)
    audit.record(
        "recipient.standing_overridden",
        subject=recipient,
        by=by,
        campaign=recipient.campaign,
        sentence=f"set the standing of {recipient} to "
        f"“{recipient.get_override_standing_display()}”: {reason}",
        before=before,
        after=standing,
        by_rule=_by_rule(recipient, now),
        reason=reason,
    )
    return recipient


@transaction.atomic
def to_rule(*, recipient: Recipient, reason: str, now: datetime.datetime, by: User) -> Recipient:
    """Take the override back: what the rules give counts again."""
    recipient = _held(recipient, by)
    before = recipient.override_standing
    if not before:
        raise NotOverridden("The rules give its standing already.")
    if not reason.strip():
        raise ReasonMissing("Say why the rule’s result is where it stands again.")
    recipient.override_standing = recipient.override_reason = ""
    recipient.overridden_at = recipient.overridden_by = None
    recipient.save(update_fields=_FIELDS)
    audit.record(
        "recipient.standing_by_rule",
        subject=recipient,
        by=by,
        campaign=recipient.campaign,
        sentence=f"let the rules give the standing of {recipient} again: {reason}",
        before=before,
        by_rule=_by_rule(recipient, now),
        reason=reason,
    )
    return recipient


_FIELDS = ["override_standing", "override_reason", "overridden_at", "overridden_by"]


def _held(recipient: Recipient, by: User) -> Recipient:
    if not by.has_perm("campaigns.override_standing"):
        raise MayNotOverride(f"{by} may not set a standing by hand; a manager or counsel can.")
    return Recipient.objects.select_for_update(of=("self",)).get(pk=recipient.pk)


def _by_rule(recipient: Recipient, now: datetime.datetime) -> str:
    return by_rule(Recipient.objects.filter(pk=recipient.pk), now)[recipient.pk].value
