"""Checks that nobody is written to twice."""

from collections.abc import Iterator

from campaigns.models import Addressee
from campaigns.text import fold
from letters.merge import context
from letters.models import Letter
from letters.preflight.check import AMBER, RED, Batch, Check, Family, LetterCheck, Mend, Said


def _person(letter: Letter, batch: Batch) -> Iterator[str | Said]:
    """The same person at the same address, whether by one contact or by two."""
    addressee, institution = letter.addressee, letter.recipient.institution
    street = addressee.street or institution.street
    keys: list[object] = [("contact", addressee.contact_id)] if addressee.contact_id else []
    if addressee.display_name and street:
        keys.append(("person", fold(addressee.display_name), fold(street)))
    if twin := batch.earlier(letter, keys):
        yield f"{addressee} is already written to in {twin.reference}."


def _before(letter: Letter, batch: Batch) -> Iterator[str | Said]:
    for before in batch.written_before.get(letter.recipient_id, ()):
        if _is_same(letter.addressee, before.addressee):
            yield f"{letter.addressee} also has a letter in “{before.mailing}”."
            return


def _is_same(one: Addressee, other: Addressee) -> bool:
    """The same person, also where the addressee was removed and put in anew."""
    if one.pk == other.pk or (one.contact_id and one.contact_id == other.contact_id):
        return True
    named = fold(one.display_name) or fold(one.display_title)
    return bool(named) and named == (fold(other.display_name) or fold(other.display_title))


def _institution(letter: Letter, batch: Batch) -> Iterator[str | Said]:
    one = letter.recipient.institution
    key = ("institution", fold(one.name), fold(one.city), one.state, one.parent_id)
    twin = batch.earlier(letter, [key])
    if twin and twin.recipient_id != letter.recipient_id:
        yield (
            f"Another institution called {twin.recipient}, in {one.city or 'an unknown city'}, has "
            f"letter {twin.reference}. Is it the same one, twice in the directory?"
        )


def _address(letter: Letter, batch: Batch) -> Iterator[str | Said]:
    if not letter.by_post:
        return
    place = context.place(letter.addressee, letter.recipient.institution)
    if not place.street:
        return
    lines = (place.street, place.street2, place.city, place.postal_code[:5])
    key = ("address", fold(" ".join(lines)), place.country)
    twin = batch.earlier(letter, [key])
    if twin and twin.recipient_id != letter.recipient_id:
        yield f"Letter {twin.reference}, to {twin.recipient}, goes to the same address."


CHECKS: tuple[LetterCheck, ...] = (
    Check(
        code="duplicate",
        family=Family.ONCE,
        severity=RED,
        title="Written to twice",
        looks="Whether another letter of the mailing goes to the same person at the same street.",
        passes="The person gets one letter.",
        mend=Mend.ADDRESSEES,
        look=_person,
        compares=True,
    ),
    Check(
        code="same-institution",
        family=Family.ONCE,
        severity=AMBER,
        title="Institution twice",
        looks="Whether another recipient has the same name in the same town.",
        passes="No other recipient has its name in its town.",
        mend=Mend.STANDING,
        look=_institution,
        compares=True,
    ),
    Check(
        code="same-address",
        family=Family.ONCE,
        severity=AMBER,
        title="Same address twice",
        looks="Whether the letter to another recipient goes to the same street address.",
        passes="No other recipient has that address.",
        mend=Mend.ADDRESS,
        look=_address,
        compares=True,
    ),
    Check(
        code="written-before",
        family=Family.ONCE,
        severity=AMBER,
        title="Has a letter already",
        looks="Whether the addressee already has a first letter or thanks of this campaign, a "
        "reminder of the same text, or one that has not left.",
        passes="It is the only such letter to the addressee.",
        mend=Mend.RECIPIENT,
        look=_before,
    ),
)
