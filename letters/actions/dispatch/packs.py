"""Print packs: what the printer gets, and what the clerk says became of it.

Making a pack posts nothing. A letter of a pack is queued until the clerk has counted the
pieces; one that was not among them is free for the next pack.
"""

import datetime
import tempfile
from collections.abc import Iterable, Iterator
from typing import IO
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from campaigns import audit, filestore
from campaigns.actions import Refused
from campaigns.models import User
from letters import lifecycle
from letters.actions.dispatch.leaving import (
    POST,
    CountDiffers,
    NothingToSend,
    NotOnThatDay,
    advance,
    follow,
    in_words,
    refuse_another_day,
    refuse_unapproved,
    sealed_bytes,
)
from letters.actions.outcome import counted
from letters.channels import post
from letters.merge.reference import normalise
from letters.models import Dispatch, Letter, Mailing, PrintPack

Status = Dispatch.Status
_ROWS_AT_ONCE = 200


class AlreadyPosted(Refused):
    """The pack was marked as posted before."""


class ChangedMeanwhile(Refused):
    """While the pack was made, somebody voided one of its letters, or packed it."""


class NotInThisPack(Refused):
    """A reference that was named is not in the pack."""


def to_post(mailing: Mailing) -> QuerySet[Letter]:
    """Sealed letters that go by post and are in no pack, in posting order.

    The last attempt decides: a letter that came back, was to be sent again and was then not
    among the pieces waits for the next pack like any other. Who may not be written to any
    more, or only through counsel, gets nothing that was not packed before.
    """
    attempts = Dispatch.objects.filter(letter=OuterRef("pk"), channel=POST).order_by("-attempt")
    sealed = mailing.letters.writable().filter(status=Letter.Status.SEALED, by_post=True)
    letters = sealed.annotate(
        last=Subquery(attempts.values("status")[:1]),
        last_pack=Subquery(attempts.values("pack")[:1]),
    )
    return letters.filter(
        Q(last=None)
        | Q(last__in=[Status.CANCELLED, Status.FAILED])
        | Q(last=Status.QUEUED, last_pack=None)
    ).order_by("position")


def make_pack(*, mailing: Mailing, by: User) -> PrintPack:
    """One PDF and its manifest for every letter that waits for the post. Posts nothing.

    The bytes are read and joined, one letter at a time, before the transaction, because that
    takes seconds; in it, the letters are looked at once more: one that was voided meanwhile must
    not be posted.
    """
    refuse_unapproved(mailing)
    packed: list[int] = []
    with tempfile.TemporaryFile() as pdf:
        made = post.pack(_in_turn(mailing, packed), pdf)
        if not packed:
            raise NothingToSend("No letter waits for the post: each is in a pack or has gone.")
        return _keep_pack(mailing, packed, made, pdf, by)


def _in_turn(mailing: Mailing, packed: list[int]) -> Iterator[post.Sealed]:
    """The letters, one in memory at a time; the key of each is noted in `packed`."""
    # Among them the mailing, by whose letters they are read: without it each would be read again.
    needed = ("mailing", "reference", "status", "page_count", "pdf_sha256", "merge_data")
    for letter in to_post(mailing).only(*needed).iterator(_ROWS_AT_ONCE):
        packed.append(letter.pk)
        yield post.Sealed(
            reference=letter.reference,
            postal_lines=tuple(letter.merge_data["postal_lines"]),
            pages=letter.page_count or 0,
            sha256=letter.pdf_sha256,
            pdf=sealed_bytes(letter),
        )


@transaction.atomic
def _keep_pack(
    mailing: Mailing, letters: list[int], made: post.Pack, pdf: IO[bytes], by: User
) -> PrintPack:
    lifecycle.hold(mailing)
    refuse_unapproved(mailing)
    if set(to_post(mailing).values_list("pk", flat=True)) != set(letters):
        raise ChangedMeanwhile(
            "Letters of this mailing were packed, voided or queued again while the pack was "
            "made. No pack was kept; make it again."
        )
    pack = PrintPack.objects.create(
        mailing=mailing,
        pdf_sha256=filestore.put_file(pdf),
        manifest_sha256=filestore.put(made.manifest),
        letter_count=len(letters),
        sheet_count=made.sheets,
        made_by=by,
    )
    waiting = Dispatch.objects.filter(
        letter__in=letters, channel=POST, status=Status.QUEUED, pack=None
    )
    resent = set(waiting.values_list("letter_id", flat=True))
    waiting.update(pack=pack)
    earlier = Dispatch.objects.filter(letter__in=letters, channel=POST).order_by("attempt")
    last = {row.letter_id: row for row in earlier}
    Dispatch.objects.bulk_create(
        [
            Dispatch(
                letter_id=letter,
                channel=POST,
                attempt=last[letter].attempt + 1 if letter in last else 1,
                reason=last[letter].reason if letter in last else "",
                pack=pack,
                queued_by=by,
            )
            for letter in letters
            if letter not in resent
        ],
        batch_size=500,
    )
    audit.record(
        "pack.made",
        subject=mailing,
        by=by,
        campaign=mailing.campaign,
        sentence=(
            f"made print pack {pack.pk} of “{mailing}”: {counted(len(letters))} on "
            f"{counted(made.sheets, 'sheet')}. Nothing is posted yet."
        ),
        pack=pack.pk,
        letters=len(letters),
        sheets=made.sheets,
        pdf_sha256=pack.pdf_sha256,
        manifest_sha256=pack.manifest_sha256,
    )
    return pack


