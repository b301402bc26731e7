"""Secret addresses under which a person's calendar program reads the dates of the campaigns."""

import hashlib

from django.conf import settings
from django.db import models
from django.db.models import Q


class CalendarFeedQuerySet(models.QuerySet["CalendarFeed"]):
    def working(self) -> "CalendarFeedQuerySet":
        return self.filter(revoked_at=None)

    def of_token(self, token: str) -> "CalendarFeedQuerySet":
        return self.working().filter(token_sha256=hashed(token))


class CalendarFeed(models.Model):
    """One person's secret address. Only its SHA-256 is kept, so that it is shown once."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="calendar_feeds"
    )
    token_sha256 = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = CalendarFeedQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["owner"],
                condition=Q(revoked_at=None),
                name="one_working_feed_for_each_person",
            ),
        ]

    def __str__(self) -> str:
        return f"Calendar of {self.owner}"


def hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
