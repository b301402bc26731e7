"""What one row says, in the program's own words, before it is compared with what is known."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field

# Fields of an institution that a row may fill, in the order they are shown.
SCALARS = (
    "name",
    "kind",
    "control",
    "street",
    "street2",
    "city",
    "state",
    "postal_code",
    "country",
    "address_source",
    "phone",
    "website",
)


@dataclass(frozen=True)
class ContactRecord:
    role: str
    name: str
    title: str
    email: str = ""
    phone: str = ""
    source: str = ""


@dataclass(frozen=True)
class FactRecord:
    key: str
    value: str
    source: str
    as_of: datetime.date


@dataclass(frozen=True)
class ParentReference:
    """The institution that a unit belongs to, as the file names it."""

    unitid: str = ""
    name: str = ""

    def __str__(self) -> str:
        return f"UNITID {self.unitid}" if self.unitid else f"“{self.name}”"


@dataclass(frozen=True)
class Record:
    """One row. `values` holds only what the file has: an empty cell never blanks anything.

    `default_kind` is what a new institution becomes where the row does not say. A record
    with a `refusal` is not used; `is_blank` marks a row without any value.
    """

    line: int
    name: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    aliases: tuple[str, ...] = ()
    identifiers: tuple[tuple[str, str], ...] = ()
    contacts: tuple[ContactRecord, ...] = ()
    facts: tuple[FactRecord, ...] = ()
    parent: ParentReference | None = None
    default_kind: str = ""
    notes: tuple[str, ...] = ()
    refusal: str = ""
    is_blank: bool = False
