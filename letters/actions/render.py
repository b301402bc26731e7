"""Rendering a mailing: letters are claimed, made and kept in chunks, by any number of workers.

The queue is only a hint. A worker claims letters by compare-and-swap under a lease and counts
the attempt before it begins, so a worker that is killed costs the letters in its hand one
attempt each and the lease's time, and nothing else; a letter that kills its worker is set
aside after three attempts instead of killing the next one for ever.
"""

import datetime
import logging
import math
import time
import uuid
from collections import Counter, deque
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Count, F, Max, Q
from django.utils import timezone

from campaigns import audit, filestore
from campaigns.actions import Refused
from campaigns.models import User
from letters import circles, lifecycle
from letters.actions import alike, preflight, to_counsel
from letters.actions.freshness import (
    current_digest,
    freeze_again,
    read_standing,
    unrender_stale,
)
from letters.actions.mailing import record_refresh, reopen
from letters.actions.outcome import counted
from letters.actions.wake import RENDER_MAILING, wake
from letters.merge import context, press, wording
from letters.merge.content import LetterContent
from letters.merge.language import MissingValue, TemplateRefused
from letters.models import Letter, Mailing
from letters.models.letter import LetterQuerySet

logger = logging.getLogger(__name__)

# How many letters a worker takes at first, and at most. In between, as many as it makes in a
# second: so often the progress moves, and so little is lost with a worker that is killed.
CHUNK, LARGEST_CHUNK = 8, 250
_CHUNK_SECONDS = 1.0
# After so long no further letter of a chunk is begun; the rest is given back.
_LONGEST_CHUNK = 3.0
# Letters go to the press some together. While it sets these, the pages of those before are read
# back and stored, and the text of the next is merged.
_TOGETHER, _AT_ONCE = 16, 3
# Longer than the press may take for one letter; renewed while letters are made.
LEASE = datetime.timedelta(seconds=90)
_RENEWED_EVERY = 2.0
# The sweep takes the letters out of a hand that gave no sign for so long; were it only slow,
# its claim is gone and it keeps nothing.
SILENCE = datetime.timedelta(seconds=30)
MAX_ATTEMPTS = 3
_RATE_OVER = datetime.timedelta(seconds=20)


class MustBeFixed(Refused):
    """Preflight found something that stops a letter."""


class NothingToRender(Refused):
    """Every letter of the mailing was left out."""


class NothingSetAside(Refused):
    """No letter of the mailing is set aside."""


@circles.not_sought()
@transaction.atomic
def start(*, mailing: Mailing, by: User) -> Mailing:
    """Check every letter once more with the data of this moment, and wake the workers."""
    lifecycle.hold(mailing)  # so that no letter from before is kept once this one has looked
    _check(mailing, by)
    _refuse_red(mailing)
    return _begin(mailing, by)


@circles.not_sought()
def start_again(*, mailing: Mailing, by: User) -> int:
    """Take in what was changed since the letters were rendered, and render it.

    Returns how many letters had changed. What is red stops the rendering, and not what was taken
    in: the list then names what has to be fixed.
    """
    refusal: Refused | None = None
    with transaction.atomic():
        reopen(mailing)
        changed = _check(mailing, by)
        record_refresh(mailing, changed, by)
        try:
            _refuse_red(mailing)
        except (MustBeFixed, NothingToRender) as found:
            refusal = found
        else:
            _begin(mailing, by)
    if refusal:
        raise refusal
    return changed


def _check(mailing: Mailing, by: User) -> int:
    """Every letter with the data of this moment; how many are to be made differently by it."""
    now = timezone.now()  # what is decided from here on may not be in what is read
    to_counsel.route(mailing=mailing, by=by)
    letters = read_standing(mailing)
    changed = freeze_again(letters)
    alike.freeze_characters(mailing, letters)
    changed += unrender_stale(mailing, letters)
    preflight.run(mailing, letters, read_at=now)
    return changed


