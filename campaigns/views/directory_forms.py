"""Forms of the import: the file, how it is read, and which column is which."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone

from campaigns.directory import mapping, profiles
from campaigns.directory.choices import Choices, collected_on
from campaigns.directory.delimited import DELIMITERS, ENCODINGS
from campaigns.directory.reading import MAX_BYTES, Reading
from campaigns.models import Institution

_FOUND_OUT = ("", "Found out from the file")


class UploadForm(forms.Form):
    file = forms.FileField(
        label="CSV file or XLSX workbook",
        help_text="The first row holds the headings. Nothing is written before you confirm.",
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx"}),
    )

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        if (file.size or 0) > MAX_BYTES:
            raise ValidationError(
                f"The file has {file.size:,} bytes; at most {MAX_BYTES:,} are read. Split it."
            )
        return file


class ReadingForm(forms.Form):
    """How the bytes become rows. Sent by GET, since reading again changes nothing."""

    profile = forms.ChoiceField(label="What it is", choices=list(profiles.PROFILES.items()))
    encoding = forms.ChoiceField(required=False, choices=[_FOUND_OUT, *ENCODINGS.items()])
    delimiter = forms.ChoiceField(required=False, choices=[_FOUND_OUT, *DELIMITERS.items()])

    def __init__(self, data: Any, *, sheets: tuple[str, ...] = (), is_workbook: bool) -> None:
        super().__init__(data)
        if is_workbook:
            del self.fields["encoding"], self.fields["delimiter"]
        if len(sheets) > 1:
            self.fields["sheet"] = forms.ChoiceField(choices=[(one, one) for one in sheets])


class MappingForm(forms.Form):
    """What the facts are of which day, and for any other list which column is which field."""

    collected_on = forms.DateField(
        label="The data are of",
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="Facts are kept with this date: what was so then may not be so today.",
    )
    default_kind = forms.ChoiceField(
        label="Kind of a row that does not say",
        choices=Institution.Kind.choices,
        initial=Institution.Kind.UNIVERSITY,
    )

    def __init__(self, *args: Any, reading: Reading, profile: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.reading, self.profile = reading, profile
        if profile == profiles.IPEDS:
            del self.fields["default_kind"]
            return
        for number, heading in enumerate(reading.headings):
            self.fields[f"column_{number}"] = forms.ChoiceField(
                label=heading, required=False, choices=_FIELDS
            )

    @staticmethod
    def initial_of(
        reading: Reading, profile: str, file_name: str, known: dict[str, str]
    ) -> dict[str, Any]:
        fields = {heading: field for field, heading in known.items()}
        return {
            "collected_on": collected_on(file_name, profile, timezone.localdate()),
            **{
                f"column_{number}": fields.get(heading, "")
                for number, heading in enumerate(reading.headings)
            },
        }

    @property
    def columns(self) -> list[tuple[str, list[str], forms.BoundField]]:
        """Each column of the file with its first values, and what it is."""
        if self.profile == profiles.IPEDS:
            return []
        return [
            (heading, self._samples(number), self[f"column_{number}"])
            for number, heading in enumerate(self.reading.headings)
        ]

    def _samples(self, number: int) -> list[str]:
        cells = (row.cells[number] for row in self.reading.rows[:50] if number < len(row.cells))
        found = dict.fromkeys(cell.strip()[:60] for cell in cells if cell.strip())
        return list(found)[:3]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.profile == profiles.IPEDS:
            return cleaned
        chosen: dict[str, str] = {}
        for number, heading in enumerate(self.reading.headings):
            field = cleaned.get(f"column_{number}")
            if field and field in chosen:
                self.add_error(
                    f"column_{number}",
                    f"{mapping.BY_NAME[field].label} is chosen for “{chosen[field]}” already.",
                )
            elif field:
                chosen[field] = heading
        cleaned["mapping"] = chosen
        if not self.errors:
            for problem in mapping.problems(chosen, self.reading.headings):
                self.add_error(None, problem)
        return cleaned

    def choices(self, file_name: str, how: dict[str, str]) -> Choices:
        return Choices(
            file_name=file_name,
            profile=self.profile,
            collected_on=self.cleaned_data["collected_on"],
            mapping=self.cleaned_data.get("mapping", {}),
            default_kind=self.cleaned_data.get("default_kind", Institution.Kind.UNIVERSITY),
            **how,
        )


def _grouped() -> list[Any]:
    sections: dict[str, list[tuple[str, str]]] = {}
    for field in mapping.FIELDS:
        sections.setdefault(field.section, []).append((field.name, field.label))
    return [("", "Not used"), *sections.items()]


_FIELDS = _grouped()
