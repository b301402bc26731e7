"""Rows to records. IPEDS is read as the agency documents it, anything else by a mapping."""

import re
from collections.abc import Callable, Iterator

from campaigns.directory import values
from campaigns.directory.cells import Cells, RowRefused
from campaigns.directory.choices import Choices
from campaigns.directory.mapping import FACT_PREFIX, NAME
from campaigns.directory.reading import Reading, SourceRow, Unreadable
from campaigns.directory.record import ContactRecord, FactRecord, ParentReference, Record
from campaigns.models import Contact, Fact, Identifier, Institution
from campaigns.placeholders import names_nobody, titles_nothing
from campaigns.text import UnsafeText, clean_line

IPEDS, GENERIC = "ipeds", "generic"
PROFILES = {
    IPEDS: "IPEDS directory (HD file of the US Department of Education)",
    GENERIC: "Any other list, by its columns",
}
IPEDS_SOURCE = "IPEDS HD"
FILE_SOURCE = "File "


def is_from_a_file(source: str) -> bool:
    """Whether a contact or fact came from an import, so that a later one may renew it."""
    return source.startswith((IPEDS_SOURCE, FILE_SOURCE))


def suggest(headings: tuple[str, ...]) -> str:
    return IPEDS if {"UNITID", "INSTNM", "OPEFLAG"} <= set(headings) else GENERIC


def records(reading: Reading, choices: Choices) -> Iterator[Record]:
    """One record for each row of the file, in order; none is left out."""
    headings = {heading: column for column, heading in enumerate(reading.headings)}
    if choices.profile == IPEDS:
        if lacking := [name for name in _IPEDS_NEEDED if name not in headings]:
            raise Unreadable(
                f"An IPEDS file has the columns {', '.join(lacking)}; this one has not. Choose "
                "“any other list” to say which column is which."
            )
        build, columns = _ipeds, headings
    else:
        build = _generic
        columns = {field: headings[heading] for field, heading in choices.mapping.items()}
    for row in reading.rows:
        yield _record(build, row, Cells(row, columns, reading.headings), choices)


def _record(
    build: Callable[[int, Cells, Choices], Record], row: SourceRow, cells: Cells, choices: Choices
) -> Record:
    if row.is_blank:
        return Record(row.line, is_blank=True)
    if row.refusal:
        return Record(row.line, name=_glimpse(cells), refusal=row.refusal)
    try:
        return build(row.line, cells, choices)
    except RowRefused as refused:
        return Record(row.line, name=_glimpse(cells), refusal=str(refused))


def _glimpse(cells: Cells) -> str:
    """The name of a row that is refused, as far as it may be shown."""
    column = cells.columns.get(NAME, cells.columns.get("INSTNM"))
    if column is None or column >= len(cells.row.cells):
        return ""
    try:
        return clean_line(cells.row.cells[column], limit=300).text
    except UnsafeText:
        return ""


# --- IPEDS -------------------------------------------------------------------------

_IPEDS_NEEDED = ("UNITID", "INSTNM", "ADDR", "CITY", "STABBR", "ZIP", "CONTROL", "OPEFLAG")
_IPEDS_MISSING = frozenset({"-1", "-2", "-3"})
_IPEDS_CONTROL = {
    "1": Institution.Control.PUBLIC,
    "2": Institution.Control.NONPROFIT,
    "3": Institution.Control.FOR_PROFIT,
}
# 1 takes part in federal student aid; 2 is a branch of a participant. The other values do
# not show it, and do not prove that no federal funds are received by another way.
_SHOWS_FEDERAL_FUNDS = frozenset({"1", "2"})


