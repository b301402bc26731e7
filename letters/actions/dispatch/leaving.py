"""What holds for every way out: approval, the day, the seal, and when a mailing is sent."""

import datetime
from collections.abc import Iterable
from zoneinfo import ZoneInfo

from django.db.models import Exists, Max, OuterRef, Q, QuerySet
from django.utils import timezone

from campaigns import audit, filestore
from campaigns.actions import Refused, answer, deadline
from campaigns.models import Recipient, User
from letters import lifecycle
from letters.models import Dispatch, Letter, Mailing
from letters.reports.running import due_by_letters, runs_of

_OPEN = (Mailing.Status.APPROVED, Mailing.Status.SENDING, Mailing.Status.SENT)
POST, EMAIL = Dispatch.Channel.POST, Dispatch.Channel.EMAIL


class NotApproved(Refused):
    """Nothing of a mailing leaves before counsel has approved it."""


class NothingToSend(Refused):
    """Every letter that goes this way has already gone, or is on its way."""


class CountDiffers(Refused):
    """The number typed is not the number of letters."""


class AnotherDayThanTheLetter(Refused):
    """The letters bear another date, and counsel has not accepted the gap."""


class NotOnThatDay(Refused):
    """The day cannot be the one on which it happened."""


class NotWritable(Refused):
    """Since the seal somebody asked us not to write, has a lawyer, or has answered."""


class SealBroken(Refused):
    """The stored bytes are not the ones that were sealed."""


class ReasonMissing(Refused):
    """A resend, or a settlement by hand, says why."""


def refuse_unapproved(mailing: Mailing) -> None:
    if mailing.status not in _OPEN:
        raise NotApproved(f"“{mailing}” is not approved, so nothing of it leaves.")


def refuse_another_day(mailing: Mailing, on: datetime.date) -> None:
    """Letters leave on the day they bear, unless counsel has accepted the gap in writing."""
    if on == mailing.letter_date:
        return
    if mailing.gap_until:
        first, last = sorted([mailing.letter_date, mailing.gap_until])
        if first <= on <= last:
            return
    if on < mailing.letter_date:
        raise AnotherDayThanTheLetter(
            f"The letters are dated {in_words(mailing.letter_date)}, and that day has not come. "
            f"They leave on that day; for {in_words(on)} counsel accepts the gap in writing."
        )
    raise AnotherDayThanTheLetter(
        f"The letters are dated {in_words(mailing.letter_date)} and would leave on {in_words(on)}. "
        "Counsel can accept the gap in writing, or the mailing is cancelled and made again with "
        "another date."
    )


def refuse_unwritable(letter: Letter) -> None:
    if not Letter.objects.writable().filter(pk=letter.pk).exists():
        raise NotWritable(
            f"Letter {letter} goes to somebody who may not be written to any more, or only through "
            "counsel, or who has answered what it asks for again. Nothing was sent; void it, or "
            "see the recipient’s page."
        )


def refuse_without(text: str, sentence: str) -> None:
    if not text.strip():
        raise ReasonMissing(sentence)


def sealed_bytes(letter: Letter) -> bytes:
    """The bytes of a sealed letter, hashed again. Raises SealBroken."""
    if letter.status != Letter.Status.SEALED:
        raise NotApproved(f"Letter {letter} is not sealed.")
    try:
        return filestore.get(letter.pdf_sha256)
    except (filestore.FileDamaged, FileNotFoundError) as error:
        raise SealBroken(
            f"The stored file of letter {letter} is missing or damaged, so it was not sent. "
            "Restore it from a backup."
        ) from error


def attempts_so_far(letters: Iterable[Letter], channel: str) -> dict[int, int]:
    """The number of the last attempt of each letter by this channel."""
    rows = Dispatch.objects.filter(letter__in=[letter.pk for letter in letters], channel=channel)
    return dict(rows.values_list("letter").annotate(last=Max("attempt")).order_by())


def follow(mailing: Mailing, sent: QuerySet[Dispatch], on: datetime.date, by: User | None) -> None:
    """What the campaign knows of its recipients once letters have left for them."""
    if mailing.status == Mailing.Status.APPROVED:
        lifecycle.move(mailing, Mailing.Status.SENDING)
    written = Recipient.objects.filter(pk__in=sent.values("letter__recipient"))
    # All are held before the first event: an answer that comes in at this moment holds its
    # recipient and waits for the audit log, and each would wait for the other.
    held = list(written.select_for_update().order_by("pk"))
    runs = runs_of([recipient.pk for recipient in held])
    for recipient in held:
        due_at = due_by_letters(runs[recipient.pk])
        answer.reached(recipient=recipient, letters_due_at=due_at, on=on, by=by)


def reached_by(letter: Letter, on: datetime.date, by: User | None) -> None:
    """The same for one letter, which has been marked as sent."""
    # Held before its letters are read: what is proven of another of them meanwhile counts too.
    deadline.held(letter.recipient)
    due_at = due_by_letters(runs_of([letter.recipient_id])[letter.recipient_id])
    answer.reached(recipient=letter.recipient, letters_due_at=due_at, on=on, by=by)


def outstanding(mailing: Mailing) -> QuerySet[Letter]:
    """Sealed letters that have not left by each of their channels."""
    left = Dispatch.objects.filter(letter=OuterRef("pk"), status__in=Dispatch.LEFT)
    return mailing.letters.filter(status=Letter.Status.SEALED).filter(
        Q(by_post=True) & ~Exists(left.filter(channel=POST))
        | Q(by_email=True) & ~Exists(left.filter(channel=EMAIL))
    )


def advance(mailing: Mailing) -> None:
    """Make the mailing sent once every letter has left by each of its channels."""
    mailing.refresh_from_db(fields=["status"])
    if mailing.status != Mailing.Status.SENDING or outstanding(mailing).exists():
        return
    rows = Mailing.objects.filter(pk=mailing.pk)
    if lifecycle.move_all(rows, Mailing.Status.SENT):
        mailing.status = Mailing.Status.SENT
        count = mailing.letters.filter(status=Letter.Status.SEALED).count()
        audit.record(
            "mailing.sent",
            subject=mailing,
            by=None,
            campaign=mailing.campaign,
            sentence=f"Every letter of “{mailing}” has left by each of its ways; {count:,} in all.",
            letters=count,
        )


def today(mailing: Mailing) -> datetime.date:
    return timezone.now().astimezone(ZoneInfo(mailing.campaign.timezone)).date()


def in_words(on: datetime.date) -> str:
    return f"{on:%B} {on.day}, {on.year}"
