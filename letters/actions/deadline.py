"""The deadline of a recipient follows its letters: counted again whenever one of them moves."""

from campaigns.actions import deadline
from campaigns.models import Recipient, User
from letters.reports.running import due_by_letters, runs_of


def count_again(recipient: Recipient, *, by: User | None) -> Recipient:
    """Store what its letters give now. Called in the transaction that changed one of them."""
    due_at = due_by_letters(runs_of([recipient.pk])[recipient.pk])
    return deadline.letters_give(recipient=recipient, due_at=due_at, by=by)
