"""Approval: another person sees the letters, and seals exactly the bytes that were rendered.

The form posts back the digest of the batch as it was shown. Whatever changed in between, the
text, the data, the letterhead, the fonts, one byte of one stored file, is refused here.
"""

import datetime
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from campaigns import audit, filestore
from campaigns.actions import Refused
from campaigns.actions.campaign import letters_sealed, locked
from campaigns.models import AuditEvent, User
from letters import circles, lifecycle
from letters.actions import preflight
from letters.actions.dispatch import NotApproved
from letters.actions.freshness import Stale, current_digest, read_standing, stale
from letters.actions.outcome import counted
from letters.models import (
    Clause,
    Exhibit,
    Letter,
    LetterComment,
    LetterVersion,
    Mailing,
    Opening,
)

LETTERS_TO_OPEN = 3
# Who did one of these made the batch what it is, and is not the other person.
_MADE_IT = ("mailing.created", "mailing.dated", "mailing.version_changed")
_PREPARED = "You prepared this mailing. Another person approves it."
_WORDED_IT = ("demand.added", "demand.changed")


class MayNotApprove(Refused):
    """Approval is counsel's."""


class OwnBatch(Refused):
    """The approver is neither the author of the text nor the one who prepared the mailing."""


class NotReady(Refused):
    """Only a rendered mailing is approved, and only once."""


class SetAside(Refused):
    """A letter that could not be rendered is rendered or left out before approval."""


class NotOpened(Refused):
    """Letters that have to be looked at were not."""


class NotAnswered(Refused):
    """What the checks of the text found is mended, or answered in writing."""


class ChangedSince(Refused):
    """What would be approved is not what was shown."""


class CommentsMissing(Refused):
    """A mailing is returned with words that help."""


class GapNotAccepted(Refused):
    """A gap is accepted with a reason, for a day that has to be named."""


@dataclass(frozen=True)
class ToOpen:
    """What one person has yet to open: preflight's `marked`, and a `few` more of any kind."""

    opened: frozenset[int]
    marked: frozenset[int]
    few: int

    @property
    def marked_left(self) -> frozenset[int]:
        return self.marked - self.opened

    @property
    def is_done(self) -> bool:
        return not self.marked_left and not self.few


def to_open(mailing: Mailing, by: User) -> ToOpen:
    """At least three letters, and every one that preflight marked, with the bytes of now."""
    letters = dict(mailing.letters.standing().values_list("pk", "pdf_sha256"))
    openings = Opening.objects.filter(letter__mailing=mailing, by=by)
    opened = frozenset(
        letter
        for letter, sha256 in openings.values_list("letter_id", "sha256")
        if letters.get(letter) == sha256
    )
    findings = mailing.findings.filter(severity=preflight.AMBER, override=None, letter__in=letters)
    marked = frozenset(findings.values_list("letter_id", flat=True))
    few = max(0, min(LETTERS_TO_OPEN, len(letters)) - len(opened | marked))
    return ToOpen(opened=opened, marked=marked, few=few)


@transaction.atomic
def record_opening(*, letter: Letter, by: User) -> Opening:
    """This person was shown these bytes. Once for each state of the letter."""
    if not by.has_perm("letters.approve_mailing"):
        raise MayNotApprove(f"{by} does not approve mailings, so this opening is not counted.")
    if letter.status != Letter.Status.RENDERED:
        raise NotReady(f"Letter {letter} is {letter.get_status_display().lower()}.")
    opening, is_new = Opening.objects.get_or_create(letter=letter, by=by, sha256=letter.pdf_sha256)
    if is_new:
        audit.record(
            "letter.opened",
            subject=letter,
            by=by,
            campaign=letter.mailing.campaign,
            sentence=f"opened letter {letter} to {letter.recipient}.",
            sha256=letter.pdf_sha256,
        )
    return opening


def why_not(mailing: Mailing, by: User) -> str:
    """Why this person cannot approve this mailing at all; empty where they can."""
    try:
        _refuse_person(mailing, by)
    except Refused as refusal:
        return str(refusal)
    return ""


def answers_digest(mailing: Mailing) -> str:
    """One SHA-256 (hex) over which written answers stand for amber findings now."""
    standing = mailing.overrides.filter(withdrawn_at=None).order_by("pk")
    return hashlib.sha256(repr(list(standing.values_list("pk", flat=True))).encode()).hexdigest()


