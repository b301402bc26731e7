"""Letters: one mailing x addressee, its frozen data and its bytes."""

import datetime

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone

from campaigns.models import Addressee, Answer, Contact, Recipient
from letters.models.mailing import Mailing
from letters.models.template import LetterTemplate


class LetterQuerySet(models.QuerySet["Letter"]):
    def standing(self) -> "LetterQuerySet":
        """Letters that still count: not void."""
        return self.exclude(status=Letter.Status.VOID)

    def writable(self) -> "LetterQuerySet":
        """Letters to those who may be written to today, whatever was so when they were sealed.

        Nobody is asked again who has answered everything since: a final notice that leaves days
        after the answer came says what is not so.
        """
        to_counsel = Q(  # `Addressee.is_counsel`, in the database
            addressee__contact__role__in=Contact.COUNSEL_ROLES,
            addressee__name="",
            addressee__email="",
        )
        unrepresented = Q(recipient__counsel_appeared_on=None)
        allowed = Q(recipient__direct_allowed_at__isnull=False)
        return self.filter(
            unrepresented | allowed | to_counsel,
            Q(addressee__contact=None) | Q(addressee__contact__suppressed_at=None),
            recipient__withdrawn_at=None,
            recipient__institution__suppressed_at=None,
            recipient__institution__archived_at=None,
        ).exclude(self._asks_in_vain())

    def _asks_in_vain(self) -> Q:
        answers = Answer.objects.filter(recipient=OuterRef("recipient")).order_by()
        open_ = answers.to_ask_again(timezone.localdate())
        asks_again = Q(mailing__version__template__purpose__in=LetterTemplate.ASK_AGAIN)
        return asks_again & Q(Exists(answers), ~Exists(open_))  # of most letters the first is false

    def claimable(self, now: datetime.datetime) -> "LetterQuerySet":
        """Drafts that no worker holds, or whose worker's lease has run out."""
        return self.filter(status=Letter.Status.DRAFT).filter(
            Q(lease_until=None) | Q(lease_until__lt=now)
        )


class Letter(models.Model):
    """One letter to one addressee.

    `merge_data` holds the exact words, address and citations the letter is made from; a
    later edit of the institution cannot reach it. `reference` is made with the letter and
    never reused, also when the letter is void.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        RENDERED = "rendered", "Rendered"
        SEALED = "sealed", "Sealed"
        VOID = "void", "Left out"
        QUARANTINED = "quarantined", "Set aside"

    class Comparison(models.TextChoices):
        """Of a letter that shares a layout, with the same letter set by itself."""

        CHOSEN = "chosen", "To be compared"
        SAME = "same", "Compared: the same file"

    mailing = models.ForeignKey(Mailing, on_delete=models.PROTECT, related_name="letters")
    addressee = models.ForeignKey(Addressee, on_delete=models.PROTECT, related_name="letters")
    recipient = models.ForeignKey(Recipient, on_delete=models.PROTECT, related_name="letters")
    position = models.PositiveIntegerField(help_text="Posting order within the mailing.")
    reference = models.CharField(max_length=40, unique=True)
    status = models.CharField(max_length=20, choices=Status.choices, default=Status.DRAFT)
    status_reason = models.TextField(blank=True, help_text="Why it was left out or set aside.")
    # The ways out, frozen with the words: the sealed page prints them above the address.
    by_post = models.BooleanField("by certified mail", default=True)
    by_email = models.BooleanField("by e-mail", default=False)
    email = models.CharField(max_length=320, blank=True, help_text="Where the e-mail goes.")
    merge_data = models.JSONField(default=dict)
    input_sha256 = models.CharField(max_length=64, blank=True)
    pdf_sha256 = models.CharField(max_length=64, blank=True)
    page_count = models.PositiveSmallIntegerField(null=True, blank=True)
    # What the finished pages show (`letters.merge.measure`), and what the letter says besides
    # the names of its recipient, so that letters that read alike share it.
    measures = models.JSONField(null=True, blank=True)
    wording_sha256 = models.CharField(max_length=64, blank=True)
    # How it was set: by the layout of another letter, or by itself, and then why.
    set_by = models.CharField(max_length=12, blank=True, help_text="The layout that it shares.")
    set_alone = models.TextField(blank=True, help_text="Why it shares no layout.")
    comparison = models.CharField(max_length=6, choices=Comparison.choices, blank=True)
    rendered_at = models.DateTimeField(null=True, blank=True)
    sealed_at = models.DateTimeField(null=True, blank=True)
    changed_since = models.TextField(
        blank=True, help_text="What of its sources reads otherwise since it was sealed."
    )
    # The claim: counted before the work begins, so that a letter that kills its worker is
    # set aside after three tries instead of killing the next one for ever.
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    claim = models.CharField(max_length=36, blank=True)

    objects = LetterQuerySet.as_manager()

    class Meta:
        ordering = ["mailing", "position"]
        permissions = [("open_letter", "Can open letters, which hold their response codes")]
        indexes = [
            models.Index(fields=["mailing", "status"]),
            # By which workers find the next drafts without reading past those that are made.
            models.Index(
                fields=["mailing", "status", "attempts", "position"], name="next_letters_to_make"
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["mailing", "addressee"],
                condition=~Q(status="void"),
                name="one_letter_per_mailing_and_addressee",
            ),
            models.UniqueConstraint(fields=["mailing", "position"], name="one_letter_a_position"),
            models.CheckConstraint(
                condition=~Q(status__in=["rendered", "sealed"])
                | (~Q(pdf_sha256="") & Q(page_count__isnull=False)),
                name="a_rendered_letter_has_its_bytes",
            ),
            models.CheckConstraint(
                condition=~Q(status="sealed") | Q(sealed_at__isnull=False),
                name="a_sealed_letter_has_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["void", "quarantined"]) | ~Q(status_reason=""),
                name="a_letter_set_aside_says_why",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    def get_absolute_url(self) -> str:
        return reverse("letters:letter", args=[self.pk])

    @property
    def printed_deadline(self) -> datetime.datetime:
        """The mailing's, or in a letter that confirms more time the end of that time."""
        given = self.merge_data.get("deadline_at")
        return datetime.datetime.fromisoformat(given) if given else self.mailing.printed_deadline
