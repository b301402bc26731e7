"""Campaigns and their numbered demands."""

import datetime

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse

from campaigns.models.ground import Ground


class Campaign(models.Model):
    """One matter: what is demanded, on which grounds, of whom, and by when."""

    class Unit(models.TextChoices):
        CALENDAR = "calendar", "calendar days"
        BUSINESS = "business", "business days"

    class Anchor(models.TextChoices):
        """From what the days to answer are counted. The letter prints a day in any case."""

        LETTER_DATE = "letter_date", "the letter date"
        SENT = "sent", "the day the letter left"
        DELIVERED = "delivered", "the first proven delivery"

    title = models.CharField(max_length=200, unique=True)
    matter = models.TextField(help_text="What the campaign is about, for staff, in a paragraph.")
    reference_prefix = models.CharField(
        max_length=6,
        unique=True,
        validators=[
            RegexValidator(
                r"^[A-HJ-NP-Z]{2,6}$",
                "Two to six capital letters without I and O, which read like digits.",
            )
        ],
        help_text="Begins every reference number, for example CNF in CNF-2026-0137-B.",
    )
    grounds = models.ManyToManyField(Ground, related_name="campaigns", blank=True)
    deadline_days = models.PositiveSmallIntegerField(
        default=30, validators=[MinValueValidator(1), MaxValueValidator(365)]
    )
    deadline_unit = models.CharField(max_length=10, choices=Unit.choices, default=Unit.CALENDAR)
    deadline_anchor = models.CharField(
        max_length=20,
        choices=Anchor.choices,
        default=Anchor.LETTER_DATE,
        help_text="The letter prints the day counted from its date, as nothing else is known when "
        "it is written. Where the rule gives a later day from this start, that day counts.",
    )
    deadline_rolls = models.BooleanField(
        "a deadline on a weekend or federal holiday moves to the next business day", default=True
    )
    deadline_time = models.TimeField(default=datetime.time(17))
    timezone = models.CharField(max_length=40, default="America/New_York")
    conduct_on = models.DateField(
        "day of the conduct",
        null=True,
        blank=True,
        help_text="The last day of what the campaign complains of, if it complains of something: "
        "time limits for complaints to agencies run from it.",
    )
    conduct_continues = models.BooleanField(
        "the conduct goes on, so that no time limit runs yet", default=False
    )
    first_letters_at = models.DateTimeField(
        null=True,
        blank=True,
        editable=False,
        help_text="When its first letters got their references: the prefix stands from then on.",
    )
    first_sealed_at = models.DateTimeField(
        null=True,
        blank=True,
        editable=False,
        help_text="When its first letters were sealed: the demands stand from then on.",
    )
    archived_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-pk"]
        permissions = [("choose_recipients", "Can choose the recipients of a campaign")]
        constraints = [
            models.CheckConstraint(
                condition=Q(deadline_days__gte=1, deadline_days__lte=365),
                name="deadline_within_a_year",
            )
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("letters:board", args=[self.pk])

    @property
    def has_letters(self) -> bool:
        return self.first_letters_at is not None

    @property
    def has_sealed_letters(self) -> bool:
        return self.first_sealed_at is not None

    @property
    def deadline_rule(self) -> str:
        """The rule in words: 30 calendar days after the letter date, at 5:00 p.m."""
        unit = self.get_deadline_unit_display()
        if self.deadline_days == 1:
            unit = unit.removesuffix("s")
        time = self.deadline_time.strftime("%I:%M %p").lstrip("0")
        time = time.replace("AM", "a.m.").replace("PM", "p.m.")
        return f"{self.deadline_days} {unit} after {self.get_deadline_anchor_display()}, at {time}"


class Demand(models.Model):
    """One numbered, verifiable thing asked of every recipient of a campaign."""

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="demands")
    number = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=120, help_text="A few words, for tables.")
    text = models.TextField(help_text="The demand as the letter prints it.")
    guidance = models.TextField(
        blank=True, help_text="How to comply, shown to the recipient beside the demand."
    )
    grounds = models.ManyToManyField(Ground, related_name="demands", blank=True)

    class Meta:
        ordering = ["campaign", "number"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "number"], name="demand_number_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="demand_numbers_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.number}. {self.title}"
