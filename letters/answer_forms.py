"""The questions that one demand asks, the same on the recipient's page and for staff."""

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from campaigns.actions.answer import Respondent, Statement
from campaigns.models import Demand, Outcome
from campaigns.views.fields import BlockField, LineField
from letters import uploads
from letters.uploads import CheckedFile, UploadRefused

MOST_TEXT = 10_000


class DemandForm(forms.Form):
    """What was answered to one demand; left empty, the demand stays as it was."""

    outcome = forms.ChoiceField(
        label="Answer",
        required=False,
        choices=[choice for choice in Outcome.choices if choice[0] != Outcome.UNANSWERED],
    )
    promised_on = forms.DateField(
        label="Will comply by",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    text = BlockField(
        label="In their words", required=False, max_length=MOST_TEXT, widget=forms.Textarea
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        demand: Demand,
        not_before: datetime.date | None = None,
    ) -> None:
        super().__init__(data, prefix=f"demand-{demand.number}")
        self.demand = demand
        self.not_before = not_before

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        outcome, promised = given.get("outcome"), given.get("promised_on")
        if not outcome and (given.get("text") or promised) and "outcome" not in self.errors:
            self.add_error("outcome", "Choose an answer to go with what was written below.")
        if outcome == Outcome.WILL_COMPLY and not promised and "promised_on" not in self.errors:
            self.add_error("promised_on", "Give the date by which this will be complied with.")
        if promised and outcome and outcome != Outcome.WILL_COMPLY:
            self.add_error(
                "promised_on", "Remove the date, or choose the answer that promises one."
            )
        if promised and self.not_before and promised < self.not_before:
            self.add_error("promised_on", "This date has passed. Give a date that is still ahead.")
        return given

    def statement(self) -> Statement | None:
        """What was said, or nothing where the demand was left open."""
        given = self.cleaned_data
        if not given["outcome"]:
            return None
        return Statement(self.demand, given["outcome"], given["text"], given["promised_on"])


class RespondentForm(forms.Form):
    """Who answered, in their own words."""

    name = LineField(label="Name", max_length=200)
    title = LineField(label="Title", max_length=200, required=False)
    authority = LineField(label="Authority to answer", max_length=300, required=False)
    email = forms.EmailField(label="E-mail", required=False)

    def respondent(self) -> Respondent:
        given = self.cleaned_data
        return Respondent(given["name"], given["title"], given["authority"])


class FilesInput(forms.FileInput):
    allow_multiple_selected = True

    def __init__(self) -> None:
        super().__init__(attrs={"accept": uploads.ACCEPT})


class DocumentsField(forms.FileField):
    """Up to ten files, each looked at; the clean value is a list of `CheckedFile`.

    `taken` holds those that passed also where others were refused: no form can put a file
    back into its field, so what is not kept now has to be looked for again.
    """

    widget = FilesInput
    taken: Sequence[CheckedFile] = ()

    def clean(self, data: Any, initial: Any = None) -> list[CheckedFile]:
        files: list[UploadedFile] = list(data or [])
        if len(files) > uploads.MOST_FILES:
            raise forms.ValidationError(f"At most {uploads.MOST_FILES} files can be attached.")
        taken, refusals = [], []
        for file in files:
            try:
                taken.append(_checked(file))
            except UploadRefused as refusal:
                refusals.append(str(refusal))
        self.taken = taken
        if refusals:
            raise forms.ValidationError(refusals)
        return taken


def _checked(file: UploadedFile) -> CheckedFile:
    if (file.size or 0) > uploads.MOST_BYTES:  # before it is read into memory
        raise UploadRefused(f"{file.name} is larger than 10 MB.")
    return uploads.check(file.name or "document", file.read())
