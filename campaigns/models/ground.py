"""Legal and editorial grounds that a letter may cite."""

import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

# A ground decays: rules are vacated, elements are removed from standards. This is how long
# a person's check of one is relied on unless they say otherwise.
REVIEW_AFTER = datetime.timedelta(days=180)


class GroundQuerySet(models.QuerySet["Ground"]):
    def active(self) -> "GroundQuerySet":
        return self.filter(archived_at=None)

    def due_for_review(self, on: datetime.date) -> "GroundQuerySet":
        return self.active().filter(Q(verified_on=None) | Q(review_by__lt=on))


class Ground(models.Model):
    """A legal or editorial basis: what it cites, whom it covers, and who checked it when.

    Catalogue metadata, not legal advice. `needs` holds fact keys of `Fact.Key`, and
    "public", "private" and "state:XX", which are read from the institution itself.
    """

    key = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=200)
    citation = models.CharField(max_length=300)
    regulations = models.JSONField(default=list, blank=True)
    needs = models.JSONField(default=list, blank=True, help_text="Facts the recipient must have.")
    bases = models.JSONField("protected bases", default=list, blank=True)
    agency = models.CharField(max_length=200, blank=True)
    statutory = models.BooleanField(
        default=True, help_text="Off for voluntary standards, which are never called law."
    )
    time_limit_days = models.PositiveIntegerField(null=True, blank=True)
    time_limit_alternative_days = models.PositiveIntegerField(null=True, blank=True)
    limitation_years = models.PositiveIntegerField(null=True, blank=True)
    response_workdays = models.PositiveIntegerField(null=True, blank=True)
    time_limit_from = models.CharField("the time limit runs from", max_length=500, blank=True)
    private_action = models.CharField("private right of action", max_length=500, blank=True)
    cases = models.JSONField(default=list, blank=True)
    warnings = models.JSONField(default=list, blank=True)
    verified_on = models.DateField(null=True, blank=True)
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True
    )
    review_by = models.DateField(null=True, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True)

    objects = GroundQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        permissions = [("verify_ground", "Can verify a ground")]
        constraints = [
            models.CheckConstraint(
                condition=Q(verified_on=None, verified_by=None, review_by=None)
                | Q(
                    verified_on__isnull=False,
                    verified_by__isnull=False,
                    review_by__isnull=False,
                ),
                name="ground_verified_by_someone_on_a_day",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("campaigns:ground", args=[self.pk])

    def is_due_for_review(self, on: datetime.date) -> bool:
        return self.review_by is None or self.review_by < on
