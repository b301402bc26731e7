"""Where what a check found is put right, and whether this person may do it there."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from campaigns.models import User
from letters.models import Letter, Mailing
from letters.preflight.check import Mend

# What it takes to change something there, and who has it.
_OF_DIRECTORY = ("campaigns.change_institution", "a manager, drafter or clerk")
_OF_TEXT = ("letters.change_lettertemplate", "a manager or drafter")
_OF_MAILING = ("letters.prepare_mailing", "a manager or drafter")
_TAKES = {
    Mend.ADDRESS: _OF_DIRECTORY,
    Mend.CONTACT: _OF_DIRECTORY,
    Mend.FACTS: _OF_DIRECTORY,
    Mend.STANDING: _OF_DIRECTORY,
    Mend.ADDRESSEES: ("campaigns.choose_recipients", "a manager"),
    Mend.RECIPIENT: ("campaigns.choose_recipients", "a manager"),
    Mend.SOURCED_FACTS: ("campaigns.change_sourcedfact", "a manager or drafter"),
    Mend.OWN_TEXT: _OF_TEXT,
    Mend.LETTER: _OF_MAILING,
    Mend.TEXT: _OF_TEXT,
    Mend.MAILING: _OF_MAILING,
    Mend.CAMPAIGN: ("campaigns.change_campaign", "a manager"),
    Mend.GROUNDS: ("campaigns.change_ground", "a manager, drafter or counsel"),
    Mend.VERIFICATION: ("campaigns.verify_ground", "counsel, who verifies it"),
    Mend.SENDER: ("letters.change_letterhead", "a manager or drafter"),
}


@dataclass(frozen=True)
class Mending:
    """A page, with the way back in its address, and whose business it is."""

    address: str
    may: bool
    who: str


def mending(
    mend: Mend, user: User, mailing: Mailing, letter: Letter | None = None, back: str = ""
) -> Mending:
    """`back` is the page to which the person returns from there."""
    own = letter is not None and _is_of_addressee(mend, letter)
    permission, who = _TAKES[Mend.ADDRESSEES if own else mend]
    address = _of_letter(mend, letter, mailing) if letter else _of_mailing(mend, mailing)
    page, mark, place = address.partition("#")
    if back:
        page += f"{'&' if '?' in page else '?'}{urlencode({'next': back})}"
    return Mending(page + mark + place, user.has_perm(permission), who)


def _is_of_addressee(mend: Mend, letter: Letter) -> bool:
    """Whether the campaign's own addressee holds what the directory holds elsewhere."""
    addressee = letter.addressee
    if mend is Mend.CONTACT:
        return not addressee.contact_id or bool(addressee.name)
    return mend is Mend.ADDRESS and bool(addressee.street)


def _of_letter(mend: Mend, letter: Letter, mailing: Mailing) -> str:
    addressee, recipient = letter.addressee, letter.recipient
    if mend is Mend.ADDRESS and addressee.street:
        return reverse("campaigns:addressee_edit", args=[addressee.pk])
    if mend is Mend.ADDRESS:
        return reverse("campaigns:institution_edit", args=[recipient.institution_id])
    if mend is Mend.CONTACT and addressee.contact_id and not addressee.name:
        return reverse("campaigns:contact_edit", args=[addressee.contact_id])
    if mend in (Mend.CONTACT, Mend.ADDRESSEES) and not addressee.archived_at:
        return reverse("campaigns:addressee_edit", args=[addressee.pk])
    if mend in (Mend.CONTACT, Mend.ADDRESSEES):
        return reverse("campaigns:addressees", args=[recipient.pk])
    if mend is Mend.FACTS:
        return f"{recipient.institution.get_absolute_url()}#facts"
    if mend is Mend.STANDING:
        return recipient.institution.get_absolute_url()
    if mend is Mend.RECIPIENT:
        return recipient.get_absolute_url()
    if mend is Mend.SOURCED_FACTS:
        return reverse("campaigns:recipient_facts", args=[recipient.pk])
    if mend is Mend.OWN_TEXT:
        return reverse("letters:own_text", args=[mailing.version.template_id, recipient.pk])
    if mend is Mend.LETTER:
        return letter.get_absolute_url()
    return _of_mailing(mend, mailing)


def _of_mailing(mend: Mend, mailing: Mailing) -> str:
    if mend in (Mend.GROUNDS, Mend.VERIFICATION):
        return reverse("campaigns:grounds")
    if mend is Mend.SENDER:
        return reverse("letters:sender", args=[mailing.campaign_id])
    if mend is Mend.TEXT:
        return reverse("letters:template", args=[mailing.version.template_id])
    if mend is Mend.CAMPAIGN:
        return reverse("campaigns:campaign", args=[mailing.campaign_id])
    return f"{mailing.get_absolute_url()}?step=check#change"
