"""Sealed letters whose sources changed before they left: flagged, and made anew by a person.

After sealing nothing is voided by itself: what was approved stays approved. But whoever sends
it is told that the directory, the addressee or the sender reads otherwise now, and may void
such a letter and make a new one, which is checked, rendered and approved like any other.
"""

import datetime
from collections.abc import Iterable

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from campaigns import audit
from campaigns.actions import Refused
from campaigns.actions.campaign import locked
from campaigns.models import User
from letters import circles, lifecycle
from letters.actions import preflight
from letters.actions.freshness import (
    data_of_now,
    differences,
    told_since,
    with_everything_of_letters,
)
from letters.actions.leave_out import leave_out, void
from letters.actions.mailing import create
from letters.actions.outcome import counted
from letters.merge.context import NoSender
from letters.models import Dispatch, Letter, Mailing

_OPEN = (Mailing.Status.APPROVED, Mailing.Status.SENDING)
_ROWS_AT_ONCE = 200


class NothingToMakeAnew(Refused):
    """Letters are chosen that can be made anew."""


def at_hand(mailing: Mailing) -> QuerySet[Letter]:
    """Sealed letters of which nothing has left, or is about to."""
    gone = [Dispatch.Status.CANCELLED, Dispatch.Status.FAILED]
    alive = Dispatch.objects.filter(letter=OuterRef("pk")).exclude(status__in=gone)
    return mailing.letters.filter(status=Letter.Status.SEALED).filter(~Exists(alive))


def flagged(mailing: Mailing) -> QuerySet[Letter]:
    """Those at hand that would be made differently now."""
    return at_hand(mailing).exclude(changed_since="")


@circles.not_sought()
@transaction.atomic
def look(*, mailing: Mailing, now: datetime.datetime) -> int:
    """Compare what is sealed and has not left with what is known now; returns how many differ."""
    before = dict(at_hand(mailing).values_list("pk", "changed_since"))
    letters = with_everything_of_letters(mailing, at_hand(mailing).order_by("position"))
    forbidden = preflight.forbidden(mailing, letters)
    changed = []
    for letter in letters:
        letter.changed_since = " ".join(
            part for part in (_differences(letter), forbidden.get(letter.pk, "")) if part
        )
        if letter.changed_since != before.get(letter.pk):
            changed.append(letter)
    Letter.objects.bulk_update(changed, ["changed_since"], batch_size=_ROWS_AT_ONCE)
    Mailing.objects.filter(pk=mailing.pk).update(sources_seen_at=now)
    mailing.sources_seen_at = now
    if newly := [letter for letter in changed if letter.changed_since]:
        audit.record(
            "letters.changed_since",
            subject=mailing,
            by=None,
            campaign=mailing.campaign,
            sentence=f"{counted(len(newly), 'sealed letter')} of “{mailing}” would be made "
            "differently now. What was approved stands.",
            letters=[letter.reference for letter in newly],
        )
    return sum(1 for letter in letters if letter.changed_since)


def look_where_told(*, now: datetime.datetime) -> int:
    """Look again at every approved mailing since whose last look something was changed."""
    looked = 0
    for mailing in Mailing.objects.filter(status__in=_OPEN).select_related("campaign"):
        since = mailing.sources_seen_at or mailing.approved_at
        if since and told_since(mailing.campaign_id, since).exists() and at_hand(mailing).exists():
            look(mailing=mailing, now=now)
            looked += 1
    return looked


def _differences(letter: Letter) -> str:
    """What of the frozen data reads otherwise now, in words; empty where nothing does."""
    try:
        names = differences(letter, data_of_now(letter))
    except NoSender:
        return "Changed since: the campaign has no sender any more."
    return f"Changed since: {', '.join(names)}." if names else ""


@transaction.atomic
def make_anew(
    *,
    mailing: Mailing,
    letters: Iterable[Letter],
    letter_date: datetime.date,
    reason: str,
    by: User,
) -> Mailing:
    """Void sealed letters that have not left, and prepare new ones in a mailing of their own.

    The campaign is held before the mailing, as in approval: two who took them in opposite
    orders would wait for each other.
    """
    locked(mailing.campaign)
    lifecycle.hold(mailing)
    chosen = list(letters)
    if not chosen:
        raise NothingToMakeAnew("Choose at least one letter that has not left.")
    for letter in chosen:
        letter.mailing = mailing
        void(letter=letter, reason=reason, by=by)
    anew = create(
        version=mailing.version,
        title=_title(mailing),
        letter_date=letter_date,
        recipients={letter.recipient_id: letter.recipient for letter in chosen}.values(),
        follows=mailing.follows,
        by=by,
    )
    others = _settled_before(mailing, chosen)
    for letter in anew.letters.filter(addressee__in=others).select_related("recipient"):
        letter.mailing = anew
        leave_out(letter=letter, reason=others[letter.addressee_id], by=by)
    audit.record(
        "mailing.made_anew",
        subject=anew,
        by=by,
        campaign=mailing.campaign,
        sentence=f"made {counted(len(chosen))} of “{mailing}” anew: {reason}",
        voided=[letter.reference for letter in chosen],
        reason=reason,
    )
    return anew


def _settled_before(mailing: Mailing, chosen: list[Letter]) -> dict[int, str]:
    """Addressees whose letter was not chosen, and why they are not written to again.

    A letter that is void here was left out for a reason, or made anew before: another one
    would reach its addressee all the same, or twice. Whoever had no letter here, such as
    counsel who appeared since, is written to.
    """
    rows = mailing.letters.exclude(addressee__in=[letter.addressee_id for letter in chosen])
    void_here = f"Its letter in “{mailing}” was left out or voided before."
    settled = dict.fromkeys(rows.values_list("addressee_id", flat=True), void_here)
    standing = rows.standing().values_list("addressee_id", flat=True)
    return settled | dict.fromkeys(standing, f"Its letter in “{mailing}” stands.")


def _title(mailing: Mailing) -> str:
    taken = set(mailing.campaign.mailings.values_list("title", flat=True))
    base = f"{mailing.title[:180]}, made anew"
    numbered = (base if number == 1 else f"{base} {number}" for number in range(1, len(taken) + 2))
    return next(title for title in numbered if title not in taken)
