"""Preflight: every check of every letter of a mailing, on one page, before approval.

Red stops the mailing until it is fixed or the letter is left out. Amber on a letter marks it
for counsel to open, unless somebody answers it with a written reason. What holds for most
letters is said once, for the mailing. Everything is read in a fixed number of queries, however
many letters there are.
"""

import datetime
from collections.abc import Iterator
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet
from django.utils import timezone

from campaigns.deadlines import Rule
from campaigns.models import AuditEvent
from letters import circles
from letters.models import Finding, Letter, Mailing
from letters.preflight import answers, permission
from letters.preflight.check import AMBER, NOTE, RED, Batch, Found, FoundKey, LetterCheck, Part
from letters.preflight.registry import BY_CODE, LETTER_CHECKS, MAILING_CHECKS

__all__ = [
    "AMBER",
    "NOTE",
    "RED",
    "Found",
    "forbidden",
    "in_the_way",
    "inspect",
    "of_the_mailing",
    "run",
    "run_for",
    "run_once_rendered",
    "unanswered",
    "unseen",
]


# Events of a rendering, from the check of the data on: none of them changes what that would find.
_OF_RENDERING = (
    "mailing.refreshed",
    "mailing.rendering",
    "mailing.resumed",
    "mailing.retried",
    "mailing.set_plainly",
    "letter.set_aside",
)


@circles.not_sought()
def run(
    mailing: Mailing,
    letters: list[Letter] | None = None,
    *,
    read_at: datetime.datetime | None = None,
) -> list[Found]:
    """Check every letter that still counts, and keep what was found in place of the last run.

    `letters` are those, where they were read with everything a moment ago, after `read_at`.
    """
    mailing.preflight_at = read_at or timezone.now()
    found = inspect(mailing, letters)
    _keep(mailing, found, mailing.findings.all())
    mailing.save(update_fields=["preflight_at"])
    return found


def run_for(mailing: Mailing, letters: list[Letter]) -> list[Found]:
    """Check these letters alone again, but for what compares them with the others."""
    checks = [check for check in LETTER_CHECKS if not check.compares]
    return _run_some(mailing, letters, checks, mailing.findings.filter(letter__in=letters))


@circles.not_sought()
def run_once_rendered(mailing: Mailing, *, now: datetime.datetime) -> None:
    """Check the finished pages; and the data again, unless its last check still holds.

    Whoever approves has all of it checked once more.
    """
    if not _still_holds(mailing, now):
        run(mailing)
        return
    checks = [check for check in LETTER_CHECKS if check.part is Part.PAGES]
    letters = list(mailing.letters.standing().defer("merge_data").order_by("position"))
    _run_some(mailing, letters, checks, mailing.findings.all())


def _still_holds(mailing: Mailing, now: datetime.datetime) -> bool:
    """Whether nobody decided anything since the last check, and the day is the same.

    Whatever is decided is an event.
    """
    zone, last = ZoneInfo(mailing.campaign.timezone), mailing.preflight_at
    if last is None or last.astimezone(zone).date() != now.astimezone(zone).date():
        return False
    return not AuditEvent.objects.filter(at__gt=last).exclude(verb__in=_OF_RENDERING).exists()


def _run_some(
    mailing: Mailing, letters: list[Letter], checks: list[LetterCheck], before: QuerySet[Finding]
) -> list[Found]:
    batch = _batch(mailing, letters)
    found = [
        one for letter in batch.letters for check in checks for one in check.findings(letter, batch)
    ]
    _keep(mailing, found, before.filter(code__in=[check.code for check in checks]))
    return found


def _keep(mailing: Mailing, found: list[Found], before: QuerySet[Finding]) -> None:
    """Put what was found in place of what was before.

    The row of what is found again stays, word for word, with the answer that somebody gave to it.
    """
    new, gone = {one.key: one for one in found}, []
    rows = before.values_list("pk", "severity", "letter_id", "code", "message")
    for pk, severity, letter, code, message in rows:
        again = new.get((letter, code, message))
        if again and again.severity == severity:
            del new[again.key]
        else:
            gone.append(pk)
    Finding.objects.filter(pk__in=gone).delete()
    Finding.objects.bulk_create(
        [
            Finding(
                mailing=mailing,
                letter=one.letter,
                code=one.code,
                severity=one.severity,
                message=one.message,
            )
            for one in new.values()
        ],
        batch_size=500,
    )


