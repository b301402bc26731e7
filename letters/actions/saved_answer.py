"""An answer in progress: files attached, saved, continued, forgotten, submitted.

None of it is an answer and none of it is on record: no audit event tells staff that somebody
began to type. Submitting puts everything on record at once and erases what was in progress.
"""

import datetime
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field

from django.db import transaction
from django.db.models import QuerySet

from campaigns.actions import Refused
from campaigns.actions.answer import Respondent
from campaigns.filestore import sha256_of
from campaigns.models import User
from letters import uploads
from letters.actions import respond
from letters.actions.respond import Item
from letters.models import AttachedFile, Letter, Response, SavedAnswer
from letters.uploads import CheckedFile, KeptFile, UploadRefused

SAVED_FOR = datetime.timedelta(days=30)
ATTACHED_FOR = datetime.timedelta(hours=26)  # a form stays open for a day
MOST_WAITING = 40  # files at once, of everybody who answers for one letter
LONGEST = 20_000  # characters of one field


class SavedMeanwhile(Refused):
    """Somebody else who has the code saved since this form was opened."""


class FieldTooLong(Refused):
    """A field holds more than any answer may."""


class FilesGone(Refused):
    """A file was attached so long ago that it is no longer kept."""


@dataclass(frozen=True)
class Attached:
    """A file that waits for its answer to be submitted."""

    pk: int
    sha256: str
    name: str
    size: int
    active: str = ""


@dataclass(frozen=True)
class InProgress:
    """What was typed and attached so far.

    `saved_at` tells which saving it went on from, in ISO 8601; empty where it began anew. Of two
    people who go on from the same one, the second is told instead of saving over the first.
    """

    fields: Mapping[str, str] = field(default_factory=dict)
    files: Sequence[Attached] = ()
    saved_at: str = ""


def attach(*, letter: Letter, file: CheckedFile, now: datetime.datetime) -> Attached:
    """Keep a file until its answer is submitted, for a day. Raises UploadRefused."""
    if AttachedFile.objects.filter(letter=letter, expires_at__gt=now).count() >= MOST_WAITING:
        raise UploadRefused(
            f"{file.name} was not taken: {MOST_WAITING} files wait to be submitted for this "
            "letter. Submit the answer they belong to first, or attach this one tomorrow."
        )
    row = AttachedFile.objects.create(
        letter=letter,
        file_name=file.name,
        media_type=file.media_type,
        active=file.active,
        content=file.content,
        expires_at=now + ATTACHED_FOR,
    )
    return Attached(row.pk, sha256_of(file.content), file.name, len(file.content), file.active)


def find(*, letter: Letter, now: datetime.datetime) -> SavedAnswer | None:
    return SavedAnswer.objects.filter(letter=letter, expires_at__gt=now).first()


def read(saved: SavedAnswer) -> InProgress:
    content = json.loads(saved.content)
    files = tuple(Attached(**file) for file in content["files"])
    return InProgress(content["fields"], files, saved.saved_at.isoformat())


def still_kept(
    *, letter: Letter, files: Sequence[Attached], now: datetime.datetime
) -> tuple[Attached, ...]:
    """Those of the files that wait still: the others were submitted, forgotten or too old."""
    pks = set(_of(letter, files).filter(expires_at__gt=now).values_list("pk", flat=True))
    return tuple(file for file in files if file.pk in pks)


@transaction.atomic
def save(*, letter: Letter, typed: InProgress, now: datetime.datetime) -> SavedAnswer:
    """Keep what was typed for thirty days. Whoever saves later keeps it for thirty more.

    Raises FieldTooLong, or SavedMeanwhile where `typed` went on from another saving than the
    one that is kept.
    """
    if any(len(words) > LONGEST for words in typed.fields.values()):
        raise FieldTooLong(f"One field is longer than {LONGEST:,} characters. Shorten it.")
    Letter.objects.select_for_update().get(pk=letter.pk)  # of two who save at once, one waits
    before = find(letter=letter, now=now)
    if typed.saved_at != (before.saved_at.isoformat() if before else ""):
        raise SavedMeanwhile(
            "Somebody else who has the code of this letter saved or submitted answers since you "
            "opened this form."
        )
    expires_at = now + SAVED_FOR
    # JSON in ASCII: a NUL that somebody pasted is kept as text and breaks no database.
    content = json.dumps(
        {"fields": dict(typed.fields), "files": [asdict(file) for file in typed.files]}
    )
    saved, _ = SavedAnswer.objects.update_or_create(
        letter=letter,
        defaults={
            "content": content,
            "saved_at": now,
            "expires_at": expires_at,
        },
    )
    _of(letter, typed.files).update(expires_at=expires_at)
    if before:
        left_out = {file.pk for file in read(before).files} - {file.pk for file in typed.files}
        AttachedFile.objects.filter(letter=letter, pk__in=left_out).delete()
    return saved


@transaction.atomic
def forget(*, letter: Letter) -> bool:
    """Erase what was saved, with its files; False where nothing was."""
    saved = SavedAnswer.objects.select_for_update().filter(letter=letter).first()
    if saved is None:
        return False
    _erase(saved)
    return True


@transaction.atomic
def submit(
    *,
    letter: Letter,
    typed: InProgress,
    items: Sequence[Item],
    respondent: Respondent,
    email: str,
    submission: str,
    now: datetime.datetime,
    signed_as: str = "",
    signed_in: User | None = None,
) -> Response:
    """Put the answer on record with its files, and erase what was in progress of it.

    What somebody else saved meanwhile stays. Raises FilesGone, and what `answer_by_portal` does.
    """
    rows = list(_of(letter, typed.files).select_for_update())
    if len(rows) < len(typed.files) and not _is_on_record(letter, submission):
        raise FilesGone(
            "A file that you attached is no longer kept. Choose “Change something” and attach it "
            "again."
        )
    response = respond.answer_by_portal(
        letter=letter,
        items=items,
        respondent=respondent,
        email=email,
        documents=[_kept(row) for row in rows],
        submission=submission,
        now=now,
        signed_as=signed_as,
        signed_in=signed_in,
    )
    _of(letter, typed.files).delete()
    saved = SavedAnswer.objects.filter(letter=letter).first()
    if saved and saved.saved_at.isoformat() == typed.saved_at:
        _erase(saved)
    return response


def erase_expired(*, now: datetime.datetime) -> int:
    """Erase what nobody came back to; returns how many rows went."""
    answers, _ = SavedAnswer.objects.filter(expires_at__lte=now).delete()
    files, _ = AttachedFile.objects.filter(expires_at__lte=now).delete()
    return answers + files


def _of(letter: Letter, files: Sequence[Attached]) -> QuerySet[AttachedFile]:
    return AttachedFile.objects.filter(letter=letter, pk__in=[file.pk for file in files])


def _is_on_record(letter: Letter, submission: str) -> bool:
    return Response.objects.filter(recipient=letter.recipient_id, submission=submission).exists()


def _kept(row: AttachedFile) -> KeptFile:
    content = bytes(row.content)
    return uploads.keep(CheckedFile(row.file_name, row.media_type, content, row.active))


def _erase(saved: SavedAnswer) -> None:
    _of(saved.letter, read(saved).files).delete()
    saved.delete()
