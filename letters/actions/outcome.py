"""What a decision did, in words: row by row (done, skipped, refused), and how many."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from campaigns.actions import Refused

Row = TypeVar("Row")


@dataclass(frozen=True)
class Outcome:
    what: str
    subject: str
    reason: str = ""

    @classmethod
    def done(cls, subject: str, reason: str = "") -> "Outcome":
        return cls("done", subject, reason)

    @classmethod
    def skipped(cls, subject: str, reason: str) -> "Outcome":
        return cls("skipped", subject, reason)

    @classmethod
    def refused(cls, subject: str, reason: str) -> "Outcome":
        return cls("refused", subject, reason)


def in_words(outcomes: Iterable[Outcome]) -> str:
    """For example: 3 done, 1 refused."""
    counts = Counter(outcome.what for outcome in outcomes)
    return ", ".join(f"{counts[what]:,} {what}" for what in ("done", "skipped", "refused")
                     if counts[what]) or "nothing to do"  # fmt: skip


def counted(count: int, what: str = "letter") -> str:
    """For example: 1 letter, 208 letters, 2 sheets."""
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"


def for_each(
    rows: Iterable[Row], decide: Callable[[Row], str | None], subject: Callable[[Row], str]
) -> list[Outcome]:
    """One decision on each row, each in a transaction of its own, with an answer for each.

    `decide` gives a reason where there was nothing to do.
    """
    outcomes = []
    for row in rows:
        try:
            skipped = decide(row)
        except Refused as refusal:
            outcomes.append(Outcome.refused(subject(row), str(refusal)))
        else:
            name = subject(row)
            outcomes.append(Outcome.skipped(name, skipped) if skipped else Outcome.done(name))
    return outcomes
