"""The filters by which institutions are found and chosen."""

from typing import Any

from django import forms

from campaigns.models import Fact, Institution
from campaigns.models.institution import InstitutionQuerySet
from campaigns.views.fields import LineField

NOT_KNOWN = Fact.Value.UNKNOWN


class InstitutionFilter(forms.Form):
    """Words, kind, state, control and facts. Made from a GET query; empty means all."""

    q = LineField(label="Search", required=False, max_length=200)
    kind = forms.ChoiceField(
        label="Kind", required=False, choices=[("", "Any"), *Institution.Kind.choices]
    )
    state = forms.ChoiceField(label="State", required=False)
    control = forms.ChoiceField(
        label="Control", required=False, choices=[("", "Any"), *Institution.Control.choices]
    )
    fact = forms.ChoiceField(
        label="Fact", required=False, choices=[("", "None"), *Fact.Key.choices]
    )
    value = forms.ChoiceField(label="is", required=False, choices=Fact.Value.choices)
    medical = forms.BooleanField(label="Reports a medical degree", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        states = Institution.objects.active().exclude(state="").order_by("state")
        known = states.values_list("state", flat=True).distinct()
        self.fields["state"].choices = [("", "Any"), *((state, state) for state in known)]  # type: ignore[attr-defined]

    def found(self, institutions: InstitutionQuerySet) -> InstitutionQuerySet:
        """Those of `institutions` that match. A filter that cannot be read finds nothing."""
        if not self.is_valid():
            return institutions.none()
        wanted = self.cleaned_data
        for name in ("kind", "state", "control"):
            if wanted[name]:
                institutions = institutions.filter(**{name: wanted[name]})
        if wanted["q"]:
            institutions = institutions.matching(wanted["q"])
        if wanted["medical"]:
            institutions = institutions.with_fact(Fact.Key.MEDICAL_DEGREE)
        if wanted["fact"]:
            institutions = _with_fact(institutions, wanted["fact"], wanted["value"])
        return institutions

    @property
    def is_narrowed(self) -> bool:
        return self.is_valid() and any(
            value for name, value in self.cleaned_data.items() if name != "value"
        )


def _with_fact(institutions: InstitutionQuerySet, key: str, value: str) -> InstitutionQuerySet:
    if value and value != NOT_KNOWN:
        return institutions.with_fact(key, value)
    known = Fact.objects.filter(key=key).exclude(value=NOT_KNOWN)
    if value == NOT_KNOWN:
        return institutions.exclude(pk__in=known.values("institution"))
    return institutions.with_fact(key)
