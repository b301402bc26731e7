"""Checks that a letter after the first one fits what its recipient did since."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from campaigns import deadlines
from letters.models import Letter, LetterTemplate
from letters.preflight.check import AMBER, RED, Batch, Check, Family, LetterCheck, Mend, Said

Purpose = LetterTemplate.Purpose


def _thanks(letter: Letter, batch: Batch) -> Iterator[str | Said]:
    if batch.purpose == Purpose.THANKS and not batch.answered[letter.recipient_id].some:
        yield f"It thanks {letter.recipient}, which has answered no demand. Leave the letter out."


def _not_confirmed(letter: Letter, batch: Batch) -> Iterator[str | Said]:
    answered = batch.answered[letter.recipient_id]
    if batch.purpose == Purpose.THANKS and answered.some and not answered.confirmed:
        yield (
            f"It thanks {letter.recipient}, which has not confirmed every demand. See whether the "
            "text fits what it answered."
        )


def _time_runs(letter: Letter, batch: Batch) -> Iterator[str | Said]:
    """As it stands on the day that the letter bears: more time may have been given."""
    due_at = letter.recipient.due_at
    if batch.purpose not in LetterTemplate.ASK_AGAIN or due_at is None:
        return
    campaign = batch.mailing.campaign
    if due_at.astimezone(ZoneInfo(campaign.timezone)).date() >= batch.mailing.letter_date:
        yield (
            f"It asks {letter.recipient} again, which has until "
            f"{deadlines.printed(due_at, campaign.timezone)} to answer. Date the letter later, "
            "leave it out, or say why it is right to ask before."
        )


def _asks_again(letter: Letter, batch: Batch) -> Iterator[str | Said]:
    """Red only where every answer is final: "under review" is answered by asking again.

    So is a promise whose day has passed.
    """
    answered = batch.answered[letter.recipient_id]
    if batch.purpose not in LetterTemplate.ASK_AGAIN or not answered.every:
        return
    if answered.pending:
        yield Said(
            f"It asks {letter.recipient} again, which has answered every demand, "
            f"{answered.pending} with “under review” or “needs clarification”. See whether to ask "
            "again is right.",
            AMBER,
        )
    elif answered.lapsed:
        yield Said(
            f"It asks {letter.recipient} again, which has answered every demand. The day of its "
            "promise has passed, and nobody found it kept. See whether the text speaks of that.",
            AMBER,
        )
    else:
        yield (
            f"It asks {letter.recipient} again, which has answered every demand. Leave the "
            "letter out."
        )


def _unreminded(letter: Letter, batch: Batch) -> Iterator[str | Said]:
    if batch.purpose == Purpose.FINAL and letter.recipient_id not in batch.reminded:
        yield f"No reminder has left for {letter.recipient} before this final notice."


CHECKS: tuple[LetterCheck, ...] = (
    Check(
        code="thanks-without-answer",
        family=Family.PERMISSION,
        severity=RED,
        title="Thanks without an answer",
        looks="Whether the recipient of a letter of thanks has answered a demand.",
        passes="Whoever is thanked has answered.",
        mend=Mend.RECIPIENT,
        look=_thanks,
    ),
    Check(
        code="thanks-unconfirmed",
        family=Family.PERMISSION,
        severity=AMBER,
        title="Thanks for no confirmation",
        looks="Whether the recipient of a letter of thanks has confirmed every demand.",
        passes="Whoever is thanked has confirmed every demand.",
        mend=Mend.RECIPIENT,
        look=_not_confirmed,
    ),
    Check(
        code="answered-already",
        family=Family.PERMISSION,
        severity=RED,
        title="Answered already",
        looks="Whether the recipient of a reminder or final notice still has a demand to answer. "
        "One whose answer is under review or needs clarification, or whose promised day has "
        "passed, is marked, not stopped.",
        passes="Whoever is asked again has a demand to answer.",
        mend=Mend.RECIPIENT,
        look=_asks_again,
    ),
    Check(
        code="time-runs",
        family=Family.PERMISSION,
        severity=AMBER,
        title="Time to answer runs",
        looks="Whether the time to answer of whoever gets a reminder or final notice, with all "
        "that was given, has ended by the letter date.",
        passes="Whoever is asked again has let its time pass.",
        mend=Mend.RECIPIENT,
        look=_time_runs,
        needs_reason=True,
    ),
    Check(
        code="no-reminder-before",
        family=Family.PERMISSION,
        severity=AMBER,
        title="No reminder before",
        looks="Whether a reminder has left for the recipient before its final notice.",
        passes="A final notice follows a reminder.",
        mend=Mend.RECIPIENT,
        look=_unreminded,
    ),
)
