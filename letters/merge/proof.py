"""Proofs: letters set only to be looked at, while somebody types.

Each web process keeps a press of its own for them, started when a composer is opened, so that
the first proof does not wait for it. Its limits are tight: a text that is still being written
may be anything, and nobody waits long for a picture. Of one page's proofs only the newest is
made; whoever types on while others wait in line would otherwise have each state of the text
set in turn.
"""

import atexit
import itertools
import threading
from collections import OrderedDict

from letters.merge import document
from letters.merge.content import LetterContent
from letters.merge.press import Press, Rendered

CPU_SECONDS = 8
WALL_SECONDS = 12.0
LETTERS_PER_CHILD = 200
PATIENCE = 20.0  # seconds in line before one is told to ask again
_PAGES_KNOWN = 1_000


class Superseded(Exception):
    """The page has asked for a newer proof since; this one would only be thrown away."""


class Busy(Exception):
    """Others' proofs take all the time there is."""


class Proofs:
    """One press, and who is in line for it. Safe to share between threads."""

    def __init__(self, press: Press, *, patience: float = PATIENCE) -> None:
        self._press = press
        self._patience = patience
        self._turn = threading.Lock()
        self._tickets = itertools.count(1)
        self._newest: OrderedDict[str, int] = OrderedDict()
        self._newest_lock = threading.Lock()

    def make(self, content: LetterContent, *, page: str = "") -> Rendered:
        """The PDF of a letter. `page` names the open page that asks, so that it can be overtaken.

        Raises RenderRefused, RenderTimedOut, RenderCrashed, Superseded, Busy.
        """
        ticket = self._ask(page)
        if not self._turn.acquire(timeout=self._patience):
            raise Busy("Other letters are being set just now. Try again in a moment.")
        try:
            if page and self._newest.get(page, ticket) != ticket:
                raise Superseded("A newer state of the text was asked for.")
            return self._press.render(document.make(content))
        finally:
            self._turn.release()

    def warm(self) -> None:
        """Start the press, so that the first proof finds it ready. Returns at once."""
        self._press.warm()

    def close(self) -> None:
        self._press.close()

    def _ask(self, page: str) -> int:
        with self._newest_lock:
            ticket = next(self._tickets)
            if page:
                self._newest[page] = ticket
                self._newest.move_to_end(page)
                while len(self._newest) > _PAGES_KNOWN:
                    self._newest.popitem(last=False)
        return ticket


_proofs = Proofs(
    Press(cpu_seconds=CPU_SECONDS, wall_seconds=WALL_SECONDS, letters_per_child=LETTERS_PER_CHILD)
)
make, warm = _proofs.make, _proofs.warm
atexit.register(_proofs.close)
