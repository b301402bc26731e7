"""Decisions on grounds: add, change, verify, archive, and seed the catalogue."""

import datetime
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from campaigns import audit, citations
from campaigns.actions import Refused
from campaigns.models import Fact, Ground, User
from campaigns.models.institution import US_STATES


class GroundRefused(Refused):
    """What was typed cannot be a ground."""


class GroundIsArchived(Refused):
    """An archived ground stays as it was."""


@dataclass(frozen=True)
class Details:
    """Everything that a ground says. Catalogue metadata, not legal advice."""

    name: str
    citation: str
    regulations: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    bases: tuple[str, ...] = ()
    agency: str = ""
    statutory: bool = True
    time_limit_days: int | None = None
    time_limit_alternative_days: int | None = None
    limitation_years: int | None = None
    response_workdays: int | None = None
    time_limit_from: str = ""
    private_action: str = ""
    cases: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Seed:
    """One entry of the catalogue that ships with the program."""

    key: str
    details: Details


def details_of(ground: Ground) -> Details:
    """What is on record, in the form that `change` takes."""
    found: dict[str, Any] = {}
    for name in Details.__dataclass_fields__:
        value = getattr(ground, name)
        found[name] = tuple(value) if isinstance(value, list) else value
    return Details(**found)


@transaction.atomic
def add(*, details: Details, by: User) -> Ground:
    """Add a ground. It is unverified until a person checks it against its source."""
    _refuse_unfit(details)
    ground = Ground.objects.create(key=_free_key(details.name), **_row(details))
    audit.record(
        "ground.added",
        subject=ground,
        by=by,
        sentence=f"added the ground {ground.name}.",
        details=_row(details),
    )
    return ground


@transaction.atomic
def change(*, ground: Ground, details: Details, by: User) -> Ground:
    """Change a ground. What somebody verified was the text before, so it is unverified again."""
    ground = _locked(ground)
    _refuse_unfit(details)
    before, after = _row(details_of(ground)), _row(details)
    changes = {name: [before[name], after[name]] for name in after if before[name] != after[name]}
    if not changes:
        return ground
    for name, value in after.items():
        setattr(ground, name, value)
    was_verified_on = ground.verified_on
    ground.verified_on = ground.verified_by = ground.review_by = None
    ground.save()
    names = {field.name: str(field.verbose_name) for field in Ground._meta.fields}
    labels = ", ".join(names[name] for name in changes)
    again = ", which has to be verified again" if was_verified_on else ""
    audit.record(
        "ground.changed",
        subject=ground,
        by=by,
        sentence=f"changed {labels} of the ground {ground.name}{again}.",
        changes=changes,
        was_verified_on=str(was_verified_on or ""),
    )
    return ground


@transaction.atomic
def verify(
    *, ground: Ground, verified_on: datetime.date, review_by: datetime.date, by: User
) -> Ground:
    """Say that a person checked the ground against its source on a day, and until when it holds."""
    ground = _locked(ground)
    if verified_on > timezone.localdate():
        raise GroundRefused("It cannot have been verified on a day that has not come.")
    if review_by <= verified_on:
        raise GroundRefused("The next review has to be after the day it was verified.")
    ground.verified_on, ground.verified_by, ground.review_by = verified_on, by, review_by
    ground.save(update_fields=["verified_on", "verified_by", "review_by"])
    audit.record(
        "ground.verified",
        subject=ground,
        by=by,
        sentence=f"verified the ground {ground.name}; it is due again by {review_by.isoformat()}.",
        verified_on=verified_on.isoformat(),
        review_by=review_by.isoformat(),
        text=_row(details_of(ground)),
    )
    return ground


@transaction.atomic
def archive(*, ground: Ground, by: User) -> Ground:
    """Take it out of the catalogue. Campaigns and letters that cite it keep it."""
    ground = _locked(ground)
    ground.archived_at = timezone.now()
    ground.save(update_fields=["archived_at"])
    audit.record(
        "ground.archived", subject=ground, by=by, sentence=f"archived the ground {ground.name}."
    )
    return ground


@transaction.atomic
def restore(*, ground: Ground, by: User) -> Ground:
    ground = Ground.objects.select_for_update(of=("self",)).get(pk=ground.pk)
    if not ground.archived_at:
        raise GroundIsArchived(f"{ground.name} is not archived.")
    ground.archived_at = None
    ground.save(update_fields=["archived_at"])
    audit.record(
        "ground.restored",
        subject=ground,
        by=by,
        sentence=f"took the ground {ground.name} out of the archive.",
    )
    return ground


@transaction.atomic
def seed(*, entries: Iterable[Seed], by: User | None = None) -> list[Ground]:
    """Add the entries that are not there; one that is there is never touched.

    They come unverified and without a date: that somebody checked them once elsewhere is no
    reason for us to say so.
    """
    have = set(Ground.objects.values_list("key", flat=True))
    added = []
    for entry in entries:
        if entry.key in have:
            continue
        ground = Ground.objects.create(key=entry.key, **_row(entry.details))
        audit.record(
            "ground.seeded",
            subject=ground,
            by=by,
            sentence=f"added the ground {ground.name} from the catalogue, unverified.",
        )
        added.append(ground)
    return added


def _locked(ground: Ground) -> Ground:
    ground = Ground.objects.select_for_update(of=("self",)).get(pk=ground.pk)
    if ground.archived_at:
        raise GroundIsArchived(f"{ground.name} is archived. Restore it first.")
    return ground


def _row(details: Details) -> dict[str, Any]:
    """The columns of a ground; its citations in the form that letters print."""
    cited = replace(
        details,
        citation=citations.written(details.citation),
        regulations=tuple(citations.written(one) for one in details.regulations),
        cases=tuple(citations.written(one) for one in details.cases),
    )
    return {
        name: list(one) if isinstance(one, tuple) else one for name, one in asdict(cited).items()
    }


def _refuse_unfit(details: Details) -> None:
    known = {*Fact.Key.values, "public", "private", "state:XX"}
    known |= {f"state:{code}" for code in US_STATES}
    if unknown := [need for need in details.needs if need not in known]:
        raise GroundRefused(
            f"“{unknown[0]}” is nothing that a ground can need. Choose a fact, public, private, "
            "or a state such as state:CA."
        )
    if {"public", "private"} <= set(details.needs):
        raise GroundRefused("No institution is public and private at once.")


def _free_key(name: str) -> str:
    stem = slugify(name).replace("-", "_")[:50] or "ground"
    taken = set(Ground.objects.filter(key__startswith=stem).values_list("key", flat=True))
    number, key = 1, stem
    while key in taken:
        number += 1
        key = f"{stem}_{number}"
    return key
