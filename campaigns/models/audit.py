"""The audit log: who did what when; append-only and hash-chained. Written by `campaigns.audit`."""

import json
from typing import Any, NoReturn

from django.apps import apps
from django.conf import settings
from django.db import models


class AuditLogIsFinal(Exception):
    """An audit event is never changed or deleted."""


class AuditEventQuerySet(models.QuerySet["AuditEvent"]):
    def update(self, **kwargs: Any) -> NoReturn:
        raise AuditLogIsFinal(AuditLogIsFinal.__doc__)

    def delete(self) -> NoReturn:
        raise AuditLogIsFinal(AuditLogIsFinal.__doc__)


class AuditEvent(models.Model):
    """One event. `payload` holds the exact bytes that were hashed, as canonical JSON text.

    The sentence is stored as it was true on the day, because names change later.
    """

    sequence = models.PositiveBigIntegerField(unique=True)
    at = models.DateTimeField()
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True
    )
    verb = models.CharField(max_length=60, help_text="For example letter.sealed.")
    sentence = models.TextField()
    subject_type = models.CharField(max_length=60, help_text="For example letters.letter.")
    subject_id = models.PositiveBigIntegerField()
    campaign_id = models.PositiveBigIntegerField(null=True, blank=True)
    payload = models.TextField()
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)

    objects = AuditEventQuerySet.as_manager()

    class Meta:
        ordering = ["sequence"]
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "sequence"]),
            models.Index(fields=["campaign_id", "sequence"]),
        ]

    def __str__(self) -> str:
        return f"{self.sequence}. {self.sentence}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise AuditLogIsFinal(AuditLogIsFinal.__doc__)
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise AuditLogIsFinal(AuditLogIsFinal.__doc__)

    @property
    def actor_name(self) -> str:
        """The actor's name on the day, as it was hashed; empty where no staff acted."""
        return json.loads(self.payload)["actor_name"]

    @property
    def subject_url(self) -> str:
        """Where the subject is shown; empty where it has no page, or its app none any more."""
        try:
            model = apps.get_model(self.subject_type)
        except LookupError:
            return ""
        show = getattr(model(pk=self.subject_id), "get_absolute_url", None)
        return show() if show else ""