def _begin(mailing: Mailing, by: User) -> Mailing:
    waiting = mailing.letters.filter(status=Letter.Status.DRAFT)
    waiting.update(attempts=0, claim="", lease_until=None, status_reason="")
    count = waiting.count()
    mailing.letters.update(comparison="")
    now = timezone.now()
    lifecycle.move(mailing, Mailing.Status.RENDERING, rendering_started_at=now, sampled_at=None)
    audit.record(
        "mailing.rendering",
        subject=mailing,
        by=by,
        campaign=mailing.campaign,
        sentence=f"started to render {counted(count)} of “{mailing}”."
        if count
        else f"had “{mailing}” looked at: every letter is rendered already.",
        letters=count,
    )
    # One message for each worker that may take part; one that finds nothing to do goes home.
    for _ in range(min(settings.LETTERS_HANDS, max(1, math.ceil(count / CHUNK)))):
        wake(RENDER_MAILING, mailing.pk)
    return mailing


def _refuse_red(mailing: Mailing) -> None:
    if not mailing.letters.standing().exists():
        raise NothingToRender("Every letter of this mailing was left out. Add recipients first.")
    red = Count("letter", distinct=True, filter=Q(severity="red"))
    letters = mailing.findings.aggregate(red=red, all=Count("pk", filter=Q(severity="red")))
    if letters["all"]:
        raise MustBeFixed(
            f"{counted(letters['red'])} cannot be written yet. Fix what the list names, or "
            "leave them out."
            if letters["red"]
            else "Something that holds for the whole mailing has to be fixed first; see the list."
        )


@transaction.atomic
def stop(*, mailing: Mailing, by: User) -> Mailing:
    """Back to preparing. Letters already rendered stay so; those in hand are still finished."""
    lifecycle.move(mailing, Mailing.Status.PREPARING)
    done = mailing.letters.filter(status=Letter.Status.RENDERED).count()
    audit.record(
        "mailing.stopped",
        subject=mailing,
        by=by,
        campaign=mailing.campaign,
        sentence=f"stopped the rendering of “{mailing}” after {counted(done)}.",
        rendered=done,
    )
    return mailing


@transaction.atomic
def retry_set_aside(*, mailing: Mailing, by: User) -> Mailing:
    """Give the letters that were set aside another three attempts."""
    lifecycle.hold(mailing)
    again = lifecycle.move_all(
        mailing.letters.filter(status=Letter.Status.QUARANTINED),
        Letter.Status.DRAFT,
        attempts=0,
        claim="",
        lease_until=None,
        status_reason="",
    )
    if not again:
        raise NothingSetAside("No letter of this mailing is set aside.")
    audit.record(
        "mailing.retried",
        subject=mailing,
        by=by,
        campaign=mailing.campaign,
        sentence=f"let what was set aside be tried again: {counted(again)}.",
        letters=again,
    )
    if mailing.status == Mailing.Status.RENDERING:
        wake(RENDER_MAILING, mailing.pk)
        return mailing
    if mailing.status == Mailing.Status.READY:
        lifecycle.move(mailing, Mailing.Status.PREPARING)
    return start(mailing=mailing, by=by)


# --- In the worker -----------------------------------------------------------------


@circles.not_sought()
def work(*, mailing_pk: int, seconds: float) -> bool:
    """Render chunks for about `seconds`; whether letters are still waiting afterwards.

    Short on purpose: a worker that is asked to stop is soon between two tasks.
    """
    until, size = time.monotonic() + seconds, CHUNK
    while letters := claim(mailing_pk=mailing_pk, limit=size, now=timezone.now()):
        began = time.monotonic()
        made = make(letters)
        keep(made, now=timezone.now())
        give_back(_without(letters, made))
        if time.monotonic() >= until:
            return True
        size = _as_many_as_in_a_second(len(made), time.monotonic() - began)
    if not alike.prove(mailing_pk=mailing_pk, until=until):
        return True
    settle(mailing_pk=mailing_pk, now=timezone.now())
    return False


def _without(letters: list[Letter], made: list["Made"]) -> list[Letter]:
    done = {one.letter.pk for one in made}
    return [letter for letter in letters if letter.pk not in done]


def _as_many_as_in_a_second(made: int, seconds: float) -> int:
    return max(1, min(LARGEST_CHUNK, round(made * _CHUNK_SECONDS / max(seconds, 0.001))))


