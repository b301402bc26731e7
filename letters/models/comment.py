"""What counsel says of single letters before deciding on a mailing."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from letters.models.letter import Letter


class LetterComment(models.Model):
    """A remark on one letter as it was rendered then; kept when the letter is made again."""

    letter = models.ForeignKey(Letter, on_delete=models.PROTECT, related_name="comments")
    text = models.TextField()
    sha256 = models.CharField(max_length=64, help_text="The bytes it speaks of.")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="comment_has_words"),
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def is_of_now(self) -> bool:
        """Whether the letter is still the one that was commented on."""
        return self.sha256 == self.letter.pdf_sha256
