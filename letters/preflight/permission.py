"""Checks of whether a recipient may be written to at all."""

from collections.abc import Iterator

from letters.models import Letter
from letters.preflight.check import RED, Batch, Check, Family, LetterCheck, Mend, Said


def _suppressed(letter: Letter, batch: Batch) -> Iterator[str | Said]:
    institution = letter.recipient.institution
    if institution.suppressed_at:
        yield f"{institution} is not to be written to: {institution.suppressed_reason}"


def _archived(letter: Letter, batch: Batch) -> Iterator[str | Said]:
    if letter.recipient.institution.archived_at:
        yield f"{letter.recipient.institution} is archived."


def _withdrawn(letter: Letter, batch: Batch) -> Iterator[str | Said]:
    recipient = letter.recipient
    if recipient.withdrawn_at:
        yield f"{recipient} was withdrawn from the campaign: {recipient.withdrawn_reason}"


CHECKS: tuple[LetterCheck, ...] = (
    Check(
        code="suppressed",
        family=Family.PERMISSION,
        severity=RED,
        title="Not to be written to",
        looks="Whether the institution was marked as not to be written to.",
        passes="The institution may be written to.",
        mend=Mend.STANDING,
        look=_suppressed,
    ),
    Check(
        code="institution-archived",
        family=Family.PERMISSION,
        severity=RED,
        title="Institution archived",
        looks="Whether the directory still has the institution.",
        passes="The directory has the institution.",
        mend=Mend.STANDING,
        look=_archived,
    ),
    Check(
        code="withdrawn",
        family=Family.PERMISSION,
        severity=RED,
        title="Withdrawn",
        looks="Whether the recipient was withdrawn from the campaign.",
        passes="The recipient is asked.",
        mend=Mend.ADDRESSEES,
        look=_withdrawn,
    ),
)