@transaction.atomic
def claim(*, mailing_pk: int, limit: int, now: datetime.datetime) -> list[Letter]:
    """Take up to `limit` letters that nobody holds, for this worker alone.

    A letter that was in a hand that died is taken by itself: if it is the one that kills,
    it kills no neighbours again.
    """
    waiting = Letter.objects.claimable(now).filter(
        mailing=mailing_pk, mailing__status=Mailing.Status.RENDERING
    )
    _set_hopeless_aside(waiting)
    keys = waiting.order_by("position").values_list("pk", flat=True)
    if connection.features.has_select_for_update_skip_locked:
        # Two workers that look at the same moment take different letters.
        keys = keys.select_for_update(skip_locked=True, of=("self",))
    chosen = list(keys.filter(attempts=0)[:limit]) or list(keys[:1])
    mine = str(uuid.uuid4())
    Letter.objects.claimable(now).filter(pk__in=chosen).update(
        claim=mine, lease_until=now + LEASE, attempts=F("attempts") + 1
    )
    letters = list(Letter.objects.filter(pk__in=chosen, claim=mine).order_by("position"))
    if letters:  # what they have in common is read once
        mailing = Mailing.objects.select_related("campaign", "version__template").get(pk=mailing_pk)
        for letter in letters:
            letter.mailing = mailing
    return letters


def _set_hopeless_aside(waiting: LetterQuerySet) -> None:
    hopeless = waiting.filter(attempts__gte=MAX_ATTEMPTS).order_by()  # which an index finds
    for letter in hopeless.select_related("mailing__campaign"):
        reason = (
            letter.status_reason
            or f"The worker stopped {letter.attempts} times while it made this letter."
        )
        _set_aside(letter, reason)


@dataclass(frozen=True)
class Made:
    """What became of one claimed letter: bytes, a reason that is final, or one to try again."""

    letter: Letter
    pdf_sha256: str = ""
    input_sha256: str = ""
    pages: int = 0
    measures: dict[str, Any] | None = None
    wording_sha256: str = ""
    set_by: str = ""
    set_alone: str = ""
    refusal: str = ""
    stumble: str = ""


def make(letters: list[Letter]) -> list[Made]:
    """Render letters in turn and store their bytes; outside any transaction, as it takes time.

    Leaves some of them where that takes long.
    """
    made: list[Made] = []
    until = time.monotonic() + _LONGEST_CHUNK
    with ThreadPoolExecutor(_AT_ONCE) as hands:
        coming: deque[Future[list[Made]]] = deque()
        for first in range(0, len(letters), _TOGETHER):
            coming.append(hands.submit(_make, letters[first : first + _TOGETHER], until))
            if len(coming) == _AT_ONCE:
                made += _awaited(coming.popleft(), letters)
                if time.monotonic() > until:
                    break
        for some in coming:
            made += _awaited(some, letters)
    return made


def _awaited(some: Future[list[Made]], letters: list[Letter]) -> list[Made]:
    """What became of some of the letters; while that takes long, the lease of all is renewed."""
    while True:
        try:
            return some.result(timeout=_RENEWED_EVERY)
        except TimeoutError:
            _renew_lease(letters)


def _make(letters: list[Letter], until: float) -> list[Made]:
    """What became of the letters, or of the first of them where that takes past `until`."""
    merged = [_merged(letter) for letter in letters]
    contents = [one for one in merged if isinstance(one, LetterContent)]
    try:
        share = alike.may_share(letters[0].mailing)
        outcomes = iter(press.render_many(contents, by_class=share, until=until))
    except Exception as error:
        return [_stumbled(letter, error) for letter in letters]
    made = []
    for letter, one in zip(letters, merged, strict=True):
        if isinstance(one, Made):
            made.append(one)
        elif outcome := next(outcomes, None):
            made.append(_kept(letter, outcome))
        else:
            break
    return made


def _merged(letter: Letter) -> LetterContent | Made:
    try:
        return context.content(letter)
    except (MissingValue, TemplateRefused) as refusal:
        return Made(letter, refusal=str(refusal))
    except Exception as error:
        return _stumbled(letter, error)


def _kept(letter: Letter, outcome: press.Outcome) -> Made:
    """What came from the press, with its bytes stored."""
    if isinstance(outcome, press.RenderRefused):
        return Made(letter, refusal=str(outcome))
    if isinstance(outcome, press.RenderTimedOut | press.RenderCrashed):
        return Made(letter, stumble=str(outcome))
    if not isinstance(outcome, press.Rendered):
        return _stumbled(letter, outcome)
    try:
        said = wording.wording(letter.mailing.version, letter.merge_data)
        return Made(
            letter,
            pdf_sha256=filestore.put(outcome.pdf),
            input_sha256=outcome.input_sha256,
            pages=outcome.pages,
            measures=asdict(outcome.measures) if outcome.measures else None,
            wording_sha256=wording.sha256(said),
            set_by=outcome.set_by,
            set_alone=outcome.set_alone,
        )
    except Exception as error:
        return _stumbled(letter, error)


