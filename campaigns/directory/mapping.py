"""Which column of a file is which field: the fields there are, and a good guess."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rapidfuzz import fuzz

from campaigns.models import Fact
from campaigns.text import fold


@dataclass(frozen=True)
class Field:
    """Something a column can fill. `synonyms` are headings seen in real directories."""

    name: str
    label: str
    section: str
    synonyms: tuple[str, ...] = ()


NAME = "name"
_INSTITUTION, _ADDRESS, _NUMBERS = "Institution", "Address", "Numbers"
_CONTACT, _FACTS = "Contact", "Facts (yes or no)"
FACT_PREFIX = "fact_"
FIELDS: tuple[Field, ...] = (
    Field(
        NAME,
        "Name",
        _INSTITUTION,
        # The smaller unit first: beside a column "University", a "Medical school" is the name.
        (
            "medical school",
            "school name",
            "school",
            "faculty",
            "journal",
            "journal title",
            "facility name",
            "hospital name",
            "institution name",
            "institution",
            "instnm",
            "organisation",
            "organization",
            "organization name",
            "recipient",
            "publisher name",
            "college",
            "university",
        ),
    ),
    Field("kind", "Kind", _INSTITUTION, ("type", "institution type", "hospital type", "category")),
    Field(
        "parent_name",
        "Belongs to (name)",
        _INSTITUTION,
        (
            "parent",
            "parent name",
            "parent institution",
            "belongs to",
            "part of",
            "university name",
            "university",
            "institution",
            "publisher",
        ),
    ),
    Field("parent_unitid", "Belongs to (UNITID)", _INSTITUTION, ("parent unitid", "parent id")),
    Field(
        "control",
        "Public or private",
        _INSTITUTION,
        ("control", "ownership", "hospital ownership", "sector", "public private"),
    ),
    Field("aliases", "Other names", _INSTITUTION, ("alias", "aliases", "ialias", "also known as")),
    Field("website", "Website", _INSTITUTION, ("web", "web address", "webaddr", "url", "homepage")),
    Field("phone", "Phone", _INSTITUTION, ("telephone", "telephone number", "phone number")),
    Field(
        "street",
        "Street",
        _ADDRESS,
        ("addr", "address", "street address", "address 1", "address line 1", "street 1"),
    ),
    Field("street2", "Second address line", _ADDRESS, ("address 2", "address line 2", "street 2")),
    Field("city", "City", _ADDRESS, ("town", "city town", "municipality")),
    Field("state", "State", _ADDRESS, ("stabbr", "st", "state code", "province", "region")),
    Field(
        "postal_code",
        "ZIP or postal code",
        _ADDRESS,
        ("zip", "zip code", "postcode", "postal code"),
    ),
    Field("country", "Country", _ADDRESS, ("country code",)),
    Field(
        "address_source",
        "Where the address was published",
        _ADDRESS,
        ("source", "address source", "source of address", "published at"),
    ),
    Field("unitid", "UNITID", _NUMBERS, ("unit id", "ipeds id", "ipeds unitid")),
    Field("opeid", "OPEID", _NUMBERS, ("ope id", "opeid8")),
    Field("uei", "UEI", _NUMBERS, ("ueis", "unique entity id", "sam uei")),
    Field("ein", "EIN", _NUMBERS, ("tax id", "employer identification number")),
    Field("issn", "ISSN", _NUMBERS, ("issn l", "print issn", "eissn", "e issn", "online issn")),
    Field("ror", "ROR", _NUMBERS, ("ror id",)),
    Field("ccn", "CCN (CMS)", _NUMBERS, ("facility id", "provider id", "provider number")),
    Field("other", "Other number", _NUMBERS, ("id", "identifier", "number", "code")),
    Field(
        "contact_name",
        "Contact: name",
        _CONTACT,
        (
            "contact",
            "dean",
            "dean name",
            "name of dean",
            "president",
            "chief administrator",
            "chfnm",
            "editor",
            "editor in chief",
            "attention",
        ),
    ),
    Field(
        "contact_title",
        "Contact: title",
        _CONTACT,
        ("title", "contact title", "job title", "position", "chftitle", "dean title"),
    ),
    Field("contact_role", "Contact: role", _CONTACT, ("role", "contact role")),
    Field(
        "contact_email",
        "Contact: e-mail",
        _CONTACT,
        ("email", "e mail", "email address", "contact email", "mail"),
    ),
    Field("contact_phone", "Contact: phone", _CONTACT, ("contact phone", "direct phone")),
    Field("contact_source", "Contact: source", _CONTACT, ("contact source",)),
    *(
        Field(f"{FACT_PREFIX}{key}", label, _FACTS, (key.replace("_", " "), label.casefold()))
        for key, label in Fact.Key.choices
    ),
    Field("fact_source", "Source of the facts", _FACTS, ("source of facts", "evidence")),
)
BY_NAME: Mapping[str, Field] = {field.name: field for field in FIELDS}
_CLOSE_ENOUGH = 85


def signature(headings: Iterable[str]) -> str:
    """What makes two files alike: the same headings in the same order."""
    return hashlib.sha256("\x1f".join(map(fold, headings)).encode()).hexdigest()


def guess(headings: Iterable[str]) -> dict[str, str]:
    """Field to heading: exact names first, then near ones; each heading at most once."""
    free = list(headings)
    mapping: dict[str, str] = {}
    for field in FIELDS:
        if heading := _known(field, free):
            mapping[field.name] = heading
            free.remove(heading)
    for field in FIELDS:
        if field.name not in mapping and (heading := _near(field, free)):
            mapping[field.name] = heading
            free.remove(heading)
    return mapping


def _names(field: Field) -> tuple[str, ...]:
    return (fold(field.name.replace("_", " ")), fold(field.label), *field.synonyms)


def _known(field: Field, free: list[str]) -> str:
    folded = {fold(heading.replace("_", " ")): heading for heading in reversed(free)}
    return next((folded[name] for name in _names(field) if name in folded), "")


def _near(field: Field, free: list[str]) -> str:
    best, best_score = "", float(_CLOSE_ENOUGH)
    for heading in free:
        words = fold(heading.replace("_", " "))
        if len(words) < 5:
            continue  # "ST", "NO" and the like are near everything
        score = (
            max(fuzz.token_sort_ratio(words, name) for name in _names(field) if len(name) >= 5)
            if any(len(name) >= 5 for name in _names(field))
            else 0.0
        )
        if score >= best_score:
            best, best_score = heading, score
    return best


def problems(mapping: Mapping[str, str], headings: Iterable[str]) -> list[str]:
    """Why a mapping cannot be used, in sentences; empty where it can."""
    known, found = set(headings), []
    identifies = {NAME, "unitid", "issn", "ror", "ccn"} & set(mapping)
    if not identifies:
        found.append("Choose the column that holds the name, or a number such as the UNITID.")
    for field, heading in mapping.items():
        if field not in BY_NAME:
            found.append(f"There is no field named “{field}”.")
        elif heading not in known:
            found.append(f"The file has no column named “{heading}”.")
    used: dict[str, str] = {}
    for field, heading in mapping.items():
        if heading in used and field in BY_NAME:
            found.append(
                f"The column “{heading}” is chosen twice, for {BY_NAME[used[heading]].label} and "
                f"{BY_NAME[field].label}."
            )
        used.setdefault(heading, field if field in BY_NAME else NAME)
    return found
