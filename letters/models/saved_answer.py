"""An answer that its recipient has begun and not submitted, and the files attached to it."""

from django.db import models

from letters.models.letter import Letter


class SavedAnswer(models.Model):
    """What was typed so far, to be continued by whoever has the letter's code.

    It is no answer: nothing counts it, no page of staff shows it, and it is erased when the
    answer is submitted, forgotten or too old.
    """

    letter = models.OneToOneField(Letter, on_delete=models.PROTECT, related_name="saved_answer")
    content = models.TextField(help_text="The form's fields and files, as JSON.")
    saved_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"An answer to {self.letter} in progress"


class AttachedFile(models.Model):
    """A file attached to an answer that is not submitted yet.

    Its bytes are in the row and not among the stored files, which are kept for good: erasing
    the row erases them.
    """

    letter = models.ForeignKey(Letter, on_delete=models.PROTECT, related_name="attached_files")
    file_name = models.CharField(max_length=255)
    media_type = models.CharField(max_length=100)
    active = models.CharField(max_length=300, blank=True)
    content = models.BinaryField()
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.file_name
