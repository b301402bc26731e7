"""Decisions on institutions, their contacts and facts."""

import datetime
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from campaigns import audit
from campaigns.actions import Refused
from campaigns.models import Contact, Fact, Identifier, Institution, Recipient, User
from campaigns.placeholders import names_nobody, titles_nothing


class NameIsTaken(Refused):
    """An institution of that name is at that place already."""


class NumberIsTaken(Refused):
    """The number names another institution."""


class BelongsToItself(Refused):
    """An institution cannot lie under one that lies under it."""


class IsSuppressed(Refused):
    """The institution is suppressed already, or is not."""


class IsArchived(Refused):
    """The row is archived already, or is not."""


class StillWrittenTo(Refused):
    """An institution that a campaign still tracks is not archived."""


class NamesNobody(Refused):
    """A letter would greet the word that stands for a name nobody knows."""


@dataclass(frozen=True)
class Details:
    """What a person types of an institution."""

    name: str
    kind: str = Institution.Kind.UNIVERSITY
    parent: Institution | None = None
    control: str = Institution.Control.UNKNOWN
    aliases: tuple[str, ...] = ()
    street: str = ""
    street2: str = ""
    city: str = ""
    state: str = ""
    postal_code: str = ""
    country: str = "US"
    address_source: str = ""
    phone: str = ""
    website: str = ""
    identifiers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class ContactDetails:
    role: str
    name: str = ""
    title: str = ""
    email: str = ""
    phone: str = ""
    source: str = ""
    verified_on: datetime.date | None = None


def details_of(institution: Institution) -> Details:
    """What is on record, in the form that `change` takes."""
    return Details(
        **{name: getattr(institution, name) for name in _FIELDS if name != "aliases"},
        aliases=tuple(institution.aliases),
        identifiers=tuple(
            institution.identifiers.order_by("scheme", "value").values_list("scheme", "value")
        ),
    )


_PARTS = ("identifiers",)
_FIELDS = tuple(name for name in Details.__dataclass_fields__ if name not in _PARTS)


@transaction.atomic
def add(*, details: Details, by: User) -> Institution:
    """Add an institution by hand, at the top or under another one."""
    twin = Institution.objects.active().filter(
        name__iexact=details.name, state=details.state, parent=details.parent
    )
    if found := twin.filter(city__iexact=details.city).first():
        raise NameIsTaken(
            f"{found.name} in {found.city or 'an unknown city'} is on record already. Change that "
            "one, or give this one a name that tells them apart."
        )
    institution = Institution()
    _fill(institution, details)
    institution.save()
    _set_identifiers(institution, details.identifiers)
    under = f" under {details.parent}" if details.parent else ""
    audit.record(
        "institution.added",
        subject=institution,
        by=by,
        sentence=f"added {institution.name}{under}.",
        details=_json(details),
    )
    return institution


@transaction.atomic
def change(*, institution: Institution, details: Details, by: User) -> Institution:
    """Change what is on record; nothing is recorded where nothing differs."""
    institution = _locked(institution)
    _refuse_archived(institution)
    before, after = _json(details_of(institution)), _json(details)
    changes = {name: [before[name], after[name]] for name in after if before[name] != after[name]}
    if not changes:
        return institution
    _refuse_circle(institution, details.parent)
    _fill(institution, details)
    institution.save()
    _set_identifiers(institution, details.identifiers)
    audit.record(
        "institution.changed",
        subject=institution,
        by=by,
        sentence=f"changed {_labels(Institution, changes)} of {institution.name}.",
        changes=changes,
    )
    return institution


@transaction.atomic
def suppress(*, institution: Institution, reason: str, by: User) -> Institution:
    """Let no campaign choose it from now on. The reason is kept for whoever asks."""
    institution = _locked(institution)
    if institution.suppressed_at:
        raise IsSuppressed(
            f"{institution.name} is suppressed already: {institution.suppressed_reason}"
        )
    if not reason:
        raise Refused("Say why it is not to be written to.")
    institution.suppressed_at, institution.suppressed_reason = timezone.now(), reason
    institution.save(update_fields=["suppressed_at", "suppressed_reason"])
    audit.record(
        "institution.suppressed",
        subject=institution,
        by=by,
        sentence=f"suppressed {institution.name}: {reason}",
    )
    return institution


@transaction.atomic
def unsuppress(*, institution: Institution, reason: str, by: User) -> Institution:
    institution = _locked(institution)
    if not institution.suppressed_at:
        raise IsSuppressed(f"{institution.name} is not suppressed.")
    if not reason:
        raise Refused("Say why it may be written to again.")
    before = institution.suppressed_reason
    institution.suppressed_at, institution.suppressed_reason = None, ""
    institution.save(update_fields=["suppressed_at", "suppressed_reason"])
    audit.record(
        "institution.unsuppressed",
        subject=institution,
        by=by,
        sentence=f"let {institution.name} be written to again: {reason}",
        suppressed_for=before,
    )
    return institution


