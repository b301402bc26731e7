"""What waits for a person: one thing to do about one recipient."""

import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from campaigns.models.recipient import Recipient


class TaskQuerySet(models.QuerySet["Task"]):
    def unsettled(self) -> "TaskQuerySet":
        return self.filter(closed_at=None)

    def settled(self) -> "TaskQuerySet":
        return self.filter(closed_at__isnull=False)

    def deferred(self, on: datetime.date) -> "TaskQuerySet":
        return self.unsettled().filter(deferred_until__gt=on)

    def waiting(self, on: datetime.date) -> "TaskQuerySet":
        """What is to be done now. A deferral ends by itself on its day."""
        return self.unsettled().exclude(deferred_until__gt=on)

    def due(self, on: datetime.date) -> "TaskQuerySet":
        return self.waiting(on).filter(due_on__lte=on)


class Task(models.Model):
    """One thing that waits for a person. Its key makes it come up once, however often it is seen.

    Whether it is deferred or due is computed on reading. A settled task stays on record.
    """

    class Kind(models.TextChoices):
        EXTENSION = "extension", "Asked for more time"
        CORRECTION = "correction", "Says a fact is wrong"
        WRONG_ADDRESSEE = "wrong_addressee", "Says it is the wrong addressee"
        COUNSEL = "counsel", "Named counsel"
        UNCLEAR = "unclear", "Reply is unclear"
        PROMISE = "promise", "A promised day has passed"
        RECHECK = "recheck", "Check again whether it is so"
        UNDELIVERABLE = "undeliverable", "Letter could not be delivered"
        BOUNCE = "bounce", "E-mail bounced"
        OTHER = "other", "To do"

    recipient = models.ForeignKey(Recipient, on_delete=models.PROTECT, related_name="tasks")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    about = models.CharField(max_length=500, help_text="What is to be done and why, in a sentence.")
    key = models.CharField(
        max_length=100, unique=True, help_text="What it came from, for example extension:12."
    )
    due_on = models.DateField(null=True, blank=True)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    deferred_until = models.DateField(null=True, blank=True)
    deferred_reason = models.CharField(max_length=500, blank=True)
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Empty where it came by itself or from the recipient.",
    )
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Empty where what happened settled it.",
    )
    closed_reason = models.CharField(max_length=500, blank=True)

    objects = TaskQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        permissions = [("work_on_tasks", "Can open, assign, defer and close tasks")]
        indexes = [models.Index(fields=["closed_at", "due_on"])]
        constraints = [
            models.CheckConstraint(condition=~Q(about=""), name="task_says_what_to_do"),
            models.CheckConstraint(condition=~Q(key=""), name="task_has_a_key"),
            models.CheckConstraint(
                condition=Q(deferred_until=None, deferred_reason="")
                | (Q(deferred_until__isnull=False) & ~Q(deferred_reason="")),
                name="task_deferred_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None, closed_by=None, closed_reason="")
                | (Q(closed_at__isnull=False) & ~Q(closed_reason="")),
                name="task_closed_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.recipient}"

    def get_absolute_url(self) -> str:
        return reverse("letters:task", args=[self.pk])

    @property
    def is_closed(self) -> bool:
        return self.closed_at is not None
