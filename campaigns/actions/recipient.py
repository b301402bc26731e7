"""Decisions on who is written to: choosing recipients, withdrawing them, taking them back."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import models, transaction
from django.utils import timezone

from campaigns import audit
from campaigns.actions import Refused, due_tasks
from campaigns.actions.campaign import locked
from campaigns.models import Addressee, Answer, Campaign, Contact, Institution, Recipient, User

# Who a letter goes to where nobody says otherwise. A dean answers for a school, a chief
# administrator for the whole; counsel and others are copied by hand, never guessed as "to".
PREFERRED_ROLES = (
    Contact.Role.DEAN,
    Contact.Role.CHIEF,
    Contact.Role.EDITOR,
    Contact.Role.PUBLISHER,
)
_BATCH = 500  # rows in one INSERT; SQLite binds about a thousand values at once


class ReasonMissing(Refused):
    """A withdrawal is kept with its reason."""


class Chosen(models.TextChoices):
    """What became of one institution that was to be a recipient."""

    ADDED = "added", "Added"
    ALREADY_IN = "already_in", "Already a recipient"
    WITHDRAWN = "withdrawn", "Withdrawn earlier"
    SUPPRESSED = "suppressed", "Not to be written to"
    ARCHIVED = "archived", "Archived"


@dataclass(frozen=True)
class Row:
    """The answer for one institution. `reason` is empty where it was added."""

    institution: Institution
    chosen: Chosen
    reason: str = ""


@dataclass(frozen=True)
class Choice:
    """The answer for every institution of one choice."""

    rows: tuple[Row, ...]

    @property
    def counts(self) -> dict[str, int]:
        counted = Counter(row.chosen.value for row in self.rows)
        return {verdict.value: counted[verdict.value] for verdict in Chosen}

    @property
    def added(self) -> list[Row]:
        return [row for row in self.rows if row.chosen == Chosen.ADDED]

    @property
    def skipped(self) -> list[Row]:
        return [row for row in self.rows if row.chosen != Chosen.ADDED]


@transaction.atomic
def choose(
    *,
    campaign: Campaign,
    institutions: Iterable[Institution],
    by: User,
    by_post: bool = True,
    by_email: bool = False,
) -> Choice:
    """Make each institution a recipient, with an unanswered answer to each demand and an addressee.

    Institutions that are in already, suppressed or archived are skipped, and the answer says
    which. `by_email` reaches only addressees whose e-mail address is known; the others go
    by post, and by e-mail alone only where post was not wanted.
    """
    campaign = locked(campaign)
    present = dict(campaign.recipients.values_list("institution_id", "withdrawn_reason"))
    choice = Choice(tuple(_judged(institution, present) for institution in institutions))
    recipients = Recipient.objects.bulk_create(
        (
            Recipient(campaign=campaign, institution=row.institution, chosen_by=by)
            for row in choice.added
        ),
        batch_size=_BATCH,
    )
    _ask_every_demand(campaign, recipients)
    _address(recipients, by_post=by_post, by_email=by_email)
    if choice.rows:
        audit.record(
            "recipients.chosen",
            subject=campaign,
            by=by,
            campaign=campaign,
            sentence=_sentence(choice),
            counts=choice.counts,
            institutions=[row.institution.pk for row in choice.added],
        )
    return choice


@transaction.atomic
def withdraw(*, recipient: Recipient, reason: str, by: User) -> Recipient:
    """Ask nothing more of a recipient. What was sent and answered stays on record."""
    campaign = locked(recipient.campaign)
    recipient = Recipient.objects.select_for_update().get(pk=recipient.pk)
    if not reason.strip():
        raise ReasonMissing("Say why the recipient is withdrawn; the reason stays on record.")
    if recipient.withdrawn_at:
        return recipient
    recipient.withdrawn_at, recipient.withdrawn_reason = timezone.now(), reason
    recipient.save(update_fields=["withdrawn_at", "withdrawn_reason"])
    audit.record(
        "recipient.withdrawn",
        subject=recipient,
        by=by,
        campaign=campaign,
        sentence=f"withdrew {recipient}: {reason}",
    )
    due_tasks.follow_answers(Recipient.objects.filter(pk=recipient.pk), now=timezone.now())
    return recipient


@transaction.atomic
def take_back(*, recipient: Recipient, by: User) -> Recipient:
    """Ask a withdrawn recipient again."""
    campaign = locked(recipient.campaign)
    recipient = Recipient.objects.select_for_update().get(pk=recipient.pk)
    if recipient.withdrawn_at is None:
        return recipient
    reason = recipient.withdrawn_reason
    recipient.withdrawn_at, recipient.withdrawn_reason = None, ""
    recipient.save(update_fields=["withdrawn_at", "withdrawn_reason"])
    audit.record(
        "recipient.taken_back",
        subject=recipient,
        by=by,
        campaign=campaign,
        sentence=f"took {recipient} back into the campaign.",
        withdrawn_reason=reason,
    )
    due_tasks.follow_answers(Recipient.objects.filter(pk=recipient.pk), now=timezone.now())
    return recipient


def _judged(institution: Institution, present: dict[int, str]) -> Row:
    if institution.pk in present:
        if reason := present[institution.pk]:
            return Row(institution, Chosen.WITHDRAWN, f"Withdrawn earlier: {reason}")
        return Row(institution, Chosen.ALREADY_IN, "Already a recipient of this campaign.")
    if institution.suppressed_at:
        return Row(institution, Chosen.SUPPRESSED, institution.suppressed_reason)
    if institution.archived_at:
        return Row(institution, Chosen.ARCHIVED, "Archived in the directory.")
    return Row(institution, Chosen.ADDED)


def _ask_every_demand(campaign: Campaign, recipients: list[Recipient]) -> None:
    demands = list(campaign.demands.all())
    Answer.objects.bulk_create(
        (
            Answer(recipient=recipient, demand=demand)
            for recipient in recipients
            for demand in demands
        ),
        batch_size=_BATCH,
    )


def _address(recipients: list[Recipient], *, by_post: bool, by_email: bool) -> None:
    """One addressee each. Without a known contact it stays empty, and preflight reports it."""
    best = _best_contacts([recipient.institution_id for recipient in recipients])
    addressees = []
    for recipient in recipients:
        contact = best.get(recipient.institution_id)
        reachable = by_email and (not by_post or bool(contact and contact.email))
        addressees.append(
            Addressee(
                recipient=recipient,
                contact=contact,
                by_post=by_post or not by_email,
                by_email=reachable,
            )
        )
    Addressee.objects.bulk_create(addressees, batch_size=_BATCH)


def _best_contacts(institution_pks: list[int]) -> dict[int, Contact]:
    best: dict[int, Contact] = {}
    for start in range(0, len(institution_pks), _BATCH):
        contacts = Contact.objects.filter(
            institution__in=institution_pks[start : start + _BATCH],
            role__in=PREFERRED_ROLES,
            archived_at=None,
            suppressed_at=None,
        )
        for contact in sorted(contacts, key=_preference, reverse=True):
            best[contact.institution_id] = contact
    return best


def _preference(contact: Contact) -> tuple[int, bool, int]:
    """The lowest is the best: by role, then a named person before an office, then the first."""
    return PREFERRED_ROLES.index(Contact.Role(contact.role)), not contact.name, contact.pk


def _sentence(choice: Choice) -> str:
    counts = choice.counts
    skipped = ", ".join(
        f"{count:,} {Chosen(verdict).label.lower()}"
        for verdict, count in counts.items()
        if count and verdict != Chosen.ADDED
    )
    added = counts[Chosen.ADDED]
    noun = "recipient" if added == 1 else "recipients"
    return f"added {added:,} {noun}" + (f"; skipped {skipped}." if skipped else ".")