def _ipeds(line: int, cells: Cells, choices: Choices) -> Record:
    def text(column: str, limit: int = 500) -> str:
        value = cells.text(column, limit=limit)
        return "" if value in _IPEDS_MISSING else value

    name = text("INSTNM", 300)
    unitid = cells.value(values.identifier(Identifier.Scheme.UNITID, text("UNITID")))
    if not unitid:
        raise RowRefused("The UNITID is not six digits, so it is not certain which school it is")
    if not name:
        raise RowRefused("The row has no name")
    state = _optional(cells, values.state, text("STABBR"))
    filled = {
        "name": name,
        "control": _IPEDS_CONTROL.get(text("CONTROL"), ""),
        "street": text("ADDR", 200),
        "city": text("CITY", 100),
        "state": state,
        "postal_code": _zip(cells, text("ZIP"), state, "US"),
        "phone": _optional(cells, values.phone, text("GENTELE")),
        "website": _optional(cells, values.website, text("WEBADDR", 300)),
    }
    if not filled["control"]:
        cells.notes.append("The file does not say whether it is public or private")
    if closed := text("CLOSEDAT"):
        cells.notes.append(f"The file says that it closed: {closed}")
    elif text("DEATHYR"):
        cells.notes.append(f"The file says that it was closed or merged: {text('DEATHYR')}")
    return Record(
        line,
        name=name,
        values={field: value for field, value in filled.items() if value},
        aliases=split_aliases(cells.raw("IALIAS"), name),
        identifiers=(
            (Identifier.Scheme.UNITID, unitid),
            *_identifiers(cells, Identifier.Scheme.OPEID, text("OPEID")),
            *_identifiers(cells, Identifier.Scheme.EIN, text("EIN")),
            *_identifiers(cells, Identifier.Scheme.UEI, text("UEIS")),
        ),
        contacts=_ipeds_contact(cells, text("CHFNM", 200), text("CHFTITLE", 200), choices),
        facts=_ipeds_facts(cells, text("OPEFLAG"), text("MEDICAL"), choices),
        default_kind=Institution.Kind.UNIVERSITY,
        notes=tuple(dict.fromkeys(cells.notes)),
    )


def _ipeds_source(choices: Choices) -> str:
    return f"{IPEDS_SOURCE} {choices.collected_on.year}"


def _ipeds_contact(
    cells: Cells, name: str, title: str, choices: Choices
) -> tuple[ContactRecord, ...]:
    if not name:
        cells.notes.append("The file names no chief administrator")
        return ()
    name, title = _of_a_person(cells, "chief administrator", name, title)
    if not name and not title:
        return ()
    return (ContactRecord(Contact.Role.CHIEF, name, title, source=_ipeds_source(choices)),)


def _of_a_person(cells: Cells, who: str, name: str, title: str) -> tuple[str, str]:
    """Name and title, each empty where the file writes that there is none."""
    if names_nobody(name):
        cells.notes.append(f"The {who} is “{name}”, which names nobody: no name is kept")
        name = ""
    if titles_nothing(title):
        cells.notes.append(f"The title of the {who} is “{title}”: no title is kept")
        title = ""
    return name, title


def _ipeds_facts(
    cells: Cells, opeflag: str, medical: str, choices: Choices
) -> tuple[FactRecord, ...]:
    source, on = _ipeds_source(choices), choices.collected_on
    shown = opeflag in _SHOWS_FEDERAL_FUNDS
    if not shown:
        cells.notes.append(
            f"Federal financial assistance is not shown, and so not known: OPEFLAG is {opeflag}"
        )
    found = [
        FactRecord(
            Fact.Key.FFA,
            Fact.Value.YES if shown else Fact.Value.UNKNOWN,
            f"{source}, OPEFLAG={opeflag}",
            on,
        )
    ]
    if medical == "1":
        found.append(
            FactRecord(Fact.Key.MEDICAL_DEGREE, Fact.Value.YES, f"{source}, MEDICAL=1", on)
        )
    return tuple(found)


# fmt: off
_LONE_WORDS = frozenset({
    "college", "university", "school", "institute", "center", "academy", "campus", "and", "of",
    "the", "inc",
})
# fmt: on


