"""What came in and is not yet a response: e-mails and scans, as they came, held for a person."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from campaigns.models import AnswerEntry, Channel, Demand, Recipient
from letters.models.dispatch import Dispatch
from letters.models.letter import Letter
from letters.models.response import Response

EMAIL_TYPE = "message/rfc822"


class ReadFile(models.Model):
    """What a file from outside shows: the picture and the text of each page, by its hash.

    Made once in a process of its own; a picture can hold no script and no link.
    """

    sha256 = models.CharField(max_length=64, unique=True)
    pages = models.JSONField(default=list, help_text='For each page {"picture": hash, "text": …}.')
    left_out = models.PositiveIntegerField(default=0, help_text="Pages after the last one shown.")
    refused = models.CharField(max_length=300, blank=True, help_text="Why nothing can be shown.")
    read_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.sha256[:12]}: {len(self.pages)} pages"

    @property
    def texts(self) -> list[str]:
        return [page["text"] for page in self.pages]

    @property
    def has_text(self) -> bool:
        return any(text.strip() for text in self.texts)


class ScannedFileQuerySet(models.QuerySet["ScannedFile"]):
    def held(self, hashes: Iterable[str]) -> dict[str, str]:
        """Those of these files that nobody is given now: hash to the virus, or to nothing yet."""
        hashes = set(hashes) - {""}
        said = dict(self.filter(sha256__in=hashes).values_list("sha256", "found"))
        infected = {sha256: found for sha256, found in said.items() if found}
        not_yet = dict.fromkeys(hashes - said.keys(), "") if settings.CLAMD else {}
        return infected | not_yet


class ScannedFile(models.Model):
    """What the scanner said of a file of the inbox, by its hash. Only the scanner writes it, once.

    Where the house has a scanner, a file that it has not passed is held: staff see that it came,
    and neither get it nor record it before the scanner has looked.
    """

    sha256 = models.CharField(max_length=64, unique=True)
    found = models.CharField(
        max_length=200, blank=True, help_text="The name of the virus; empty where there is none."
    )
    scanned_at = models.DateTimeField()

    objects = ScannedFileQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.sha256[:12]}: {self.found or 'no virus found'}"


class IncomingQuerySet(models.QuerySet["Incoming"]):
    def waiting(self) -> "IncomingQuerySet":
        """What nobody has decided on. While one waits for a recipient, nothing goes out to it."""
        return self.filter(status=Incoming.Status.WAITING)

    def held(self) -> "IncomingQuerySet":
        """Waiting, and not known from whom: a person says so."""
        return self.waiting().filter(recipient=None)


class Incoming(models.Model):
    """One e-mail or scan. A person decides what it is; by itself it changes no answer.

    The bytes as they came are kept under `sha256`; all else is what was read from them.
    """

    class Status(models.TextChoices):
        WAITING = "waiting", "Waiting"
        RECORDED = "recorded", "Recorded"
        SET_ASIDE = "set_aside", "Set aside"

    status = models.CharField(max_length=20, choices=Status.choices, default=Status.WAITING)
    channel = models.CharField(
        max_length=20, choices=[(Channel.EMAIL, "E-mail"), (Channel.POST, "Post")]
    )
    received_on = models.DateField()
    sha256 = models.CharField(max_length=64, unique=True)
    file_name = models.CharField(max_length=255, help_text="As it was sent; never used as a path.")
    media_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField(help_text="Bytes.")

    message_id = models.CharField(max_length=500, blank=True, db_index=True)
    sender_name = models.CharField(max_length=200, blank=True)
    sender_email = models.CharField(max_length=320, blank=True)
    subject = models.CharField(max_length=500, blank=True)
    text = models.TextField(blank=True, help_text="What an e-mail says in its own words.")
    quoted = models.TextField(blank=True, help_text="What an e-mail repeats of earlier ones.")
    unreadable = models.CharField(max_length=300, blank=True)

    looks_like = models.CharField(
        max_length=20, choices=Response.Kind.choices, default=Response.Kind.ANSWER
    )
    looks_like_because = models.CharField(max_length=300, blank=True)
    bounced = models.ForeignKey(
        Dispatch, on_delete=models.PROTECT, null=True, blank=True, related_name="bounces"
    )
    bounce_is_final = models.BooleanField(default=False)

    recipient = models.ForeignKey(
        Recipient, on_delete=models.PROTECT, null=True, blank=True, related_name="incoming"
    )
    letter = models.ForeignKey(
        Letter, on_delete=models.PROTECT, null=True, blank=True, related_name="incoming"
    )
    matched_because = models.CharField(max_length=300, blank=True)
    # Whom it may be from, where that is not certain: [{"recipient": key, "because": sentence}].
    candidates = models.JSONField(default=list)

    # What it says without names, numbers and greetings; like texts share the first of them.
    wording = models.TextField(blank=True)
    alike = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="followers"
    )
    likeness = models.PositiveSmallIntegerField(default=0, help_text="Percent of the words.")

    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    read_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    read_at = models.DateTimeField(null=True, blank=True)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Empty where it came from the mailbox by itself.",
    )
    added_at = models.DateTimeField()
    response = models.OneToOneField(
        Response, on_delete=models.PROTECT, null=True, blank=True, related_name="incoming"
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decision = models.CharField(max_length=500, blank=True, help_text="Why it was set aside.")

    objects = IncomingQuerySet.as_manager()

    class Meta:
        ordering = ["-received_on", "-pk"]
        verbose_name_plural = "incoming"
        indexes = [models.Index(fields=["status", "-received_on"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(status="recorded", response__isnull=False)
                | (~Q(status="recorded") & Q(response=None)),
                name="what_was_recorded_is_a_response",
            ),
            models.CheckConstraint(
                condition=Q(status="waiting", decided_at=None, decided_by=None)
                | (~Q(status="waiting") & Q(decided_at__isnull=False, decided_by__isnull=False)),
                name="incoming_decided_by_someone_at_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(status="set_aside") | ~Q(decision=""),
                name="set_aside_with_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(read_at=None, read_by=None)
                | Q(read_at__isnull=False, read_by__isnull=False),
                name="incoming_read_by_someone_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return self.subject or self.file_name

    def get_absolute_url(self) -> str:
        return reverse("letters:incoming", args=[self.pk])

    @property
    def is_waiting(self) -> bool:
        return self.status == self.Status.WAITING

    @property
    def is_email(self) -> bool:
        return self.media_type == EMAIL_TYPE

    @property
    def sender(self) -> str:
        return self.sender_name or self.sender_email


class IncomingFile(models.Model):
    """A file that an e-mail carried, or the scan itself; a download only.

    One that is not a plain document or picture stays inside the e-mail alone, and says why.
    """

    incoming = models.ForeignKey(Incoming, on_delete=models.PROTECT, related_name="files")
    file_name = models.CharField(max_length=255, help_text="As it was sent; never used as a path.")
    media_type = models.CharField(max_length=100)
    sha256 = models.CharField(max_length=64, blank=True)
    size = models.PositiveIntegerField(help_text="Bytes.")
    active = models.CharField(
        max_length=300, blank=True, help_text="What it could do by itself, in plain words."
    )
    refused = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(sha256="") & ~Q(refused="") | ~Q(sha256="") & Q(refused=""),
                name="incoming_file_kept_or_refused",
            ),
        ]

    def __str__(self) -> str:
        return self.file_name


class CodingIsFinal(Exception):
    """A coding is never changed: it says what one person read before seeing what others did."""


class Coding(models.Model):
    """What one person reads in an incoming letter, before seeing what others read in it."""

    incoming = models.ForeignKey(Incoming, on_delete=models.PROTECT, related_name="codings")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="codings"
    )
    at = models.DateTimeField()
    kind = models.CharField(
        max_length=20, choices=Response.Kind.choices, default=Response.Kind.ANSWER
    )

    class Meta:
        ordering = ["incoming", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["incoming", "by"], name="one_coding_per_person_and_letter"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.incoming} as coded by {self.by}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise CodingIsFinal(CodingIsFinal.__doc__)
        super().save(*args, **kwargs)


class CodingItem(models.Model):
    """What one person reads on one demand; a demand without one is not answered in the letter."""

    coding = models.ForeignKey(Coding, on_delete=models.PROTECT, related_name="items")
    demand = models.ForeignKey(Demand, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(
        max_length=30, choices=AnswerEntry._meta.get_field("outcome").choices
    )
    text = models.TextField(blank=True)
    promised_on = models.DateField(null=True, blank=True)
    quotation = models.TextField(blank=True)
    page = models.CharField(max_length=20, blank=True)

    class Meta:
        ordering = ["coding", "demand__number"]
        constraints = [
            models.UniqueConstraint(fields=["coding", "demand"], name="coded_once_per_demand"),
        ]

    def __str__(self) -> str:
        return f"{self.coding}, demand {self.demand.number}: {self.get_outcome_display()}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise CodingIsFinal(CodingIsFinal.__doc__)
        super().save(*args, **kwargs)
