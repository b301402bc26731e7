"""The cells of one row by field name, cleaned on the way in."""

from collections.abc import Mapping

from campaigns.directory.reading import SourceRow
from campaigns.text import UnsafeText, clean_line


class RowRefused(Exception):
    """The row cannot be used; the message is its reason."""


class Cells:
    """Reads cells by field; collects in `notes` what was cleaned or could not be used."""

    def __init__(self, row: SourceRow, columns: Mapping[str, int], headings: tuple[str, ...]):
        self.row, self.columns, self.headings = row, columns, headings
        self.notes: list[str] = []

    def raw(self, field: str) -> str:
        """The cell as it stands. Raises RowRefused for a formula or an error value."""
        column = self.columns.get(field)
        if column is None:
            return ""
        if fault := self.row.faults.get(column):
            raise RowRefused(f"“{self.headings[column]}”: {fault}")
        return self.row.cells[column]

    def text(self, field: str, *, limit: int = 500, label: str = "") -> str:
        """The cell as one clean line; what was changed is noted. Raises RowRefused."""
        raw = self.raw(field)
        if not raw or raw.isspace():
            return ""
        heading = label or self.headings[self.columns[field]]
        try:
            cleaned = clean_line(raw, limit=limit)
        except UnsafeText as unsafe:
            raise RowRefused(f"Unsafe text in “{heading}”: {unsafe}") from unsafe
        self.notes.extend(f"“{heading}” was cleaned: {change}" for change in cleaned.changes)
        return cleaned.text

    def value(self, found: tuple[str, str]) -> str:
        """The value of a function of `values`; its note is kept."""
        text, note = found
        if note:
            self.notes.append(note)
        return text
