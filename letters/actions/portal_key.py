"""The codes that open a recipient's response page: issue, find, reissue, revoke.

A code that is unknown, expired or revoked is refused in the same words after the same one
query, so that a guess learns nothing. Short codes can be guessed in principle; five tries an
hour for each reference make it hopeless, and a locked reference opens by its long code still.
"""

import datetime
from collections.abc import Iterable

from django.db import models, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from campaigns import audit
from campaigns.actions import Refused
from campaigns.models import User
from letters.merge import codes, reference
from letters.merge.codes import Codes
from letters.models import Letter, PortalKey, ShortCodeAttempt

TRIES = 5
WINDOW = datetime.timedelta(hours=1)


class CodeNotValid(Refused):
    """No letter opens by this code now. The same words whatever the reason is."""

    def __init__(self) -> None:
        super().__init__("This code does not open a letter.")


class TooManyTries(Refused):
    """The reference is locked for short codes until the oldest try is an hour old."""

    def __init__(self) -> None:
        super().__init__(
            "There were five wrong codes for this reference within an hour. Wait an hour and try "
            "again, or use the web address or QR code of your letter, which work now."
        )


class NothingToRevoke(Refused):
    """The letter has no code that is still valid."""


class OnlySealedLettersOpen(Refused):
    """A letter that was not sealed, or is left out, has no response page."""


def issue_many(letters: Iterable[Letter], expires_at: datetime.datetime) -> None:
    """Issue the first codes of new letters. Part of making a mailing, which writes the event."""
    PortalKey.objects.bulk_create(_key(letter, 1, expires_at) for letter in letters)


@transaction.atomic
def reissue(*, letter: Letter, expires_at: datetime.datetime, by: User) -> Codes:
    """New codes for a letter; those before stop working at once, also where a page is open."""
    letter = Letter.objects.select_for_update().get(pk=letter.pk)
    if letter.status != Letter.Status.SEALED:
        raise OnlySealedLettersOpen(f"{letter} is not sealed, so no code would open it.")
    letter.portal_keys.filter(revoked_at=None).update(revoked_at=timezone.now())
    issue = (letter.portal_keys.aggregate(last=Max("issue"))["last"] or 0) + 1
    _key(letter, issue, expires_at).save()
    audit.record(
        "portal_key.reissued",
        subject=letter,
        by=by,
        campaign=letter.recipient.campaign,
        sentence=f"issued new response codes for {letter}; the earlier ones no longer work.",
        issue=issue,
        expires_at=expires_at.isoformat(),
    )
    return codes.derive(letter.reference, issue)


@transaction.atomic
def revoke(*, letter: Letter, reason: str, by: User) -> Letter:
    """Stop every code of a letter at once. The letter itself stays as it was sent."""
    revoked = letter.portal_keys.filter(revoked_at=None).update(revoked_at=timezone.now())
    if not revoked:
        raise NothingToRevoke(f"{letter} has no code that is still valid.")
    audit.record(
        "portal_key.revoked",
        subject=letter,
        by=by,
        campaign=letter.recipient.campaign,
        sentence=f"revoked the response codes of {letter}: {reason}",
        reason=reason,
    )
    return letter


def find_by_code(code: str, now: datetime.datetime) -> PortalKey:
    """The key that this code of a web address opens. Raises CodeNotValid."""
    return _valid(now, code_sha256=codes.sha256_code(code))


def find_again(key_pk: int, now: datetime.datetime) -> PortalKey:
    """The key of a page that is open, unless it was revoked since. Raises CodeNotValid."""
    return _valid(now, pk=key_pk)


def find_by_reference_and_short_code(
    typed_reference: str, short_code: str, now: datetime.datetime
) -> PortalKey:
    """The key that a typed reference and short code open.

    The try is counted before it is judged, outside any transaction: of a hundred guesses made
    at the same moment, five are looked at. A try that was right, or that came while the
    reference was locked, is taken back, so that knocking does not keep the door shut.
    Raises CodeNotValid, TooManyTries.
    """
    printed = reference.normalise(typed_reference)
    if not reference.is_valid(printed):  # anyone can compute this; it needs no counting
        raise CodeNotValid
    ShortCodeAttempt.objects.filter(at__lt=now - WINDOW).delete()
    this_try = ShortCodeAttempt.objects.create(reference=printed)
    others = ShortCodeAttempt.objects.filter(reference=printed).exclude(pk=this_try.pk)
    if others.count() >= TRIES:
        this_try.delete()
        raise TooManyTries
    typed = codes.sha256_code(codes.normalise_short_code(short_code))
    for key in _opening(now).filter(letter__reference=printed):
        if constant_time_compare(key.short_code_sha256, typed):
            this_try.delete()
            return key
    raise CodeNotValid


def _key(letter: Letter, issue: int, expires_at: datetime.datetime) -> PortalKey:
    issued = codes.derive(letter.reference, issue)
    return PortalKey(
        letter=letter,
        issue=issue,
        code_sha256=codes.sha256_code(issued.code),
        short_code_sha256=codes.sha256_code(issued.short_code),
        expires_at=expires_at,
    )


def _valid(now: datetime.datetime, **wanted: object) -> PortalKey:
    key = _opening(now).filter(**wanted).first()
    if key is None:
        raise CodeNotValid
    return key


def _opening(now: datetime.datetime) -> models.QuerySet[PortalKey]:
    """Keys that open a letter now: neither revoked nor expired, of a letter that is sealed."""
    return PortalKey.objects.filter(
        revoked_at=None, expires_at__gt=now, letter__status=Letter.Status.SEALED
    ).select_related(
        "letter__mailing", "letter__recipient__institution", "letter__recipient__campaign"
    )
