"""What preflight found, and what people answered to it."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from letters.models.letter import Letter
from letters.models.mailing import Mailing


class OverrideQuerySet(models.QuerySet["Override"]):
    def covering(self) -> "OverrideQuerySet":
        """Those that still cover something; one that was withdrawn, or outlived, does not."""
        return self.filter(findings__isnull=False).distinct()


class Override(models.Model):
    """A person's written reason why amber findings are no reason to change anything.

    Of one letter, or, without a letter, of every letter that had the finding at that moment.
    It covers the findings that name it, word for word: one that comes later, or reads
    otherwise, is not covered. It is withdrawn, never deleted.
    """

    mailing = models.ForeignKey(Mailing, on_delete=models.PROTECT, related_name="overrides")
    letter = models.ForeignKey(
        Letter, on_delete=models.PROTECT, null=True, blank=True, related_name="overrides"
    )
    code = models.SlugField(max_length=40)
    reason = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = OverrideQuerySet.as_manager()

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="override_has_a_reason"),
            models.CheckConstraint(
                condition=Q(withdrawn_by=None, withdrawn_at=None)
                | Q(withdrawn_by__isnull=False, withdrawn_at__isnull=False),
                name="override_withdrawn_by_someone_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return self.reason


class Finding(models.Model):
    """One thing that preflight found about one letter, or, without a letter, about all.

    Red stops the mailing. Amber on a letter marks it: counsel has to open it, unless somebody
    answered it with a reason. What holds for the whole mailing (a ground nobody has verified)
    is said once, without a letter, because marking every letter would mark none.
    """

    class Severity(models.TextChoices):
        RED = "red", "Must be fixed"
        AMBER = "amber", "To be looked at"
        NOTE = "note", "To be known"

    mailing = models.ForeignKey(Mailing, on_delete=models.CASCADE, related_name="findings")
    letter = models.ForeignKey(
        Letter, on_delete=models.CASCADE, null=True, blank=True, related_name="findings"
    )
    code = models.SlugField(max_length=40, help_text="For example no-street.")
    severity = models.CharField(max_length=10, choices=Severity.choices)
    message = models.TextField()
    override = models.ForeignKey(
        Override, on_delete=models.PROTECT, null=True, blank=True, related_name="findings"
    )

    class Meta:
        ordering = ["mailing", "letter", "-severity", "code"]
        indexes = [models.Index(fields=["mailing", "severity", "code"])]
        constraints = [
            models.UniqueConstraint(
                fields=["letter", "code", "message"], name="finding_once_per_letter"
            ),
            models.CheckConstraint(
                condition=Q(override=None) | Q(severity="amber"), name="only_amber_is_overridden"
            ),
        ]

    def __str__(self) -> str:
        return self.message