@circles.not_sought()
def approve(*, mailing: Mailing, digest: str, answers: str, by: User) -> Mailing:
    """Make the bytes that were shown the letters that are sent.

    `digest` and `answers` are those of the page that was read: of the letters, and of the written
    answers to what the checks found.

    Every stored file is read and hashed before the transaction, because thousands take seconds
    in which nobody else could write; in it, only what was found whole is sealed.
    """
    whole = frozenset[str]() if why_not(mailing, by) else _whole(mailing)
    return _approve(mailing, digest, answers, whole, by)


@transaction.atomic
def _approve(
    mailing: Mailing, digest: str, answers: str, whole: frozenset[str], by: User
) -> Mailing:
    """The campaign is held first, so that no demand changes between the last look and the seal.

    The directory belongs to no campaign and is not held while thousands of letters are compared
    with it. Where somebody decided something meanwhile, they are compared once more, and then
    nobody decides anything before they are sealed.
    """
    heard = audit.head()
    locked(mailing.campaign)
    mailing = Mailing.objects.select_for_update().get(pk=mailing.pk)
    if mailing.status != Mailing.Status.READY:
        raise NotReady(
            f"“{mailing}” is {mailing.get_status_display().lower()}; only a mailing that is "
            "ready for approval can be approved, and only once."
        )
    _refuse_person(mailing, by)
    _refuse_unfinished(mailing)
    if digest != current_digest(mailing) or digest != mailing.digest:
        raise ChangedSince(
            "The letters changed after this page was opened. Nothing was approved; look again."
        )
    if answers != answers_digest(mailing):
        raise ChangedSince(
            "A written answer to what the checks found was added or taken back after this page was "
            "opened. Nothing was approved; read the answers again."
        )
    _refuse_unopened(mailing, by)
    _refuse_changed(mailing)
    _refuse_damaged(mailing, whole)
    audit.hold()
    if _decided_since(heard, mailing):
        _refuse_changed(mailing)
    return _seal(mailing, by)


def _decided_since(heard: int, mailing: Mailing) -> bool:
    """Whether an event came after that one, of this campaign or of what all campaigns share."""
    here = Q(campaign_id=mailing.campaign_id) | Q(campaign_id=None)
    return AuditEvent.objects.filter(here, sequence__gt=heard).exists()


def _refuse_person(mailing: Mailing, by: User) -> None:
    if not by.has_perm("letters.approve_mailing"):
        raise MayNotApprove(f"{by} may not approve mailings; counsel can.")
    if own := [one for one in mailing.version.unapproved_line() if one.author_id == by.pk]:
        part = "" if own[0] == mailing.version else f"part of this text, in {own[0]}"
        raise OwnBatch(f"You wrote {part or 'this text'}. Another person approves it.")
    if by.pk == mailing.prepared_by_id:
        raise OwnBatch(_PREPARED)
    for made, sentence in _handiwork(mailing, by):
        if made.exists():
            raise OwnBatch(sentence)
    if clause := _clause_of(mailing.version, by):
        raise OwnBatch(
            f"You worded the clause “{clause}”, which this text holds. Another person approves it."
        )


def _clause_of(version: LetterVersion, by: User) -> Clause | None:
    """A clause of this person that came into the text, by whomever, since it was last approved."""
    approved = version.template.versions.filter(
        mailings__approved_by__isnull=False, number__lte=version.number
    ).first()
    before = approved.body if approved else ""
    new = (one for one in Clause.objects.filter(changed_by=by) if one.text not in before)
    return next((one for one in new if one.text in version.body), None)


def _handiwork(mailing: Mailing, by: User) -> Iterator[tuple[QuerySet[Any], str]]:
    """What a person may have done to the letters but write their text, and why that bars them."""
    theirs = AuditEvent.objects.filter(campaign_id=mailing.campaign_id, actor=by)
    of_mailing = theirs.filter(subject_type=mailing._meta.label_lower, subject_id=mailing.pk)
    template = mailing.version.template
    of_text = theirs.filter(subject_type=template._meta.label_lower, subject_id=template.pk)
    yield of_mailing.filter(verb__in=_MADE_IT), _PREPARED
    yield (
        of_mailing.filter(verb="finding.overridden"),
        "You answered what the checks found. Another person approves these letters.",
    )
    yield (
        theirs.filter(verb__in=_WORDED_IT),
        "You worded a demand that the letters print. Another person approves them.",
    )
    yield (
        of_text.filter(verb="own_text.written"),
        "You wrote a recipient's own text. Another person approves these letters.",
    )
    theirs_to_add = Exhibit.objects.filter(added_by=by).values("sha256")
    yield (  # also where another person copied it here with the text
        template.exhibits.standing().filter(sha256__in=theirs_to_add),
        "You added an exhibit. Another person approves the letters that carry it.",
    )
    if mailing.version.mentions("facts"):
        yield (
            theirs.filter(verb__startswith="sourced_fact"),
            "You recorded what the letters state of a recipient. Another person approves them.",
        )


