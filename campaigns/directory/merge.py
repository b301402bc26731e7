"""One record and one institution: what would change, before and after, and what stays.

A file never blanks a value that it does not have, never takes a name, number or alias away,
and never outdoes what a person checked later.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from campaigns.directory.known import Known, KnownContact, KnownFact
from campaigns.directory.profiles import is_from_a_file
from campaigns.directory.record import ContactRecord, FactRecord, Record
from campaigns.models import Contact, Fact, Identifier, Institution

_LABELS = {
    "name": "Name",
    "kind": "Kind",
    "control": "Control",
    "street": "Street",
    "street2": "Second address line",
    "city": "City",
    "state": "State",
    "postal_code": "ZIP",
    "country": "Country",
    "address_source": "Address published at",
    "phone": "Phone",
    "website": "Website",
}
_DEFAULTS = {"control": Institution.Control.UNKNOWN, "country": "US"}


@dataclass(frozen=True)
class Parent:
    """The institution a unit belongs to: on record, or new on another line of the file."""

    pk: int | None = None
    line: int | None = None
    name: str = field(default="", compare=False)


@dataclass(frozen=True)
class Writes:
    """What applying a row writes; empty parts write nothing."""

    values: Mapping[str, str] = field(default_factory=dict)
    parent: Parent | None = None
    aliases: tuple[str, ...] | None = None
    identifiers: tuple[tuple[str, str], ...] = ()
    contacts: tuple[ContactRecord, ...] = ()
    changed_contacts: tuple[tuple[int, Mapping[str, str]], ...] = ()
    facts: tuple[FactRecord, ...] = ()
    changed_facts: tuple[tuple[int, FactRecord], ...] = ()


@dataclass(frozen=True)
class Outcome:
    writes: Writes
    changes: Mapping[str, tuple[str, str]]
    notes: tuple[str, ...]


def merged(record: Record, known: Known | None, parent: Parent | None) -> Outcome:
    """What the record makes of the institution, or of none. Changes are for known ones."""
    if known is None:
        return _new(record, parent)
    notes = list(record.notes)
    changes: dict[str, tuple[str, str]] = {}
    writes = Writes(
        values=_values(record, known, changes),
        parent=_parent(parent, known, changes),
        aliases=_aliases(record, known, changes),
        identifiers=_identifiers(record, known, changes),
        **_contacts(record, known, changes, notes),
        **_facts(record, known, changes, notes),
    )
    if known.values["address_source"] and "city" in record.values and "street" not in record.values:
        notes.append(f"The file has no street, and the supplied one is kept: {_street(known)}")
    notes.extend(_address_notes({**known.values, **writes.values}))
    return Outcome(writes, changes, tuple(dict.fromkeys(notes)))


def _new(record: Record, parent: Parent | None) -> Outcome:
    values = {**_DEFAULTS, "kind": record.default_kind, **record.values}
    writes = Writes(
        values=values,
        parent=parent,
        aliases=record.aliases,
        identifiers=tuple(dict.fromkeys(record.identifiers)),
        contacts=record.contacts,
        facts=record.facts,
    )
    notes = (*record.notes, *_address_notes(values))
    return Outcome(writes, {}, tuple(dict.fromkeys(notes)))


def _address_notes(values: Mapping[str, str]) -> list[str]:
    needed = {"street": "street", "city": "city", "postal_code": "ZIP code"}
    if values.get("country") == "US":
        needed["state"] = "state"
    lacking = [label for name, label in needed.items() if not values.get(name)]
    if not lacking:
        return []
    return [f"No letter can be posted to it until this is supplied: {', '.join(lacking)}"]


def _street(known: Known) -> str:
    return known.values["street"]


def _values(record: Record, known: Known, changes: dict[str, tuple[str, str]]) -> dict[str, str]:
    written = {name: value for name, value in record.values.items() if value != known.values[name]}
    if "street" in written and known.values["address_source"]:
        # The supplied street gives way to a published one; its source would now be wrong.
        written.setdefault("address_source", "The imported directory")
    for name, value in written.items():
        changes[_LABELS[name]] = (_shown(name, known.values[name]), _shown(name, value))
    return written


def _shown(name: str, value: str) -> str:
    if name == "kind" and value:
        return str(Institution.Kind(value).label)
    if name == "control" and value:
        return str(Institution.Control(value).label)
    return value


def _parent(
    parent: Parent | None, known: Known, changes: dict[str, tuple[str, str]]
) -> Parent | None:
    if parent is None or (parent.pk == known.parent_pk and parent.pk is not None):
        return None
    changes["Belongs to"] = ("another institution" if known.parent_pk else "", parent.name)
    return parent


def _aliases(
    record: Record, known: Known, changes: dict[str, tuple[str, str]]
) -> tuple[str, ...] | None:
    """Other names are added; a former name stays on as one, so that it is still found."""
    have = {alias.casefold() for alias in known.aliases}
    added = [alias for alias in record.aliases if alias.casefold() not in have]
    renamed = record.name and record.name != known.name
    if renamed and known.name.casefold() not in have | {one.casefold() for one in record.aliases}:
        added.append(known.name)
    added = [alias for alias in added if alias.casefold() != (record.name or known.name).casefold()]
    if not added:
        return None
    changes["Other names"] = (" | ".join(known.aliases), " | ".join((*known.aliases, *added)))
    return (*known.aliases, *added)


def _identifiers(
    record: Record, known: Known, changes: dict[str, tuple[str, str]]
) -> tuple[tuple[str, str], ...]:
    added = tuple(one for one in dict.fromkeys(record.identifiers) if one not in known.identifiers)
    for scheme in dict.fromkeys(scheme for scheme, _ in added):
        before = known.numbers(scheme)
        after = [*before, *(value for one, value in added if one == scheme)]
        label = Identifier.Scheme(scheme).label
        changes[label] = (", ".join(before), ", ".join(after))
    return added


# --- Contacts ----------------------------------------------------------------------


def _contacts(
    record: Record, known: Known, changes: dict[str, tuple[str, str]], notes: list[str]
) -> dict[str, Any]:
    new: list[ContactRecord] = []
    changed: list[tuple[int, Mapping[str, str]]] = []
    for contact in record.contacts:
        label = str(Contact.Role(contact.role).label)
        if same := _same_person(contact, known):
            if same.is_archived:
                notes.append(f"A contact that was archived stays so: {_said(contact)}")
            elif updates := _contact_updates(contact, same):
                changed.append((same.pk, updates))
                changes[label] = (_said(same), _said_after(same, updates))
        elif holder := _holder(contact, known):
            if is_from_a_file(holder.source) or holder.source == contact.source:
                updates = _contact_updates(contact, holder)
                changed.append((holder.pk, updates))
                changes[label] = (_said(holder), _said_after(holder, updates))
            else:
                notes.append(
                    f"The contact that staff entered is kept, {_said(holder)}; the file names "
                    f"another: {_said(contact)}"
                )
        else:
            new.append(contact)
            changes[label] = ("", _said(contact))
    return {"contacts": tuple(new), "changed_contacts": tuple(changed)}


def _same_person(contact: ContactRecord, known: Known) -> KnownContact | None:
    """Of several entries for one person, the active one."""
    found = [
        one
        for one in known.contacts
        if one.name.casefold() == contact.name.casefold()
        and (contact.name or one.title.casefold() == contact.title.casefold())
    ]
    return min(found, key=lambda one: one.is_archived, default=None)


def _holder(contact: ContactRecord, known: Known) -> KnownContact | None:
    """Who holds the office now, where the office is one that a single person holds."""
    if contact.role == Contact.Role.OTHER:
        return None
    holders = [one for one in known.contacts if one.role == contact.role and not one.is_archived]
    return holders[0] if len(holders) == 1 else None


def _contact_updates(contact: ContactRecord, known: KnownContact) -> dict[str, str]:
    """What the file adds; it renews what a file said, and only fills in what a person said."""
    renewable = is_from_a_file(known.source) or known.source == contact.source
    updates = {}
    for name in ("name", "title", "email", "phone", "source"):
        value, before = getattr(contact, name), getattr(known, name)
        if value and value != before and (renewable or not before):
            updates[name] = value
    return updates


def _said(contact: ContactRecord | KnownContact) -> str:
    parts = (contact.name, contact.title, contact.email, contact.phone)
    return ", ".join(part for part in parts if part) + _source(contact.source)


def _said_after(known: KnownContact, updates: Mapping[str, str]) -> str:
    parts = (
        updates.get(name, getattr(known, name)) for name in ("name", "title", "email", "phone")
    )
    return ", ".join(part for part in parts if part) + _source(updates.get("source", known.source))


def _source(source: str) -> str:
    return f" ({source})" if source else ""


# --- Facts -------------------------------------------------------------------------


def _facts(
    record: Record, known: Known, changes: dict[str, tuple[str, str]], notes: list[str]
) -> dict[str, Any]:
    new: list[FactRecord] = []
    changed: list[tuple[int, FactRecord]] = []
    for fact in record.facts:
        before = known.facts.get(fact.key)
        label = str(Fact.Key(fact.key).label)
        if before is None:
            new.append(fact)
            changes[label] = ("", _fact(fact))
        elif _may_renew(fact, before):
            changed.append((before.pk, fact))
            changes[label] = (_fact(before), _fact(fact))
        elif fact.value != before.value:
            notes.append(f"What is on record is kept for “{label}”: {_fact(before)}")
    return {"facts": tuple(new), "changed_facts": tuple(changed)}


def _may_renew(fact: FactRecord, known: KnownFact) -> bool:
    if (fact.value, fact.source, fact.as_of) == (known.value, known.source, known.as_of):
        return False
    if is_from_a_file(known.source) or known.source == fact.source:
        return fact.as_of >= known.as_of
    return known.value == Fact.Value.UNKNOWN and fact.value != Fact.Value.UNKNOWN


def _fact(fact: FactRecord | KnownFact) -> str:
    return f"{Fact.Value(fact.value).label} ({fact.source}, {fact.as_of.isoformat()})"
