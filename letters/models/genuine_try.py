"""Questions whether a letter is genuine, counted for an hour."""

from django.db import models


class GenuineTry(models.Model):
    """One question from one address. Neither reference nor file of it is kept."""

    address = models.CharField(max_length=50, help_text="An IPv4 address, or an IPv6 network.")
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["address", "at"]), models.Index(fields=["at"])]

    def __str__(self) -> str:
        return f"from {self.address} at {self.at}"