def _refuse_unfinished(mailing: Mailing) -> None:
    letters = mailing.letters.standing()
    if aside := letters.filter(status=Letter.Status.QUARANTINED).count():
        raise SetAside(
            f"Set aside: {counted(aside)}. A manager or drafter tries again, or leaves out what "
            "cannot be rendered."
        )
    if not letters.exists():
        raise NotReady("Every letter of this mailing was left out.")
    if letters.exclude(status=Letter.Status.RENDERED).exists():
        raise ChangedSince(
            "Some letters are not rendered. A manager or drafter renders them; then look again."
        )


def _refuse_unopened(mailing: Mailing, by: User) -> None:
    left = to_open(mailing, by)
    if left.is_done:
        return
    parts = []
    if left.marked_left:
        parts.append(f"{counted(len(left.marked_left))} that preflight marked")
    if left.few:
        parts.append(f"{left.few} more of any kind")
    raise NotOpened(f"Open {' and '.join(parts)} first: what is approved has to be seen.")


def _refuse_changed(mailing: Mailing) -> None:
    letters = read_standing(mailing)
    found = preflight.inspect(mailing, letters)
    red = {one.message for one in found if one.severity == preflight.RED}
    if red:
        first = sorted(red)[0]
        raise ChangedSince(
            f"The checks now find {counted(len(red), 'thing')} that must be fixed: "
            f"{first.rstrip('.')}. Nothing was approved."
        )
    if new := preflight.unseen(mailing, found):
        raise ChangedSince(
            f"The checks now find {counted(len(new), 'thing')} to look at that nobody has seen: "
            f"{new[0].message} Nothing was approved; a manager or drafter checks the mailing again."
        )
    if waiting := preflight.unanswered(mailing, found):
        raise NotAnswered(
            f"{counted(len(waiting), 'finding')} must be mended or answered with a written "
            f"reason first: {waiting[0].message}"
        )
    if changed := stale(letters):
        raise ChangedSince(
            f"{counted(len(changed))} would be made differently now ({_named(changed)}). "
            "Nothing was approved. A manager or drafter takes in the changes and renders them "
            "again, or you return the mailing."
        )


def _named(changed: list[Stale]) -> str:
    shown = [f"{one.letter}: {one.what}" for one in changed[:3]]
    more = len(changed) - len(shown)
    return "; ".join(shown) + (f"; and {more:,} more" if more else "")


def _whole(mailing: Mailing) -> frozenset[str]:
    """The hashes of the letters whose stored bytes, read just now, still have that hash."""
    kept = mailing.letters.standing().exclude(pdf_sha256="").values_list("pdf_sha256", flat=True)
    return frozenset(sha256 for sha256 in kept.distinct() if _is_whole(sha256))


def _is_whole(sha256: str) -> bool:
    try:
        filestore.get(sha256)
    except (filestore.FileDamaged, FileNotFoundError):
        return False
    return True


def _refuse_damaged(mailing: Mailing, whole: frozenset[str]) -> None:
    """What is sealed was read and found whole, and is not what came into its place meanwhile."""
    for reference, sha256 in mailing.letters.standing().values_list("reference", "pdf_sha256"):
        if sha256 not in whole:
            raise ChangedSince(
                f"The stored file of letter {reference} is missing or damaged. Nothing was "
                "approved. A manager or drafter has the letters rendered again, or the "
                "administrator restores the file."
            )


