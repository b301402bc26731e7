"""The text of a letter, and its versions."""

import re
from typing import Any, NoReturn

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from campaigns.models import Campaign

# The keyword of a tag such as {% if is_public %}; a backslash before the braces makes it text.
_KEYWORD = re.compile(r"(?<!\\)\{%\s*(\w+)")
_DEEPER = {"if": 1, "for": 1, "endif": -1, "endfor": -1}


class LetterTemplate(models.Model):
    """The text of one kind of letter in a campaign. The words are in its versions."""

    class Purpose(models.TextChoices):
        FIRST = "first", "First letter"
        REMINDER = "reminder", "Reminder"
        FINAL = "final", "Final notice"
        EXTENSION = "extension", "Extension granted"
        THANKS = "thanks", "Thanks"

    # What may be sent to those who are silent. All but the first follow a letter.
    ASK_AGAIN = (Purpose.REMINDER, Purpose.FINAL)

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="templates")
    name = models.CharField(max_length=120)
    purpose = models.CharField(max_length=20, choices=Purpose.choices, default=Purpose.FIRST)
    response_form = models.BooleanField(
        "a response form as last page", default=False, help_text="To answer demand by demand."
    )
    cover_sheet = models.BooleanField(
        "a cover sheet before the letter",
        default=False,
        help_text="To whom, by which way, what is enclosed, and on how many sheets.",
    )

    class Meta:
        ordering = ["campaign", "name"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "name"], name="template_name_once"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("letters:template", args=[self.pk])

    @property
    def confirms_an_extension(self) -> bool:
        """Whether its letters print, each for its recipient, until when time was given."""
        return self.purpose == self.Purpose.EXTENSION


class VersionIsFrozen(Exception):
    """A version that a mailing uses never changes; save the text as a new version."""


class LetterVersionQuerySet(models.QuerySet["LetterVersion"]):
    def update(self, **kwargs: Any) -> int:
        if set(kwargs) != {"frozen_at"}:
            raise VersionIsFrozen("Versions are changed one at a time, by their action.")
        return super().update(**kwargs)

    def delete(self) -> NoReturn:
        raise VersionIsFrozen("Versions of a letter are kept; none is deleted.")


class LetterVersion(models.Model):
    """One saved state of the text. Every save makes a new one; a used one is frozen.

    `body` is Markdown with merge tags of `letters.merge.language`; `subject` is one line
    with `{{ fields }}`; `enclosures` is one per line.
    """

    template = models.ForeignKey(LetterTemplate, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    subject = models.CharField(max_length=300, help_text="The RE line.")
    body = models.TextField()
    closing = models.CharField(max_length=60, default="Sincerely,")
    label = models.CharField(
        max_length=120, blank=True, help_text="A line such as CONFIDENTIAL, if any."
    )
    enclosures = models.TextField(blank=True, help_text="One per line.")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    copied_from = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="copies",
        help_text="The version of another letter whose words this one began with.",
    )
    reason = models.CharField(max_length=300, blank=True, help_text="Why the text changed.")
    created_at = models.DateTimeField(auto_now_add=True)
    frozen_at = models.DateTimeField(null=True, blank=True)

    objects = LetterVersionQuerySet.as_manager()

    class Meta:
        ordering = ["template", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["template", "number"], name="version_number_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="versions_count_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.template.name}, version {self.number}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise VersionIsFrozen("A version is never edited; save the text as a new version.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise VersionIsFrozen("Versions of a letter are kept; none is deleted.")

    def unapproved_line(self) -> list["LetterVersion"]:
        """The versions that these words descend from, this one first.

        Each was saved upon the one before; the line goes back to the last version that a
        mailing was approved with, and through a copy into the letter it was copied from. A
        line saved again by a second person is still the first one's.
        """
        approved = self.template.versions.filter(
            mailings__approved_by__isnull=False, number__lt=self.number
        )
        since = approved.order_by("-number").values_list("number", flat=True).first() or 0
        line = list(
            self.template.versions.filter(number__gt=since, number__lte=self.number)
            .select_related("copied_from__template")
            .order_by("-number")
        )
        source = line[-1].copied_from
        if source and not source.mailings.filter(approved_by__isnull=False).exists():
            line += source.unapproved_line()
        return line

    @property
    def prints_own_text(self) -> bool:
        """Whether the text prints what one recipient alone reads, or asks whether there is such."""
        return self.mentions("own_text")

    @property
    def asks_for_an_answer(self) -> bool:
        """Whether a letter of this text prints a deadline, in the panel or in its words.

        A panel that only some of its letters leave out is printed by the others, and counts.
        """
        if self.mentions("deadline") or self.mentions("deadline_date"):
            return True
        depth = 0
        for keyword in _KEYWORD.findall(self.body):
            if keyword == "no_response" and not depth:
                return False
            depth += _DEEPER.get(keyword, 0)
        return True

    def mentions(self, name: str) -> bool:
        """Whether a tag of the text names a field or block."""
        return re.search(rf"\{{[%{{][^}}]*\b{name}\b", self.body) is not None
