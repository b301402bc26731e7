"""Responses: what came back, by whatever way, with its scans."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from campaigns.models import AnswerEntry, Channel, Recipient
from letters.models.letter import Letter


class ResponseQuerySet(models.QuerySet["Response"]):
    def not_answering(self) -> "ResponseQuerySet":
        """What came in and answers no demand."""
        return self.exclude(kind=Response.Kind.ANSWER)

    def receipt_to_set(self) -> "ResponseQuerySet":
        """Responses of the response page whose receipt is not set as PDF yet."""
        return self.filter(channel=Channel.PORTAL, receipt_pdf_sha256="", receipt_pdf_problem="")

    def unread(self) -> "ResponseQuerySet":
        """What no member of staff has read. What one recorded, that one has read."""
        return self.filter(read_at=None)

    def receipt_to_send(self) -> "ResponseQuerySet":
        """Responses whose receipt was asked for by e-mail and that no worker has taken up."""
        return self.exclude(respondent_email="").filter(
            channel=Channel.PORTAL, receipt_claimed_at=None
        )


class Response(models.Model):
    """What came back from a recipient. An answer answers some or all demands, nothing else does.

    What it says on each demand is an `AnswerEntry` of the campaign; a `ResponseItem` says
    where in this response that is written.
    """

    class Kind(models.TextChoices):
        """What it is. Only an answer has items; the others are filed and stop no clock."""

        ANSWER = "answer", "Answer"
        ACKNOWLEDGEMENT = "acknowledgement", "Acknowledgement or holding letter"
        AUTO_REPLY = "auto_reply", "Automatic reply"
        BOUNCE = "bounce", "Bounce"
        REQUEST = "request", "Request"

    # A machine wrote these, so that nobody can be named who did.
    BY_A_MACHINE = frozenset({Kind.AUTO_REPLY, Kind.BOUNCE})

    recipient = models.ForeignKey(Recipient, on_delete=models.PROTECT, related_name="responses")
    letter = models.ForeignKey(
        Letter, on_delete=models.PROTECT, null=True, blank=True, related_name="responses"
    )
    kind = models.CharField(max_length=20, choices=Kind.choices, default=Kind.ANSWER)
    channel = models.CharField(max_length=20, choices=Channel.choices)
    received_on = models.DateField()
    respondent_name = models.CharField(max_length=200, blank=True)
    respondent_title = models.CharField(max_length=200, blank=True)
    respondent_authority = models.CharField(max_length=300, blank=True)
    respondent_email = models.EmailField(blank=True)
    signed_as = models.CharField(
        max_length=200, blank=True, help_text="The name typed under the statement of authority."
    )
    from_inside = models.CharField(
        max_length=300,
        blank=True,
        help_text="Why it may come from the sender's own people and not from the institution.",
    )
    note = models.TextField(blank=True)
    receipt = models.CharField(max_length=40, unique=True, help_text="The receipt's number.")
    receipt_sha256 = models.CharField(
        max_length=64, help_text="The receipt's text, in which everything that was said is kept."
    )
    receipt_pdf_sha256 = models.CharField(max_length=64, blank=True)
    receipt_pdf_problem = models.CharField(
        max_length=300, blank=True, help_text="Why the receipt could not be set as PDF."
    )
    # At most once: a claim that was not followed by a sending is looked at, never repeated.
    receipt_claimed_at = models.DateTimeField(null=True, blank=True)
    receipt_sent_at = models.DateTimeField(null=True, blank=True)
    submission = models.CharField(
        max_length=36,
        blank=True,
        help_text="Drawn when the form was checked: pressing twice records once.",
    )
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    recorded_at = models.DateTimeField(auto_now_add=True)
    # One mark for the whole staff: what one of us has read is read.
    read_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    read_at = models.DateTimeField(null=True, blank=True)

    objects = ResponseQuerySet.as_manager()

    class Meta:
        ordering = ["-received_on", "-pk"]
        permissions = [("record_response", "Can record a response that came in")]
        constraints = [
            models.CheckConstraint(
                condition=Q(channel="portal", recorded_by=None)
                | (~Q(channel="portal") & Q(recorded_by__isnull=False)),
                name="staff_record_responses_from_elsewhere",
            ),
            models.CheckConstraint(
                condition=~Q(channel="portal") | Q(kind__in=["answer", "request"]),
                name="the_response_page_takes_answers_and_requests",
            ),
            models.CheckConstraint(
                condition=~Q(respondent_name="") | Q(kind__in=["auto_reply", "bounce"]),
                name="a_response_names_who_wrote_it",
            ),
            models.CheckConstraint(
                condition=Q(read_at=None, read_by=None)
                | Q(read_at__isnull=False, read_by__isnull=False),
                name="response_read_by_someone_at_a_time",
            ),
            models.UniqueConstraint(
                fields=["submission"], condition=~Q(submission=""), name="submission_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.respondent_name or self.get_kind_display()}, {self.received_on:%B %-d, %Y}"

    def get_absolute_url(self) -> str:
        return reverse("letters:response", args=[self.pk])

    @property
    def is_answer(self) -> bool:
        return self.kind == self.Kind.ANSWER


class ResponseItem(models.Model):
    """Where in a response one answer entry is said."""

    response = models.ForeignKey(Response, on_delete=models.PROTECT, related_name="items")
    entry = models.OneToOneField(
        AnswerEntry, on_delete=models.PROTECT, related_name="response_item"
    )
    quotation = models.TextField(blank=True)
    page = models.CharField(max_length=20, blank=True)

    class Meta:
        ordering = ["response", "pk"]

    def __str__(self) -> str:
        return str(self.entry)


class ResponseDocumentQuerySet(models.QuerySet["ResponseDocument"]):
    def unscanned(self) -> "ResponseDocumentQuerySet":
        return self.filter(scan=ResponseDocument.Scan.UNSCANNED)


class ResponseDocument(models.Model):
    """A file that came with a response; served only as an attachment, never inline.

    Where the house has a scanner, a file that it has not passed is held: staff see that it
    came, and do not get it.
    """

    class Scan(models.TextChoices):
        """What the scanner said. Only the scanner moves it, and only from the first."""

        UNSCANNED = "unscanned", "Not scanned yet"
        CLEAN = "clean", "No virus found"
        INFECTED = "infected", "Virus found"

    response = models.ForeignKey(Response, on_delete=models.PROTECT, related_name="documents")
    sha256 = models.CharField(max_length=64)
    file_name = models.CharField(max_length=255, help_text="As it was sent; never used as a path.")
    media_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField(help_text="Bytes.")
    active = models.CharField(
        max_length=300, blank=True, help_text="What it could do by itself, in plain words."
    )
    scan = models.CharField(max_length=20, choices=Scan.choices, default=Scan.UNSCANNED)
    scanned_at = models.DateTimeField(null=True, blank=True)
    scan_found = models.CharField(max_length=200, blank=True, help_text="The name of the virus.")

    objects = ResponseDocumentQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(scan="unscanned", scanned_at=None)
                | (~Q(scan="unscanned") & Q(scanned_at__isnull=False)),
                name="a_scanned_document_has_a_time",
            ),
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def is_held(self) -> bool:
        """Whether nobody is given the file now."""
        if self.scan == self.Scan.UNSCANNED:
            return bool(settings.CLAMD)
        return self.scan == self.Scan.INFECTED
