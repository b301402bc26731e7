"""Decisions on imports: plan a file, say what an ambiguous row is, apply the plan, discard it."""

from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone

from campaigns import audit, filestore
from campaigns.actions import Refused
from campaigns.directory import apply, known, mapping, plan, profiles
from campaigns.directory.choices import Choices
from campaigns.directory.plan import Plan
from campaigns.directory.reading import Reading, Unreadable, read
from campaigns.models import ColumnMapping, DirectoryImport, ImportRow, User

_BATCH = 500


class FileRefused(Refused):
    """The file cannot be read for certain; the message names the line and what to do."""


class MappingRefused(Refused):
    """The columns that were chosen cannot be used together."""


class PlanChanged(Refused):
    """The directory changed since the plan was shown, so that it would do something else."""


class ImportIsOver(Refused):
    """The import was applied or discarded already."""


def planned(content: bytes, choices: Choices, decisions: Mapping[int, int] | None = None) -> Plan:
    """What the file would do to the directory as it is now. Writes nothing. Raises Refused."""
    return _planned(_read(content, choices), choices, decisions)


def plan_import(
    *, content: bytes, choices: Choices, by: User, reading: Reading | None = None
) -> DirectoryImport:
    """Keep the file and the plan of every row of it. The directory stays as it is.

    `reading` is the content as `choices` read it, where the page has read it already.
    """
    reading = reading or _read(content, choices)
    found = _planned(reading, choices)
    sha256 = filestore.put(content)
    with transaction.atomic():
        directory_import = DirectoryImport.objects.create(
            file_name=choices.file_name[:255],
            sha256=sha256,
            profile=choices.profile,
            options=choices.as_json(),
            counts=found.counts,
            plan_digest=found.digest,
            planned_by=by,
        )
        _keep_rows(directory_import, found)
        if choices.profile == profiles.GENERIC:
            _remember_mapping(reading, choices)
    return directory_import


def decide_row(
    *, directory_import: DirectoryImport, line: int, institution_pk: int, by: User
) -> DirectoryImport:
    """Say what an ambiguous row is: an institution on record, or (0) one of its own."""
    row = directory_import.rows.filter(line=line, verdict=ImportRow.Verdict.AMBIGUOUS).first()
    if row is None or (institution_pk != plan.NEW and institution_pk not in row.candidates):
        raise Refused(f"Line {line} is not waiting for that decision.")
    decisions = {**_decisions(directory_import), line: institution_pk}
    return _plan_again(directory_import, decisions)


def plan_again(*, directory_import: DirectoryImport, by: User) -> DirectoryImport:
    """Plan the same file against the directory as it is now."""
    return _plan_again(directory_import, _decisions(directory_import))


@transaction.atomic
def apply_import(*, directory_import: DirectoryImport, digest: str, by: User) -> DirectoryImport:
    """Do what the plan that was shown says: all of it, or nothing.

    The digest comes back from the page the person looked at. The file is planned again, and
    where that gives another digest somebody changed the directory in between.
    """
    if digest != directory_import.plan_digest:
        raise PlanChanged("The plan changed since this page was shown. Look at it again.")
    _claim(directory_import, DirectoryImport.Status.APPLIED, applied_at=timezone.now())
    found = planned(
        filestore.get(directory_import.sha256),
        choices_of(directory_import),
        _decisions(directory_import),
    )
    if found.digest != digest:
        raise PlanChanged(
            "The directory changed since this plan was made, so nothing was written. Plan the "
            "file again and look at what it would do now."
        )
    institutions = apply.apply(found)
    _point_rows_at(directory_import, institutions)
    audit.record(
        "import.applied",
        subject=directory_import,
        by=by,
        sentence=f"imported {directory_import.file_name}: {_in_words(found.counts)}",
        file_sha256=directory_import.sha256,
        counts=found.counts,
        plan_digest=digest,
        choices=directory_import.options,
    )
    return directory_import


@transaction.atomic
def discard(*, directory_import: DirectoryImport, by: User) -> DirectoryImport:
    """Give the plan up. The file and the plan stay on record."""
    _claim(directory_import, DirectoryImport.Status.DISCARDED)
    audit.record(
        "import.discarded",
        subject=directory_import,
        by=by,
        sentence=f"discarded the import of {directory_import.file_name}.",
        file_sha256=directory_import.sha256,
        counts=directory_import.counts,
    )
    return directory_import


