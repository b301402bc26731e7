"""What the directory holds already, in the form that a plan compares records with."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from rapidfuzz import fuzz, process

from campaigns.directory.record import SCALARS
from campaigns.models import Contact, Fact, Identifier, Institution
from campaigns.text import fold

_NEAR = 90


@dataclass(frozen=True)
class KnownContact:
    pk: int
    role: str
    name: str
    title: str
    email: str
    phone: str
    source: str
    is_archived: bool


@dataclass(frozen=True)
class KnownFact:
    pk: int
    value: str
    source: str
    as_of: datetime.date


@dataclass(frozen=True)
class Known:
    """One institution as it is on record."""

    pk: int
    values: Mapping[str, str]
    parent_pk: int | None = None
    aliases: tuple[str, ...] = ()
    is_archived: bool = False
    identifiers: frozenset[tuple[str, str]] = frozenset()
    contacts: tuple[KnownContact, ...] = ()
    facts: Mapping[str, KnownFact] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.values["name"]

    def numbers(self, scheme: str) -> list[str]:
        return sorted(value for one, value in self.identifiers if one == scheme)


class Directory:
    """The known institutions, found by number and by name."""

    def __init__(self, institutions: Iterable[Known]) -> None:
        self.by_pk = {known.pk: known for known in institutions}
        self._by_identifier: dict[tuple[str, str], list[int]] = defaultdict(list)
        self._by_name: dict[str, list[int]] = defaultdict(list)
        self._by_alias: dict[str, list[int]] = defaultdict(list)
        self._names_by_state: dict[str, dict[int, str]] = defaultdict(dict)
        for known in self.by_pk.values():
            for identifier in known.identifiers:
                self._by_identifier[identifier].append(known.pk)
            folded = fold(known.name)
            self._by_name[folded].append(known.pk)
            self._names_by_state[known.values["state"]][known.pk] = folded
            for alias in known.aliases:
                self._by_alias[fold(alias)].append(known.pk)

    def with_number(self, scheme: str, value: str) -> list[int]:
        return self._by_identifier.get((scheme, value), [])

    def named(self, name: str) -> list[int]:
        return self._by_name.get(fold(name), [])

    def also_named(self, name: str) -> list[int]:
        return self._by_alias.get(fold(name), [])

    def nearly_named(self, name: str, state: str) -> list[int]:
        """Institutions of that state with nearly that name. Other digits are another name."""
        folded = fold(name)
        if state:
            choices = {**self._names_by_state[state], **self._names_by_state[""]}
        else:
            choices = {
                pk: one for names in self._names_by_state.values() for pk, one in names.items()
            }
        found = process.extract(
            folded, choices, scorer=fuzz.token_sort_ratio, score_cutoff=_NEAR, limit=5
        )
        digits = _digits(folded)
        return [pk for one, _, pk in found if _digits(one) == digits]

    def is_above(self, pk: int, other: int) -> bool:
        """Whether `pk` is `other` itself or one that it belongs to."""
        seen: set[int] = set()
        at: int | None = other
        while at is not None and at not in seen:
            if at == pk:
                return True
            seen.add(at)
            at = self.by_pk[at].parent_pk if at in self.by_pk else None
        return False


def _digits(text: str) -> list[str]:
    return sorted(word for word in text.split() if any(char.isdigit() for char in word))


def read() -> Directory:
    """The whole directory in four queries, whatever its size."""
    identifiers: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for pk, scheme, value in Identifier.objects.order_by().values_list(
        "institution_id", "scheme", "value"
    ):
        identifiers[pk].append((scheme, value))
    contacts: dict[int, list[KnownContact]] = defaultdict(list)
    for contact in Contact.objects.order_by("pk"):
        contacts[contact.institution_id].append(_contact(contact))
    facts: dict[int, dict[str, KnownFact]] = defaultdict(dict)
    for owner, key, pk, value, source, as_of in Fact.objects.order_by().values_list(
        "institution_id", "key", "pk", "value", "source", "as_of"
    ):
        facts[owner][key] = KnownFact(pk, value, source, as_of)
    return Directory(
        Known(
            pk=row["pk"],
            values={name: row[name] for name in SCALARS},
            parent_pk=row["parent_id"],
            aliases=tuple(row["aliases"]),
            is_archived=row["archived_at"] is not None,
            identifiers=frozenset(identifiers[row["pk"]]),
            contacts=tuple(contacts[row["pk"]]),
            facts=facts[row["pk"]],
        )
        for row in Institution.objects.order_by("pk").values(
            "pk", "parent_id", "aliases", "archived_at", *SCALARS
        )
    )


def _contact(contact: Contact) -> KnownContact:
    return KnownContact(
        contact.pk,
        contact.role,
        contact.name,
        contact.title,
        contact.email,
        contact.phone,
        contact.source,
        contact.archived_at is not None,
    )
