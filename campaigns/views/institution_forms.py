"""Forms of institutions, their contacts and facts."""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from campaigns.actions.institution import ContactDetails, Details, details_of
from campaigns.directory import values
from campaigns.models import Contact, Fact, Identifier, Institution
from campaigns.models.institution import InstitutionQuerySet
from campaigns.views.fields import BlockField, LineField
from campaigns.views.institution_filter import InstitutionFilter


class DirectoryFilter(InstitutionFilter):
    """The filters of the directory's own list: also those that no campaign chooses from."""

    show = forms.ChoiceField(
        label="Show",
        required=False,
        choices=[
            ("", "Those in use"),
            ("no-address", "Without a whole address"),
            ("no-contact", "Without a contact"),
            ("suppressed", "Suppressed"),
            ("archived", "Archived"),
        ],
    )

    def shown(self) -> InstitutionQuerySet:
        show = self.cleaned_data["show"] if self.is_valid() else ""
        return self.found(_SHOWN[show]())


def _without_an_address() -> InstitutionQuerySet:
    lacking = Q(street="") | Q(city="") | Q(postal_code="") | Q(country="US", state="")
    return Institution.objects.active().filter(lacking)


def _without_a_contact() -> InstitutionQuerySet:
    contacts = Contact.objects.filter(institution=OuterRef("pk"), archived_at=None)
    return Institution.objects.active().filter(~Exists(contacts))


_SHOWN: Mapping[str, Callable[[], InstitutionQuerySet]] = {
    "": Institution.objects.active,
    "no-address": _without_an_address,
    "no-contact": _without_a_contact,
    "suppressed": lambda: Institution.objects.active().exclude(suppressed_at=None),
    "archived": lambda: Institution.objects.exclude(archived_at=None),
}


class PlaceForm(forms.Form):
    """Where an institution is, each part as the directory keeps it."""

    street = LineField(required=False, max_length=200)
    street2 = LineField(label="Second address line", required=False, max_length=200)
    city = LineField(required=False, max_length=100)
    state = LineField(required=False, max_length=50, help_text="Two letters in the US.")
    postal_code = LineField(label="ZIP or postal code", required=False, max_length=20)
    country = LineField(max_length=2, initial="US", help_text="Two letters, for example US or CA.")
    address_source = LineField(
        label="Where this address was published",
        required=False,
        max_length=500,
        help_text="A page of the institution's own site, for example. Needed when you supply or "
        "change the street.",
    )

    def __init__(self, *args: Any, institution: Institution | None = None, **kwargs: Any) -> None:
        self.institution = institution
        super().__init__(*args, **kwargs)

    @classmethod
    def initial_place(cls, institution: Institution) -> dict[str, Any]:
        return {name: getattr(institution, name) for name in PLACE}

    def clean_country(self) -> str:
        return _usable(values.country(self.cleaned_data["country"]))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        country = cleaned.get("country") or "US"
        if cleaned.get("state"):
            self._take("state", values.state(cleaned["state"], country))
        if cleaned.get("postal_code"):
            state = cleaned.get("state") or ""
            self._take("postal_code", values.postal_code(cleaned["postal_code"], state, country))
        before = self.institution.street if self.institution else ""
        street = cleaned.get("street")
        if street and street != before and not cleaned.get("address_source"):
            self.add_error("address_source", "Say where this street was published.")
        return cleaned

    def _take(self, name: str, found: tuple[str, str]) -> None:
        value, note = found
        if value:
            self.cleaned_data[name] = value
        else:
            self.add_error(name, f"{note}.")


