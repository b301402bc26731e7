"""What a decision did, in words: row by row (done, skipped, refused), and how many."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass


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