def _stumbled(letter: Letter, error: Exception) -> Made:
    """One letter's fault must not stop the others; it is tried again, by itself."""
    logger.error("Letter %s could not be made", letter.reference, exc_info=error)
    return Made(letter, stumble=f"{type(error).__name__}: {error}")


def _renew_lease(letters: list[Letter]) -> None:
    _held(letters).update(lease_until=timezone.now() + LEASE)


def give_back(letters: list[Letter]) -> None:
    """Free claimed letters that were not begun, for any worker; it was no attempt."""
    if letters:
        _held(letters).update(claim="", lease_until=None, attempts=F("attempts") - 1)


def _held(letters: Iterable[Letter]) -> LetterQuerySet:
    """Those of the letters that are still under the claim by which they were taken."""
    keys, claims = {one.pk for one in letters}, {one.claim for one in letters}
    return Letter.objects.filter(pk__in=keys, claim__in=claims, status=Letter.Status.DRAFT)


@transaction.atomic
def keep(made: list[Made], *, now: datetime.datetime) -> None:
    """Record a chunk. A letter whose claim was lost meanwhile is left as it stands.

    The mailing is held first: who starts it anew, or stops the sharing of layouts, either finds
    the letters of the chunk rendered, or has taken them out of this hand.
    """
    made = _still_wanted(made) if made else []
    claims = {one.letter.claim for one in made}
    lifecycle.move_each(
        Letter.objects.filter(claim__in=claims, status=Letter.Status.DRAFT),
        Letter.Status.RENDERED,
        {
            one.letter.pk: {
                "pdf_sha256": one.pdf_sha256,
                "input_sha256": one.input_sha256,
                "page_count": one.pages,
                "measures": one.measures,
                "wording_sha256": one.wording_sha256,
                "set_by": one.set_by,
                "set_alone": one.set_alone,
            }
            for one in made
            if one.pdf_sha256
        },
        comparison="",
        rendered_at=now,
        status_reason="",
        claim="",
        lease_until=None,
    )
    for one in made:
        if one.refusal:
            _set_aside(one.letter, one.refusal)
        elif one.stumble and one.letter.attempts >= MAX_ATTEMPTS:
            _set_aside(one.letter, f"Tried {one.letter.attempts} times. {one.stumble}")
        elif one.stumble:
            _held([one.letter]).update(claim="", lease_until=None, status_reason=one.stumble)


def _still_wanted(made: list[Made]) -> list[Made]:
    """All of them; where the sharing of layouts was stopped meanwhile, those that share none."""
    rows = Mailing.objects.select_for_update(no_key=True)
    mailing = rows.only("plainly").get(pk=made[0].letter.mailing_id)
    if not mailing.plainly:
        return made
    give_back([one.letter for one in made if one.set_by])
    return [one for one in made if not one.set_by]


def _set_aside(letter: Letter, reason: str) -> None:
    moved = lifecycle.move_all(
        _held([letter]),
        Letter.Status.QUARANTINED,
        status_reason=reason,
        claim="",
        lease_until=None,
    )
    if moved:
        audit.record(
            "letter.set_aside",
            subject=letter,
            by=None,
            campaign=letter.mailing.campaign,
            sentence=f"Letter {letter.reference} was set aside: {reason}",
            attempts=letter.attempts,
        )


@circles.not_sought()
@transaction.atomic
def settle(*, mailing_pk: int, now: datetime.datetime) -> bool:
    """Make the mailing ready once no letter waits. Whether this call did it."""
    mailing = Mailing.objects.select_related("campaign").get(pk=mailing_pk)
    if mailing.status != Mailing.Status.RENDERING:
        return False
    if mailing.letters.filter(status=Letter.Status.DRAFT).exists():
        return False
    if not alike.is_proven(mailing):
        return False
    digest = current_digest(mailing)
    rows = Mailing.objects.filter(pk=mailing_pk, status=Mailing.Status.RENDERING)
    if not lifecycle.move_all(rows, Mailing.Status.READY, digest=digest, rendered_at=now):
        return False
    preflight.run_once_rendered(mailing, now=now)
    counts = Counter(mailing.letters.values_list("status", flat=True))
    rendered, aside = counts[Letter.Status.RENDERED], counts[Letter.Status.QUARANTINED]
    audit.record(
        "mailing.rendered",
        subject=mailing,
        by=None,
        campaign=mailing.campaign,
        sentence=f"“{mailing}” is rendered: {counted(rendered)} made, {aside:,} set aside.",
        rendered=rendered,
        set_aside=aside,
        digest=digest,
    )
    return True


