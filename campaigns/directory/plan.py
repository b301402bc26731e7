"""Records and what is known: a verdict for every row. Pure; it writes nothing.

An institution is recognised by a number that is its own, then by the numbers it may share
together with its name, then by exactly its name and state. Anything less certain is
ambiguous and waits for a person; nothing is merged because it looks alike.
"""

import datetime
import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from campaigns.directory.known import Directory, Known
from campaigns.directory.merge import Parent, Writes, merged
from campaigns.directory.record import ParentReference, Record
from campaigns.models import Identifier, ImportRow
from campaigns.text import fold

Verdict = ImportRow.Verdict
NEW = 0  # a decision: this row is an institution of its own
MAX_DEPTH = 8
# Numbers that an institution has one of; a journal has an ISSN for print and for the web.
_ONE_EACH = (Identifier.Scheme.UNITID, Identifier.Scheme.ROR, Identifier.Scheme.CCN)


@dataclass(frozen=True)
class RowPlan:
    """What would become of one row. `candidates` are what an ambiguous one might be."""

    line: int
    verdict: str
    name: str = ""
    notes: tuple[str, ...] = ()
    changes: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    institution_pk: int | None = None
    candidates: tuple[int, ...] = ()
    writes: Writes | None = None


@dataclass(frozen=True)
class Plan:
    rows: tuple[RowPlan, ...]

    @property
    def counts(self) -> dict[str, int]:
        found = Counter(row.verdict for row in self.rows)
        return {verdict: found[verdict] for verdict in Verdict.values}

    @property
    def digest(self) -> str:
        """What the person confirms: any other verdict, change or match gives another one."""
        digest = hashlib.sha256()
        for row in self.rows:
            digest.update(json.dumps(row, sort_keys=True, default=_as_json).encode())
        return digest.hexdigest()


def make(
    records: Iterable[Record], directory: Directory, decisions: Mapping[int, int] | None = None
) -> Plan:
    """Plan every record. `decisions` maps lines to the institution they are, or to NEW."""
    return _Planner(list(records), directory, decisions or {}).plan()


@dataclass(frozen=True)
class _Match:
    pk: int | None = None
    candidates: tuple[int, ...] = ()
    doubt: str = ""
    by_name: bool = False