def split_aliases(raw: str, name: str) -> tuple[str, ...]:
    """The other names of one cell, each clean and once. Raises RowRefused.

    They are parted by bars, semicolons or runs of spaces. A run before a word that is no
    name by itself ("St Louis Community  College") is a slip of the typist and parts nothing.
    """
    parts: list[str] = []
    for piece in re.split(r"[|;]", raw):
        for part in re.split(r"\s{2,}", piece.strip()):
            lone = part.casefold().strip(".,") in _LONE_WORDS
            hangs = parts and parts[-1].casefold().endswith((" and", " of", " the", ","))
            if parts and part and (lone or hangs):
                parts[-1] = f"{parts[-1]} {part}"
            else:
                parts.append(part)
    aliases: dict[str, str] = {}
    for part in parts:
        try:
            alias = clean_line(part.strip(" ,"), limit=1000).text
        except UnsafeText as unsafe:
            raise RowRefused(f"Unsafe text among the other names: {unsafe}") from unsafe
        if alias and alias.casefold() != name.casefold():
            aliases.setdefault(alias.casefold(), alias)
    return tuple(aliases.values())


# --- Any other list ----------------------------------------------------------------

_YES = frozenset({"yes", "y", "true", "1", "x"})
_NO = frozenset({"no", "n", "false", "0"})
_NOT_KNOWN = frozenset({"unknown", "not known", "?", "n/a", "na"})
_ROLE_WORDS = (
    ("counsel", Contact.Role.COUNSEL),
    ("dean", Contact.Role.DEAN),
    ("editor", Contact.Role.EDITOR),
    ("publisher", Contact.Role.PUBLISHER),
    ("president", Contact.Role.CHIEF),
    ("chancellor", Contact.Role.CHIEF),
    ("chief executive", Contact.Role.CHIEF),
    ("chief administrator", Contact.Role.CHIEF),
)
_MULTIPLE = re.compile(r"\s*[|;,]\s*")


def _generic(line: int, cells: Cells, choices: Choices) -> Record:
    name = cells.text(NAME, limit=300)
    identifiers = _generic_identifiers(cells)
    if not name and not any(scheme in Identifier.UNIQUE_SCHEMES for scheme, _ in identifiers):
        raise RowRefused("The row has no name")
    parent = _parent(cells)
    filled = {"name": name, "kind": _kind(cells), **_generic_address(cells)}
    filled["control"] = _optional(cells, values.control, cells.text("control"))
    filled["phone"] = _optional(cells, values.phone, cells.text("phone"))
    filled["website"] = _optional(cells, values.website, cells.text("website", limit=300))
    return Record(
        line,
        name=name,
        values={field: value for field, value in filled.items() if value},
        aliases=split_aliases(cells.raw("aliases"), name),
        identifiers=identifiers,
        contacts=_generic_contact(cells, choices),
        facts=_generic_facts(cells, choices),
        parent=parent,
        default_kind=_default_kind(identifiers, parent, choices),
        notes=tuple(dict.fromkeys(cells.notes)),
    )


def _generic_identifiers(cells: Cells) -> tuple[tuple[str, str], ...]:
    found: list[tuple[str, str]] = []
    for scheme in Identifier.Scheme.values:
        text = cells.text(scheme)
        good = _identifiers(cells, scheme, text)
        if text and not good and scheme in Identifier.UNIQUE_SCHEMES:
            raise RowRefused(cells.notes[-1])
        found.extend(good)
    return tuple(found)


def _generic_address(cells: Cells) -> dict[str, str]:
    country = _optional(cells, values.country, cells.text("country")) or ""
    state = cells.text("state", limit=50)
    if state:
        state = cells.value(values.state(state, country or "US"))
    return {
        "street": cells.text("street", limit=200),
        "street2": cells.text("street2", limit=200),
        "city": cells.text("city", limit=100),
        "state": state,
        "postal_code": _zip(cells, cells.text("postal_code"), state, country or "US")[:20],
        "country": country,
        "address_source": cells.text("address_source"),
    }


