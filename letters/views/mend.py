"""Putting an address or a name right in the list of letters, or on a small page of one letter.

The form stands in the letter's row; a form that was refused is shown on its own page, as typed.
"""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.urls import reverse

from campaigns.models import Campaign, User
from campaigns.views.decisions import DecisionForm, OfCampaign
from campaigns.views.fields import LineField
from campaigns.views.institution_forms import PlaceForm
from letters.actions import mend
from letters.actions.outcome import counted
from letters.models import Letter, Mailing
from letters.views.letter import find_letter
from letters.views.mailing_grid import Cell

_MAY_CHANGE = (Mailing.Status.PREPARING, Mailing.Status.RETURNED, Mailing.Status.READY)
_OF_PLACE = frozenset({"no-street", "no-city", "no-state", "no-postal_code", "no-country"})
_OF_PERSON = frozenset({"no-addressee", "no-name", "names-nobody", "salutation"})


class PersonForm(forms.Form):
    name = LineField(required=False, max_length=200)
    title = LineField(required=False, max_length=200)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("name") and not cleaned.get("title") and not self.errors:
            raise forms.ValidationError("Give a name, or the title of an office.")
        return cleaned


@dataclass(frozen=True)
class InPlace:
    """A form in the row of a letter, and where it is sent."""

    form: forms.Form
    address: str


def in_place(
    cell: Cell, letter: Letter, mailing: Mailing, user: User, *, back: str
) -> InPlace | None:
    """The form that puts right what the cell found, where this person may and it is that easy.

    `back` is the page with the row, to which the person returns, also after a refusal.
    """
    if mailing.status not in _MAY_CHANGE or letter.status == Letter.Status.VOID:
        return None
    if not user.has_perm("letters.prepare_mailing"):
        return None
    codes = {one.code for one in cell.findings}
    auto_id = f"mend-{letter.pk}-%s"
    query = urlencode({"next": f"{back}#letter-{letter.pk}"})
    if codes & _OF_PLACE and _may_place(letter, user):
        initial = PlaceForm.initial_place(letter.recipient.institution)
        form: forms.Form = PlaceForm(initial=initial, auto_id=auto_id)
        for name in _needed(codes):
            form.fields[name].required = True
        return InPlace(form, f"{reverse('letters:letter_place', args=[letter.pk])}?{query}")
    if codes & _OF_PERSON and _may_person(letter, user):
        form = PersonForm(initial=_person_of(letter), auto_id=auto_id)
        return InPlace(form, f"{reverse('letters:letter_person', args=[letter.pk])}?{query}")
    return None


def _needed(codes: set[str]) -> set[str]:
    """The parts of a place that are missing, and with a street where it was published."""
    missing = {code.removeprefix("no-") for code in codes & _OF_PLACE}
    return missing | ({"address_source"} if "street" in missing else set())


def _may_place(letter: Letter, user: User) -> bool:
    """An addressee with an address of its own is put right on its own page."""
    return not letter.addressee.street and user.has_perm("campaigns.change_institution")


def _may_person(letter: Letter, user: User) -> bool:
    of_contact = mend.is_of_contact(letter)
    needed = "campaigns.change_institution" if of_contact else "campaigns.choose_recipients"
    return letter.addressee.archived_at is None and user.has_perm(needed)


def _person_of(letter: Letter) -> dict[str, Any]:
    return {"name": letter.addressee.display_name, "title": letter.addressee.display_title}


class _Mend(OfCampaign, DecisionForm):
    permission_required = "letters.prepare_mailing"
    tab = "letters:mailings"
    letter: Letter

    def find_campaign(self, pk: int) -> Campaign:
        self.letter = find_letter(pk)
        return self.letter.mailing.campaign

    def has_permission(self) -> bool:
        return super().has_permission() and self.may(self.person)

    def may(self, user: User) -> bool:
        raise NotImplementedError

    def get_success_url(self) -> str:
        return f"{self.letter.mailing.get_absolute_url()}?step=check#letter-{self.letter.pk}"

    def said(self, red: int) -> str:
        left = f"{counted(red, 'thing')} still must be fixed" if red else "nothing red is left"
        return f"Saved, and {self.letter.recipient} was checked again: {left}."


class MendPlace(_Mend):
    form_class = PlaceForm

    def get_title(self) -> str:
        return f"Address of {self.letter.recipient}"

    def may(self, user: User) -> bool:
        return _may_place(self.letter, user)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "institution": self.letter.recipient.institution}

    def get_initial(self) -> dict[str, Any]:
        return PlaceForm.initial_place(self.letter.recipient.institution)

    def decide(self, form: PlaceForm) -> str:
        place = mend.Place(**form.cleaned_data)
        return self.said(mend.place(letter=self.letter, place=place, by=self.person))


class MendPerson(_Mend):
    form_class = PersonForm

    def get_title(self) -> str:
        return f"Addressee at {self.letter.recipient}"

    def may(self, user: User) -> bool:
        return _may_person(self.letter, user)

    def get_initial(self) -> dict[str, Any]:
        return _person_of(self.letter)

    def decide(self, form: PersonForm) -> str:
        return self.said(mend.person(letter=self.letter, by=self.person, **form.cleaned_data))
