"""What a letter says to one recipient alone."""

from django.conf import settings
from django.db import models

from campaigns.models import Recipient
from letters.models.template import LetterTemplate


class OwnText(models.Model):
    """The recipient's own paragraphs in one letter, printed where its text has {% own_text %}.

    Markdown with merge tags, as all letters are. Empty where it was taken away again; what it
    said is in the audit log. A mailing names every letter that has one, for counsel to read.
    """

    template = models.ForeignKey(LetterTemplate, on_delete=models.PROTECT, related_name="own_texts")
    recipient = models.ForeignKey(Recipient, on_delete=models.PROTECT, related_name="own_texts")
    text = models.TextField(blank=True)
    reason = models.CharField(max_length=300, help_text="Why this recipient reads something else.")
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["template", "recipient"]
        constraints = [
            models.UniqueConstraint(
                fields=["template", "recipient"], name="own_text_once_per_letter_and_recipient"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.template.name} to {self.recipient}"
