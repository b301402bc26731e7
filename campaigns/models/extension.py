"""Extensions: more time to answer, as it was asked for, and what was decided."""

from collections.abc import Mapping

from django.conf import settings
from django.db import models
from django.db.models import Q

from campaigns.models.recipient import Recipient

# A wish is decided once. What was given can be taken back; what was refused is asked for anew.
EXTENSION_MOVES: Mapping[str, frozenset[str]] = {
    "asked": frozenset({"granted", "refused", "withdrawn"}),
    "granted": frozenset({"withdrawn"}),
    "refused": frozenset(),
    "withdrawn": frozenset(),
}


class ExtensionQuerySet(models.QuerySet["Extension"]):
    def undecided(self) -> "ExtensionQuerySet":
        return self.filter(status=Extension.Status.ASKED)

    def granted(self) -> "ExtensionQuerySet":
        """What moves a deadline: granted, and not withdrawn since."""
        return self.filter(status=Extension.Status.GRANTED)


class Extension(models.Model):
    """More time for one recipient: who asked, for how long and why, and who decided what.

    Nothing here is overwritten: a later wish is a row of its own, and one that is withdrawn
    keeps the decision that was withdrawn. `until` is the moment at which the time that was
    given ends, at the hour and in the zone of the campaign.
    """

    class Status(models.TextChoices):
        ASKED = "asked", "Asked for"
        GRANTED = "granted", "Granted"
        REFUSED = "refused", "Refused"
        WITHDRAWN = "withdrawn", "Withdrawn"

    recipient = models.ForeignKey(Recipient, on_delete=models.PROTECT, related_name="extensions")
    asked_on = models.DateField()
    asked_by = models.CharField(
        max_length=200,
        blank=True,
        help_text="Who at the recipient asked; empty where time was given unasked.",
    )
    reason = models.TextField(blank=True, help_text="Why more time is needed, in their words.")
    wanted_until = models.DateField(null=True, blank=True)
    status = models.CharField(max_length=20, choices=Status.choices, default=Status.ASKED)
    until = models.DateTimeField(null=True, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Empty where the recipient asked on the response page.",
    )
    recorded_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decision = models.CharField(max_length=500, blank=True, help_text="Why it was so decided.")
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_reason = models.CharField(max_length=500, blank=True)

    objects = ExtensionQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_on", "-pk"]
        permissions = [("decide_extension", "Can give and refuse more time to answer")]
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_by=None, decided_at=None, decision="")
                | (Q(decided_by__isnull=False, decided_at__isnull=False) & ~Q(decision="")),
                name="an_extension_is_decided_by_someone_for_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_by=None, withdrawn_at=None, withdrawn_reason="")
                | (
                    Q(withdrawn_by__isnull=False, withdrawn_at__isnull=False)
                    & ~Q(withdrawn_reason="")
                ),
                name="an_extension_is_withdrawn_by_someone_for_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(status="asked", decided_at=None, withdrawn_at=None, until=None)
                | Q(
                    status="granted",
                    decided_at__isnull=False,
                    withdrawn_at=None,
                    until__isnull=False,
                )
                | Q(status="refused", decided_at__isnull=False, withdrawn_at=None, until=None)
                | Q(status="withdrawn", withdrawn_at__isnull=False),
                name="an_extension_stands_where_its_decision_put_it",
            ),
        ]

    def __str__(self) -> str:
        return f"More time for {self.recipient}: {self.get_status_display().lower()}"

    @property
    def was_unasked(self) -> bool:
        return not self.asked_by