def unseen(mailing: Mailing, found: list[Found]) -> list[Found]:
    """Amber that was not there at the last check, so that nobody could look at it."""
    known = set(mailing.findings.values_list("letter_id", "code", "message"))
    return [one for one in found if one.severity == AMBER and one.letter and one.key not in known]


def unanswered(mailing: Mailing, found: list[Found]) -> list[Found]:
    """Amber that is not approved before somebody wrote down a reason, and nobody has."""
    answered = _answered(mailing)
    return [
        one
        for one in found
        if one.severity == AMBER and BY_CODE[one.code].needs_reason and one.key not in answered
    ]


def _answered(mailing: Mailing) -> dict[FoundKey, int]:
    """What is overridden, word for word, and by which override."""
    rows = mailing.findings.exclude(override=None)
    return {
        (letter, code, message): override
        for letter, code, message, override in rows.values_list(
            "letter_id", "code", "message", "override_id"
        )
    }


def inspect(mailing: Mailing, letters: list[Letter] | None = None) -> list[Found]:
    """What a check finds now. Writes nothing."""
    if letters is None:
        letters = list(_with_everything(mailing.letters.standing()))
    batch = _batch(mailing, letters)
    return [*_of_the_mailing(mailing, batch), *_of_the_letters(batch)]


def of_the_mailing(mailing: Mailing) -> list[Finding]:
    """What holds for the mailing as a whole at this moment.

    A ground may be verified after the last check, often by the very person who then approves.
    What was found then and still holds is the kept row; what is new is a row that is not kept.
    Checks that read every letter are not run again: approving does that.
    """
    kept = {(one.code, one.message): one for one in mailing.findings.filter(letter=None)}
    batch = _batch(mailing, [])
    now = [
        Finding(mailing=mailing, code=one.code, severity=one.severity, message=one.message)
        for check in MAILING_CHECKS
        if not check.reads_letters
        for one in check.findings(mailing, batch)
    ]
    still = [one for one in kept.values() if BY_CODE[one.code].reads_letters]
    return [*(kept.get((one.code, one.message), one) for one in now), *still]


def in_the_way(mailing: Mailing, of_now: list[Finding]) -> list[Finding]:
    """For what approval would be refused: `of_now`, of the mailing, and what letters have kept.

    Approving checks every letter again and may find more; what stands here it finds for certain.
    """
    waiting = Q(code__in=[check.code for check in LETTER_CHECKS if check.needs_reason])
    stopping = Q(severity=RED) | Q(waiting, severity=AMBER, override=None)
    kept = mailing.findings.filter(stopping, letter__isnull=False)
    return [
        *(one for one in of_now if _stops(one)),
        *kept.select_related("letter").order_by("letter__position", "code"),
    ]


def _stops(finding: Finding) -> bool:
    answered = finding.severity != AMBER or finding.override_id is not None
    return finding.severity == RED or (BY_CODE[finding.code].needs_reason and not answered)


def forbidden(mailing: Mailing, letters: list[Letter]) -> dict[int, str]:
    """Letter to why it may not be written any more, for letters whose data is no longer at issue.

    A reason for which an approver has made an exception is none.
    """
    batch = _batch(mailing, letters)
    checks = (*permission.CHECKS, *answers.CHECKS)
    found = (one for letter in letters for check in checks
             for one in check.findings(letter, batch))  # fmt: skip
    return {one.letter.pk: one.message for one in found if one.letter and one.severity == RED}


def _of_the_mailing(mailing: Mailing, batch: Batch) -> Iterator[Found]:
    for check in MAILING_CHECKS:
        yield from check.findings(mailing, batch)


def _of_the_letters(batch: Batch) -> Iterator[Found]:
    for letter in batch.letters:
        for check in LETTER_CHECKS:
            yield from check.findings(letter, batch)


def _batch(mailing: Mailing, letters: list[Letter]) -> Batch:
    campaign = mailing.campaign
    zone = ZoneInfo(campaign.timezone)
    return Batch(
        mailing=mailing,
        letters=letters,
        grounds=list(campaign.grounds.all()),
        today=timezone.localdate(timezone=zone),
        due=mailing.printed_deadline.astimezone(zone).date(),
        rule=Rule.of(campaign),
    )


def _with_everything(letters: QuerySet[Letter]) -> QuerySet[Letter]:
    return (
        letters.select_related(
            "addressee__contact", "recipient__institution__parent", "recipient__direct_allowed_by"
        )
        .prefetch_related("recipient__institution__facts", "recipient__institution__parent__facts")
        .order_by("position")
    )
