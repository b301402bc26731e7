"""The clause library: paragraphs that many letters share."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.urls import reverse


class Clause(models.Model):
    """A paragraph for letters, kept by its name.

    It is put into a letter as text: a version stands on its own, so that a clause which is
    changed later cannot reach a letter that was approved. `text` is Markdown with merge tags;
    `key` names the clause of the program that it came from.
    """

    name = models.CharField(max_length=120)
    use = models.CharField(max_length=300, blank=True, help_text="When to put it into a letter.")
    text = models.TextField()
    key = models.SlugField(max_length=60, null=True, blank=True, unique=True, editable=False)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    changed_at = models.DateTimeField()
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(Lower("name"), name="clause_name_once"),
            models.CheckConstraint(condition=~Q(text=""), name="clause_has_a_text"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("letters:clause", args=[self.pk])
