"""Checks that a letter after the first one fits what its recipient did since."""

from collections.abc import Iterator

from letters.models import Letter, LetterTemplate
from letters.preflight.check import AMBER, RED, Batch, Check, Family, LetterCheck, Mend, Said

Purpose = LetterTemplate.Purpose


def _thanks(letter: Letter, batch: Batch) -> Iterator[str | Said]:
    if batch.purpose == Purpose.THANKS and not batch.answered[letter.recipient_id].some:
        yield f"It thanks {letter.recipient}, which has answered no demand. Leave the letter out."


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
