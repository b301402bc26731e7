"""The ladder of a campaign: what follows the first letter, after how many days, and for whom."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from campaigns.models import Campaign
from letters.models.template import LetterTemplate


class Ladder(models.Model):
    """How the steps of a campaign's ladder are paced. It writes to nobody by itself."""

    campaign = models.OneToOneField(Campaign, on_delete=models.PROTECT, related_name="ladder")
    lead_days = models.PositiveSmallIntegerField(
        "business days from preparing to the letter date",
        default=2,
        validators=[MaxValueValidator(30)],
        help_text="For counsel to read and the clerk to print.",
    )
    apart_days = models.PositiveSmallIntegerField(
        "days between two letters to one institution",
        default=10,
        validators=[MinValueValidator(1), MaxValueValidator(365)],
        help_text="Whatever the campaign: never two letters at once.",
    )
    emails_a_day = models.PositiveSmallIntegerField(
        "e-mails a day to one domain",
        default=20,
        validators=[MinValueValidator(1), MaxValueValidator(10_000)],
        help_text="More wait for the next business day.",
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(apart_days__gte=1, emails_a_day__gte=1), name="a_ladder_is_paced"
            ),
        ]

    def __str__(self) -> str:
        return f"Ladder of {self.campaign}"


class LadderStep(models.Model):
    """One step: who gets which text, so many days after the effective deadline.

    That a step was taken is known by a letter of its text, so that each step has its own.
    """

    class Kind(models.TextChoices):
        REMINDER = "reminder", "Reminder"
        SECOND = "second", "Second notice"
        FINAL = "final", "Final notice"
        COMPLAINT = "complaint", "Complaint packet"

    class Segment(models.TextChoices):
        """Where the answers of a recipient stand. It is in one of them, or in none."""

        NOTHING = "nothing", "those who answered nothing"
        SOME = "some", "those who left some demands unanswered"
        LAPSED = "lapsed", "those whose promised day has passed"
        PENDING = "pending", "those whose answer is under review or needs clarification"

    class Way(models.TextChoices):
        ANY = "any", "any way"
        POST = "post", "certified mail"
        EMAIL = "email", "e-mail"

    ladder = models.ForeignKey(Ladder, on_delete=models.PROTECT, related_name="steps")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=20, choices=Kind.choices, default=Kind.REMINDER)
    segment = models.CharField(max_length=20, choices=Segment.choices, default=Segment.NOTHING)
    way = models.CharField(max_length=10, choices=Way.choices, default=Way.ANY)
    days = models.PositiveSmallIntegerField(
        validators=[MinValueValidator(1), MaxValueValidator(365)]
    )
    unit = models.CharField(
        max_length=10, choices=Campaign.Unit.choices, default=Campaign.Unit.CALENDAR
    )
    template = models.ForeignKey(LetterTemplate, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["ladder", "position"]
        constraints = [
            models.UniqueConstraint(fields=["ladder", "position"], name="one_step_a_position"),
            models.UniqueConstraint(fields=["ladder", "template"], name="each_step_has_its_text"),
            models.CheckConstraint(
                condition=Q(days__gte=1, days__lte=365), name="a_step_is_days_after_the_deadline"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.get_kind_display()}"
