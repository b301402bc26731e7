"""The registry: everything a letter's text may name, and nothing else.

A letter template that names anything outside this list is refused at save. The composer
lists it with labels and samples; `context` fills it for each recipient.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from campaigns.models import Fact, Institution
from campaigns.models.institution import US_STATES

Kind = Literal["text", "date", "list", "flag", "choice"]


@dataclass(frozen=True)
class Field:
    """One thing that a letter may name.

    `required`: a letter whose text uses it is not made while it is empty. Flags and lists
    may be false or empty. Dates are values of type `date`; text is a `str`. A choice is only
    asked about. `choices` are the values that a condition may compare it with.
    """

    name: str
    label: str
    sample: str
    required: bool = True
    kind: Kind = "text"
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Filter:
    """A way to print a value: `{{ letter_date | weekday }}`."""

    name: str
    label: str
    kind: Kind
    apply: Callable[..., str]


def long_date(day: date) -> str:
    """November 27, 2026: the US long form, without depending on the machine's locale."""
    return f"{_MONTHS[day.month - 1]} {day.day}, {day.year}"


def weekday_date(day: date) -> str:
    return f"{_DAYS[day.weekday()]}, {long_date(day)}"


# fmt: off
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)
_SHORT_MONTHS = (
    "Jan.", "Feb.", "March", "April", "May", "June", "July", "Aug.", "Sept.", "Oct.", "Nov.",
    "Dec.",
)
# fmt: on
_DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


def short_date(day: date) -> str:
    """Nov. 27, 2026: the months that American usage abbreviates, abbreviated."""
    return f"{_SHORT_MONTHS[day.month - 1]} {day.day}, {day.year}"


def fact_field(key: str) -> str:
    """The name by which a condition asks about what is known: fact_ffa."""
    return f"fact_{key}"


_FACT_FIELDS = tuple((key, fact_field(key)) for key in Fact.Key.values)


def fact_values(known: Mapping[str, str]) -> dict[str, str]:
    """What each fact is, under the name of its field, from the facts by their keys."""
    return {name: known.get(key, Fact.Value.UNKNOWN) for key, name in _FACT_FIELDS}


def _choice(name: str, label: str, choices: Iterable[str]) -> Field:
    choices = tuple(choices)
    return Field(name, label, choices[0], required=False, kind="choice", choices=choices)


def _by_name(*fields: Field) -> dict[str, Field]:
    return {field.name: field for field in fields}


FIELDS: Mapping[str, Field] = _by_name(
    Field("institution_name", "Name of the institution", "Example University"),
    Field("institution_city", "City of the institution", "Springfield"),
    Field("institution_state", "State of the institution, two letters", "IL", choices=US_STATES),
    Field("addressee_name", "Name of the addressee", "Dr. Robin Example"),
    Field("addressee_title", "Title of the addressee", "President"),
    Field("salutation", "The addressee as greeted, without “Dear”", "Dr. Example"),
    Field("reference", "Reference number of this letter", "CNF-2026-0137-B"),
    Field("letter_date", "Date of this letter", "November 27, 2026", kind="date"),
    Field(
        "deadline",
        "Time and day by which an answer is due",
        "5:00 p.m. Eastern Time on Friday, January 8, 2027",
    ),
    Field("deadline_date", "Day by which an answer is due", "January 8, 2027", kind="date"),
    Field("response_url", "Web address of the response page", "https://letters.example/respond/"),
    Field("response_short_code", "Code to be typed at the response page", "7QX4M-K2R9T"),
    Field("campaign_title", "Title of the campaign", "Request to confirm"),
    Field("sender_organisation", "Organisation that sends the letter", "Sample Organisation"),
    Field("signer_name", "Name of the person who signs", "Alex Sample"),
    Field("signer_title", "Title of the person who signs", "Director"),
    Field(
        "first_letter_date",
        "Date of the letter that this one follows",
        "October 1, 2026",
        kind="date",
    ),
    Field(
        "first_letter_reference",
        "Reference of the letter that this one follows",
        "CNF-2026-0012-N",
    ),
    Field("is_public", "The institution is public", "yes", required=False, kind="flag"),
    Field("is_private", "The institution is private", "no", required=False, kind="flag"),
    Field("is_follow_up", "This letter follows another", "no", required=False, kind="flag"),
    Field(
        "time_was_asked",
        "The recipient asked for the time that this letter confirms",
        "no",
        required=False,
        kind="flag",
    ),
    _choice("institution_kind", "Kind of the institution", Institution.Kind.values),
    _choice("institution_control", "Who controls the institution", Institution.Control.values),
    *(_choice(fact_field(key), label, Fact.Value.values) for key, label in Fact.Key.choices),
    Field("demands", "The demands, one by one", "2 demands", required=False, kind="list"),
    Field(
        "open_demands",
        "The demands that the recipient has not settled, one by one",
        "1 demand",
        required=False,
        kind="list",
    ),
    Field(
        "facts",
        "What was seen at the recipient, one by one",
        "1 sourced fact",
        required=False,
        kind="list",
    ),
    Field("own_text", "The recipient has a text of its own", "no", required=False, kind="flag"),
    Field("grounds", "The grounds, one by one", "1 ground", required=False, kind="list"),
)

