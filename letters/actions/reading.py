"""Opening a letter that is sealed: it holds the code with which its recipient answers.

Who has seen the code could answer as the recipient, so not everybody who sees the letter's page
may open it, and whoever does is on record: once an hour, so that the log says who read what
when and is not filled by every turn of a page.
"""

import datetime

from django.db import transaction

from campaigns import audit
from campaigns.actions import Refused
from campaigns.models import AuditEvent, User
from letters.models import Letter

STAYS_OPEN = datetime.timedelta(hours=1)
_VERB = "letter.read"


class MayNotRead(Refused):
    """A letter's pages hold its response code, and this person does not open letters."""


class NothingToRead(Refused):
    """Only a sealed letter is opened in this way; before that it is a draft for who prepares it."""


def is_open(*, letter: Letter, by: User, now: datetime.datetime) -> bool:
    """Whether this person may be shown the pages now, without another word on record."""
    if not by.has_perm("letters.open_letter"):
        return False
    return letter.status != Letter.Status.SEALED or _on_record(letter, by, now)


@transaction.atomic
def open_sealed(*, letter: Letter, by: User, now: datetime.datetime) -> Letter:
    """Put on record that this person opens the letter; once within an hour."""
    if not by.has_perm("letters.open_letter"):
        raise MayNotRead(f"{by} does not open letters: their pages hold the response code.")
    if letter.status != Letter.Status.SEALED:
        raise NothingToRead(f"Letter {letter} is {letter.get_status_display().lower()}.")
    if not _on_record(letter, by, now):
        audit.record(
            _VERB,
            subject=letter,
            by=by,
            campaign=letter.mailing.campaign,
            sentence=f"opened the sealed letter {letter} to {letter.recipient}.",
            sha256=letter.pdf_sha256,
        )
    return letter


def _on_record(letter: Letter, by: User, now: datetime.datetime) -> bool:
    events = AuditEvent.objects.filter(
        subject_type=Letter._meta.label_lower, subject_id=letter.pk, verb=_VERB, actor=by
    )
    return events.filter(at__gt=now - STAYS_OPEN).exists()
