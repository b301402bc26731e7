"""What staff type where an institution asks for something and answers nothing."""

import datetime
from typing import Any

from django import forms
from django.utils.datastructures import MultiValueDict

from campaigns.actions.answer import Respondent
from campaigns.models import Recipient
from campaigns.views.fields import BlockField, LineField
from letters.actions.request import Wish
from letters.answer_forms import RespondentForm
from letters.models import Incoming, Request
from letters.views.incoming_forms import ReadForm
from letters.views.response_forms import ArrivalForm, ResponsePaper, ScansForm

_MOST_TEXT = 10_000


def _words(label: str, *, required: bool = False) -> BlockField:
    lines = forms.Textarea(attrs={"rows": 3})
    return BlockField(label=label, max_length=_MOST_TEXT, required=required, widget=lines)


class WishForm(forms.Form):
    """The fields are named as those of `Wish`."""

    kind: str
    title: str
    then: str  # what a person does about it

    def wish(self) -> Wish:
        return Wish(kind=self.kind, **self.cleaned_data)


class MoreTimeForm(WishForm):
    kind = Request.Kind.MORE_TIME
    title = "asks for more time"
    then = "A task opens to give it or refuse it. Until then the deadline stands."

    wanted_until = forms.DateField(
        label="Wants until",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="Empty where they named no day.",
    )
    words = _words("Why, in their words")


class AnotherForm(WishForm):
    """Somebody else to write to."""

    name = LineField(label="Name", max_length=200)
    organisation = LineField(label="Firm or office", max_length=200, required=False)
    email = forms.EmailField(label="E-mail", required=False)
    phone = LineField(label="Telephone", max_length=60, required=False)
    address = BlockField(
        label="Postal address",
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    words = _words("Remarks, in their words")


class CounselForm(AnotherForm):
    kind = Request.Kind.COUNSEL
    title = "names counsel"
    then = "A task opens to record that counsel appeared. Until then letters go where they went."


class WrongAddresseeForm(AnotherForm):
    kind = Request.Kind.WRONG_ADDRESSEE
    title = "says who should have got the letter"
    then = "A task opens to check the addressees. Until then letters go where they went."


class CorrectionForm(WishForm):
    kind = Request.Kind.CORRECTION
    title = "corrects a fact"
    then = "A task opens to check it. Nothing on record changes by itself."

    statement = _words("What is wrong, in their words", required=True)
    words = _words("What is right")
    source = BlockField(
        label="Where it can be seen",
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


FORMS: dict[str, type[WishForm]] = {
    str(form.kind): form for form in (MoreTimeForm, CounselForm, WrongAddresseeForm, CorrectionForm)
}


class WhoAsksForm(RespondentForm):
    """Nothing is answered for the institution here, so nobody states by what right."""

    def __init__(self, data: Any) -> None:
        super().__init__(data, prefix="who")
        del self.fields["authority"]

    def respondent(self) -> Respondent:
        return Respondent(self.cleaned_data["name"], self.cleaned_data["title"])


class RequestPaper(ResponsePaper):
    """The whole page: arrival, what is asked for, who asks, scans. An incoming item is its scan."""

    def __init__(
        self,
        recipient: Recipient,
        kind: str,
        today: datetime.date,
        data: Any,
        files: MultiValueDict | None,
        incoming: Incoming | None,
    ) -> None:
        self.arrival = (
            ReadForm(data, incoming=incoming, today=today)
            if incoming
            else ArrivalForm(data, recipient=recipient, today=today)
        )
        del self.arrival.fields["kind"]
        self.wish = FORMS[kind](data)
        self.who = WhoAsksForm(data)
        if incoming:
            self.who.initial = {"name": incoming.sender_name, "email": incoming.sender_email}
        self.scans = ScansForm(data, files)
        self.takes_scans = incoming is None

    def is_valid(self) -> bool:
        if self.takes_scans:
            self.scans.full_clean()
            self.scans.keep()
        return not self.errors()

    def _forms(self) -> list[forms.Form]:
        return [self.arrival, self.wish, self.who, *([self.scans] if self.takes_scans else [])]
