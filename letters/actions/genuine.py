"""Whether a letter is genuine: asked by anyone, of its reference or of its file.

An answer says no more than the question needs. Whoever has only a reference, which can be
guessed, learns who issued that letter on which day; whom it went to is said only to those whose
file has the very bytes that were sealed, and who therefore know it. References are counted up,
so the number of questions from one place is limited.
"""

import datetime
from dataclasses import dataclass
from enum import StrEnum

from django.db.models import QuerySet

from campaigns.actions import Refused
from campaigns.actions.sign_in import network
from letters.merge import context, reference
from letters.models import GenuineTry, Letter

QUESTIONS = 30  # an office that checks its post shares one address
WINDOW = datetime.timedelta(hours=1)


class TooManyQuestions(Refused):
    """This address has asked often enough for an hour."""

    def __init__(self) -> None:
        super().__init__(
            f"There were {QUESTIONS} questions from where you are within an hour. Wait an hour and "
            "ask again, or ask the sender at the address on the letter."
        )


class Finding(StrEnum):
    """What can be said of a reference, of a file, or of both."""

    SAME = "same"  # the file is the letter, byte for byte
    ISSUED = "issued"  # there is such a letter; no file was shown
    DIFFERENT = "different"  # there is such a letter, and the file is not it
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Verdict:
    """`letter` is None where nothing is known; `replaced_on` is the date of the letter that was
    sealed for the same addressee after this one was withdrawn."""

    finding: Finding
    letter: Letter | None = None
    replaced_on: datetime.date | None = None

    @property
    def organisation(self) -> str:
        return context.letterhead(self.letter).organisation if self.letter else ""

    @property
    def is_withdrawn(self) -> bool:
        return self.letter is not None and self.letter.status == Letter.Status.VOID


def check(
    *, typed_reference: str, pdf_sha256: str, address: str, now: datetime.datetime
) -> Verdict:
    """Judge a typed reference, the SHA-256 (hex) of a file, or both; one of them may be empty.

    The question is counted before it is judged, and one that comes too often is taken back, so
    that knocking does not keep the door shut. Raises TooManyQuestions.
    """
    _count(network(address), now)
    if pdf_sha256 and (letter := _issued().filter(pdf_sha256=pdf_sha256).first()):
        return _verdict(Finding.SAME, letter)
    letter = _issued().filter(reference=reference.normalise(typed_reference)).first()
    if letter is None:
        return Verdict(Finding.UNKNOWN)
    return _verdict(Finding.DIFFERENT if pdf_sha256 else Finding.ISSUED, letter)


def _count(address: str, now: datetime.datetime) -> None:
    GenuineTry.objects.filter(at__lt=now - WINDOW).delete()
    this_try = GenuineTry.objects.create(address=address, at=now)
    if GenuineTry.objects.filter(address=address).count() > QUESTIONS:
        this_try.delete()
        raise TooManyQuestions


def _issued() -> QuerySet[Letter]:
    """Letters that were sealed. One may be in the post before a clerk has said that it left."""
    return Letter.objects.filter(sealed_at__isnull=False).select_related(
        "mailing", "recipient__institution"
    )


def _verdict(finding: Finding, letter: Letter) -> Verdict:
    if letter.status != Letter.Status.VOID:
        return Verdict(finding, letter)
    later = (
        _issued()
        .filter(addressee=letter.addressee_id, sealed_at__gt=letter.sealed_at)
        .exclude(status=Letter.Status.VOID)
        .order_by("-sealed_at")
        .first()
    )
    return Verdict(finding, letter, later.mailing.letter_date if later else None)