def choices_of(directory_import: DirectoryImport) -> Choices:
    kept = {name: one for name, one in directory_import.options.items() if name != "decisions"}
    return Choices.from_json(kept)


def suggested_mapping(headings: tuple[str, ...]) -> dict[str, str]:
    """The mapping used last for these headings, or a guess."""
    remembered = ColumnMapping.objects.filter(headings_sha256=mapping.signature(headings)).first()
    return dict(remembered.mapping) if remembered else mapping.guess(headings)


def _read(content: bytes, choices: Choices) -> Reading:
    try:
        return read(
            content,
            encoding=choices.encoding,
            delimiter=choices.delimiter,
            sheet=choices.sheet,
        )
    except Unreadable as unreadable:
        raise FileRefused(str(unreadable)) from unreadable


def _planned(
    reading: Reading, choices: Choices, decisions: Mapping[int, int] | None = None
) -> Plan:
    if choices.profile != profiles.IPEDS and (
        found := mapping.problems(choices.mapping, reading.headings)
    ):
        raise MappingRefused(" ".join(found))
    try:
        records = list(profiles.records(reading, choices))
    except Unreadable as unreadable:
        raise FileRefused(str(unreadable)) from unreadable
    return plan.make(records, known.read(), decisions)


def _decisions(directory_import: DirectoryImport) -> dict[int, int]:
    kept = directory_import.options.get("decisions", {})
    return {int(line): institution_pk for line, institution_pk in kept.items()}


def _plan_again(directory_import: DirectoryImport, decisions: Mapping[int, int]) -> DirectoryImport:
    found = planned(filestore.get(directory_import.sha256), choices_of(directory_import), decisions)
    with transaction.atomic():
        changed = DirectoryImport.objects.filter(
            pk=directory_import.pk, status=DirectoryImport.Status.PLANNED
        ).update(
            counts=found.counts,
            plan_digest=found.digest,
            options={
                **choices_of(directory_import).as_json(),
                "decisions": {str(line): pk for line, pk in decisions.items()},
            },
        )
        if not changed:
            raise ImportIsOver("This import was applied or discarded already.")
        directory_import.rows.all().delete()
        _keep_rows(directory_import, found)
    directory_import.refresh_from_db()
    return directory_import


def _claim(directory_import: DirectoryImport, status: str, **changes: object) -> None:
    claimed = DirectoryImport.objects.filter(
        pk=directory_import.pk, status=DirectoryImport.Status.PLANNED
    ).update(status=status, **changes)
    if not claimed:
        raise ImportIsOver("This import was applied or discarded already.")
    directory_import.refresh_from_db()


def _keep_rows(directory_import: DirectoryImport, found: Plan) -> None:
    ImportRow.objects.bulk_create(
        (
            ImportRow(
                directory_import=directory_import,
                line=row.line,
                verdict=row.verdict,
                name=row.name,
                notes=list(row.notes),
                changes={label: list(change) for label, change in row.changes.items()},
                candidates=list(row.candidates),
                institution_id=row.institution_pk,
            )
            for row in found.rows
        ),
        batch_size=_BATCH,
    )


def _point_rows_at(directory_import: DirectoryImport, institutions: Mapping[int, int]) -> None:
    rows = [
        ImportRow(pk=pk, institution_id=institutions[line])
        for pk, line in directory_import.rows.filter(institution=None).values_list("pk", "line")
        if line in institutions
    ]
    ImportRow.objects.bulk_update(rows, ["institution"], batch_size=_BATCH)


def _remember_mapping(reading: Reading, choices: Choices) -> None:
    ColumnMapping.objects.update_or_create(
        headings_sha256=mapping.signature(reading.headings),
        defaults={"mapping": dict(choices.mapping)},
    )


def _in_words(counts: Mapping[str, int]) -> str:
    said = [f"{count:,} {verdict}" for verdict, count in counts.items() if count]
    return ", ".join(said) + "." if said else "no rows."
