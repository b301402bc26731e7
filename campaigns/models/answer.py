"""Answers: one per recipient and demand, the cell that everything else is computed from."""

import datetime
from typing import Any, NoReturn

from django.conf import settings
from django.db import models
from django.db.models import Q

from campaigns.models.campaign import Demand
from campaigns.models.recipient import Recipient


class Outcome(models.TextChoices):
    """What was answered. The words are the ones the record is published in."""

    UNANSWERED = "unanswered", "Unanswered"
    COMPLIED = "complied", "Complied"
    ALREADY_COMPLIANT = "already_compliant", "Already compliant"
    WILL_COMPLY = "will_comply", "Will comply by a date"
    PARTIAL = "partial", "In part"
    CONDITIONAL = "conditional", "Conditionally"
    UNDER_REVIEW = "under_review", "Under review"
    NEEDS_CLARIFICATION = "needs_clarification", "Needs clarification"
    DISPUTES_PREMISE = "disputes_premise", "Disputes the premise"
    NOT_APPLICABLE = "not_applicable", "Not applicable"
    DECLINED = "declined", "Declined"


class Verification(models.TextChoices):
    """Whether what was answered is so. "Complied" and "verified" never look alike."""

    UNVERIFIED = "unverified", "Unverified"
    EVIDENCE_RECEIVED = "evidence_received", "Evidence received"
    VERIFIED = "verified", "Verified"
    CONTRADICTED = "contradicted", "Contradicted"
    LAPSED = "lapsed", "Lapsed"


# An answer that announces one. Whoever gave only such may be asked again.
PENDING = (Outcome.UNDER_REVIEW, Outcome.NEEDS_CLARIFICATION)
# Until somebody found that a promise was kept or broken.
NOT_KEPT = (Verification.UNVERIFIED, Verification.EVIDENCE_RECEIVED, Verification.LAPSED)


class Channel(models.TextChoices):
    """By which way a statement came in."""

    PORTAL = "portal", "Response page"
    POST = "post", "Post"
    EMAIL = "email", "E-mail"
    PHONE = "phone", "Phone"


class AnswerQuerySet(models.QuerySet["Answer"]):
    def to_ask_again(self, on: datetime.date) -> "AnswerQuerySet":
        """Those that are not final: none yet, an answer that announces one, a promise not kept."""
        lapsed = Q(
            outcome=Outcome.WILL_COMPLY,
            verification__in=NOT_KEPT,
            current_entry__promised_on__lt=on,
        )
        return self.filter(Q(outcome__in=[Outcome.UNANSWERED, *PENDING]) | lapsed)


class Answer(models.Model):
    """One recipient's answer to one demand; made with the recipient, unanswered at first."""

    recipient = models.ForeignKey(Recipient, on_delete=models.PROTECT, related_name="answers")
    demand = models.ForeignKey(Demand, on_delete=models.PROTECT, related_name="answers")
    outcome = models.CharField(max_length=30, choices=Outcome.choices, default=Outcome.UNANSWERED)
    verification = models.CharField(
        max_length=30, choices=Verification.choices, default=Verification.UNVERIFIED
    )
    current_entry = models.OneToOneField(
        "AnswerEntry", on_delete=models.PROTECT, null=True, blank=True, related_name="current_for"
    )

    objects = AnswerQuerySet.as_manager()

    class Meta:
        ordering = ["recipient", "demand__number"]
        permissions = [("record_answer", "Can record what a recipient answered")]
        indexes = [
            # A board of ten thousand recipients reads these instead of fifty thousand rows.
            models.Index(fields=["recipient", "outcome"]),
            models.Index(fields=["demand", "outcome", "recipient"]),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["recipient", "demand"], name="one_answer_per_recipient_and_demand"
            ),
            models.CheckConstraint(
                condition=Q(outcome="unanswered", current_entry=None)
                | (~Q(outcome="unanswered") & Q(current_entry__isnull=False)),
                name="an_answer_comes_from_an_entry",
            ),
            models.CheckConstraint(
                condition=Q(verification="unverified") | Q(current_entry__isnull=False),
                name="only_what_was_answered_is_verified",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.recipient}, demand {self.demand.number}: {self.get_outcome_display()}"


class AnswerEntryIsFinal(Exception):
    """An answer entry is never changed or deleted; a later answer is a new entry."""


class AnswerEntryQuerySet(models.QuerySet["AnswerEntry"]):
    def update(self, **kwargs: Any) -> NoReturn:
        raise AnswerEntryIsFinal(AnswerEntryIsFinal.__doc__)

    def delete(self) -> NoReturn:
        raise AnswerEntryIsFinal(AnswerEntryIsFinal.__doc__)


class AnswerEntry(models.Model):
    """One dated statement for one answer. Append-only."""

    answer = models.ForeignKey(Answer, on_delete=models.PROTECT, related_name="entries")
    outcome = models.CharField(
        max_length=30, choices=[choice for choice in Outcome.choices if choice[0] != "unanswered"]
    )
    text = models.TextField(blank=True)
    promised_on = models.DateField("will comply by", null=True, blank=True)
    respondent_name = models.CharField(max_length=200)
    respondent_title = models.CharField(max_length=200, blank=True)
    respondent_authority = models.CharField(
        max_length=300, blank=True, help_text="On what authority they answer."
    )
    channel = models.CharField(max_length=20, choices=Channel.choices)
    received_on = models.DateField()
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        help_text="Empty where the recipient typed it.",
    )
    recorded_at = models.DateTimeField(auto_now_add=True)

    objects = AnswerEntryQuerySet.as_manager()

    class Meta:
        ordering = ["answer", "pk"]
        verbose_name_plural = "answer entries"
        constraints = [
            models.CheckConstraint(
                condition=~Q(outcome="will_comply") | Q(promised_on__isnull=False),
                name="a_promise_has_a_date",
            ),
            models.CheckConstraint(
                condition=~Q(respondent_name=""), name="an_entry_names_who_answered"
            ),
            models.CheckConstraint(
                condition=Q(channel="portal", recorded_by=None)
                | (~Q(channel="portal") & Q(recorded_by__isnull=False)),
                name="staff_record_what_did_not_come_by_the_page",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_outcome_display()} ({self.received_on})"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise AnswerEntryIsFinal(AnswerEntryIsFinal.__doc__)
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise AnswerEntryIsFinal(AnswerEntryIsFinal.__doc__)
