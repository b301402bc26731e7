"""Mailings: made from one version and chosen recipients, changed while they are prepared."""

import datetime
from collections.abc import Iterable
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from campaigns import audit, deadlines
from campaigns.actions import Refused
from campaigns.actions.campaign import letters_made, locked
from campaigns.deadlines import Rule
from campaigns.models import Addressee, Campaign, Recipient, User
from letters import circles, lifecycle
from letters.actions import draft, portal_key, preflight, to_counsel
from letters.actions.freshness import (
    freeze,
    freeze_again,
    read_standing,
    unrender,
    unrender_stale,
    with_everything,
    with_everything_of_letters,
    with_its_words,
)
from letters.actions.leave_out import AlreadyDispatched, ReasonMissing, TooLate
from letters.actions.outcome import counted
from letters.merge import reference
from letters.models import Dispatch, Letter, LetterTemplate, LetterVersion, Mailing

# Answers come late; a code works for a year after the deadline.
CODES_WORK_FOR = datetime.timedelta(days=365)
# No letter is written so long before it leaves.
FARTHEST = datetime.timedelta(days=5 * 366)
_ROWS_AT_ONCE = 200


class LetterDateHasPassed(Refused):
    """A letter bears the day on which it leaves, and that day cannot be in the past."""


class LetterDateIsFarOff(Refused):
    """A letter date years ahead is a slip of the finger."""


class NobodyChosen(Refused):
    """A mailing goes to somebody."""


class NotInThisCampaign(Refused):
    """Recipients, version and the mailing that is followed belong to one campaign."""


class NothingToFollow(Refused):
    """A reminder or final notice follows a mailing that was sent."""


class TitleTaken(Refused):
    """Two mailings of a campaign never bear one title."""


@circles.not_sought()
@transaction.atomic
def create(
    *,
    version: LetterVersion,
    title: str,
    letter_date: datetime.date,
    recipients: Iterable[Recipient],
    by: User,
    follows: Mailing | None = None,
) -> Mailing:
    """One letter for each addressee of each recipient, its data frozen, its code issued.

    From here on the version is frozen too. A recipient without an addressee gets an empty
    one, so that preflight can name it instead of leaving it out in silence.
    """
    campaign = locked(version.template.campaign)
    keys = [recipient.pk for recipient in recipients]
    _refuse_unfit(campaign, version, title, letter_date, keys, follows)
    mailing = Mailing(
        campaign=campaign,
        version=version,
        follows=follows,
        title=title,
        letter_date=letter_date,
        prepared_by=by,
    )
    mailing.date_by(Rule.of(campaign))
    mailing.save()
    draft.freeze(version=version)
    letters_made(campaign=campaign, on=mailing.prepared_at)
    letters = _write(mailing, keys)
    audit.record(
        "mailing.created",
        subject=mailing,
        by=by,
        campaign=campaign,
        sentence=(
            f"prepared “{mailing}” with {counted(len(letters))} to {len(keys):,} recipients, "
            f"from {version}."
        ),
        letters=len(letters),
        recipients=len(keys),
        version=version.pk,
        letter_date=letter_date.isoformat(),
        printed_deadline=mailing.printed_deadline.isoformat(),
        follows=follows.pk if follows else None,
    )
    preflight.run(mailing, letters)
    return mailing


def _refuse_unfit(
    campaign: Campaign,
    version: LetterVersion,
    title: str,
    letter_date: datetime.date,
    keys: list[int],
    follows: Mailing | None,
) -> None:
    _refuse_unlikely(campaign, letter_date)
    if not keys:
        raise NobodyChosen("Nobody was chosen: these recipients would get no letter.")
    strangers = len(set(keys)) - campaign.recipients.filter(pk__in=keys).count()
    if strangers:
        raise NotInThisCampaign(f"{strangers:,} of the recipients belong to another campaign.")
    if follows and follows.campaign_id != campaign.pk:
        raise NotInThisCampaign(f"“{follows}” belongs to another campaign.")
    _refuse_unfollowed(version, follows)
    if campaign.mailings.filter(title=title).exists():
        raise TitleTaken(f"This campaign already has a mailing “{title}”. Choose another title.")


