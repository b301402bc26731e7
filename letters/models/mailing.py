"""Mailings: one round of letters from one version to chosen recipients."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from campaigns.deadlines import Rule
from campaigns.models import Campaign
from letters.models.template import LetterVersion


class Mailing(models.Model):
    """One round of letters: first letter, reminder, or final notice.

    `printed_deadline` is computed once from the letter date and the campaign's rule, and is
    what every letter prints. `digest` covers the PDFs of all its letters: counsel approves
    that digest, and an approval that names another one is refused.
    """

    class Status(models.TextChoices):
        PREPARING = "preparing", "Preparing"
        RENDERING = "rendering", "Rendering"
        READY = "ready", "Ready for approval"
        RETURNED = "returned", "Returned with comments"
        APPROVED = "approved", "Approved"
        SENDING = "sending", "Sending"
        SENT = "sent", "Sent"
        CANCELLED = "cancelled", "Cancelled"

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="mailings")
    version = models.ForeignKey(LetterVersion, on_delete=models.PROTECT, related_name="mailings")
    follows = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="followed_by",
        help_text="The mailing whose silence this one answers.",
    )
    title = models.CharField(max_length=200)
    letter_date = models.DateField("planned send date, which is the letter date")
    printed_deadline = models.DateTimeField()
    deadline_rule = models.JSONField(help_text="The rule that it was computed by, as it was then.")
    status = models.CharField(max_length=20, choices=Status.choices, default=Status.PREPARING)
    prepared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    prepared_at = models.DateTimeField(auto_now_add=True)
    preflight_at = models.DateTimeField(null=True, blank=True)
    rendering_started_at = models.DateTimeField(null=True, blank=True)
    rendered_at = models.DateTimeField(null=True, blank=True)
    # What the fonts of its letters hold, frozen when rendering starts; and why none of them
    # may share the layout of another, once one did not come out the same.
    characters = models.TextField(blank=True)
    plainly = models.TextField(blank=True, help_text="Why each letter is set by itself.")
    sampled_at = models.DateTimeField(null=True, blank=True)
    compared_at = models.DateTimeField(null=True, blank=True)
    digest = models.CharField(max_length=64, blank=True)
    comments = models.TextField(blank=True, help_text="Why counsel returned it.")
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    approved_at = models.DateTimeField(null=True, blank=True)
    # When its sealed letters were last compared with what is known.
    sources_seen_at = models.DateTimeField(null=True, blank=True)
    # Counsel's written acceptance that the letters leave on another day than they bear:
    # any day between the letter date and `gap_until`.
    gap_until = models.DateField(null=True, blank=True)
    gap_reason = models.TextField(blank=True)
    gap_accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    gap_accepted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        permissions = [
            ("prepare_mailing", "Can prepare a mailing"),
            ("approve_mailing", "Can approve a mailing"),
            ("dispatch_mailing", "Can post and e-mail approved letters"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "title"], name="mailing_title_once"),
            models.CheckConstraint(
                condition=Q(approved_by=None, approved_at=None)
                | Q(approved_by__isnull=False, approved_at__isnull=False),
                name="mailing_approved_by_someone_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=F("prepared_by")),
                name="approver_is_not_the_preparer",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["approved", "sending", "sent"])
                | (Q(approved_by__isnull=False) & ~Q(digest="")),
                name="only_an_approved_mailing_is_sent",
            ),
            models.CheckConstraint(
                condition=Q(gap_until=None, gap_accepted_by=None, gap_accepted_at=None)
                | (
                    Q(gap_until__isnull=False)
                    & Q(gap_accepted_by__isnull=False)
                    & Q(gap_accepted_at__isnull=False)
                    & ~Q(gap_reason="")
                ),
                name="a_gap_is_accepted_by_someone_in_writing",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("letters:mailing", args=[self.pk])

    @property
    def rule(self) -> Rule:
        """How the deadline of its letters is counted, whatever the campaign does by now."""
        return Rule.from_json(self.deadline_rule)

    def date_by(self, rule: Rule) -> None:
        """Print the deadline that this rule gives for the letter date, and keep the rule."""
        self.deadline_rule = rule.as_json()
        self.printed_deadline = rule.run(self.letter_date).at


class Opening(models.Model):
    """A person opened one letter of a mailing before deciding on it."""

    letter = models.ForeignKey("letters.Letter", on_delete=models.PROTECT, related_name="openings")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64, help_text="The bytes that were shown.")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["at"]
        constraints = [
            models.UniqueConstraint(
                fields=["letter", "by", "sha256"], name="opening_recorded_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.by} opened {self.letter}"