@transaction.atomic
def archive(*, institution: Institution, by: User) -> Institution:
    """Take it out of the directory. Its history stays; nothing is deleted."""
    institution = _locked(institution)
    _refuse_archived(institution)
    recipient = (
        Recipient.objects.active()
        .filter(institution=institution, campaign__archived_at=None)
        .select_related("campaign")
        .first()
    )
    if recipient:
        raise StillWrittenTo(
            f"{institution.name} is a recipient of “{recipient.campaign}”. Withdraw it there first."
        )
    if institution.units.filter(archived_at=None).exists():
        raise StillWrittenTo(
            f"Units under {institution.name} are still in use. Archive those first."
        )
    institution.archived_at = timezone.now()
    institution.save(update_fields=["archived_at"])
    audit.record(
        "institution.archived", subject=institution, by=by, sentence=f"archived {institution.name}."
    )
    return institution


@transaction.atomic
def restore(*, institution: Institution, by: User) -> Institution:
    institution = _locked(institution)
    if not institution.archived_at:
        raise IsArchived(f"{institution.name} is not archived.")
    institution.archived_at = None
    institution.save(update_fields=["archived_at"])
    audit.record(
        "institution.restored",
        subject=institution,
        by=by,
        sentence=f"took {institution.name} out of the archive.",
    )
    return institution


# --- Contacts and facts ------------------------------------------------------------


@transaction.atomic
def add_contact(*, institution: Institution, details: ContactDetails, by: User) -> Contact:
    institution = _locked(institution)
    _refuse_archived(institution)
    refuse_nobody(details.name, details.title)
    details = _with_source(details, by)
    contact = Contact.objects.create(institution=institution, **asdict(details))
    audit.record(
        "contact.added",
        subject=institution,
        by=by,
        sentence=f"added {contact} as {contact.get_role_display().lower()} of {institution.name}.",
        contact=contact.pk,
        details=_json(details),
    )
    return contact


@transaction.atomic
def change_contact(*, contact: Contact, details: ContactDetails, by: User) -> Contact:
    institution = _locked(contact.institution)
    contact.refresh_from_db()
    if contact.archived_at:
        raise IsArchived(f"{contact} is archived as a contact.")
    was = ContactDetails(
        **{name: getattr(contact, name) for name in ContactDetails.__dataclass_fields__}
    )
    if details == was:
        return contact
    refuse_nobody(details.name, details.title)
    if details.source == was.source:
        # The source told of what was there before. An import renews only what it brought.
        details = _with_source(replace(details, source=""), by)
    before, after = _json(was), _json(details)
    changes = {name: [before[name], after[name]] for name in after if before[name] != after[name]}
    for name, value in asdict(details).items():
        setattr(contact, name, value)
    contact.save()
    audit.record(
        "contact.changed",
        subject=institution,
        by=by,
        sentence=f"changed {_labels(Contact, changes)} of {contact}, a contact of "
        f"{institution.name}.",
        contact=contact.pk,
        changes=changes,
    )
    return contact


@transaction.atomic
def archive_contact(*, contact: Contact, by: User) -> Contact:
    institution = _locked(contact.institution)
    contact.refresh_from_db()
    if contact.archived_at:
        raise IsArchived(f"{contact} is archived already.")
    contact.archived_at = timezone.now()
    contact.save(update_fields=["archived_at"])
    audit.record(
        "contact.archived",
        subject=institution,
        by=by,
        sentence=f"archived {contact}, a contact of {institution.name}.",
        contact=contact.pk,
    )
    return contact


@transaction.atomic
def suppress_contact(*, contact: Contact, reason: str, by: User) -> Contact:
    """Write to this person or office no more. The reason is kept for whoever asks."""
    institution = _locked(contact.institution)
    contact.refresh_from_db()
    if contact.suppressed_at:
        raise IsSuppressed(f"{contact} is suppressed already: {contact.suppressed_reason}")
    if not reason.strip():
        raise Refused("Say why this person is not to be written to.")
    contact.suppressed_at, contact.suppressed_reason = timezone.now(), reason
    contact.save(update_fields=["suppressed_at", "suppressed_reason"])
    audit.record(
        "contact.suppressed",
        subject=institution,
        by=by,
        sentence=f"suppressed {contact}, a contact of {institution.name}: {reason}",
        contact=contact.pk,
    )
    return contact