def _seal(mailing: Mailing, by: User) -> Mailing:
    now = timezone.now()
    opened = Opening.objects.filter(letter__mailing=mailing, by=by)
    overrides = mailing.overrides.covering()
    count = lifecycle.move_all(
        mailing.letters.filter(status=Letter.Status.RENDERED), Letter.Status.SEALED, sealed_at=now
    )
    lifecycle.move(mailing, Mailing.Status.APPROVED, approved_by=by, approved_at=now)
    letters_sealed(campaign=mailing.campaign, on=now)
    audit.record(
        "mailing.approved",
        subject=mailing,
        by=by,
        campaign=mailing.campaign,
        sentence=f"approved and sealed {counted(count)} of “{mailing}”.",
        letters=count,
        digest=mailing.digest,
        version=mailing.version_id,
        opened=sorted(opened.values_list("letter__reference", flat=True)),
        overrides=list(overrides.values_list("pk", flat=True)),
    )
    return mailing


@transaction.atomic
def comment(*, letter: Letter, text: str, by: User) -> LetterComment:
    """Say what is to be changed in one letter. The mailing is returned afterwards."""
    if not by.has_perm("letters.approve_mailing"):
        raise MayNotApprove(f"{by} does not decide on letters; counsel does.")
    if not text.strip():
        raise CommentsMissing("Say what should be changed in this letter.")
    lifecycle.hold(letter.mailing)
    if letter.mailing.status != Mailing.Status.READY:
        raise NotReady(f"“{letter.mailing}” does not wait for approval.")
    if letter.status != Letter.Status.RENDERED:
        raise NotReady(f"Letter {letter} is {letter.get_status_display().lower()}.")
    said = LetterComment.objects.create(letter=letter, text=text, sha256=letter.pdf_sha256, by=by)
    audit.record(
        "letter.commented",
        subject=letter,
        by=by,
        campaign=letter.mailing.campaign,
        sentence=f"commented on letter {letter} to {letter.recipient}: {text}",
        comment=said.pk,
        sha256=letter.pdf_sha256,
    )
    return said


def comments_of_now(mailing: Mailing) -> list[LetterComment]:
    """What was said of letters that stand as they stood then."""
    said = LetterComment.objects.filter(
        letter__mailing=mailing, sha256=F("letter__pdf_sha256")
    ).exclude(letter__status=Letter.Status.VOID)
    return list(said.select_related("by", "letter__recipient__institution"))


@transaction.atomic
def give_back(*, mailing: Mailing, comments: str, by: User) -> Mailing:
    """Return the mailing with comments to those who prepare it, or with those on its letters."""
    if not by.has_perm("letters.approve_mailing"):
        raise MayNotApprove(f"{by} may not return mailings; counsel can.")
    if not comments.strip():
        letters = {one.letter_id for one in comments_of_now(mailing)}
        if not letters:
            raise CommentsMissing("Say what should be changed.")
        comments = f"See the comments on {counted(len(letters))}."
    lifecycle.move(mailing, Mailing.Status.RETURNED, comments=comments)
    audit.record(
        "mailing.returned",
        subject=mailing,
        by=by,
        campaign=mailing.campaign,
        sentence=f"returned “{mailing}” with comments: {comments}",
        comments=comments,
    )
    return mailing


@transaction.atomic
def accept_gap(*, mailing: Mailing, until: datetime.date, reason: str, by: User) -> Mailing:
    """Counsel accepts in writing that the letters leave on another day than they bear."""
    if not by.has_perm("letters.approve_mailing"):
        raise MayNotApprove(f"{by} may not accept the gap; counsel can.")
    if mailing.status not in (Mailing.Status.APPROVED, Mailing.Status.SENDING):
        raise NotApproved(f"“{mailing}” is not approved, so there is no gap to accept.")
    if not reason.strip():
        raise GapNotAccepted("Write down why the gap is acceptable.")
    if until == mailing.letter_date:
        raise GapNotAccepted("That is the letter date itself; there is no gap.")
    mailing.gap_until, mailing.gap_reason = until, reason
    mailing.gap_accepted_by, mailing.gap_accepted_at = by, timezone.now()
    mailing.save(update_fields=["gap_until", "gap_reason", "gap_accepted_by", "gap_accepted_at"])
    audit.record(
        "mailing.gap_accepted",
        subject=mailing,
        by=by,
        campaign=mailing.campaign,
        sentence=(
            f"accepted that the letters of “{mailing}”, dated {mailing.letter_date:%B %-d, %Y}, "
            f"leave until {until:%B %-d, %Y}: {reason}"
        ),
        until=until.isoformat(),
        reason=reason,
    )
    return mailing
