"""What a recipient asks for that is no answer: more time, another addressee, a correction."""

from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import Q

from campaigns.deadlines import written
from campaigns.models import Extension
from letters.models.response import Response


class Request(models.Model):
    """What one response of the kind *request* asks for, in the recipient's own words.

    Asking changes nothing by itself: a task tells staff, who decide.
    """

    class Kind(models.TextChoices):
        MORE_TIME = "more-time", "More time"
        COUNSEL = "counsel", "Letters to counsel"
        WRONG_ADDRESSEE = "wrong-addressee", "Another addressee"
        CORRECTION = "correction", "Correction of a fact"

    response = models.OneToOneField(Response, on_delete=models.PROTECT, related_name="request")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    wanted_until = models.DateField(null=True, blank=True)
    extension = models.OneToOneField(
        Extension, on_delete=models.PROTECT, null=True, blank=True, related_name="request"
    )
    statement = models.TextField(blank=True, help_text="What we said that is wrong.")
    words = models.TextField(blank=True, help_text="Why, or what is right instead.")
    source = models.TextField(blank=True, help_text="Where it can be seen.")
    # Who is to be written to instead: counsel, or another person or office.
    name = models.CharField(max_length=200, blank=True)
    organisation = models.CharField(max_length=200, blank=True)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=60, blank=True)
    address = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind="more-time") | Q(extension__isnull=False),
                name="more_time_is_a_wish_to_decide",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=["counsel", "wrong-addressee"]) | ~Q(name=""),
                name="another_addressee_is_named",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.response}"

    @property
    def decided(self) -> str:
        """What became of a wish for more time, in words for the recipient."""
        wish = self.extension
        if wish is None:
            return ""
        if wish.status == Extension.Status.GRANTED and wish.until:
            zone = ZoneInfo(wish.recipient.campaign.timezone)
            return f"Granted until {written(wish.until.astimezone(zone).date())}"
        if wish.status == Extension.Status.ASKED:
            return "Not decided yet: the deadline stands until you are told otherwise"
        return f"{wish.get_status_display()}: the deadline stands"

    def lines(self) -> list[tuple[str, str]]:
        """What was typed, each with what it is, as receipt and pages show it."""
        until = self.wanted_until
        said = [
            ("Wanted until", f"{until:%A, %B} {until.day}, {until.year}" if until else ""),
            ("Name", self.name),
            ("Firm or office", self.organisation),
            ("E-mail", self.email),
            ("Phone", self.phone),
            ("Address", self.address),
            ("What is wrong", self.statement),
            (_WORDS[self.kind], self.words),
            ("Where it can be seen", self.source),
        ]
        return [(label, words) for label, words in said if words]


_WORDS: dict[str, str] = {
    Request.Kind.MORE_TIME: "Reason",
    Request.Kind.COUNSEL: "Remarks",
    Request.Kind.WRONG_ADDRESSEE: "Remarks",
    Request.Kind.CORRECTION: "What is right",
}
