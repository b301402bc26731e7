"""Where what a check found is put right, and whether this person may do it there."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from campaigns.models import User
from letters.models import Letter, Mailing
from letters.preflight.check import Mend

# What it takes to change something there, and who has it.
_TAKES = {
    Mend.ADDRESS: ("campaigns.change_institution", "a drafter or clerk"),
    Mend.CONTACT: ("campaigns.change_institution", "a drafter or clerk"),
    Mend.FACTS: ("campaigns.change_institution", "a drafter or clerk"),
    Mend.STANDING: ("campaigns.change_institution", "a drafter or clerk"),
    Mend.ADDRESSEES: ("campaigns.choose_recipients", "a manager"),
    Mend.RECIPIENT: ("campaigns.choose_recipients", "a manager"),
    Mend.LETTER: ("letters.prepare_mailing", "a drafter"),
    Mend.TEXT: ("letters.change_lettertemplate", "a drafter"),
    Mend.MAILING: ("letters.prepare_mailing", "a drafter"),
    Mend.CAMPAIGN: ("campaigns.change_campaign", "a manager"),
    Mend.GROUNDS: ("campaigns.change_ground", "a drafter or counsel"),
    Mend.SENDER: ("letters.change_letterhead", "a drafter"),
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
    permission, who = _TAKES[mend]
    address = _of_letter(mend, letter) if letter else _of_mailing(mend, mailing)
    page, mark, place = address.partition("#")
    if back:
        page += f"{'&' if '?' in page else '?'}{urlencode({'next': back})}"
    return Mending(page + mark + place, user.has_perm(permission), who)


def _of_letter(mend: Mend, letter: Letter) -> str:
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
    if mend is Mend.LETTER:
        return letter.get_absolute_url()
    return _of_mailing(mend, letter.mailing)


def _of_mailing(mend: Mend, mailing: Mailing) -> str:
    if mend is Mend.GROUNDS:
        return reverse("campaigns:grounds")
    if mend is Mend.SENDER:
        return reverse("letters:sender", args=[mailing.campaign_id])
    if mend is Mend.TEXT:
        return reverse("letters:template", args=[mailing.version.template_id])
    if mend is Mend.CAMPAIGN:
        return reverse("campaigns:campaign", args=[mailing.campaign_id])
    return f"{mailing.get_absolute_url()}?step=check#change"