def revive(*, now: datetime.datetime) -> list[int]:
    """Find mailings whose workers fell silent, give their letters out again, and say so.

    Returns the keys of the mailings that were woken.
    """
    woken = []
    for mailing in Mailing.objects.filter(status=Mailing.Status.RENDERING):
        if not settle(mailing_pk=mailing.pk, now=now) and _revive(mailing, now):
            woken.append(mailing.pk)
    return woken


@transaction.atomic
def _revive(mailing: Mailing, now: datetime.datetime) -> bool:
    drafts = mailing.letters.filter(status=Letter.Status.DRAFT)
    silent = drafts.exclude(claim="").filter(lease_until__lt=now - SILENCE + LEASE)
    last_lease = silent.aggregate(last=Max("lease_until"))["last"]
    if last_lease:
        in_hand = silent.update(claim="", lease_until=None)
        _record_stop(mailing, last_lease - LEASE, in_hand, now)
    elif drafts.exclude(claim="").exists():
        return False  # somebody is at work
    else:
        last_made = mailing.letters.aggregate(last=Max("rendered_at"))["last"]
        if mailing.compared_at and last_made:
            last_made = max(last_made, mailing.compared_at)
        began = mailing.rendering_started_at or now
        if now - max(last_made or began, began) <= SILENCE:
            return False
        if last_made and last_made > began:
            _record_stop(mailing, last_made, 0, now)
    wake(RENDER_MAILING, mailing.pk)
    return True


def _record_stop(
    mailing: Mailing, stopped_at: datetime.datetime, in_hand: int, now: datetime.datetime
) -> None:
    done = mailing.letters.filter(status=Letter.Status.RENDERED).count()
    held = f" with {counted(in_hand)} in hand, which were given out again" if in_hand else ""
    audit.record(
        "mailing.resumed",
        subject=mailing,
        by=None,
        campaign=mailing.campaign,
        sentence=(
            f"A worker stopped at {_clock(stopped_at)}{held}; resumed by {_clock(now)}. "
            f"Rendered so far: {done:,}; lost: 0."
        ),
        stopped_at=stopped_at.isoformat(),
        in_hand=in_hand,
        rendered=done,
    )


def _clock(moment: datetime.datetime) -> str:
    return f"{timezone.localtime(moment):%H:%M:%S}"


@dataclass(frozen=True)
class Progress:
    """How far the rendering is. `rate` is letters a second, over the last while."""

    total: int
    rendered: int
    set_aside: int
    in_hand: int
    rate: float
    seconds_left: int | None
    silent_for: int

    @property
    def done(self) -> int:
        return self.rendered + self.set_aside

    @property
    def waiting(self) -> int:
        return self.total - self.done


def progress(mailing: Mailing, *, now: datetime.datetime) -> Progress:
    """Counted from rows, in one query, so it is true whatever became of the messages."""
    status = Letter.Status
    counts = mailing.letters.standing().aggregate(
        total=Count("pk"),
        rendered=Count("pk", filter=Q(status__in=[status.RENDERED, status.SEALED])),
        set_aside=Count("pk", filter=Q(status=status.QUARANTINED)),
        in_hand=Count("pk", filter=Q(status=status.DRAFT, lease_until__gte=now)),
        lately=Count("pk", filter=Q(rendered_at__gt=now - _RATE_OVER)),
        last=Max("rendered_at"),
    )
    began = mailing.rendering_started_at or now
    last = max(counts.pop("last") or began, mailing.compared_at or began, began)
    over = min(_RATE_OVER, max(now - began, datetime.timedelta(seconds=1))).total_seconds()
    rate = counts.pop("lately") / over
    waiting = counts["total"] - counts["rendered"] - counts["set_aside"]
    return Progress(
        **counts,
        rate=rate,
        seconds_left=round(waiting / rate) if rate else None,
        silent_for=round((now - last).total_seconds()),
    )
