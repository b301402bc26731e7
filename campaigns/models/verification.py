"""Whether an answer is so: dated decisions on one answer entry, and the moves that are legal."""

from collections.abc import Mapping
from typing import Any, NoReturn

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q, Subquery

from campaigns.models.answer import AnswerEntry, Verification

V = Verification

# Nothing is verified before evidence is on record, so that no one press makes of what was
# said what is so. Verified again, and more evidence, are moves: they are dated and looked at.
VERIFICATION_MOVES: Mapping[str, frozenset[str]] = {
    V.UNVERIFIED: frozenset({V.EVIDENCE_RECEIVED, V.CONTRADICTED, V.LAPSED}),
    V.EVIDENCE_RECEIVED: frozenset(
        {V.EVIDENCE_RECEIVED, V.VERIFIED, V.CONTRADICTED, V.LAPSED, V.UNVERIFIED}
    ),
    V.VERIFIED: frozenset({V.VERIFIED, V.CONTRADICTED, V.LAPSED}),
    V.CONTRADICTED: frozenset({V.EVIDENCE_RECEIVED}),
    V.LAPSED: frozenset({V.EVIDENCE_RECEIVED, V.CONTRADICTED}),
}
# What rests on evidence says which.
RESTS_ON_EVIDENCE = (V.EVIDENCE_RECEIVED, V.CONTRADICTED)


def _in_the_table() -> Q:
    legal = Q()
    for before, reachable in VERIFICATION_MOVES.items():
        legal |= Q(before=before, status__in=sorted(reachable))
    return legal


class VerificationIsFinal(Exception):
    """A verification entry is never changed or deleted; a later decision is a new entry."""


class VerificationEntryQuerySet(models.QuerySet["VerificationEntry"]):
    def update(self, **kwargs: Any) -> NoReturn:
        raise VerificationIsFinal(VerificationIsFinal.__doc__)

    def delete(self) -> NoReturn:
        raise VerificationIsFinal(VerificationIsFinal.__doc__)

    def current(self) -> "VerificationEntryQuerySet":
        """The last decision on each statement that still is its answer's current one."""
        later = VerificationEntry.objects.filter(
            entry=OuterRef("entry"), number__gt=OuterRef("number")
        )
        return self.filter(entry__current_for__isnull=False).exclude(Exists(later))


def with_recheck(answers: models.QuerySet[Any]) -> models.QuerySet[Any]:
    """The answers, each with `recheck_on`: the day to check its current statement again."""
    last = VerificationEntry.objects.filter(entry=OuterRef("current_entry")).order_by("-number")
    return answers.annotate(recheck_on=Subquery(last.values("recheck_on")[:1]))


class VerificationEntry(models.Model):
    """One dated decision on whether what an answer entry says is so. Append-only.

    `Answer.verification` is the status of the last one. `recheck_on` is the day until which
    it is taken as so; that the day has come is computed on reading, and opens a task.
    """

    entry = models.ForeignKey(AnswerEntry, on_delete=models.PROTECT, related_name="verifications")
    number = models.PositiveSmallIntegerField()
    before = models.CharField(max_length=30, choices=Verification.choices)
    status = models.CharField(max_length=30, choices=Verification.choices)
    evidence = models.CharField(
        max_length=500, blank=True, help_text="Which document, page or web address, and its day."
    )
    reason = models.CharField(max_length=500, help_text="Why it is so, or why not.")
    recheck_on = models.DateField("check again on", null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Empty where a document came with the answer.",
    )
    decided_at = models.DateTimeField()

    objects = VerificationEntryQuerySet.as_manager()

    class Meta:
        ordering = ["entry", "number"]
        verbose_name_plural = "verification entries"
        permissions = [("verify_answer", "Can decide whether an answer is so")]
        constraints = [
            # Of two who decide at once, one gets the number and the other is told.
            models.UniqueConstraint(
                fields=["entry", "number"], name="verifications_come_one_after_the_other"
            ),
            models.CheckConstraint(
                condition=Q(number=1, before="unverified") | Q(number__gt=1),
                name="verification_begins_unverified",
            ),
            models.CheckConstraint(condition=_in_the_table(), name="verification_moves_by_table"),
            models.CheckConstraint(condition=~Q(reason=""), name="verification_has_a_reason"),
            models.CheckConstraint(
                condition=~Q(status__in=RESTS_ON_EVIDENCE) | ~Q(evidence=""),
                name="verification_names_its_evidence",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=False) | Q(status="evidence_received"),
                name="only_evidence_comes_by_itself",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_status_display()} ({self.decided_at:%Y-%m-%d})"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise VerificationIsFinal(VerificationIsFinal.__doc__)
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise VerificationIsFinal(VerificationIsFinal.__doc__)
