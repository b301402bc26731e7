"""Who was sent nothing is not said to be silent."""

import pytest

from campaigns.standing import Standing
from letters.reports.steps import Step
from letters.reports.unsent import unsent


@pytest.mark.parametrize(
    ("standing", "reach", "steps", "words"),
    [
        (Standing.AWAITING, "unknown", [], "Nothing sent yet"),
        (Standing.AWAITING, "unknown", [Step.SEALED], "Nothing sent yet"),
        (Standing.AWAITING, "unknown", [Step.UNKNOWN], "Not known whether it was sent"),
        (Standing.AWAITING, "reached", [Step.SENT], ""),
        (Standing.AWAITING, "reached", [Step.DRAFT], ""),
        (Standing.UNDELIVERABLE, "undeliverable", [Step.RETURNED], ""),
        (Standing.CONFIRMED, "unknown", [], ""),
        (Standing.WITHDRAWN, "unknown", [], ""),
    ],
)
def test_only_who_is_awaited_and_was_not_written_to_gets_words_of_its_own(
    standing, reach, steps, words
):
    assert unsent(standing, reach, steps) == words
