"""What was seen at one recipient, each with its source, for its letter to state."""

from django.db import models
from django.db.models import Q

from campaigns.models.recipient import Recipient


class SourcedFact(models.Model):
    """One thing seen at one recipient: a program's page, a policy, a sentence of an article.

    Unlike a `Fact`, which is of a kind that a ground needs, it is in words, and a letter prints
    it: the words as they were found, where, and on which day. Letters keep their own copy.
    """

    recipient = models.ForeignKey(Recipient, on_delete=models.PROTECT, related_name="sourced_facts")
    programme = models.CharField(
        max_length=200, blank=True, help_text="The program, page or article that it is about."
    )
    quotation = models.TextField(help_text="The words as they were found.")
    source = models.CharField(max_length=500, help_text="The web address or document.")
    seen_on = models.DateField("day it was seen")
    exhibit = models.CharField(max_length=20, blank=True, help_text="For example A.")
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["recipient", "exhibit", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(source=""), name="sourced_fact_has_a_source"),
            models.CheckConstraint(condition=~Q(quotation=""), name="sourced_fact_says_something"),
        ]

    def __str__(self) -> str:
        return self.programme or self.quotation[:60]