class _Planner:
    """Goes through the rows so that a university is settled before its schools."""

    def __init__(
        self, records: list[Record], directory: Directory, decisions: Mapping[int, int]
    ) -> None:
        self.records, self.directory, self.decisions = records, directory, decisions
        self.done: dict[int, RowPlan] = {}
        self.claims: dict[object, int] = {}
        self.lines_by_name: dict[str, list[int]] = {}
        self.lines_by_unitid: dict[str, list[int]] = {}
        for record in records:
            if not record.is_blank and not record.refusal:
                self.lines_by_name.setdefault(fold(record.name), []).append(record.line)
                for scheme, value in record.identifiers:
                    if scheme == Identifier.Scheme.UNITID:
                        self.lines_by_unitid.setdefault(value, []).append(record.line)

    def plan(self) -> Plan:
        waiting = []
        for record in self.records:
            if record.parent:
                waiting.append(record)
            else:
                self.done[record.line] = self._row(record, None)
        for _ in range(MAX_DEPTH):
            waiting = self._settle(waiting)
        for record in waiting:
            self.done[record.line] = _refused(
                record,
                f"It belongs to {record.parent}, which belongs to it in turn or lies more than "
                f"{MAX_DEPTH} levels deep",
            )
        return Plan(tuple(self.done[record.line] for record in self.records))

    def _settle(self, waiting: list[Record]) -> list[Record]:
        """Plan those whose parent is settled by now; return the others."""
        later, settled = [], dict(self.done)
        for record in waiting:
            lines = self._lines_of(record.parent) if record.parent else []
            if any(line not in settled for line in lines):
                later.append(record)
                continue
            self.done[record.line] = self._row_of_a_unit(record)
        return later

    def _lines_of(self, parent: ParentReference) -> list[int]:
        if parent.unitid:
            return self.lines_by_unitid.get(parent.unitid, [])
        return self.lines_by_name.get(fold(parent.name), [])

    def _row_of_a_unit(self, record: Record) -> RowPlan:
        if record.refusal or record.is_blank or not record.parent:
            return self._row(record, None)
        found = self._parents(record.parent)
        if len(found) == 1:
            return self._row(record, found[0])
        reason = (
            f"There is no institution {record.parent} for it to belong to. Add that one first"
            if not found
            else f"{len(found)} institutions are {record.parent}; name the one it belongs to by "
            "its UNITID"
        )
        return _refused(record, reason)

    def _parents(self, reference: ParentReference) -> list[Parent]:
        known = (
            self.directory.with_number(Identifier.Scheme.UNITID, reference.unitid)
            if reference.unitid
            else self.directory.named(reference.name)
        )
        found = {pk: Parent(pk=pk, name=self.directory.by_pk[pk].name) for pk in known}
        for line in self._lines_of(reference):
            row = self.done[line]
            if row.verdict == Verdict.NEW:
                found[-line] = Parent(line=line, name=row.name)
            elif row.institution_pk:
                found[row.institution_pk] = Parent(pk=row.institution_pk, name=row.name)
        return list(found.values())

    def _row(self, record: Record, parent: Parent | None) -> RowPlan:
        if record.is_blank:
            return RowPlan(record.line, Verdict.BLANK)
        if record.refusal:
            return _refused(record, record.refusal)
        match = self._decided(record, self._match(record, parent))
        if match.doubt:
            return RowPlan(
                record.line,
                Verdict.AMBIGUOUS,
                record.name,
                (match.doubt, *record.notes),
                candidates=match.candidates,
            )
        if earlier := self._claim(record, match, parent):
            return RowPlan(
                record.line,
                Verdict.AMBIGUOUS,
                record.name,
                (f"The file names this institution twice: see line {earlier}", *record.notes),
            )
        if match.pk is None:
            return self._new(record, parent)
        return self._known(record, self.directory.by_pk[match.pk], parent, match)

    def _new(self, record: Record, parent: Parent | None) -> RowPlan:
        if not record.name:
            return _refused(
                record, "No institution has this number, and the row has no name to add one under"
            )
        outcome = merged(record, None, parent)
        return RowPlan(record.line, Verdict.NEW, record.name, outcome.notes, writes=outcome.writes)

    def _known(self, record: Record, known: Known, parent: Parent | None, match: _Match) -> RowPlan:
        if known.is_archived:
            return _refused(record, f"It is archived: {known.name}. Restore it first")
        if parent and parent.pk and self.directory.is_above(known.pk, parent.pk):
            return _refused(record, f"It cannot belong to {parent.name}, which belongs to it")
        outcome = merged(record, known, parent)
        notes = outcome.notes
        if outcome.changes and match.by_name:
            notes = ("It was recognised by its name and place, for want of a number", *notes)
        return RowPlan(
            record.line,
            Verdict.CHANGED if outcome.changes else Verdict.SAME,
            record.name or known.name,
            notes,
            outcome.changes,
            known.pk,
            writes=outcome.writes,
        )

    def _claim(self, record: Record, match: _Match, parent: Parent | None) -> int:
        """The earlier line that names the same institution, or 0; else claim it."""
        keys: list[object] = [
            one for one in record.identifiers if one[0] in Identifier.UNIQUE_SCHEMES
        ]
        if match.pk is not None:
            keys.append(match.pk)
        elif not keys and record.line not in self.decisions:
            values = record.values
            keys.append((fold(record.name), values.get("state"), values.get("city"), parent))
        if earlier := next((self.claims[key] for key in keys if key in self.claims), 0):
            return earlier
        self.claims.update(dict.fromkeys(keys, record.line))
        return 0

    def _decided(self, record: Record, match: _Match) -> _Match:
        decision = self.decisions.get(record.line)
        if decision is None or not match.doubt:
            return match
        if decision == NEW:
            return _Match()
        return _Match(pk=decision) if decision in match.candidates else match

    # --- Recognising ---------------------------------------------------------------

    def _match(self, record: Record, parent: Parent | None) -> _Match:
        own = [one for one in record.identifiers if one[0] in Identifier.UNIQUE_SCHEMES]
        found = {pk: one for one in own for pk in self.directory.with_number(*one)}
        if len(found) > 1:
            said = "; ".join(
                f"{_number(*one)} is {self.directory.by_pk[pk].name}" for pk, one in found.items()
            )
            return _Match(
                candidates=tuple(found), doubt=f"Its numbers name different institutions: {said}"
            )
        if found:
            return self._by_number(record, next(iter(found)))
        if own:
            return self._unknown_number(record, own, parent)
        return self._by_name(record, parent)

    def _by_number(self, record: Record, pk: int) -> _Match:
        known = self.directory.by_pk[pk]
        for scheme, value in record.identifiers:
            others = known.numbers(scheme)
            if scheme in _ONE_EACH and others and value not in others:
                return _Match(
                    candidates=(pk,),
                    doubt=f"One of its numbers is that of {known.name}, and another is not: "
                    f"{_number(scheme, value)} here, {others[0]} on record",
                )
        return _Match(pk)

    def _unknown_number(
        self, record: Record, own: list[tuple[str, str]], parent: Parent | None
    ) -> _Match:
        """A number nobody has yet: new, unless one of the same name has no such number."""
        open_ones = [
            pk
            for pk in self.directory.named(record.name)
            if self._is_there(record, pk)
            and self._has_parent(pk, parent)
            and not any(self.directory.by_pk[pk].numbers(scheme) for scheme, _ in own)
        ]
        if not open_ones:
            return _Match()
        scheme = Identifier.Scheme(own[0][0]).label.split(" ")[0]
        return _Match(
            candidates=tuple(open_ones),
            doubt=f"It has the name and state of one on record that has no {scheme}. Say whether "
            "they are the same",
        )

    def _by_name(self, record: Record, parent: Parent | None) -> _Match:
        shared = {pk for one in record.identifiers for pk in self.directory.with_number(*one)}
        named = [
            pk
            for pk in self.directory.named(record.name)
            if self._has_parent(pk, parent) and self._is_there(record, pk)
        ]
        exact = [pk for pk in named if self._is_in_city(record, pk)]
        certain = [pk for pk in exact if pk in shared] or exact
        if len(certain) == 1:
            return _Match(certain[0], by_name=certain[0] not in shared)
        if len(certain) > 1:
            return _doubt(certain, "Several institutions on record have its name and place")
        if named:
            return _doubt(named, "One on record has its name and state, in another city")
        if shared:
            return _doubt(
                sorted(shared), "One of its numbers is that of an institution with another name"
            )
        state = record.values.get("state", "")
        others = [pk for pk in self.directory.also_named(record.name) if self._is_there(record, pk)]
        if others:
            return _doubt(others, "One on record has its name as another name")
        near = [
            pk
            for pk in self.directory.nearly_named(record.name, state)
            if self._has_parent(pk, parent)
        ]
        return _doubt(near, "One on record has nearly its name") if near else _Match()

    def _has_parent(self, pk: int, parent: Parent | None) -> bool:
        """Every university has a School of Medicine: units are alike only under one parent."""
        return parent is None or self.directory.by_pk[pk].parent_pk == parent.pk

    def _is_there(self, record: Record, pk: int) -> bool:
        return _agree(record.values.get("state"), self.directory.by_pk[pk].values["state"])

    def _is_in_city(self, record: Record, pk: int) -> bool:
        return _agree(record.values.get("city"), self.directory.by_pk[pk].values["city"])


def _as_json(part: object) -> object:
    return part.isoformat() if isinstance(part, datetime.date) else vars(part)


def _agree(said: str | None, known: str) -> bool:
    return not said or not known or fold(said) == fold(known)


def _number(scheme: str, value: str) -> str:
    return f"{Identifier.Scheme(scheme).label.split(' ')[0]} {value}"


def _doubt(candidates: list[int], reason: str) -> _Match:
    return _Match(
        candidates=tuple(candidates[:5]), doubt=f"{reason}. Say whether they are the same"
    )


def _refused(record: Record, reason: str) -> RowPlan:
    return RowPlan(record.line, Verdict.REFUSED, record.name, (reason, *record.notes))
