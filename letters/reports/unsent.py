"""What is said of a recipient who is awaited although nothing is known to have left for it.

The rule of its standing is the same as for one who was written to and has time left; the
words are not, since nobody can answer what was never sent.
"""

from collections.abc import Collection

from campaigns.models import Recipient
from campaigns.standing import Standing
from letters.reports.steps import Step


def unsent(standing: Standing, reach: str, steps: Collection[Step]) -> str:
    """In a few words; empty where something was sent, or another standing says enough.

    `steps` are those of the recipient's letters.
    """
    if standing is not Standing.AWAITING or reach != Recipient.Reach.UNKNOWN:
        return ""
    if Step.UNKNOWN in steps:
        return "Not known whether it was sent"
    return "Nothing sent yet"
