"""Decisions on a person's calendar feed: a new secret address, and none any more."""

import datetime
import secrets

from django.db import transaction

from campaigns import audit
from campaigns.models import CalendarFeed, User
from campaigns.models.calendar_feed import hashed


@transaction.atomic
def issue(*, by: User, now: datetime.datetime) -> str:
    """A new secret token, 256 bits. The one before works no more from this moment on.

    It is returned once and kept nowhere: the row holds its SHA-256.
    """
    _end(by, now)
    token = secrets.token_urlsafe(32)
    CalendarFeed.objects.create(owner=by, token_sha256=hashed(token), made_at=now)
    audit.record(
        "calendar_feed.issued",
        subject=by,
        by=by,
        sentence="made a new secret address for their calendar; an earlier one works no more.",
    )
    return token


@transaction.atomic
def revoke(*, by: User, now: datetime.datetime) -> bool:
    """Close the address. Returns whether there was one."""
    if not _end(by, now):
        return False
    audit.record(
        "calendar_feed.revoked",
        subject=by,
        by=by,
        sentence="closed the secret address of their calendar.",
    )
    return True


def _end(owner: User, now: datetime.datetime) -> int:
    User.objects.select_for_update().get(pk=owner.pk)  # of two presses, one comes after the other
    return CalendarFeed.objects.working().filter(owner=owner).update(revoked_at=now)
