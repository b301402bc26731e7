"""Decisions on the people at a recipient: to whom the letter goes, who is copied, by which way."""

import dataclasses

from django.db import transaction
from django.utils import timezone

from campaigns import audit
from campaigns.actions import Refused
from campaigns.actions.campaign import locked
from campaigns.actions.institution import refuse_nobody
from campaigns.models import Addressee, Contact, Recipient, User


class NoChannel(Refused):
    """A letter leaves by some way or not at all."""


class ContactOfAnother(Refused):
    """The contact belongs to an institution that the recipient is not part of."""


class HalfAnAddress(Refused):
    """An own address replaces the institution's as a whole."""


class LastAddressee(Refused):
    """A recipient keeps one person or office to whom its letter goes."""


@dataclasses.dataclass(frozen=True)
class Address:
    """Who and where. Empty parts mean the contact's and the institution's."""

    kind: str = Addressee.Kind.TO
    contact: Contact | None = None
    name: str = ""
    title: str = ""
    unit: str = ""
    street: str = ""
    street2: str = ""
    city: str = ""
    state: str = ""
    postal_code: str = ""
    country: str = ""
    email: str = ""
    their_reference: str = ""
    by_post: bool = True
    by_email: bool = False


@transaction.atomic
def add(*, recipient: Recipient, address: Address, by: User) -> Addressee:
    locked(recipient.campaign)
    _refuse_unfit(recipient, address)
    addressee = Addressee.objects.create(recipient=recipient, **_columns(address))
    _record("added", addressee, by)
    return addressee


@transaction.atomic
def change(*, addressee: Addressee, address: Address, by: User) -> Addressee:
    """Change who and where. Letters already made keep the words they were made from."""
    locked(addressee.recipient.campaign)
    addressee = Addressee.objects.select_for_update(of=("self",)).get(pk=addressee.pk)
    _refuse_unfit(addressee.recipient, address)
    if address.kind == Addressee.Kind.COPY and addressee.kind == Addressee.Kind.TO:
        _refuse_last(addressee)
    changes = {
        name: [str(getattr(addressee, name) or ""), str(value or "")]
        for name, value in _columns(address).items()
        if getattr(addressee, name) != value
    }
    if not changes:
        return addressee
    for name in changes:
        setattr(addressee, name, getattr(address, name))
    addressee.save()
    _record("changed", addressee, by, changes=changes)
    return addressee


@transaction.atomic
def archive(*, addressee: Addressee, by: User) -> Addressee:
    """Write to this person no more; letters already made keep them."""
    locked(addressee.recipient.campaign)
    addressee = Addressee.objects.select_for_update(of=("self",)).get(pk=addressee.pk)
    if addressee.archived_at:
        return addressee
    if addressee.kind == Addressee.Kind.TO:
        _refuse_last(addressee)
    addressee.archived_at = timezone.now()
    addressee.save(update_fields=["archived_at"])
    _record("removed", addressee, by)
    return addressee


def _columns(address: Address) -> dict[str, object]:
    return {field.name: getattr(address, field.name) for field in dataclasses.fields(address)}


def _refuse_unfit(recipient: Recipient, address: Address) -> None:
    if not (address.by_post or address.by_email):
        raise NoChannel("Choose certified mail, e-mail, or both. Nothing was saved.")
    refuse_nobody(address.name, address.title)
    contact = address.contact
    if contact and contact.institution_id not in _institution_pks(recipient):
        raise ContactOfAnother(
            f"{contact} is not a contact of {recipient.institution}. Nothing was saved."
        )
    own = {"street": address.street, "city": address.city, "ZIP": address.postal_code}
    if (address.country or recipient.institution.country) == "US":
        own["state"] = address.state
    missing = [part for part, value in own.items() if not value]
    more = (address.street2, address.state, address.country)
    if missing and (any(own.values()) or any(more)):
        raise HalfAnAddress(
            f"An own address replaces the institution's as a whole, and this one has no "
            f"{' and no '.join(missing)}. Nothing was saved."
        )


def _institution_pks(recipient: Recipient) -> set[int | None]:
    """The institution and the one above it: a school's letter may go to the university's dean."""
    return {recipient.institution_id, recipient.institution.parent_id}


def _refuse_last(addressee: Addressee) -> None:
    others = Addressee.objects.filter(
        recipient=addressee.recipient_id, kind=Addressee.Kind.TO, archived_at=None
    ).exclude(pk=addressee.pk)
    if not others.exists():
        raise LastAddressee(
            "The letter has to go to somebody: add another addressee before you take this one "
            "out, or withdraw the recipient."
        )


def _record(past: str, addressee: Addressee, by: User, **data: object) -> None:
    recipient = addressee.recipient
    audit.record(
        f"addressee.{past}",
        subject=recipient,
        by=by,
        campaign=recipient.campaign,
        sentence=f"{past} the addressee {addressee} ({addressee.get_kind_display().lower()}) "
        f"of {recipient}.",
        **data,
    )
