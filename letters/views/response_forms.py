"""What staff type about a response that came by post, e-mail or phone."""

import datetime
import uuid
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from django import forms
from django.core import signing
from django.utils.datastructures import MultiValueDict

from campaigns.models import Channel, Demand, Outcome, Recipient
from campaigns.views.fields import BlockField, LineField
from letters import uploads
from letters.actions.respond import Item
from letters.answer_forms import DemandForm, DocumentsField, RespondentForm
from letters.models import Letter, Response
from letters.uploads import KeptFile

_SALT = "letters.views.scans"
# What is asked for is recorded with what that is, on a page of its own.
KINDS = [choice for choice in Response.Kind.choices if choice[0] != Response.Kind.REQUEST]
CHANNELS = [choice for choice in Channel.choices if choice[0] != Channel.PORTAL]


class ArrivalForm(forms.Form):
    """What it is, how and when it came in, and to which letter."""

    kind = forms.ChoiceField(
        label="What it is",
        choices=KINDS,
        help_text=(
            "Only an answer says something on a demand. The others are put on record as received; "
            "the deadline runs on."
        ),
    )
    channel = forms.ChoiceField(label="Came by", choices=CHANNELS)
    received_on = forms.DateField(
        label="Received on", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    letter = forms.ModelChoiceField(
        Letter.objects.none(), label="In reply to letter", required=False, empty_label="Not known"
    )
    note = BlockField(
        label="Note",
        required=False,
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="For staff, for example who took the call.",
    )
    submission = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, data: Any, *, recipient: Recipient, today: datetime.date) -> None:
        super().__init__(
            data,
            initial={
                "kind": Response.Kind.ANSWER,
                "received_on": today,
                "submission": uuid.uuid4(),
            },
        )
        self.today = today
        letters = self.fields["letter"]
        assert isinstance(letters, forms.ModelChoiceField)  # noqa: S101
        letters.queryset = recipient.letters.filter(status=Letter.Status.SEALED).order_by("-pk")
        if len(sealed := letters.queryset[:2]) == 1:
            self.initial["letter"] = sealed[0]

    def clean_received_on(self) -> datetime.date:
        received_on: datetime.date = self.cleaned_data["received_on"]
        if received_on > self.today:
            raise forms.ValidationError("This day is still ahead.")
        return received_on


class StaffDemandForm(DemandForm):
    """What was answered to one demand, and where the response says it."""

    quotation = BlockField(
        label="Quoted word for word",
        required=False,
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    page = LineField(label="On page", required=False, max_length=20)

    def __init__(self, data: Mapping[str, Any] | None = None, *, demand: Demand) -> None:
        super().__init__(data, demand=demand)
        outcome = self.fields["outcome"]
        assert isinstance(outcome, forms.ChoiceField)  # noqa: S101
        outcome.choices = [("", "Not answered in this response"), *Outcome.choices[1:]]
        self.fields["promised_on"].help_text = "Only with “Will comply by a date”."
        self.fields["text"].label = "In summary, or in their words"
        self.fields["text"].widget.attrs["rows"] = 3

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        if (given.get("quotation") or given.get("page")) and not given.get("outcome"):
            self.add_error("outcome", "Choose an answer to go with the quotation.")
        return given

    def item(self) -> Item | None:
        statement = self.statement()
        if statement is None:
            return None
        return Item(statement, self.cleaned_data["quotation"], self.cleaned_data["page"])


class ScansForm(forms.Form):
    """Scans and attachments; what was taken once is kept while the rest is mended."""

    documents = DocumentsField(
        label="Scans and attachments",
        required=False,
        help_text="PDF, JPEG, PNG or Word (DOCX), up to 10 MB each, at most 10 files.",
    )

    def __init__(self, data: Any, files: MultiValueDict | None) -> None:
        super().__init__(data, files)
        self.kept = _unsealed(data.get("kept", "")) if data else []

    def keep(self) -> list[KeptFile]:
        """Keep what is new; call after validation, whatever it said."""
        field = self.fields["documents"]
        assert isinstance(field, DocumentsField)  # noqa: S101
        known = {file.sha256 for file in self.kept}
        new = [uploads.keep(file) for file in field.taken]
        self.kept += [file for file in new if file.sha256 not in known]
        return self.kept

    def sealed(self) -> str:
        return signing.dumps([asdict(file) for file in self.kept], salt=_SALT)


class ResponsePaper:
    """The whole page: arrival, respondent, every demand, scans."""

    def __init__(
        self, recipient: Recipient, today: datetime.date, data: Any, files: MultiValueDict | None
    ) -> None:
        self.arrival = ArrivalForm(data, recipient=recipient, today=today)
        self.respondent = RespondentForm(data)
        name = self.respondent.fields["name"]
        name.help_text = "An automatic reply and a bounce need none."
        name.required = not (data and data.get("kind") in Response.BY_A_MACHINE)
        self.demands = [
            StaffDemandForm(data, demand=demand) for demand in recipient.campaign.demands.all()
        ]
        self.scans = ScansForm(data, files)

    def is_valid(self) -> bool:
        self.scans.full_clean()
        self.scans.keep()
        if not self.errors():
            self._compare_with_kind()
        return not self.errors()

    def errors(self) -> list[tuple[str, str]]:
        """Every error with the id of the field it is about, in the order of the page."""
        return [
            (form[name].auto_id, f"{_place(form)}{form[name].label}: {message}")
            for form in self._forms()
            for name, found in form.errors.items()
            for message in found
        ]

    def items(self) -> list[Item]:
        items = [form.item() for form in self.demands]
        return [item for item in items if item]

    def _forms(self) -> list[forms.Form]:
        return [self.arrival, self.respondent, *self.demands, self.scans]

    def _compare_with_kind(self) -> None:
        answers, items = self.arrival.cleaned_data["kind"] == Response.Kind.ANSWER, self.items()
        if items and not answers:
            self.arrival.add_error(
                "kind", "A demand is answered below: choose “Answer”, or leave every demand open."
            )
        if answers and not items:
            first: forms.Form = self.demands[0] if self.demands else self.arrival
            first.add_error(
                "outcome" if self.demands else "kind",
                "Answer at least one demand. If it answers none, say so above, under “What it is”.",
            )


def _place(form: forms.Form) -> str:
    return f"Demand {form.demand.number}, " if isinstance(form, DemandForm) else ""


def _unsealed(text: str) -> list[KeptFile]:
    try:
        files = signing.loads(text, salt=_SALT, max_age=datetime.timedelta(days=2))
    except signing.BadSignature:
        return []
    return [KeptFile(**file) for file in files]
