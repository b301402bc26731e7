"""Attempts to sign in that were not right, kept for a quarter of an hour."""

from django.db import models


class SignInTry(models.Model):
    """A name and password that opened nothing, or that are just being judged.

    The name is kept as a hash only: people type their password into the wrong field.
    """

    name_sha256 = models.CharField(max_length=64)
    address = models.CharField(max_length=50, help_text="An IPv4 address, or an IPv6 network.")
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["address", "at"]), models.Index(fields=["at"])]

    def __str__(self) -> str:
        return f"from {self.address} at {self.at}"
