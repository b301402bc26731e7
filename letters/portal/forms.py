"""What a recipient types: the way in, and the answer, demand by demand, in plain words."""

import datetime
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from django import forms
from django.core import signing
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.html import format_html
from django.utils.safestring import SafeString

from campaigns.filestore import sha256_of
from campaigns.models import Demand, Outcome, Recipient
from campaigns.views.fields import LineField
from letters import uploads
from letters.actions import saved_answer
from letters.actions.respond import Item
from letters.actions.saved_answer import Attached, InProgress
from letters.answer_forms import DemandForm, DocumentsField, RespondentForm
from letters.models import Letter, PortalKey
from letters.portal.door import SECONDS
from letters.reports.receipt import statement
from letters.uploads import UploadRefused

# What each outcome means to the person who chooses it.
IN_PLAIN_WORDS: Mapping[str, str] = {
    Outcome.COMPLIED: "We have done this",
    Outcome.ALREADY_COMPLIANT: "We were already doing this before the letter came",
    Outcome.WILL_COMPLY: "We will do this by a date",
    Outcome.PARTIAL: "We do, or will do, part of this",
    Outcome.CONDITIONAL: "We will do this on a condition",
    Outcome.UNDER_REVIEW: "We are still considering this",
    Outcome.NEEDS_CLARIFICATION: "We need something explained before we can answer",
    Outcome.DISPUTES_PREMISE: "We dispute the facts or the legal basis",
    Outcome.NOT_APPLICABLE: "This does not apply to us",
    Outcome.DECLINED: "We decline to do this",
}
# Answers that say nothing without words: which part, which condition, which question.
_NEED_WORDS: Mapping[str, str] = {
    Outcome.PARTIAL: "Say which part.",
    Outcome.CONDITIONAL: "Say what the condition is.",
    Outcome.NEEDS_CLARIFICATION: "Say what needs explaining.",
}
# Field: label, hint, and what is said where it was left empty.
_WHO = {
    "name": ("Your name", "", "Enter your name."),
    "title": (
        "Your title or office",
        "For example Dean, or General Counsel",
        "Enter your title or office.",
    ),
    "authority": (
        "Your authority to answer for the institution",
        "For example: I am the dean, or: authorized by the President",
        "Say on what authority you answer for the institution.",
    ),
}
_SALT = "letters.portal.in_progress"
_OF_ALL = "of-all"  # an error of no single demand, though a link has to lead to one
# A telephone neither corrects a code nor remembers it.
AS_PRINTED = {"autocapitalize": "characters", "autocomplete": "off", "spellcheck": "false"}


def in_one_piece(words: str, code: str) -> SafeString:
    """A hint whose example is not broken at its dashes, where they may belong to it or not."""
    return format_html(words, format_html('<span class="whole">{}</span>', code))


class EntranceForm(forms.Form):
    """The reference and the short code that stand in the letter."""

    reference = LineField(
        label="Reference",
        help_text=in_one_piece("For example {}", "CNF-2026-0137-B"),
        max_length=60,
        error_messages={"required": "Enter the reference of your letter."},
        widget=forms.TextInput(attrs=AS_PRINTED),
    )
    short_code = LineField(
        label="Short code",
        help_text=in_one_piece("Ten letters and digits, for example {}", "7KQ2M-4XJ9P"),
        max_length=40,
        error_messages={"required": "Enter the short code of your letter."},
        widget=forms.TextInput(attrs=AS_PRINTED),
    )


class PortalDemandForm(DemandForm):
    """One demand, with the choices in plain words and room to explain."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        outcome = self.fields["outcome"]
        outcome.widget = forms.RadioSelect()
        outcome.choices = list(IN_PLAIN_WORDS.items())  # type: ignore[attr-defined]
        self.fields["text"].label = "Explain your answer, or quote your policy"
        self.fields["text"].widget.attrs["rows"] = 5
        self.fields["promised_on"].label = "The date by which you will do this"
        self.fields["promised_on"].help_text = "Only if you chose “We will do this by a date”"

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        if (words := _NEED_WORDS.get(given.get("outcome", ""))) and not given.get("text"):
            self.add_error("text", words)
        return given

    def chosen(self) -> str:
        return IN_PLAIN_WORDS.get(self.cleaned_data["outcome"], "")

    def on_record(self) -> str:
        """The word under which boards and receipts have it; whoever signs sees it first."""
        return str(Outcome(self.cleaned_data["outcome"]).label)


class PortalRespondentForm(RespondentForm):
    """Who answers for the institution, and by what right."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, (label, hint, error) in _WHO.items():
            self.fields[name].label = label
            self.fields[name].help_text = hint
            self.fields[name].required = True
            self.fields[name].error_messages["required"] = error
        self.fields["name"].widget.attrs["autocomplete"] = "name"
        self.fields["title"].widget.attrs["autocomplete"] = "organization-title"
        self.fields["email"].label = "Your e-mail address, if you want a receipt by e-mail"
        self.fields["email"].help_text = "Used for nothing else"
        self.fields["email"].widget.attrs["autocomplete"] = "email"


