"""Opening a letter's pages: they hold the code with which its recipient answers.

Who has seen the code could answer as the recipient, so not everybody who sees the letter's page
may open it, and whoever does is on record: once an hour, so that the log says who read what
when and is not filled by every turn of a page. The code of a letter that is only rendered opens
nothing yet, but it is the one that will, so it is no different before the seal.
"""

import datetime

from django.db import transaction

from campaigns import audit
from campaigns.actions import Refused
from campaigns.models import AuditEvent, User
from letters.models import Letter, Opening

STAYS_OPEN = datetime.timedelta(hours=1)
_VERB = "letter.read"


class MayNotRead(Refused):
    """A letter's pages hold its response code, and this person does not open letters."""


class NothingToRead(Refused):
    """A letter that is not rendered has no pages."""


def is_open(*, letter: Letter, by: User, now: datetime.datetime) -> bool:
    """Whether this person may be shown the pages now, without another word on record."""
    if not by.has_perm("letters.open_letter"):
        return False
    return _on_record(letter, by, now) or _opened_for_approval(letter, by)


@transaction.atomic
def open_pages(*, letter: Letter, by: User, now: datetime.datetime) -> Letter:
    """Put on record that this person opens the letter; once within an hour."""
    if not by.has_perm("letters.open_letter"):
        raise MayNotRead(f"{by} does not open letters: their pages hold the response code.")
    if not letter.pdf_sha256:
        raise NothingToRead(f"Letter {letter} is {letter.get_status_display().lower()}.")
    if not _on_record(letter, by, now):
        audit.record(
            _VERB,
            subject=letter,
            by=by,
            campaign=letter.mailing.campaign,
            sentence=f"opened the {letter.get_status_display().lower()} letter {letter} to "
            f"{letter.recipient}.",
            sha256=letter.pdf_sha256,
        )
    return letter


def _on_record(letter: Letter, by: User, now: datetime.datetime) -> bool:
    events = AuditEvent.objects.filter(
        subject_type=Letter._meta.label_lower, subject_id=letter.pk, verb=_VERB, actor=by
    )
    return events.filter(at__gt=now - STAYS_OPEN).exists()


def _opened_for_approval(letter: Letter, by: User) -> bool:
    """Whether an approver has opened these very bytes, which is on record, and still decides."""
    if letter.status != Letter.Status.RENDERED:
        return False
    return Opening.objects.filter(letter=letter, by=by, sha256=letter.pdf_sha256).exists()
