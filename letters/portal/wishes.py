"""What a recipient can ask for, and what it types for each."""

import datetime
from typing import Any

from django import forms

from campaigns.actions.answer import Respondent
from campaigns.views.fields import BlockField, LineField
from letters.actions.request import Wish
from letters.models import Request
from letters.portal.forms import PortalRespondentForm

_MOST_TEXT = 10_000
_LINES = forms.Textarea(attrs={"rows": 4})


class WishForm(forms.Form):
    """The fields are named as those of `Wish`."""

    kind: str
    title: str
    lead: str

    def wish(self) -> Wish:
        return Wish(kind=self.kind, **self.cleaned_data)

    def shown(self) -> list[tuple[str, str]]:
        """What was typed, as it will stand in the receipt."""
        return Request(**vars(self.wish())).lines()


class MoreTimeForm(WishForm):
    kind = Request.Kind.MORE_TIME
    title = "Ask for more time"
    lead = (
        "Say until when, and why. A person decides and tells you; until then the deadline stands."
    )

    wanted_until = forms.DateField(
        label="Until which day do you ask for time?",
        error_messages={"required": "Give the day until which you ask for time."},
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    words = BlockField(
        label="Why do you need it?",
        max_length=_MOST_TEXT,
        error_messages={"required": "Say why you need more time."},
        widget=_LINES,
    )

    def __init__(self, data: Any, *, ends_on: datetime.date) -> None:
        super().__init__(data)
        self.ends_on = ends_on

    def clean_wanted_until(self) -> datetime.date:
        wanted: datetime.date = self.cleaned_data["wanted_until"]
        if wanted <= self.ends_on:
            raise forms.ValidationError(
                f"Give a day after {self.ends_on:%B} {self.ends_on.day}, {self.ends_on.year}."
            )
        return wanted


class CounselForm(WishForm):
    kind = Request.Kind.COUNSEL
    title = "Name your counsel"
    lead = "Name the lawyer or firm to whom letters in this matter are to go from now on."

    name = LineField(
        label="Name of counsel",
        max_length=200,
        error_messages={"required": "Give the name of your counsel."},
    )
    organisation = LineField(label="Firm or office", max_length=200, required=False)
    email = forms.EmailField(label="E-mail address of counsel", required=False)
    phone = LineField(label="Telephone", max_length=60, required=False)
    address = BlockField(label="Postal address", max_length=1000, required=False, widget=_LINES)
    words = BlockField(
        label="Remarks",
        help_text="For example for which part of the matter, and since when",
        max_length=_MOST_TEXT,
        required=False,
        widget=_LINES,
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not self.errors and not given.get("email") and not given.get("address"):
            self.add_error("email", "Give an e-mail address or a postal address to write to.")
        return given


class WrongAddresseeForm(CounselForm):
    kind = Request.Kind.WRONG_ADDRESSEE
    title = "Say who should have got this letter"
    lead = "Name the person or office to whom it should go instead."

    name = LineField(
        label="Name of the person or office",
        max_length=200,
        error_messages={"required": "Name the person or office to write to."},
    )
    organisation = LineField(label="Institution or department", max_length=200, required=False)
    email = forms.EmailField(label="Their e-mail address", required=False)
    words = BlockField(
        label="Remarks",
        help_text="For example why the letter does not concern you",
        max_length=_MOST_TEXT,
        required=False,
        widget=_LINES,
    )


class CorrectionForm(WishForm):
    kind = Request.Kind.CORRECTION
    title = "Correct a fact"
    lead = "Say which statement about your institution is wrong, and what is right."

    statement = BlockField(
        label="What is wrong?",
        help_text="Quote the letter, or this page",
        max_length=_MOST_TEXT,
        error_messages={"required": "Say which statement is wrong."},
        widget=_LINES,
    )
    words = BlockField(
        label="What is right?",
        max_length=_MOST_TEXT,
        error_messages={"required": "Say what is right."},
        widget=_LINES,
    )
    source = BlockField(
        label="Where can it be seen?",
        help_text="A web address, a document, a person to ask",
        max_length=2000,
        required=False,
        widget=_LINES,
    )


class WhoAsksForm(PortalRespondentForm):
    """Nothing is answered for the institution here, so nobody states by what right."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, prefix="who", **kwargs)
        del self.fields["authority"]

    def respondent(self) -> Respondent:
        return Respondent(self.cleaned_data["name"], self.cleaned_data["title"])


FORMS: dict[str, type[WishForm]] = {
    str(form.kind): form for form in (MoreTimeForm, CounselForm, WrongAddresseeForm, CorrectionForm)
}
