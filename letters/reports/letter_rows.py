"""The letters of a campaign, as its list of letters shows them and the board names them."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Min, QuerySet

from campaigns.models import Campaign
from letters.models import Letter
from letters.reports import steps
from letters.reports.steps import Step


@dataclass(frozen=True)
class LetterRow:
    """One letter as the list of letters shows it. `left_at` is when it first left."""

    pk: int
    reference: str
    mailing: str
    mailing_pk: int
    recipient_pk: int
    recipient: str
    step: Step
    reason: str
    left_at: datetime.datetime | None


def letters_of(campaign: Campaign, step: str = "") -> QuerySet[Letter]:
    """All letters, or those of one step; the newest mailing first, in posting order."""
    letters = Letter.objects.filter(mailing__campaign=campaign)
    if step:
        letters = letters.alias(mark=steps.mark()).filter(mark=steps.MARKS[Step(step)])  # type: ignore[call-arg]
    return letters.order_by("-mailing_id", "position")


def letter_rows(letters: QuerySet[Letter]) -> list[LetterRow]:
    """As rows, in their order, in one query."""
    columns = letters.annotate(mark=steps.mark(), left_at=Min("dispatches__sent_at")).values_list(
        "pk",
        "reference",
        "mailing__title",
        "mailing_id",
        "recipient_id",
        "recipient__institution__name",
        "mark",
        "status_reason",
        "left_at",
    )
    return [
        LetterRow(pk, reference, mailing, mailing_pk, recipient_pk, recipient, found, reason, left)
        for pk, reference, mailing, mailing_pk, recipient_pk, recipient, found, reason, left in (
            (*row[:6], steps.BY_MARK[row[6]], *row[7:]) for row in columns
        )
    ]


_LEFT = frozenset({Step.SENT, Step.DELIVERED, Step.RETURNED, Step.UNKNOWN})


def last_letters(
    letters: Iterable[LetterRow],
) -> tuple[dict[int, LetterRow], dict[int, LetterRow]]:
    """Each recipient's newest letter that left, and a newer one that has not.

    Where none left, the newest stands for the last; the left out are passed over. The draft
    of a reminder says nothing of the letter that was delivered.
    """
    last: dict[int, LetterRow] = {}
    newest: dict[int, LetterRow] = {}
    for letter in letters:
        if letter.step is Step.LEFT_OUT:
            continue
        newest.setdefault(letter.recipient_pk, letter)
        if letter.step in _LEFT:
            last.setdefault(letter.recipient_pk, letter)
    coming = {
        pk: letter for pk, letter in newest.items() if pk in last and letter.step not in _LEFT
    }
    return {**newest, **last}, coming


LEFT_MARKS = [steps.MARKS[each] for each in _LEFT]
