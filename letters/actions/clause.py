"""Decisions on the clause library: add, change, archive, restore, take in the program's own."""

import dataclasses
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils import timezone

from campaigns import audit
from campaigns.actions import Refused
from campaigns.models import Ground, User
from letters.merge import language
from letters.models import Clause
from letters.starters import ClauseText


class ClauseRefused(Refused):
    """The text could stand in no letter; the sentence says why and where."""


class NameIsTaken(Refused):
    """Two clauses of one name could not be told apart where one is put in."""


class ClauseIsArchived(Refused):
    """An archived clause is not changed; it is restored first."""


@dataclasses.dataclass(frozen=True)
class Wording:
    """What a clause says. `text` is Markdown with merge tags."""

    name: str
    use: str
    text: str


def check(text: str) -> list[language.Problem]:
    """What keeps the text from standing in a letter. A clause may ask about any ground."""
    return language.check(
        text, grounds=Ground.objects.order_by("key").values_list("key", flat=True)
    )


@transaction.atomic
def add(*, wording: Wording, by: User) -> Clause:
    _refuse_unfit(wording)
    clause = Clause.objects.create(
        **dataclasses.asdict(wording), changed_by=by, changed_at=timezone.now()
    )
    _record("added", clause, by, text=wording.text)
    return clause


@transaction.atomic
def change(*, clause: Clause, wording: Wording, by: User) -> Clause:
    """Letters that hold the clause already keep the words that were put into them."""
    clause = Clause.objects.select_for_update(of=("self",)).get(pk=clause.pk)
    if clause.archived_at:
        raise ClauseIsArchived(f"“{clause}” is archived. Restore it first.")
    changes = {
        name: [getattr(clause, name), value]
        for name, value in dataclasses.asdict(wording).items()
        if getattr(clause, name) != value
    }
    if not changes:
        return clause
    _refuse_unfit(wording, clause)
    for name, value in dataclasses.asdict(wording).items():
        setattr(clause, name, value)
    clause.changed_by, clause.changed_at = by, timezone.now()
    clause.save()
    _record("changed", clause, by, changes=changes)
    return clause


@transaction.atomic
def archive(*, clause: Clause, by: User) -> Clause:
    """Offer it no more. Letters that hold its words keep them."""
    return _set_archived(clause, timezone.now(), "archived", by)


@transaction.atomic
def restore(*, clause: Clause, by: User) -> Clause:
    return _set_archived(clause, None, "restored", by)


def _set_archived(clause: Clause, moment: Any, did: str, by: User) -> Clause:
    clause.archived_at = moment
    clause.save(update_fields=["archived_at"])
    _record(did, clause, by)
    return clause


@transaction.atomic
def seed(*, texts: Iterable[ClauseText], by: User | None = None) -> list[Clause]:
    """Add the clauses that are not there; one that is there, changed or not, is never touched."""
    have = set(Clause.objects.values_list("key", flat=True))
    names = {name.casefold() for name in Clause.objects.values_list("name", flat=True)}
    added = []
    for text in texts:
        if text.key in have or text.name.casefold() in names:
            continue
        clause = Clause.objects.create(
            key=text.key,
            name=text.name,
            use=text.use,
            text=text.text,
            changed_by=by,
            changed_at=timezone.now(),
        )
        _record("added", clause, by, verb="seeded", key=text.key)
        added.append(clause)
    return added


def _refuse_unfit(wording: Wording, clause: Clause | None = None) -> None:
    others = Clause.objects.exclude(pk=clause.pk) if clause else Clause.objects.all()
    if others.filter(name__iexact=wording.name).exists():
        raise NameIsTaken(f"There is a clause called “{wording.name}” already.")
    if problems := check(wording.text):
        more = f" There are {len(problems) - 1} more." if len(problems) > 1 else ""
        raise ClauseRefused(f"{problems[0]}{more}")


def _record(did: str, clause: Clause, by: User | None, *, verb: str = "", **data: Any) -> None:
    audit.record(
        f"clause.{verb or did}",
        subject=clause,
        by=by,
        sentence=f"{did} the clause “{clause}”.",
        **data,
    )