@transaction.atomic
def take_out_pack(*, pack: PrintPack, form: str, by: User) -> Iterator[bytes]:
    """The PDF to print, or the manifest, piece by piece.

    The PDF holds the code of every letter in it. Who took it, and which bytes, is on record
    before they leave.
    """
    sha256 = pack.manifest_sha256 if form == "manifest" else pack.pdf_sha256
    audit.record(
        "pack.taken_out",
        subject=pack.mailing,
        by=by,
        campaign=pack.mailing.campaign,
        sentence=f"took out the {'manifest' if form == 'manifest' else 'PDF'} of print pack "
        f"{pack.pk}, {counted(pack.letter_count)}.",
        pack=pack.pk,
        sha256=sha256,
    )
    return filestore.in_pieces(sha256)


@transaction.atomic
def discard_pack(*, pack: PrintPack, by: User) -> PrintPack:
    """Take the letters of a pack that was never posted out of it again."""
    lifecycle.hold(pack.mailing)
    pack.refresh_from_db(fields=["posted_on"])
    if pack.posted_on:
        raise AlreadyPosted(f"Pack {pack.pk} was posted, so it cannot be discarded.")
    freed = lifecycle.move_all(
        pack.dispatches.filter(status=Status.QUEUED),
        Status.CANCELLED,
        detail="The pack was discarded before it was posted.",
    )
    if not freed:
        raise NothingToSend(f"Pack {pack.pk} holds no letter that waits to be posted.")
    audit.record(
        "pack.discarded",
        subject=pack.mailing,
        by=by,
        campaign=pack.mailing.campaign,
        sentence=f"discarded print pack {pack.pk} with {counted(freed)}; none was posted.",
        pack=pack.pk,
        letters=freed,
    )
    return pack


@transaction.atomic
def mark_posted(
    *,
    pack: PrintPack,
    posted_on: datetime.date,
    count: int,
    missing_references: Iterable[str] = (),
    by: User,
) -> PrintPack:
    """The clerk says that the pack was posted, how many pieces, and which are missing.

    The count is typed from the pieces, not from the screen; where it does not agree with
    the pack less the missing ones, something is still on the desk, and nothing is recorded.
    """
    mailing = pack.mailing
    lifecycle.hold(mailing)
    _refuse_impossible_day(mailing, posted_on)
    refuse_another_day(mailing, posted_on)
    missing = _named_in(pack, missing_references)
    queued = pack.dispatches.filter(status=Status.QUEUED)
    expected = queued.count() - len(missing)
    if not PrintPack.objects.filter(pk=pack.pk, posted_on=None).update(
        posted_on=posted_on, posted_by=by
    ):
        raise AlreadyPosted(f"Pack {pack.pk} was already marked as posted.")
    if count != expected or not expected:
        raise CountDiffers(
            f"You counted {counted(count, 'piece')}; the pack holds {expected + len(missing):,}"
            + (f", {len(missing):,} of them named as missing" if missing else "")
            + f", so {expected:,} should have been posted. Count again, or name each letter "
            "that was not posted."
        )
    lifecycle.move_all(
        queued.filter(letter__in=missing.values()),
        Status.CANCELLED,
        detail=f"Was not among the pieces posted on {in_words(posted_on)}.",
    )
    lifecycle.move_all(queued, Status.SENT, sent_at=_noon(mailing, posted_on))
    pack.refresh_from_db()
    follow(mailing, pack.dispatches.filter(status=Status.SENT), posted_on, by)
    audit.record(
        "pack.posted",
        subject=mailing,
        by=by,
        campaign=mailing.campaign,
        sentence=(
            f"marked {counted(count)} of “{mailing}” as posted on {in_words(posted_on)}"
            + (f"; missing: {', '.join(sorted(missing))}." if missing else ".")
        ),
        pack=pack.pk,
        posted=count,
        posted_on=posted_on.isoformat(),
        missing=sorted(missing),
    )
    advance(mailing)
    return pack


def _named_in(pack: PrintPack, references: Iterable[str]) -> dict[str, int]:
    """Reference to letter key, for the references a person typed. Raises NotInThisPack."""
    typed = {normalise(reference) for reference in references if reference.strip()}
    queued = pack.dispatches.filter(status=Status.QUEUED, letter__reference__in=typed)
    found = dict(queued.values_list("letter__reference", "letter_id"))
    if strangers := typed - set(found):
        raise NotInThisPack(
            f"Pack {pack.pk} holds no letter {', '.join(sorted(strangers))} that waits to be "
            "posted. Check the references."
        )
    return found


def _refuse_impossible_day(mailing: Mailing, on: datetime.date) -> None:
    zone = ZoneInfo(mailing.campaign.timezone)
    if on > timezone.now().astimezone(zone).date():
        raise NotOnThatDay(f"{in_words(on)} has not come yet.")
    if mailing.approved_at and on < mailing.approved_at.astimezone(zone).date():
        raise NotOnThatDay(f"On {in_words(on)} the letters were not yet approved.")


def _noon(mailing: Mailing, on: datetime.date) -> datetime.datetime:
    """A day of posting as a moment; at noon it is the same day in every zone of the country."""
    return datetime.datetime.combine(on, datetime.time(12), ZoneInfo(mailing.campaign.timezone))