@transaction.atomic
def unsuppress_contact(*, contact: Contact, reason: str, by: User) -> Contact:
    institution = _locked(contact.institution)
    contact.refresh_from_db()
    if not contact.suppressed_at:
        raise IsSuppressed(f"{contact} is not suppressed.")
    if not reason.strip():
        raise Refused("Say why this person may be written to again.")
    before = contact.suppressed_reason
    contact.suppressed_at, contact.suppressed_reason = None, ""
    contact.save(update_fields=["suppressed_at", "suppressed_reason"])
    audit.record(
        "contact.unsuppressed",
        subject=institution,
        by=by,
        sentence=f"let {contact}, a contact of {institution.name}, be written to again: {reason}",
        contact=contact.pk,
        suppressed_for=before,
    )
    return contact


@transaction.atomic
def set_fact(
    *, institution: Institution, key: str, value: str, source: str, as_of: datetime.date, by: User
) -> Fact:
    """Record what is known, with where it is from and of which day. The one before is audited."""
    institution = _locked(institution)
    _refuse_archived(institution)
    if not source:
        raise Refused("Say where this is known from.")
    if as_of > timezone.localdate():
        raise Refused("A fact is of a day that has come; this one lies in the future.")
    known = institution.facts.filter(key=key).first()
    before = _json_fact(known)
    fact, _ = Fact.objects.update_or_create(
        institution=institution,
        key=key,
        defaults={"value": value, "source": source, "as_of": as_of},
    )
    if _json_fact(fact) != before:
        audit.record(
            "fact.set",
            subject=institution,
            by=by,
            sentence=f"recorded of {institution.name}: {fact} ({source}, {as_of.isoformat()}).",
            key=key,
            before=before,
            after=_json_fact(fact),
        )
    return fact


# --- Parts -------------------------------------------------------------------------


def _locked(institution: Institution) -> Institution:
    return Institution.objects.select_for_update(of=("self",)).get(pk=institution.pk)


def _refuse_archived(institution: Institution) -> None:
    if institution.archived_at:
        raise IsArchived(f"{institution.name} is archived. Restore it first.")


def _refuse_circle(institution: Institution, parent: Institution | None) -> None:
    at = parent
    while at is not None:
        if at.pk == institution.pk:
            raise BelongsToItself(
                f"{institution.name} cannot belong to {parent}, which belongs to it."
            )
        at = at.parent


def _fill(institution: Institution, details: Details) -> None:
    for name in _FIELDS:
        value = getattr(details, name)
        setattr(institution, name, list(value) if name == "aliases" else value)
    institution.index_for_search(value for _, value in details.identifiers)


def _set_identifiers(institution: Institution, numbers: Iterable[tuple[str, str]]) -> None:
    wanted = set(numbers)
    for scheme, value in sorted(wanted):
        if scheme not in Identifier.UNIQUE_SCHEMES:
            continue
        other = (
            Identifier.objects.filter(scheme=scheme, value=value)
            .exclude(institution=institution)
            .select_related("institution")
            .first()
        )
        if other:
            raise NumberIsTaken(f"{other} is the number of {other.institution}.")
    for identifier in institution.identifiers.all():
        if (identifier.scheme, identifier.value) not in wanted:
            identifier.delete()
        wanted.discard((identifier.scheme, identifier.value))
    Identifier.objects.bulk_create(
        Identifier(institution=institution, scheme=scheme, value=value)
        for scheme, value in sorted(wanted)
    )


def refuse_nobody(name: str, title: str) -> None:
    """A name or title that is only a word for having none. Raises NamesNobody."""
    if names_nobody(name):
        raise NamesNobody(
            f"“{name}” would be printed as a person's name. Leave the name empty: the letter "
            "then goes to the office. Nothing was saved."
        )
    if titles_nothing(title):
        raise NamesNobody(
            f"“{title}” would be printed as a title. Give the title of the office, or leave it "
            "empty. Nothing was saved."
        )


def _with_source(details: ContactDetails, by: User) -> ContactDetails:
    return details if details.source else replace(details, source=f"Entered by {by}")


def _json(details: Details | ContactDetails) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for name in details.__dataclass_fields__:
        value = getattr(details, name)
        if isinstance(value, Institution):
            value = value.pk
        elif isinstance(value, datetime.date):
            value = value.isoformat()
        elif isinstance(value, tuple):
            value = [list(one) if isinstance(one, tuple) else one for one in value]
        kept[name] = value
    kept.get("identifiers", []).sort()
    return kept


def _json_fact(fact: Fact | None) -> dict[str, str] | None:
    if fact is None:
        return None
    return {"value": fact.value, "source": fact.source, "as_of": str(fact.as_of)}


def _labels(model: type[models.Model], names: Iterable[str]) -> str:
    labels = {field.name: str(field.verbose_name) for field in model._meta.fields}
    return ", ".join(labels.get(name, name) for name in names)
