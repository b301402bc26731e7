"""In whose name, and with whose signature, a letter goes out."""

from django.db import models
from django.urls import reverse
from django.utils.functional import cached_property

from campaigns.models import Campaign


class Letterhead(models.Model):
    """The sender as printed at the top of page 1. Images are kept by SHA-256."""

    class Typeface(models.TextChoices):
        """The typefaces that ship with the program, as `letters.merge.typefaces` names them."""

        NOTO_SERIF = "noto-serif", "Noto Serif"
        LIBERATION_SERIF = "liberation-serif", "Liberation Serif, like Times"

    class Envelope(models.TextChoices):
        """Papers and envelopes, as `letters.merge.envelope` knows their measures."""

        NUMBER_10 = "10", "US Letter, #10 envelope without a window"
        NUMBER_10_SINGLE = "10-single", "US Letter, #10 envelope with one window"
        NUMBER_10_DOUBLE = "10-double", "US Letter, #10 envelope with two windows"
        DL = "dl", "A4, DL envelope without a window"
        DL_SINGLE = "dl-single", "A4, DL envelope with one window"

    class BlockStyle(models.TextChoices):
        """Where the parts of the letter begin."""

        FULL = "full", "Full block: everything at the left margin"
        MODIFIED = "modified", "Modified block: date and closing from the middle"
        SEMI = "semi", "Semi-block: the same, with indented paragraphs"

    name = models.CharField(max_length=120, unique=True, help_text="How staff call it.")
    organisation = models.CharField(max_length=200)
    street = models.CharField(max_length=200)
    street2 = models.CharField("second address line", max_length=200, blank=True)
    city = models.CharField(max_length=100)
    state = models.CharField(max_length=50)
    postal_code = models.CharField("ZIP or postal code", max_length=20)
    phone = models.CharField(max_length=40, blank=True)
    email = models.EmailField(blank=True)
    website = models.CharField(max_length=200, blank=True)
    side_column = models.TextField(
        blank=True, help_text="Counsel or board, one per line, beside the address."
    )
    typeface = models.CharField(
        max_length=30, choices=Typeface.choices, default=Typeface.NOTO_SERIF
    )
    block_style = models.CharField(
        max_length=10, choices=BlockStyle.choices, default=BlockStyle.FULL
    )
    envelope = models.CharField(
        "paper and envelope",
        max_length=20,
        choices=Envelope.choices,
        default=Envelope.NUMBER_10,
        help_text="A window shows the address of the letter itself, of four to six short lines.",
    )
    logo_sha256 = models.CharField(max_length=64, blank=True, editable=False)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("letters:letterhead", args=[self.pk])


class Signer(models.Model):
    """A person who signs letters on a letterhead."""

    letterhead = models.ForeignKey(Letterhead, on_delete=models.PROTECT, related_name="signers")
    name = models.CharField(max_length=200)
    title = models.CharField(max_length=200)
    organisation = models.CharField(max_length=200, blank=True)
    bar_number = models.CharField(max_length=100, blank=True)
    signature_sha256 = models.CharField(max_length=64, blank=True, editable=False)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["letterhead", "name"]

    def __str__(self) -> str:
        return f"{self.name}, {self.title}"


class Sender(models.Model):
    """Who sends the letters of one campaign."""

    campaign = models.OneToOneField(Campaign, on_delete=models.PROTECT, related_name="sender")
    letterhead = models.ForeignKey(Letterhead, on_delete=models.PROTECT, related_name="senders")
    signer = models.ForeignKey(Signer, on_delete=models.PROTECT, related_name="senders")

    def __str__(self) -> str:
        names = [self.signer.name, *(one.name for one in self.co_signers)]
        return f"{self.letterhead}, signed by {' and '.join(names)}"

    @cached_property
    def co_signers(self) -> list[Signer]:
        """Who signs beside the signer, in their order; read once for this instance."""
        signings = self.co_signings.select_related("signer__letterhead").order_by("position")
        return [signing.signer for signing in signings]


class CoSigning(models.Model):
    """A person who signs a campaign's letters beside the signer, in the order of `position`."""

    sender = models.ForeignKey(Sender, on_delete=models.CASCADE, related_name="co_signings")
    signer = models.ForeignKey(Signer, on_delete=models.PROTECT, related_name="co_signings")
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["sender", "position"]
        constraints = [
            models.UniqueConstraint(fields=["sender", "signer"], name="co_signer_once"),
            models.UniqueConstraint(fields=["sender", "position"], name="one_co_signer_a_position"),
        ]

    def __str__(self) -> str:
        return f"{self.signer} beside {self.sender.signer}"
