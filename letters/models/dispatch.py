"""Dispatches: one letter, one channel, one attempt. And the print packs they leave in."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from letters.models.letter import Letter
from letters.models.mailing import Mailing

# As many as a printer's feeder and a person's patience take at a time.
ENVELOPES_AT_ONCE = 100


class PrintPack(models.Model):
    """One PDF in posting order, each letter on its own sheet, and its manifest.

    Making a pack posts nothing; the clerk marks it as posted.
    """

    mailing = models.ForeignKey(Mailing, on_delete=models.PROTECT, related_name="packs")
    pdf_sha256 = models.CharField(max_length=64)
    manifest_sha256 = models.CharField(max_length=64)
    letter_count = models.PositiveIntegerField()
    sheet_count = models.PositiveIntegerField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    made_at = models.DateTimeField(auto_now_add=True)
    posted_on = models.DateField(null=True, blank=True)
    posted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(posted_on=None, posted_by=None)
                | Q(posted_on__isnull=False, posted_by__isnull=False),
                name="pack_posted_by_someone_on_a_day",
            ),
        ]

    def __str__(self) -> str:
        return f"Print pack {self.pk}: {self.letter_count} letters"

    @property
    def envelope_lots(self) -> range:
        """The numbers of the lots in which its envelopes are printed."""
        return range(1, -(-self.letter_count // ENVELOPES_AT_ONCE) + 1)


class Dispatch(models.Model):
    """One letter, one channel, one attempt. Resending is a new row by a named person.

    `message_id` is stored before the first byte leaves, so that a crash in between is
    settled by looking the message up, never by sending it again.
    """

    class Channel(models.TextChoices):
        POST = "post", "Certified mail"
        EMAIL = "email", "E-mail"

    class Status(models.TextChoices):
        QUEUED = "queued", "Queued"
        CLAIMED = "claimed", "Being sent"
        SENT = "sent", "Sent"
        DELIVERED = "delivered", "Delivered"
        RETURNED = "returned", "Returned"
        REFUSED = "refused", "Refused"
        BOUNCED = "bounced", "Bounced"
        FAILED = "failed", "Failed"
        UNKNOWN = "unknown", "Not known whether it left"
        HELD = "held", "Held"
        CANCELLED = "cancelled", "Cancelled"

    # While one of these stands, a second dispatch by the same channel would send twice.
    LIVE = ("queued", "claimed", "sent", "delivered", "unknown", "held")
    # It came to nothing, so a person may send the letter again by the same way.
    ENDED = ("returned", "refused", "bounced", "failed")
    # It left the house, whatever became of it afterwards.
    LEFT = ("sent", "delivered", "returned", "refused", "bounced")
    # It left and did not come back: who refuses a letter has been reached by it.
    ARRIVING = ("sent", "delivered", "refused")

    letter = models.ForeignKey(Letter, on_delete=models.PROTECT, related_name="dispatches")
    channel = models.CharField(max_length=10, choices=Channel.choices)
    attempt = models.PositiveSmallIntegerField(default=1)
    status = models.CharField(max_length=20, choices=Status.choices, default=Status.QUEUED)
    reason = models.CharField(max_length=500, blank=True, help_text="Why it was sent again.")
    detail = models.TextField(blank=True, help_text="What the carrier or the mail server said.")
    pack = models.ForeignKey(
        PrintPack, on_delete=models.PROTECT, null=True, blank=True, related_name="dispatches"
    )
    to_address = models.CharField(max_length=320, blank=True, help_text="The e-mail address.")
    message_id = models.CharField(max_length=200, blank=True)
    tracking_number = models.CharField(max_length=40, blank=True)
    queued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    queued_at = models.DateTimeField(auto_now_add=True)
    claimed_at = models.DateTimeField(null=True, blank=True)
    claim = models.CharField(max_length=36, blank=True)
    offered_at = models.DateTimeField(
        null=True, blank=True, help_text="Written just before the first byte of the message."
    )
    tries = models.PositiveSmallIntegerField(default=0, help_text="Times it was claimed.")
    retry_at = models.DateTimeField(
        null=True, blank=True, help_text="Not before this, after a server that was not ready."
    )
    sent_at = models.DateTimeField(null=True, blank=True)
    arrived_on = models.DateField(
        null=True, blank=True, help_text="The day it was delivered, refused or returned."
    )

    class Meta:
        ordering = ["letter", "channel", "attempt"]
        verbose_name_plural = "dispatches"
        indexes = [models.Index(fields=["status", "channel"])]
        constraints = [
            models.UniqueConstraint(
                fields=["letter", "channel", "attempt"], name="dispatch_attempt_once"
            ),
            models.UniqueConstraint(
                fields=["letter", "channel"],
                condition=Q(
                    status__in=["queued", "claimed", "sent", "delivered", "unknown", "held"]
                ),
                name="one_live_dispatch_per_letter_and_channel",
            ),
            models.UniqueConstraint(
                fields=["tracking_number"],
                # A cancelled piece was never posted; its label goes with the next pack.
                condition=~Q(tracking_number="") & ~Q(status="cancelled"),
                name="tracking_number_once",
            ),
            models.UniqueConstraint(
                fields=["message_id"], condition=~Q(message_id=""), name="message_id_once"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["sent", "delivered", "returned", "refused", "bounced"])
                | Q(sent_at__isnull=False),
                name="what_was_sent_has_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.letter.reference} by {self.get_channel_display().lower()}"
