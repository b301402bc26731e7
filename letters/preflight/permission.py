"""Checks of whether a recipient may be written to at all, and through whom."""

from collections.abc import Iterator

from campaigns.text import fold
from letters.models import Letter
from letters.preflight.check import AMBER, NOTE, RED, Batch, Check, Family, LetterCheck, Mend, Said


def _suppressed(letter: Letter, batch: Batch) -> Iterator[str | Said]:
    institution = letter.recipient.institution
    if institution.suppressed_at:
        yield f"{institution} is not to be written to: {institution.suppressed_reason}"


def _archived(letter: Letter, batch: Batch) -> Iterator[str | Said]:
    if letter.recipient.institution.archived_at:
        yield f"{letter.recipient.institution} is archived."


def _withdrawn(letter: Letter, batch: Batch) -> Iterator[str | Said]:
    recipient = letter.recipient
    if recipient.withdrawn_at:
        yield f"{recipient} was withdrawn from the campaign: {recipient.withdrawn_reason}"


def _contact_suppressed(letter: Letter, batch: Batch) -> Iterator[str | Said]:
    contact = letter.addressee.contact
    if contact and contact.suppressed_at:
        yield f"{contact} is not to be written to: {contact.suppressed_reason}"


def _like_suppressed(letter: Letter, batch: Batch) -> Iterator[str | Said]:
    """The same person again, typed by hand or as a second contact."""
    addressee, institution = letter.addressee, letter.recipient.institution
    name, email = fold(addressee.display_name), addressee.display_email.casefold()
    for pk in (institution.pk, institution.parent_id):
        for contact in batch.suppressed.get(pk, ()) if pk else ():
            same_name = name and name == fold(contact.name)
            same_email = email and email == contact.email.casefold()
            if contact.pk != addressee.contact_id and (same_name or same_email):
                yield (
                    f"{addressee} has the {'name' if same_name else 'e-mail address'} of "
                    f"{contact}, who is not to be written to ({contact.suppressed_reason}). "
                    "Choose another addressee if it is the same person."
                )


def _near_suppressed(letter: Letter, batch: Batch) -> Iterator[str | Said]:
    """The university above, which the address names, or the same one twice in the directory."""
    institution = letter.recipient.institution
    if institution.suppressed_at:
        return
    suppressed = batch.suppressed_institutions
    if above := suppressed.get(institution.parent_id or 0):
        yield (
            f"{institution} belongs to {above}, which is not to be written to "
            f"({above.suppressed_reason}). Leave the letter out unless that was meant otherwise."
        )
    if twin := suppressed.get((fold(institution.name), institution.state)):
        yield (
            f"Another institution of this name and state is not to be written to "
            f"({twin.suppressed_reason}). Leave the letter out if it is the same one."
        )


def _near_represented(letter: Letter, batch: Batch) -> Iterator[str | Said]:
    """Who speaks for a university may speak for its school, and in the next campaign too."""
    recipient, institution = letter.recipient, letter.recipient.institution
    if recipient.counsel_appeared_on:
        return
    near = {
        one.pk: one
        for pk in (institution.pk, institution.parent_id)
        for one in batch.represented.get(pk or 0, ())
        if pk == institution.pk or one.institution_id == pk
    }
    for one in near.values() if near and not letter.addressee.is_counsel else ():
        where = "" if one.campaign_id == recipient.campaign_id else f" in “{one.campaign}”"
        yield (
            f"Counsel appeared for {one} on {one.counsel_appeared_on:%B %-d, %Y}{where}. Find out "
            f"whether counsel speaks for {recipient} in this matter too, and record it, or say why "
            "not."
        )


def _represented(letter: Letter, batch: Batch) -> Iterator[str | Said]:
    recipient = letter.recipient
    since = recipient.counsel_appeared_on
    if since is None or letter.addressee.is_counsel:
        return
    who = f"Counsel appeared for {recipient} on {since:%B %-d, %Y}"
    if recipient.direct_allowed_at:
        yield Said(
            f"{who}; {recipient.direct_allowed_by} allowed letters to others all the same: "
            f"{recipient.direct_allowed_reason}",
            NOTE,
        )
        return
    yield (
        f"{who}, and this letter goes to {letter.addressee}. {_way_to_counsel(letter, batch)}, or "
        "ask an approver to allow it with a reason."
    )


def _way_to_counsel(letter: Letter, batch: Batch) -> str:
    if letter.status == Letter.Status.SEALED:
        return "Void it, make it anew, and the new letter goes to counsel"
    if letter.recipient_id in batch.with_counsel:
        return "Check again: the letter then goes to counsel. Or leave it out"
    return "Make counsel the addressee and check again, leave the letter out"


CHECKS: tuple[LetterCheck, ...] = (
    Check(
        code="suppressed",
        family=Family.PERMISSION,
        severity=RED,
        title="Not to be written to",
        looks="Whether the institution was marked as not to be written to.",
        passes="The institution may be written to.",
        mend=Mend.STANDING,
        look=_suppressed,
    ),
    Check(
        code="contact-suppressed",
        family=Family.PERMISSION,
        severity=RED,
        title="Person not to be written to",
        looks="Whether the person or office was marked as not to be written to.",
        passes="The person may be written to.",
        mend=Mend.ADDRESSEES,
        look=_contact_suppressed,
    ),
    Check(
        code="like-suppressed",
        family=Family.PERMISSION,
        severity=AMBER,
        title="Like one not to be written to",
        looks="Whether the addressee has the name or the e-mail address of somebody at the "
        "institution, or at the one above it, who was marked as not to be written to.",
        passes="The addressee is like nobody who is not to be written to.",
        mend=Mend.ADDRESSEES,
        look=_like_suppressed,
    ),
    Check(
        code="near-suppressed",
        family=Family.PERMISSION,
        severity=AMBER,
        title="Near one not to be written to",
        looks="Whether the institution belongs to one that was marked as not to be written to, or "
        "has the name and state of one.",
        passes="It belongs to none that is not to be written to, and is like none.",
        mend=Mend.STANDING,
        look=_near_suppressed,
        needs_reason=True,
    ),
    Check(
        code="institution-archived",
        family=Family.PERMISSION,
        severity=RED,
        title="Institution archived",
        looks="Whether the directory still has the institution.",
        passes="The directory has the institution.",
        mend=Mend.STANDING,
        look=_archived,
    ),
    Check(
        code="withdrawn",
        family=Family.PERMISSION,
        severity=RED,
        title="Withdrawn",
        looks="Whether the recipient was withdrawn from the campaign.",
        passes="The recipient is asked.",
        mend=Mend.ADDRESSEES,
        look=_withdrawn,
    ),
    Check(
        code="represented",
        family=Family.PERMISSION,
        severity=RED,
        title="Represented by counsel",
        looks="Whether counsel has appeared for the recipient, and the letter goes to somebody "
        "else (Model Rule 4.2).",
        passes="No counsel has appeared, or the letter goes to counsel.",
        mend=Mend.RECIPIENT,
        look=_represented,
    ),
    Check(
        code="near-represented",
        family=Family.PERMISSION,
        severity=AMBER,
        title="Represented nearby",
        looks="Whether counsel has appeared for the institution in another campaign, or for the "
        "one above or below it.",
        passes="No counsel has appeared for it elsewhere, nor for one above or below it.",
        mend=Mend.RECIPIENT,
        look=_near_represented,
        needs_reason=True,
    ),
)