def _refuse_unfollowed(version: LetterVersion, follows: Mailing | None) -> None:
    if version.template.purpose == LetterTemplate.Purpose.FIRST:
        return
    if follows is None or follows.status not in (Mailing.Status.SENDING, Mailing.Status.SENT):
        purpose = version.template.get_purpose_display().lower()
        raise NothingToFollow(f"A {purpose} follows a mailing that was sent. Say which.")


def _refuse_unlikely(campaign: Campaign, letter_date: datetime.date) -> None:
    today = timezone.now().astimezone(ZoneInfo(campaign.timezone)).date()
    if letter_date - today > FARTHEST:
        raise LetterDateIsFarOff(
            f"{deadlines.written(letter_date)} is years ahead. A letter bears the day it leaves."
        )
    if letter_date < today:
        raise LetterDateHasPassed(
            f"{deadlines.written(letter_date)} has passed. A letter bears the day it leaves."
        )


def _write(mailing: Mailing, recipient_keys: list[int]) -> list[Letter]:
    addressees = _addressees(recipient_keys)
    written_so_far = Letter.objects.filter(mailing__campaign=mailing.campaign).count()
    mailing = with_its_words(mailing)
    letters = []
    for position, addressee in enumerate(addressees, start=1):
        ref = reference.make(
            mailing.campaign.reference_prefix,
            mailing.letter_date.year,
            written_so_far + position,
        )
        letter = Letter(
            mailing=mailing,
            addressee=addressee,
            recipient=addressee.recipient,
            position=position,
            reference=ref,
        )
        freeze(letter)
        letters.append(letter)
    Letter.objects.bulk_create(letters, batch_size=_ROWS_AT_ONCE)
    portal_key.issue_many(letters, mailing.printed_deadline + CODES_WORK_FOR)
    return letters


def _addressees(recipient_keys: list[int]) -> list[Addressee]:
    """Everyone the recipients' letters go to, in posting order: by institution, then person."""
    known = Addressee.objects.filter(recipient__in=recipient_keys, archived_at=None)
    nobody = set(recipient_keys) - set(known.values_list("recipient_id", flat=True))
    Addressee.objects.bulk_create(Addressee(recipient_id=key) for key in sorted(nobody))
    found = with_everything(
        Addressee.objects.filter(recipient__in=recipient_keys, archived_at=None)
    )
    return sorted(found, key=_posting_order)


def _posting_order(addressee: Addressee) -> tuple[str, int, bool, str, int]:
    institution = addressee.recipient.institution
    is_copy = addressee.kind == Addressee.Kind.COPY
    return institution.name.casefold(), institution.pk, is_copy, str(addressee), addressee.pk


# --- While it is prepared ----------------------------------------------------------


@circles.not_sought()
@transaction.atomic
def refresh(*, mailing: Mailing, by: User) -> int:
    """Take in what was fixed since, and check again. Returns how many letters changed.

    Letters to a recipient for whom counsel appeared since go to counsel from now on.
    """
    reopen(mailing)
    to_counsel.route(mailing=mailing, by=by)
    letters = read_standing(mailing)
    changed = freeze_again(letters) + unrender_stale(mailing, letters)
    preflight.run(mailing, letters)
    record_refresh(mailing, changed, by)
    return changed


def reopen(mailing: Mailing) -> None:
    """Back to preparing, with the deadline as the campaign counts it now."""
    _back_to_preparing(mailing)
    mailing.date_by(Rule.of(mailing.campaign))
    mailing.save(update_fields=["printed_deadline", "deadline_rule"])


def record_refresh(mailing: Mailing, changed: int, by: User) -> None:
    audit.record(
        "mailing.refreshed",
        subject=mailing,
        by=by,
        campaign=mailing.campaign,
        sentence=f"checked “{mailing}” again; the data of {counted(changed)} had changed.",
        changed=changed,
    )


@transaction.atomic
def refresh_some(*, mailing: Mailing, letters: QuerySet[Letter], by: User) -> int:
    """Take in what was fixed of a few letters, and check those again; returns what is red in them.

    The whole mailing is not read for one street: six thousand letters would make the person wait.
    """
    _back_to_preparing(mailing)
    read = with_everything_of_letters(mailing, letters.order_by("position"))
    count = len(read)
    freeze_again(read)
    found = preflight.run_for(mailing, read)
    audit.record(
        "mailing.letters_refreshed",
        subject=mailing,
        by=by,
        campaign=mailing.campaign,
        sentence=f"put {counted(count)} of “{mailing}” right in the list and checked them again.",
        letters=count,
    )
    return sum(one.severity == preflight.RED for one in found)


