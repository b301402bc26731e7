"""Exhibits: documents that go out with every letter of one text."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from letters.models.template import LetterTemplate


class ExhibitQuerySet(models.QuerySet["Exhibit"]):
    def standing(self) -> "ExhibitQuerySet":
        """Those that new letters carry, in their order."""
        return self.filter(removed_at=None).order_by("pk")


class Exhibit(models.Model):
    """One document. It is printed from `pages`, pictures made when it was added; `sha256` is
    the file as it came. Which letter of the alphabet it gets follows from its place among
    those that stand.
    """

    template = models.ForeignKey(LetterTemplate, on_delete=models.PROTECT, related_name="exhibits")
    title = models.CharField(max_length=150, help_text="As the letter lists it.")
    file_name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    pages = models.JSONField(help_text="The SHA-256 of the picture of each page.")
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    added_at = models.DateTimeField(auto_now_add=True)
    removed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    removed_at = models.DateTimeField(null=True, blank=True)

    objects = ExhibitQuerySet.as_manager()

    class Meta:
        ordering = ["template", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(removed_at=None, removed_by=None)
                | Q(removed_at__isnull=False, removed_by__isnull=False),
                name="exhibit_removed_by_someone_at_a_time",
            )
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("letters:annexes", args=[self.template_id])
