"""Recipients of a campaign, and the people at each to whom the letter goes."""

import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from campaigns.models.campaign import Campaign
from campaigns.models.institution import Contact, Institution


class RecipientQuerySet(models.QuerySet["Recipient"]):
    def active(self) -> "RecipientQuerySet":
        return self.filter(withdrawn_at=None)

    def unanswered(self) -> "RecipientQuerySet":
        """Recipients with no demand answered at all."""
        return self.active().exclude(answers__current_entry__isnull=False)

    def overdue(self, now: datetime.datetime) -> "RecipientQuerySet":
        """Reached, silent, and past the effective deadline. Computed, never stored.

        Whose standing a person set by hand is not: no override says that nothing came.
        """
        return self.unanswered().filter(
            reach=Recipient.Reach.REACHED,
            due_at__lt=now,
            counsel_appeared_on=None,
            override_standing="",
        )


class Recipient(models.Model):
    """An institution within a campaign: the unit that is tracked, and that answers.

    Where it stands is not stored: `campaigns.standing.standing` computes it from the
    answers, `reach`, counsel's appearance, `due_at` and the day. What a person sets by hand
    stands beside that, never in its place. `due_at` is stored, since every list sorts and
    counts by it; `campaigns.actions.deadline` alone computes it.
    """

    class Reach(models.TextChoices):
        UNKNOWN = "unknown", "Not yet reached"
        REACHED = "reached", "Reached"
        UNDELIVERABLE = "undeliverable", "Undeliverable"

    class Override(models.TextChoices):
        """The standings that a person may set by hand.

        Not that it is withdrawn, which is a decision of its own, nor that it is awaited or
        silent, which follows from the clock and is never stored.
        """

        CONFIRMED = "confirmed", "Confirmed in full"
        CONFIRMED_IN_PART = "confirmed_in_part", "Confirmed in part"
        CONFIRMED_CONDITIONALLY = "confirmed_conditionally", "Confirmed conditionally"
        DISPUTED = "disputed", "Disputed"
        DECLINED = "declined", "Declined"
        NOT_APPLICABLE = "not_applicable", "Not applicable"
        PENDING = "pending", "Answer pending"
        WITH_COUNSEL = "with_counsel", "Referred to counsel"
        UNDELIVERABLE = "undeliverable", "Undeliverable"

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="recipients")
    institution = models.ForeignKey(
        Institution, on_delete=models.PROTECT, related_name="recipients"
    )
    reach = models.CharField(max_length=20, choices=Reach.choices, default=Reach.UNKNOWN)
    due_at = models.DateTimeField(
        "effective deadline",
        null=True,
        blank=True,
        help_text="The latest of what its letters and extensions give; empty while none runs.",
    )
    letters_due_at = models.DateTimeField(
        "deadline by its letters",
        null=True,
        blank=True,
        help_text="The latest deadline that its letters give, before any extension.",
    )
    counsel_appeared_on = models.DateField(null=True, blank=True)
    # An approver's written permission to write past that counsel.
    direct_allowed_at = models.DateTimeField(null=True, blank=True)
    direct_allowed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    direct_allowed_reason = models.CharField(max_length=500, blank=True)
    # A person's decision on where it stands, shown with what the rules give, until taken back.
    override_standing = models.CharField(max_length=30, choices=Override.choices, blank=True)
    override_reason = models.CharField(max_length=500, blank=True)
    overridden_at = models.DateTimeField(null=True, blank=True)
    overridden_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_reason = models.CharField(max_length=500, blank=True)
    chosen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    chosen_at = models.DateTimeField(auto_now_add=True)

    objects = RecipientQuerySet.as_manager()

    class Meta:
        ordering = ["institution__name", "pk"]
        permissions = [
            ("allow_direct_letter", "Can allow letters past a recipient’s counsel"),
            ("override_standing", "Can set a recipient’s standing by hand"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "institution"], name="institution_once_per_campaign"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawn_reason="")
                | (Q(withdrawn_at__isnull=False) & ~Q(withdrawn_reason="")),
                name="recipient_withdrawn_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(
                    direct_allowed_at=None, direct_allowed_by=None, direct_allowed_reason=""
                )
                | (
                    Q(
                        direct_allowed_at__isnull=False,
                        direct_allowed_by__isnull=False,
                        counsel_appeared_on__isnull=False,
                    )
                    & ~Q(direct_allowed_reason="")
                ),
                name="letters_past_counsel_are_allowed_in_writing",
            ),
            models.CheckConstraint(
                condition=Q(
                    override_standing="",
                    override_reason="",
                    overridden_at=None,
                    overridden_by=None,
                )
                | (
                    Q(
                        override_standing__in=[
                            "confirmed",
                            "confirmed_in_part",
                            "confirmed_conditionally",
                            "disputed",
                            "declined",
                            "not_applicable",
                            "pending",
                            "with_counsel",
                            "undeliverable",
                        ],
                        overridden_at__isnull=False,
                        overridden_by__isnull=False,
                    )
                    & ~Q(override_reason="")
                ),
                name="standing_overridden_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.institution.name

    def get_absolute_url(self) -> str:
        return reverse("letters:recipient", args=[self.pk])


class Addressee(models.Model):
    """One person or office to whom a recipient's letter goes, or is copied.

    Name, title and address stay empty where the contact's and the institution's are meant,
    so that a street supplied later reaches the letter; a filled field overrides them.
    """

    class Kind(models.TextChoices):
        TO = "to", "To"
        COPY = "copy", "Copy"

    recipient = models.ForeignKey(Recipient, on_delete=models.PROTECT, related_name="addressees")
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.TO)
    contact = models.ForeignKey(
        Contact, on_delete=models.PROTECT, null=True, blank=True, related_name="addressees"
    )
    name = models.CharField(max_length=200, blank=True)
    title = models.CharField(max_length=200, blank=True)
    unit = models.CharField(max_length=200, blank=True, help_text="School, office or department.")
    street = models.CharField(max_length=200, blank=True)
    street2 = models.CharField("second address line", max_length=200, blank=True)
    city = models.CharField(max_length=100, blank=True)
    state = models.CharField(max_length=50, blank=True)
    postal_code = models.CharField(max_length=20, blank=True)
    country = models.CharField(max_length=2, blank=True)
    email = models.EmailField(blank=True)
    their_reference = models.CharField(
        "their reference", max_length=100, blank=True, help_text="Printed as Your Ref."
    )
    by_post = models.BooleanField("by certified mail", default=True)
    by_email = models.BooleanField("by e-mail", default=False)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["recipient", "-kind", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(by_post=True) | Q(by_email=True), name="addressee_has_a_channel"
            ),
        ]

    def __str__(self) -> str:
        return self.display_name or self.display_title or "No addressee"

    @property
    def is_counsel(self) -> bool:
        """Whether the letter reaches a lawyer: not under another's name, nor in another's mail."""
        lawyer = self.contact is not None and self.contact.role in Contact.COUNSEL_ROLES
        return lawyer and not (self.name or self.email)

    @property
    def display_name(self) -> str:
        return self.name or (self.contact.name if self.contact else "")

    @property
    def display_title(self) -> str:
        return self.title or (self.contact.title if self.contact else "")

    @property
    def display_email(self) -> str:
        return self.email or (self.contact.email if self.contact else "")