class SignForm(forms.Form):
    """The last step: the statement, and under it the name of who gives the answer."""

    confirmed = forms.BooleanField(
        error_messages={"required": "Confirm that you may give these answers."}
    )
    signature = LineField(
        label="Sign by typing your full name",
        max_length=200,
        error_messages={"required": "Sign with your full name."},
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )

    def __init__(self, data: Any = None, *, recipient: Recipient, name: str) -> None:
        super().__init__(data)
        self.name = name
        self.fields["confirmed"].label = statement(recipient)
        self.fields["signature"].help_text = f"As you gave it above: {name}"

    def clean_signature(self) -> str:
        typed: str = self.cleaned_data["signature"]
        if _folded(typed) != _folded(self.name):
            raise forms.ValidationError(f"Sign with the name you gave above: {self.name}")
        return typed


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()


class DocumentsForm(forms.Form):
    documents = DocumentsField(
        label="Attach documents",
        required=False,
        help_text=(
            "A signed reply, a policy, evidence. PDF, JPEG, PNG or Word (DOCX), "
            "up to 10 MB each, at most 10 files"
        ),
    )


@dataclass(frozen=True)
class Draft:
    """What was typed and attached so far, carried from page to page under our signature.

    `submission` is drawn once, so that the answer is recorded once however often it is
    submitted.
    """

    typed: InProgress = field(default_factory=InProgress)
    submission: str = field(default_factory=lambda: str(uuid.uuid4()))

    def sealed(self, key: PortalKey) -> str:
        """As text for a hidden field; it opens for the same letter only."""
        content = {
            "letter": key.letter_id,
            "fields": dict(self.typed.fields),
            "files": [asdict(file) for file in self.typed.files],
            "saved_at": self.typed.saved_at,
            "submission": self.submission,
        }
        return signing.dumps(content, salt=_SALT, compress=True)

    @classmethod
    def unsealed(cls, text: str, key: PortalKey) -> "Draft":
        """Raises signing.BadSignature where it was changed, is too old, or of another letter."""
        content = signing.loads(text, salt=_SALT, max_age=SECONDS)
        if content["letter"] != key.letter_id:
            raise signing.BadSignature("The draft belongs to another letter.")
        files = tuple(Attached(**file) for file in content["files"])
        typed = InProgress(content["fields"], files, content["saved_at"])
        return cls(typed, content["submission"])


class AnswerPage:
    """The whole answer page: every demand, who answers, and the documents.

    Unbound it shows what is in progress and finds nothing wrong with it.
    """

    def __init__(
        self,
        letter: Letter,
        demands: list[Demand],
        draft: Draft,
        *,
        today: datetime.date | None = None,
        files: MultiValueDict | None = None,
        bound: bool = True,
    ) -> None:
        data = draft.typed.fields if bound else None
        self.letter = letter
        self.demands = [
            PortalDemandForm(data, demand=demand, not_before=today) for demand in demands
        ]
        self.respondent = PortalRespondentForm(data)
        self.documents = DocumentsForm({}, files if files is not None else MultiValueDict())
        self.draft = draft
        for form in (*self.demands, self.respondent):
            form.initial = {
                name: draft.typed.fields.get(form.add_prefix(name), "") for name in form.fields
            }

    def is_valid(self) -> bool:
        """Whether it can be submitted; documents that passed are kept in either case."""
        self.keep_documents()
        if not any(form.errors or form.statement() for form in self.demands):
            nothing = forms.ValidationError("Answer at least one demand.", code=_OF_ALL)
            self.demands[0].add_error("outcome", nothing)
        return not self.errors()

    def keep_documents(self) -> bool:
        """Files cannot be put back into a form: what was good is kept while errors are mended."""
        found = self.documents.fields["documents"]
        self.documents.full_clean()
        files = list(self.draft.typed.files)
        for file in found.taken:  # type: ignore[attr-defined]
            if sha256_of(file.content) in {one.sha256 for one in files}:
                continue
            if len(files) == uploads.MOST_FILES:
                self.documents.add_error("documents", "At most 10 files can be attached.")
                break
            try:
                files.append(saved_answer.attach(letter=self.letter, file=file, now=timezone.now()))
            except UploadRefused as refusal:
                self.documents.add_error("documents", str(refusal))
        self.draft = replace(self.draft, typed=replace(self.draft.typed, files=tuple(files)))
        return not self.documents.errors

    def errors(self) -> list[tuple[str, str]]:
        """Every error with the id of the field it is about, in the order of the page."""
        return [
            (_anchor(form, name), f"{'' if error.code == _OF_ALL else _place(form)}{message}")
            for form in self._forms()
            for name, found in form.errors.as_data().items()
            for error in found
            for message in error.messages
        ]

    def items(self) -> list[Item]:
        statements = [form.statement() for form in self.demands]
        return [Item(statement) for statement in statements if statement]

    def _forms(self) -> list[forms.Form]:
        return [*self.demands, self.respondent, self.documents]


def field_names(demands: list[Demand]) -> list[str]:
    """The names of every field of the page, documents aside."""
    named = [*(PortalDemandForm(demand=demand) for demand in demands), PortalRespondentForm()]
    return [form.add_prefix(name) for form in named for name in form.fields]


def _anchor(form: forms.Form, name: str) -> str:
    """The id to jump to: of a set of choices, its first."""
    if isinstance(form.fields[name].widget, forms.RadioSelect):
        return f"{form[name].auto_id}_0"
    return form[name].auto_id


def _place(form: forms.Form) -> str:
    return f"Demand {form.demand.number}: " if isinstance(form, DemandForm) else ""