class InstitutionForm(PlaceForm):
    """An institution as a person types it."""

    name = LineField(max_length=300)
    kind = forms.ChoiceField(choices=Institution.Kind.choices)
    parent = LineField(
        label="Belongs to",
        required=False,
        max_length=300,
        help_text="The university, publisher or health system it is part of: its name on record, "
        "or its UNITID.",
    )
    control = forms.ChoiceField(label="Public or private", choices=Institution.Control.choices)
    aliases = BlockField(
        label="Other names",
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="One per line. They are searched too.",
    )
    phone = LineField(required=False, max_length=40)
    website = LineField(required=False, max_length=300)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for scheme, label in Identifier.Scheme.choices:
            self.fields[f"number_{scheme}"] = LineField(
                label=label if scheme != Identifier.Scheme.OTHER else "Other number",
                required=False,
                max_length=300,
            )

    @staticmethod
    def initial_of(institution: Institution) -> dict[str, Any]:
        details = details_of(institution)
        kept: dict[str, Any] = {name: getattr(details, name) for name in _PLAIN}
        kept["parent"] = institution.parent.name if institution.parent else ""
        kept["aliases"] = "\n".join(details.aliases)
        for scheme in Identifier.Scheme.values:
            numbers = [value for one, value in details.identifiers if one == scheme]
            kept[f"number_{scheme}"] = ", ".join(numbers)
        return kept

    @property
    def sections(self) -> list[tuple[str, list[forms.BoundField]]]:
        numbers = [name for name in self.fields if name.startswith("number_")]
        return [
            (title, [self[name] for name in names])
            for title, names in (*_SECTIONS, ("Numbers", numbers))
        ]

    def clean_parent(self) -> Institution | None:
        typed = self.cleaned_data["parent"]
        if not typed:
            return None
        own = self.institution.parent if self.institution else None
        if own and own.name == typed:
            return own
        found = Institution.objects.active()
        by_number = found.filter(
            identifiers__scheme=Identifier.Scheme.UNITID, identifiers__value=typed
        )
        matches = list(by_number[:2]) or list(found.filter(name__iexact=typed)[:2])
        if not matches:
            raise ValidationError(f"No institution on record is called “{typed}”.")
        if len(matches) > 1:
            raise ValidationError("Several have that name. Type the UNITID of the one you mean.")
        return matches[0]

    def clean_website(self) -> str:
        typed = self.cleaned_data["website"]
        return _usable(values.website(typed)) if typed else ""

    def clean_phone(self) -> str:
        typed = self.cleaned_data["phone"]
        return _usable(values.phone(typed)) if typed else ""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        cleaned["identifiers"] = tuple(self._numbers(cleaned))
        return cleaned

    def _numbers(self, cleaned: dict[str, Any]) -> list[tuple[str, str]]:
        found = []
        for scheme in Identifier.Scheme.values:
            typed = cleaned.get(f"number_{scheme}") or ""
            for part in filter(None, (part.strip() for part in typed.split(","))):
                value, note = values.identifier(scheme, part)
                if value:
                    found.append((str(scheme), value))
                else:
                    self.add_error(f"number_{scheme}", f"{note}.")
        return list(dict.fromkeys(found))

    def details(self) -> Details:
        aliases = [line.strip() for line in self.cleaned_data["aliases"].splitlines()]
        return Details(
            **{name: self.cleaned_data[name] for name in _PLAIN},
            parent=self.cleaned_data["parent"],
            aliases=tuple(dict.fromkeys(filter(None, aliases))),
            identifiers=self.cleaned_data["identifiers"],
        )


PLACE = ("street", "street2", "city", "state", "postal_code", "country", "address_source")
_PLAIN = ("name", "kind", "control", *PLACE, "phone", "website")
_SECTIONS = (
    ("Institution", ["name", "kind", "parent", "control", "aliases"]),
    ("Address", list(PLACE)),
    ("Reached at", ["phone", "website"]),
)


class ContactForm(forms.Form):
    role = forms.ChoiceField(choices=Contact.Role.choices)
    name = LineField(required=False, max_length=200, help_text="Empty for an office.")
    title = LineField(required=False, max_length=200)
    email = LineField(label="E-mail", required=False, max_length=254)
    phone = LineField(required=False, max_length=40)
    source = LineField(
        label="Where this is known from",
        required=False,
        max_length=500,
        help_text="Left empty, your name is kept as the source.",
    )
    verified_on = forms.DateField(
        label="Last verified on", required=False, widget=forms.DateInput(attrs={"type": "date"})
    )

    def clean_email(self) -> str:
        typed = self.cleaned_data["email"]
        return _usable(values.email(typed)) if typed else ""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("name") and not cleaned.get("title") and not self.errors:
            raise ValidationError("Give a name, or the title of an office.")
        return cleaned

    def details(self) -> ContactDetails:
        return ContactDetails(**self.cleaned_data)


class FactForm(forms.Form):
    key = forms.ChoiceField(label="Fact", choices=Fact.Key.choices)
    value = forms.ChoiceField(label="Is it so?", choices=Fact.Value.choices)
    source = LineField(
        max_length=500, help_text="An award number, a page, a letter: what proves it."
    )
    as_of = forms.DateField(
        label="As of", widget=forms.DateInput(attrs={"type": "date"}), initial=timezone.localdate
    )


def _usable(found: tuple[str, str]) -> str:
    value, note = found
    if not value:
        raise ValidationError(f"{note}.")
    return value
