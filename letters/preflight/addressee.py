"""Checks of the person or office to whom a letter goes."""

import datetime
from collections.abc import Iterator

from campaigns.models import Contact
from campaigns.placeholders import names_nobody, titles_nothing
from letters.merge.salutation import NOBODY, RANKS
from letters.models import Letter, Mailing
from letters.preflight.check import (
    AMBER,
    NOTE,
    RED,
    Batch,
    Check,
    Family,
    LetterCheck,
    MailingCheck,
    Mend,
    Said,
)

# Chief administrators change office every few years; a directory is a year or two behind.
VERIFIED_WITHIN = datetime.timedelta(days=365)


def _nobody(letter: Letter, batch: Batch) -> Iterator[str | Said]:
    addressee = letter.addressee
    if not addressee.display_name and not addressee.display_title:
        yield f"{letter.recipient} has no addressee: neither a name nor a title is known."


def _no_name(letter: Letter, batch: Batch) -> Iterator[str | Said]:
    addressee = letter.addressee
    if addressee.display_title and not addressee.display_name:
        yield (
            f"No name is known at {letter.recipient}; the letter greets the office, "
            f"“{addressee.display_title}”."
        )


def _names_nobody(letter: Letter, batch: Batch) -> Iterator[str | Said]:
    addressee = letter.addressee
    for written, nothing in (
        (addressee.display_name, names_nobody),
        (addressee.display_title, titles_nothing),
    ):
        if nothing(written):
            yield (
                f"The letter to {letter.recipient} would print “{written}” as name or title. "
                "Correct the contact, or say in the addressee to whom it goes."
            )


def _salutation(letter: Letter, batch: Batch) -> Iterator[str | Said]:
    greeted = letter.merge_data.get("salutation", "")
    name = letter.merge_data.get("addressee_name", "")
    if not name and not letter.merge_data.get("addressee_title"):
        return
    if greeted in ("", NOBODY):
        yield f"The letter to {letter.addressee} begins “Dear {NOBODY}:”."
    elif name and greeted in RANKS:
        yield Said(
            f"“{name}” is greeted by office, “Dear {greeted}:”, because the surname is in doubt.",
            NOTE,
        )


def _removed(letter: Letter, batch: Batch) -> Iterator[str | Said]:
    if letter.addressee.archived_at:
        yield f"The addressee at {letter.recipient} was removed."


def _contact_removed(letter: Letter, batch: Batch) -> Iterator[str | Said]:
    contact = letter.addressee.contact
    if contact and contact.archived_at and not letter.addressee.name:
        yield f"{contact} is no longer a contact."


def _unverified(letter: Letter, batch: Batch) -> Iterator[str | Said]:
    """Never is as bad as too long ago. What most letters have is amber once, for the mailing."""
    contact = _doubted(letter, batch)
    if contact is None:
        return
    severity = NOTE if _most_are_doubted(batch) else AMBER
    if contact.verified_on is None:
        yield Said(f"Nobody has verified {contact} yet.", severity)
    else:
        yield Said(
            f"{contact} was last verified on {contact.verified_on:%B %-d, %Y}, more than "
            f"{VERIFIED_WITHIN.days} days ago.",
            severity,
        )


def _unverified_of_all(mailing: Mailing, batch: Batch) -> Iterator[str | Said]:
    if not _most_are_doubted(batch):
        return
    doubted = [contact for letter in batch.letters if (contact := _doubted(letter, batch))]
    never = sum(1 for contact in doubted if contact.verified_on is None)
    yield (
        f"{len(doubted):,} of {len(batch.letters):,} letters go to a contact whom nobody has "
        f"verified within {VERIFIED_WITHIN.days} days; {never:,} of them were never verified."
    )


def _doubted(letter: Letter, batch: Batch) -> Contact | None:
    """The contact to whom the letter goes, where nobody verified it lately."""
    contact = letter.addressee.contact
    if contact is None or contact.archived_at or letter.addressee.name:
        return None
    seen = contact.verified_on
    return contact if seen is None or batch.today - seen > VERIFIED_WITHIN else None


def _most_are_doubted(batch: Batch) -> bool:
    if batch.mostly_doubted is None:
        doubted = sum(1 for letter in batch.letters if _doubted(letter, batch))
        batch.mostly_doubted = doubted * 2 > len(batch.letters)
    return batch.mostly_doubted


CHECKS: tuple[LetterCheck, ...] = (
    Check(
        code="no-addressee",
        family=Family.ADDRESSEE,
        severity=RED,
        title="No addressee",
        looks="Whether a name or a title of the addressee is known.",
        passes="Somebody is addressed.",
        mend=Mend.ADDRESSEES,
        look=_nobody,
    ),
    Check(
        code="no-name",
        family=Family.ADDRESSEE,
        severity=AMBER,
        title="Office without a name",
        looks="Whether the addressee has a name besides a title.",
        passes="The addressee has a name.",
        mend=Mend.ADDRESSEES,
        look=_no_name,
    ),
    Check(
        code="names-nobody",
        family=Family.ADDRESSEE,
        severity=RED,
        title="A word for nobody",
        looks="Whether “TBD”, “Vacant” or the like stands where a name or title belongs.",
        passes="Name and title are a name and a title.",
        mend=Mend.CONTACT,
        look=_names_nobody,
    ),
    Check(
        code="salutation",
        family=Family.ADDRESSEE,
        severity=AMBER,
        title="Greets nobody by name",
        looks="Whether the salutation had to fall back on “Dear Sir or Madam”, or on an office.",
        passes="The salutation is certain.",
        mend=Mend.ADDRESSEES,
        look=_salutation,
    ),
    Check(
        code="archived",
        family=Family.ADDRESSEE,
        severity=RED,
        title="Addressee removed",
        looks="Whether the addressee was removed from the recipient.",
        passes="The addressee stands.",
        mend=Mend.ADDRESSEES,
        look=_removed,
    ),
    Check(
        code="contact-archived",
        family=Family.ADDRESSEE,
        severity=RED,
        title="Contact removed",
        looks="Whether the directory still has the contact.",
        passes="The directory has the contact.",
        mend=Mend.ADDRESSEES,
        look=_contact_removed,
    ),
    Check(
        code="contact-unverified",
        family=Family.ADDRESSEE,
        severity=AMBER,
        title="Contact not verified",
        looks=f"Whether somebody verified the contact within {VERIFIED_WITHIN.days} days. Where "
        "nobody did for most letters, it is a note here and amber once, for the mailing.",
        passes="The contact was verified lately.",
        mend=Mend.CONTACT,
        look=_unverified,
    ),
)

MAILING_CHECKS: tuple[MailingCheck, ...] = (
    Check(
        code="contacts-unverified",
        family=Family.CAMPAIGN,
        severity=AMBER,
        title="Contacts not verified",
        looks=f"For how many letters nobody verified the contact within {VERIFIED_WITHIN.days} "
        "days, where it is most of them.",
        passes="Most contacts were verified lately.",
        mend=Mend.CAMPAIGN,
        look=_unverified_of_all,
        reads_letters=True,
    ),
)
