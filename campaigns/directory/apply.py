"""Write what a plan says, in batches. Called inside the transaction of the decision."""

from campaigns.directory.merge import Writes
from campaigns.directory.plan import MAX_DEPTH, Plan, RowPlan, Verdict
from campaigns.models import Contact, Fact, Identifier, Institution

BATCH = 500


def apply(plan: Plan) -> dict[int, int]:
    """Write the new and changed rows; returns the institution of each line that has one."""
    institutions = {row.line: row.institution_pk for row in plan.rows if row.institution_pk}
    institutions.update(_create([row for row in plan.rows if row.verdict == Verdict.NEW]))
    _change([row for row in plan.rows if row.verdict == Verdict.CHANGED], institutions)
    _add_parts(plan, institutions)
    return institutions


def _writes(row: RowPlan) -> Writes:
    if row.writes is None:
        raise AssertionError(f"line {row.line} is {row.verdict} and has nothing to write")
    return row.writes


def _create(rows: list[RowPlan]) -> dict[int, int]:
    """New institutions, each after the one it belongs to."""
    made: dict[int, int] = {}
    for _ in range(MAX_DEPTH + 1):
        ready = [row for row in rows if row.line not in made and _parent_is_there(row, made)]
        created = Institution.objects.bulk_create(
            [_institution(_writes(row), made) for row in ready], batch_size=BATCH
        )
        made.update(zip((row.line for row in ready), (one.pk for one in created), strict=True))
    return made


def _parent_is_there(row: RowPlan, made: dict[int, int]) -> bool:
    parent = _writes(row).parent
    return parent is None or parent.pk is not None or parent.line in made


def _institution(writes: Writes, made: dict[int, int]) -> Institution:
    institution = Institution(
        **writes.values, aliases=list(writes.aliases or ()), parent_id=_parent_pk(writes, made)
    )
    institution.index_for_search(value for _, value in writes.identifiers)
    return institution


def _parent_pk(writes: Writes, made: dict[int, int]) -> int | None:
    if writes.parent is None:
        return None
    return writes.parent.pk or made[writes.parent.line or 0]


def _change(rows: list[RowPlan], made: dict[int, int]) -> None:
    pks = [row.institution_pk for row in rows if row.institution_pk]
    found = Institution.objects.prefetch_related("identifiers").in_bulk(pks)
    changed = []
    for row in rows:
        writes = _writes(row)
        institution = found[row.institution_pk or 0]
        for name, value in writes.values.items():
            setattr(institution, name, value)
        if writes.aliases is not None:
            institution.aliases = list(writes.aliases)
        if writes.parent is not None:
            institution.parent_id = _parent_pk(writes, made)
        numbers = [one.value for one in institution.identifiers.all()]
        institution.index_for_search([*numbers, *(value for _, value in writes.identifiers)])
        changed.append(institution)
    fields = ["parent", "aliases", "search_key", *_scalar_names(rows)]
    Institution.objects.bulk_update(changed, fields, batch_size=100)


def _scalar_names(rows: list[RowPlan]) -> list[str]:
    return sorted({name for row in rows for name in _writes(row).values})


def _add_parts(plan: Plan, institutions: dict[int, int]) -> None:
    identifiers, contacts, facts = [], [], []
    changed_contacts: dict[int, dict[str, str]] = {}
    changed_facts = {}
    for row in plan.rows:
        if row.verdict not in (Verdict.NEW, Verdict.CHANGED):
            continue
        writes, owner = _writes(row), institutions[row.line]
        identifiers += [
            Identifier(institution_id=owner, scheme=scheme, value=value)
            for scheme, value in writes.identifiers
        ]
        contacts += [
            Contact(
                institution_id=owner,
                role=one.role,
                name=one.name,
                title=one.title,
                email=one.email,
                phone=one.phone,
                source=one.source,
            )
            for one in writes.contacts
        ]
        facts += [
            Fact(
                institution_id=owner,
                key=one.key,
                value=one.value,
                source=one.source,
                as_of=one.as_of,
            )
            for one in writes.facts
        ]
        changed_contacts.update((pk, dict(updates)) for pk, updates in writes.changed_contacts)
        changed_facts.update(dict(writes.changed_facts))
    Identifier.objects.bulk_create(identifiers, batch_size=BATCH)
    Contact.objects.bulk_create(contacts, batch_size=BATCH)
    Fact.objects.bulk_create(facts, batch_size=BATCH)
    for pk, updates in changed_contacts.items():
        Contact.objects.filter(pk=pk).update(**updates)
    for pk, fact in changed_facts.items():
        Fact.objects.filter(pk=pk).update(value=fact.value, source=fact.source, as_of=fact.as_of)
