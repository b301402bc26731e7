"""Decisions on a recipient's counsel: who appeared, who may be written to besides, who left.

A lawyer does not write past the counsel of the other side (Model Rule 4.2). From the day of
the appearance letters go to counsel alone; an approver can allow others with a reason.
"""

import datetime

from django.db import transaction
from django.utils import timezone

from campaigns import audit
from campaigns.actions import Refused
from campaigns.actions.addressee import ContactOfAnother
from campaigns.actions.campaign import locked
from campaigns.models import Addressee, Contact, Recipient, User


class NotCounsel(Refused):
    """Who appears for a recipient is on record as its counsel."""


class NotYet(Refused):
    """Counsel appeared on a day that has come."""


class NotRepresented(Refused):
    """No counsel has appeared for the recipient."""


class ReasonMissing(Refused):
    """Letters past counsel, and the end of a representation, are kept with their reason."""


class MayNotAllow(Refused):
    """Letters past counsel are an approver's to allow."""


@transaction.atomic
def appear(*, recipient: Recipient, counsel: Contact, on: datetime.date, by: User) -> Recipient:
    """Counsel speaks for the recipient from now on: letters go to counsel, and to nobody else.

    Who was written to before stays on record. A permission to write past an earlier counsel
    does not reach over to this one.
    """
    campaign = locked(recipient.campaign)
    recipient = _held(recipient)
    _refuse_unfit(recipient, counsel, on)
    addressees = Addressee.objects.filter(recipient=recipient, archived_at=None)
    others = addressees.exclude(contact__role__in=Contact.COUNSEL_ROLES, name="", email="")
    removed = [str(one) for one in others.select_related("contact")]
    others.update(archived_at=timezone.now())
    to, is_new = Addressee.objects.get_or_create(
        recipient=recipient,
        contact=counsel,
        name="",
        email="",
        archived_at=None,
        defaults={"kind": "to"},
    )
    if not is_new and to.kind != Addressee.Kind.TO:
        to.kind = Addressee.Kind.TO
        to.save(update_fields=["kind"])
    recipient.counsel_appeared_on = on
    _forbid(recipient)
    recipient.save()
    audit.record(
        "recipient.counsel_appeared",
        subject=recipient,
        by=by,
        campaign=campaign,
        sentence=f"recorded that {counsel} appeared as counsel for {recipient} on "
        f"{on:%B %-d, %Y}; letters go to counsel only.",
        counsel=counsel.pk,
        on=on.isoformat(),
        removed=removed,
    )
    return recipient


@transaction.atomic
def leave(*, recipient: Recipient, reason: str, by: User) -> Recipient:
    """Counsel speaks for the recipient no more. The addressees are chosen by hand again.

    It opens the way past counsel as a permission does, and is decided by the same people.
    """
    if not by.has_perm("campaigns.allow_direct_letter"):
        raise MayNotAllow(f"{by} may not record that counsel left; an approver can.")
    campaign = locked(recipient.campaign)
    recipient = _held(recipient)
    since = _represented_since(recipient)
    if not reason.strip():
        raise ReasonMissing("Say how it is known that counsel represents it no more.")
    recipient.counsel_appeared_on = None
    _forbid(recipient)
    recipient.save()
    audit.record(
        "recipient.counsel_left",
        subject=recipient,
        by=by,
        campaign=campaign,
        sentence=f"recorded that {recipient} is represented by counsel no more: {reason}",
        appeared_on=since.isoformat(),
        reason=reason,
    )
    return recipient


@transaction.atomic
def allow_direct(*, recipient: Recipient, reason: str, by: User) -> Recipient:
    """Let letters go to others than counsel; an approver's decision, in writing."""
    if not by.has_perm("campaigns.allow_direct_letter"):
        raise MayNotAllow(f"{by} may not allow letters past counsel; an approver can.")
    campaign = locked(recipient.campaign)
    recipient = _held(recipient)
    _represented_since(recipient)
    if not reason.strip():
        raise ReasonMissing("Say why letters may go to others than counsel.")
    recipient.direct_allowed_at, recipient.direct_allowed_by = timezone.now(), by
    recipient.direct_allowed_reason = reason
    recipient.save()
    audit.record(
        "recipient.direct_allowed",
        subject=recipient,
        by=by,
        campaign=campaign,
        sentence=f"allowed letters to {recipient} past its counsel: {reason}",
        reason=reason,
    )
    return recipient


@transaction.atomic
def forbid_direct(*, recipient: Recipient, by: User) -> Recipient:
    """Take the permission back: letters go to counsel only."""
    if not by.has_perm("campaigns.allow_direct_letter"):
        raise MayNotAllow(f"{by} may not decide on letters past counsel; an approver can.")
    campaign = locked(recipient.campaign)
    recipient = _held(recipient)
    if recipient.direct_allowed_at is None:
        return recipient
    _forbid(recipient)
    recipient.save()
    audit.record(
        "recipient.direct_forbidden",
        subject=recipient,
        by=by,
        campaign=campaign,
        sentence=f"took back the permission to write to {recipient} past its counsel.",
    )
    return recipient


def _held(recipient: Recipient) -> Recipient:
    return Recipient.objects.select_for_update(of=("self",)).get(pk=recipient.pk)


def _refuse_unfit(recipient: Recipient, counsel: Contact, on: datetime.date) -> None:
    institution = recipient.institution
    if counsel.institution_id not in (institution.pk, institution.parent_id):
        raise ContactOfAnother(f"{counsel} is not a contact of {institution}. Nothing was saved.")
    if counsel.role not in Contact.COUNSEL_ROLES or counsel.archived_at or counsel.suppressed_at:
        raise NotCounsel(
            f"{counsel} is not on record as counsel of {institution} who may be written to. Add "
            "the lawyer as a contact with the role of counsel first."
        )
    if on > timezone.localdate():
        raise NotYet("Counsel appeared on a day that has come; this one lies in the future.")


def _represented_since(recipient: Recipient) -> datetime.date:
    if recipient.counsel_appeared_on is None:
        raise NotRepresented(f"No counsel has appeared for {recipient}.")
    return recipient.counsel_appeared_on


def _forbid(recipient: Recipient) -> None:
    recipient.direct_allowed_at = recipient.direct_allowed_by = None
    recipient.direct_allowed_reason = ""