def _kind(cells: Cells) -> str:
    return _optional(cells, values.kind, cells.text("kind"))


def _default_kind(
    identifiers: tuple[tuple[str, str], ...], parent: ParentReference | None, choices: Choices
) -> str:
    schemes = {scheme for scheme, _ in identifiers}
    if Identifier.Scheme.ISSN in schemes:
        return Institution.Kind.JOURNAL
    if Identifier.Scheme.CCN in schemes:
        return Institution.Kind.HOSPITAL
    if parent and choices.default_kind == Institution.Kind.UNIVERSITY:
        return Institution.Kind.SCHOOL
    return choices.default_kind


def _parent(cells: Cells) -> ParentReference | None:
    unitid = cells.text("parent_unitid")
    if unitid and not values.identifier(Identifier.Scheme.UNITID, unitid)[0]:
        raise RowRefused(f"The UNITID that it belongs to is not six digits: {unitid}")
    name = cells.text("parent_name", limit=300)
    return ParentReference(unitid, name) if unitid or name else None


def _generic_contact(cells: Cells, choices: Choices) -> tuple[ContactRecord, ...]:
    name = cells.text("contact_name", limit=200)
    title = cells.text("contact_title", limit=200)
    name, title = _of_a_person(cells, "contact", name, title)
    email = _optional(cells, values.email, cells.text("contact_email", limit=254))
    phone = _optional(cells, values.phone, cells.text("contact_phone"))
    if not name and not title:
        if email or phone:
            cells.notes.append("A contact without name and title is not kept: " + (email or phone))
        return ()
    role = _role(cells.text("contact_role") or title, cells)
    source = cells.text("contact_source") or f"{FILE_SOURCE}{choices.file_name}"[:500]
    return (ContactRecord(role, name, title, email, phone, source),)


def _role(words: str, cells: Cells) -> str:
    folded = words.casefold()
    for value, label in Contact.Role.choices:
        if folded in (value, label.casefold()):
            return value
    for word, role in _ROLE_WORDS:
        if word in folded:
            return role
    heading = cells.columns.get("contact_name")
    dean = heading is not None and "dean" in cells.headings[heading].casefold()
    return Contact.Role.DEAN if dean else Contact.Role.OTHER


def _generic_facts(cells: Cells, choices: Choices) -> tuple[FactRecord, ...]:
    source = cells.text("fact_source") or f"{FILE_SOURCE}{choices.file_name}"[:500]
    found = []
    for key, label in Fact.Key.choices:
        words = cells.text(f"{FACT_PREFIX}{key}").casefold()
        if words in _YES:
            found.append(FactRecord(key, Fact.Value.YES, source, choices.collected_on))
        elif words in _NO:
            found.append(FactRecord(key, Fact.Value.NO, source, choices.collected_on))
        elif words and words not in _NOT_KNOWN:
            cells.notes.append(f"“{label}” is neither yes nor no, and so not known: {words}")
    return tuple(found)


# --- Both --------------------------------------------------------------------------


def _optional(cells: Cells, reader: Callable[[str], values.Value], text: str) -> str:
    return cells.value(reader(text)) if text else ""


def _zip(cells: Cells, text: str, state: str, country: str) -> str:
    return cells.value(values.postal_code(text, state, country)) if text else ""


def _identifiers(cells: Cells, scheme: str, text: str) -> tuple[tuple[str, str], ...]:
    """One or several numbers of one kind; a cell of the file may hold several."""
    parts = [text] if scheme == Identifier.Scheme.OTHER else _MULTIPLE.split(text)
    found = (cells.value(values.identifier(scheme, part)) for part in parts if part)
    return tuple(dict.fromkeys((scheme, value) for value in found if value))
