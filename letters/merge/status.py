"""The status report of a campaign as a document: figures, drawings, matrix, who stands where.

Its words and numbers are made by `letters.actions.status_report`; nothing here counts.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.template.loader import render_to_string

from letters.merge import typefaces
from letters.merge.document import Document, refuse_missing_characters

_LINES = 90  # names that a page of the list holds at least
_PAGES = 20  # around the list


@dataclass(frozen=True)
class Bar:
    """A number with its share of `of`, drawn as long as the share."""

    name: str
    count: int
    of: int

    @property
    def length(self) -> float:
        """Of a hundred."""
        return round(100 * self.count / self.of, 1) if self.of else 0


@dataclass(frozen=True)
class Column:
    """A period in the drawing over time; `label` is empty where there is no room for one."""

    x: float
    y: float
    width: float
    height: float
    count: int
    label: str

    @property
    def middle(self) -> float:
        return round(self.x + self.width / 2, 1)


@dataclass(frozen=True)
class Drawing:
    width: int
    height: int
    left: int
    right: int
    columns: Sequence[Column]
    lines: Sequence[tuple[float, int]]


@dataclass(frozen=True)
class Table:
    """The first column names the row, the others are numbers."""

    title: str
    headings: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True)
class Standing:
    """A standing with the rule that gives it, and who stands there. `names` may be left out."""

    name: str
    rule: str
    count: int
    names: Sequence[str] = ()


@dataclass(frozen=True)
class Sheet:
    """Everything that stands in the report. `not_listed` says why the names are left out."""

    title: str
    organisation: str
    as_of: str
    facts: Sequence[tuple[str, str]]
    funnel: Sequence[Bar]
    standings: Sequence[Bar]
    matrix: Table
    drawing: Drawing | None
    tables: Sequence[Table]
    definitions: Sequence[Standing]
    notes: Sequence[str] = field(default_factory=tuple)
    not_listed: str = ""


def make(sheet: Sheet) -> Document:
    """Set the report. Raises RenderRefused where the typeface lacks a character of a name."""
    source = render_to_string("documents/status.html", {"sheet": sheet})
    refuse_missing_characters(source, typefaces.DEFAULT)
    listed = sum(len(each.names) for each in sheet.definitions)
    return Document(source, {}, typefaces.DEFAULT, annex_pages=listed // _LINES + _PAGES)
