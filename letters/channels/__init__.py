"""Ways out of the house, one class each, with one small common face.

A way says what a letter lacks to go by it (`lacks`). How it goes differs: post is a pack for
a clerk to carry, an e-mail is handed over one by one, and only a handing over can fail in a
way that leaves open whether it happened.
"""

from typing import Protocol

from letters.models import Dispatch, Letter


class NotTaken(Exception):
    """Nothing left. `again` says whether trying later can help."""

    def __init__(self, detail: str, *, again: bool) -> None:
        super().__init__(detail)
        self.again = again


class LeftUnknown(Exception):
    """The handing over began and was not answered: it may have arrived. Never tried again."""


class NoLongerOurs(Exception):
    """Nothing left: while this worker was silent, the message was taken out of its hand."""


class WayOut(Protocol):
    channel: Dispatch.Channel

    def lacks(self, letter: Letter) -> str:
        """What the letter lacks to go this way, as a sentence; empty where it lacks nothing."""
