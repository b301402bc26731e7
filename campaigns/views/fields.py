"""Form fields that let text in through the one door, `campaigns.text`.

A form made of them can say afterwards what was cleaned: a person who pasted a name with a
line break in it is told that it became a space, instead of finding out from the letter.
"""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from campaigns.actions import Refused
from campaigns.text import Cleaned, UnsafeText, clean_block, clean_line


class LineField(forms.CharField):
    """One line of text."""

    def door(self, raw: str) -> Cleaned:
        return clean_line(raw, limit=self.max_length or 500)

    def to_python(self, value: Any) -> str:
        text = super().to_python(value)
        try:
            cleaned = self.door(text or "").text
        except UnsafeText as refusal:
            raise ValidationError(str(refusal), code="unsafe") from refusal
        return cleaned if cleaned.strip() else ""


class BlockField(LineField):
    """Several lines of text."""

    widget = forms.Textarea

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(strip=False, **kwargs)

    def door(self, raw: str) -> Cleaned:
        return clean_block(raw, limit=self.max_length or 100_000)


class RowsField(forms.ModelMultipleChoiceField):
    """Rows by their keys; a key that no row can have is a refusal and not a crash."""

    def clean(self, value: Any) -> Any:
        for key in value or ():
            if whole_number(str(key)) is None:
                raise ValidationError(
                    self.error_messages["invalid_pk_value"],
                    code="invalid_pk_value",
                    params={"pk": str(key)[:_DIGITS]},
                )
        return super().clean(value)


def the_line(raw: str, *, limit: int = 500) -> str:
    """One typed line that no form holds: the reason or name beside a button. Raises Refused."""
    try:
        return str(LineField(required=False, max_length=limit).clean(raw))
    except ValidationError as error:
        raise Refused(error.messages[0]) from error


def whole_number(typed: str) -> int | None:
    """The number that an address or a hidden field names a row by; None where it names none.

    A number that is too long for its column is an error in the database, and one that is much
    longer is an error in Python.
    """
    return int(typed) if typed.isdecimal() and len(typed) <= _DIGITS else None


# Every number of so many digits fits into a column.
_DIGITS = 18


def cleaned_notes(form: forms.BaseForm) -> list[str]:
    """What was cleaned in a valid form, in sentences: `Title: odd spaces became plain spaces.`"""
    notes = []
    for name, field in form.fields.items():
        if isinstance(field, LineField):
            raw = form.data.get(form.add_prefix(name)) or ""
            changes = field.door(raw).changes
            notes += [f"{form[name].label}: {change}." for change in changes]
    return notes
