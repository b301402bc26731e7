"""The codes that open a recipient's response page. Rows hold only their hashes."""

from django.db import models

from letters.models.letter import Letter


class PortalKey(models.Model):
    """One issue of the codes of one letter.

    The codes are derived from the server's portal key, the letter's reference and the issue
    number, so that a draft renders to the same bytes again; only hashes are stored.
    """

    letter = models.ForeignKey(Letter, on_delete=models.PROTECT, related_name="portal_keys")
    issue = models.PositiveSmallIntegerField(default=1)
    code_sha256 = models.CharField(max_length=64, unique=True)
    short_code_sha256 = models.CharField(max_length=64)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["letter", "-issue"]
        permissions = [("manage_portal_keys", "Can reissue and revoke response codes")]
        constraints = [
            models.UniqueConstraint(fields=["letter", "issue"], name="portal_key_issue_once"),
        ]

    def __str__(self) -> str:
        return f"Code {self.issue} of {self.letter.reference}"


class ShortCodeAttempt(models.Model):
    """A short code that did not open a letter; five an hour lock the reference."""

    reference = models.CharField(max_length=40)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["reference", "at"])]

    def __str__(self) -> str:
        return f"{self.reference} at {self.at}"
