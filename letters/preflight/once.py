"""Checks that nobody is written to twice."""

from collections.abc import Iterator

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
    if before := batch.written_before.get(letter.addressee_id):
        yield f"{letter.addressee} also has a letter in “{before}”."


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
        looks="Whether the addressee already has a first letter of this campaign.",
        passes="It is the first such letter to the addressee.",
        mend=Mend.RECIPIENT,
        look=_before,
    ),
)
