"""The legal moves of an answer's verification. Nothing else decides a move.

The table stands with the model, whose constraint is made of it; `guards` holds the database
to it. `move` is a compare-and-swap, so that of two people who decide at the same time on
the same answer, one does and the other is told.
"""

from campaigns.actions import Refused
from campaigns.models.answer import Answer, Verification
from campaigns.models.verification import VERIFICATION_MOVES


class IllegalMove(Refused):
    """The move is not in the table for where the answer stands."""


class MovedMeanwhile(Refused):
    """Somebody else moved the answer first; look again."""


def may(answer: Answer, to: str) -> bool:
    return to in VERIFICATION_MOVES[answer.verification]


def move(answer: Answer, to: str) -> None:
    """Move the verification of the answer to `to`. Raises IllegalMove or MovedMeanwhile."""
    if not may(answer, to):
        raise IllegalMove(
            f"Demand {answer.demand.number} of {answer.recipient} is "
            f"{answer.get_verification_display().lower()} and cannot become "
            f"{Verification(to).label.lower()}. {_way(answer)}"
        )
    moved = Answer.objects.filter(
        pk=answer.pk, verification=answer.verification, current_entry=answer.current_entry_id
    ).update(verification=to)
    if not moved:
        raise MovedMeanwhile(
            f"{answer.recipient} was changed by somebody else. Reload the page and look again."
        )
    answer.verification = to


def _way(answer: Answer) -> str:
    reachable = VERIFICATION_MOVES[answer.verification]
    labels = [each.label.lower() for each in Verification if each in reachable]
    return f"It can become {' or '.join(labels)}."
