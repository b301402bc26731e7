"""Putting an address or a name right from the list of letters: saved, taken in, checked again."""

from dataclasses import dataclass, fields, replace

from django.db import transaction
from django.db.models import Q, QuerySet

from campaigns.actions import addressee as addressees
from campaigns.actions import institution as institutions
from campaigns.actions.campaign import locked
from campaigns.models import Institution, User
from letters.actions import mailing
from letters.models import Letter


@dataclass(frozen=True)
class Place:
    """Where an institution is, and where that was published."""

    street: str
    street2: str
    city: str
    state: str
    postal_code: str
    country: str
    address_source: str


@transaction.atomic
def place(*, letter: Letter, place: Place, by: User) -> int:
    """Change where the institution is; returns how much is red in its letters then.

    The campaign is held first, as wherever a letter's data is decided on.
    """
    locked(letter.mailing.campaign)
    found = Institution.objects.select_for_update().get(pk=letter.recipient.institution_id)
    changed = {field.name: getattr(place, field.name) for field in fields(place)}
    details = replace(institutions.details_of(found), **changed)
    institutions.change(institution=found, details=details, by=by)
    return _checked_again(letter, by)


@transaction.atomic
def person(*, letter: Letter, name: str, title: str, by: User) -> int:
    """Change who is addressed: the contact, or what this campaign's addressee says instead."""
    locked(letter.mailing.campaign)
    addressee = letter.addressee
    if is_of_contact(letter) and addressee.contact:
        contact = addressee.contact
        kept = institutions.ContactDetails.__dataclass_fields__
        details = institutions.ContactDetails(**{key: getattr(contact, key) for key in kept})
        details = replace(details, name=name, title=title)
        institutions.change_contact(contact=contact, details=details, by=by)
    else:
        kept = addressees.Address.__dataclass_fields__
        address = addressees.Address(**{key: getattr(addressee, key) for key in kept})
        address = replace(address, name=name, title=title)
        addressees.change(addressee=addressee, address=address, by=by)
    return _checked_again(letter, by)


def is_of_contact(letter: Letter) -> bool:
    """Whether name and title come from the directory and not from the campaign's addressee."""
    addressee = letter.addressee
    return addressee.contact_id is not None and not (addressee.name or addressee.title)


def _checked_again(letter: Letter, by: User) -> int:
    return mailing.refresh_some(mailing=letter.mailing, letters=_affected(letter), by=by)


def _affected(letter: Letter) -> QuerySet[Letter]:
    """The letters of the mailing that print the institution: its own, and those of its units."""
    institution = letter.recipient.institution_id
    return letter.mailing.letters.standing().filter(
        Q(recipient__institution=institution) | Q(recipient__institution__parent=institution)
    )