_DEMAND = _by_name(
    Field("number", "Number of the demand", "1"),
    Field("title", "The demand in a few words", "Confirm in writing"),
    Field("text", "The demand as the letter prints it", "Confirm in writing that …"),
)

# What stands in a list, and by which name each entry goes: {% for demand in demands %}.
ENTRIES: Mapping[str, tuple[str, Mapping[str, Field]]] = {
    "demands": ("demand", _DEMAND),
    "open_demands": ("demand", _DEMAND),
    "facts": (
        "fact",
        _by_name(
            Field("programme", "The program, page or article", "Fellowship", required=False),
            Field("quotation", "The words as they were found", "Applicants must be …"),
            Field("source", "Where they stand", "https://www.example.edu/fellowship"),
            Field("seen_on", "Day on which they were seen", "November 2, 2026", kind="date"),
            Field("exhibit", "The letter of its exhibit", "A", required=False),
        ),
    ),
    "grounds": (
        "ground",
        _by_name(
            Field("name", "Name of the ground", "Title VI, Civil Rights Act of 1964"),
            Field("citation", "Its citation", "42 U.S.C. § 2000d et seq."),
            Field("regulations", "Its regulations", "34 C.F.R. pt. 100", required=False),
        ),
    ),
}

# Ready-made blocks: a tag alone on its line, {% demands %}.
BLOCKS: Mapping[str, str] = {
    "demands": "All demands, numbered, each kept whole where it is short",
    "open_demands": "The demands that this recipient has not settled, with their own numbers",
    "grounds": "All grounds, each with its citation and regulations",
    "cases": "The cases of all grounds, their names in italics",
    "facts": "All that was seen at the recipient, each with its source and day",
    "own_text": "What this recipient alone reads; nothing for all others",
    "response": "The panel on how to respond; it ends the text where this tag is not used",
    "no_response": "No panel on how to respond, as where nothing more is asked",
}

FILTERS: Mapping[str, Filter] = {
    kept.name: kept
    for kept in (
        Filter("weekday", "Friday, November 27, 2026", "date", weekday_date),
        Filter(
            "month", "November 2026", "date", lambda day: f"{_MONTHS[day.month - 1]} {day.year}"
        ),
        Filter("short", "Nov. 27, 2026", "date", short_date),
        Filter("iso", "2026-11-27", "date", date.isoformat),
        Filter("year", "2026", "date", lambda day: str(day.year)),
        Filter("upper", "EXAMPLE UNIVERSITY", "text", str.upper),
    )
}


def ground_flag(key: str) -> str:
    """The flag that says whether the letter cites the ground with this key."""
    return "cites_" + key.replace("-", "_")


def with_grounds(names: Mapping[str, str]) -> dict[str, Field]:
    """The registry with one flag for each ground that the campaign may cite, by key and name."""
    flags = (
        Field(ground_flag(key), f"The letter cites {name}", "yes", required=False, kind="flag")
        for key, name in names.items()
    )
    return {**FIELDS, **_by_name(*flags)}
