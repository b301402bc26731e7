"""Forms of grounds."""

import datetime
from typing import Any

from django import forms
from django.utils import timezone

from campaigns.actions.ground import Details, details_of
from campaigns.models import Fact, Ground
from campaigns.models.ground import REVIEW_AFTER
from campaigns.models.institution import US_STATES
from campaigns.views.fields import BlockField, LineField

_ONE_PER_LINE = "One per line."
_CONTROL = [
    ("", "Public and private institutions"),
    ("public", "Public institutions only"),
    ("private", "Private institutions only"),
]


def _lines(label: str, rows: int = 3, help_text: str = _ONE_PER_LINE) -> BlockField:
    return BlockField(
        label=label,
        required=False,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


def _number(label: str, help_text: str = "") -> forms.IntegerField:
    return forms.IntegerField(
        label=label, required=False, min_value=1, max_value=36_500, help_text=help_text
    )


class GroundForm(forms.Form):
    name = LineField(max_length=200)
    citation = LineField(
        max_length=300, help_text="42 USC 2000d et seq. is kept as 42 U.S.C. § 2000d et seq."
    )
    regulations = _lines("Regulations", help_text="One per line, such as 34 CFR part 100 (ED).")
    statutory = forms.BooleanField(
        label="It is law",
        required=False,
        initial=True,
        help_text="Off for voluntary standards: a letter never says that they were violated.",
    )
    facts = forms.MultipleChoiceField(
        label="Covers institutions of which this is known",
        required=False,
        choices=Fact.Key.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    control = forms.ChoiceField(label="Covers", required=False, choices=_CONTROL)
    state = forms.ChoiceField(
        label="Law of one state",
        required=False,
        choices=[
            ("", "No, of every state"),
            ("XX", "Yes, the state is still to be named"),
            *((code, code) for code in US_STATES),
        ],
    )
    bases = _lines("Protected bases")
    agency = LineField(required=False, max_length=200)
    time_limit_days = _number("Time limit, in days")
    time_limit_alternative_days = _number(
        "Other time limit, in days", "For example 300 where a state agency covers it."
    )
    limitation_years = _number("Limitation, in years")
    response_workdays = _number("The agency has to answer in working days")
    time_limit_from = LineField(label="The time limit runs from", required=False, max_length=500)
    private_action = LineField(label="Private right of action", required=False, max_length=500)
    cases = _lines("Cases", 5, "One per line, such as Doe v. Roe, 600 U.S. 181 (2023).")
    warnings = _lines("Warnings", 6, "One per line. They are shown wherever the ground is chosen.")

    sections_of = (
        ("What it is", ("name", "citation", "regulations", "statutory")),
        ("Whom it covers", ("facts", "control", "state", "bases")),
        (
            "Agency and time",
            (
                "agency",
                "time_limit_days",
                "time_limit_alternative_days",
                "time_limit_from",
                "limitation_years",
                "response_workdays",
                "private_action",
            ),
        ),
        ("Cases and warnings", ("cases", "warnings")),
    )

    @property
    def sections(self) -> list[tuple[str, list[forms.BoundField]]]:
        return [(title, [self[name] for name in names]) for title, names in self.sections_of]

    @staticmethod
    def initial_of(ground: Ground) -> dict[str, Any]:
        details = details_of(ground)
        kept = {name: getattr(details, name) for name in (*_PLAIN, *_NUMBERS)}
        kept |= {name: "\n".join(getattr(details, name)) for name in _LISTS}
        states = [need.removeprefix("state:") for need in details.needs if "state:" in need]
        return {
            **kept,
            "facts": [need for need in details.needs if need in Fact.Key.values],
            "control": next((one for one in details.needs if one in ("public", "private")), ""),
            "state": states[0] if states else "",
        }

    def details(self) -> Details:
        cleaned = self.cleaned_data
        needs = [*cleaned["facts"]]
        needs += [cleaned["control"]] if cleaned["control"] else []
        needs += [f"state:{cleaned['state']}"] if cleaned["state"] else []
        typed: dict[str, Any] = {name: cleaned[name] for name in (*_PLAIN, *_NUMBERS)}
        typed |= {name: _items(cleaned[name]) for name in _LISTS}
        return Details(**typed, needs=tuple(needs))


_PLAIN = ("name", "citation", "statutory", "agency", "time_limit_from", "private_action")
_NUMBERS = (
    "time_limit_days",
    "time_limit_alternative_days",
    "limitation_years",
    "response_workdays",
)
_LISTS = ("regulations", "bases", "cases", "warnings")


def _items(text: str) -> tuple[str, ...]:
    return tuple(filter(None, (line.strip() for line in text.splitlines())))


class VerifyForm(forms.Form):
    verified_on = forms.DateField(
        label="Checked against its source on", widget=forms.DateInput(attrs={"type": "date"})
    )
    review_by = forms.DateField(
        label="To be checked again by", widget=forms.DateInput(attrs={"type": "date"})
    )

    @staticmethod
    def initial_on(day: datetime.date | None = None) -> dict[str, datetime.date]:
        day = day or timezone.localdate()
        return {"verified_on": day, "review_by": day + REVIEW_AFTER}