def _back_to_preparing(mailing: Mailing) -> None:
    lifecycle.hold(mailing)
    if mailing.status in (Mailing.Status.READY, Mailing.Status.RETURNED):
        lifecycle.move(mailing, Mailing.Status.PREPARING, digest="")
    if mailing.status != Mailing.Status.PREPARING:
        raise TooLate(f"“{mailing}” is {mailing.get_status_display().lower()}; it cannot change.")


def _take_in(mailing: Mailing, by: User) -> None:
    to_counsel.route(mailing=mailing, by=by)
    letters = read_standing(mailing)
    freeze_again(letters)
    preflight.run(mailing, letters)


@circles.not_sought()
@transaction.atomic
def change_letter_date(*, mailing: Mailing, letter_date: datetime.date, by: User) -> Mailing:
    """Another day of sending: every letter bears it, and the deadline follows from it."""
    _refuse_unlikely(mailing.campaign, letter_date)
    _back_to_preparing(mailing)
    before = mailing.letter_date
    mailing.letter_date = letter_date
    mailing.date_by(Rule.of(mailing.campaign))
    mailing.save(update_fields=["letter_date", "printed_deadline", "deadline_rule"])
    _take_in(mailing, by)
    audit.record(
        "mailing.dated",
        subject=mailing,
        by=by,
        campaign=mailing.campaign,
        sentence=f"dated the letters of “{mailing}” {deadlines.written(letter_date)}.",
        before=before.isoformat(),
        after=letter_date.isoformat(),
        printed_deadline=mailing.printed_deadline.isoformat(),
    )
    return mailing


@circles.not_sought()
@transaction.atomic
def use_version(*, mailing: Mailing, version: LetterVersion, by: User) -> Mailing:
    """Another version of the text, as after counsel's comments. Every letter is made again."""
    if version.template.campaign_id != mailing.campaign_id:
        raise NotInThisCampaign(f"{version} belongs to another campaign.")
    _refuse_unfollowed(version, mailing.follows)
    _back_to_preparing(mailing)
    before = mailing.version
    mailing.version = version
    mailing.save(update_fields=["version"])
    draft.freeze(version=version)
    unrender(mailing.letters.standing())
    _take_in(mailing, by)
    audit.record(
        "mailing.version_changed",
        subject=mailing,
        by=by,
        campaign=mailing.campaign,
        sentence=f"changed “{mailing}” from {before} to {version}.",
        before=before.pk,
        after=version.pk,
    )
    return mailing


@transaction.atomic
def cancel(*, mailing: Mailing, reason: str, by: User) -> Mailing:
    """Send nothing of it. Only while nothing has left; queued dispatches are cancelled."""
    if not reason.strip():
        raise ReasonMissing("Say why the mailing is cancelled.")
    lifecycle.hold(mailing)
    dispatches = Dispatch.objects.filter(letter__mailing=mailing)
    waiting = dispatches.filter(status__in=[Dispatch.Status.QUEUED, Dispatch.Status.HELD])
    lifecycle.move_all(waiting, Dispatch.Status.CANCELLED, detail="The mailing was cancelled.")
    gone = dispatches.exclude(status__in=[Dispatch.Status.CANCELLED, Dispatch.Status.FAILED])
    if gone.exists():
        raise AlreadyDispatched(f"Letters of “{mailing}” have left; it cannot be cancelled.")
    lifecycle.move(mailing, Mailing.Status.CANCELLED)
    count = lifecycle.move_all(
        mailing.letters.all(),
        Letter.Status.VOID,
        status_reason=f"The mailing was cancelled: {reason}",
        claim="",
        lease_until=None,
    )
    audit.record(
        "mailing.cancelled",
        subject=mailing,
        by=by,
        campaign=mailing.campaign,
        sentence=f"cancelled “{mailing}” with {counted(count)}: {reason}",
        letters=count,
        reason=reason,
    )
    return mailing
