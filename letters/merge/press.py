"""The press: letters to PDF in a bounded child process that is kept warm.

A hostile or unlucky document can hang WeasyPrint, or take gigabytes, from forty bytes of
input. So it runs in a child with limits on memory, processor time, wall clock, file size
and pages; the child is killed when it overruns and the next letter gets a new one. Starting
one takes about two seconds and setting a letter a fraction of one, so it is kept between
letters, and renewed now and then because WeasyPrint grows slowly. Letters that share a layout
take so little that waiting for each in turn would cost as much again: of many letters some are
sent ahead.

The same content gives the same bytes, whatever was rendered before and in whichever process.
"""

import atexit
import fcntl
import math
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

from django.conf import settings

from letters.merge import (
    calibration,
    child,
    document,
    envelope,
    envelopes,
    receipts,
    status,
    typefaces,
    windows,
)
from letters.merge.content import LetterContent
from letters.merge.document import RenderRefused, input_sha256
from letters.merge.measure import Measures, measure

__all__ = [
    "Outcome",
    "Press",
    "RenderCrashed",
    "RenderRefused",
    "RenderTimedOut",
    "Rendered",
    "calibration_sheet",
    "input_sha256",
    "made_of",
    "print_envelopes",
    "receipt",
    "render",
    "render_many",
    "status_report",
]

MOST_PAGES = 20
CPU_SECONDS = 20
WALL_SECONDS = 40.0
START_SECONDS = 60.0
LETTERS_PER_CHILD = 300
_SHARED = 1 / 100  # of the wear that one letter is
_PIPE = 1024 * 1024  # bytes, the most that Linux gives to everybody
_AHEAD = 16  # letters that are sent before the first of them is answered
_SAID = 4_000  # characters of standard error that are worth keeping


class RenderTimedOut(Exception):
    """The letter took longer than any letter should; its process was ended."""


class RenderCrashed(Exception):
    """The letter's process ended by itself, which no right letter makes it do."""


Answer = tuple[dict[str, Any], bytes]
Request = tuple[dict[str, Any], bytes, dict[str, bytes]]


@dataclass(frozen=True)
class Rendered:
    """`measures` is what the finished pages show; a page that is no letter has none.

    `input_sha256` is over all that the bytes depend on. `set_by` names the layout that it
    shares, `set_alone` says why it shares none.
    """

    pdf: bytes
    pages: int
    measures: Measures | None = None
    input_sha256: str = ""
    set_by: str = ""
    set_alone: str = ""


# What was rendered, or why it was not.
Outcome = Rendered | Exception


def render(content: LetterContent, *, by_class: bool = False) -> Rendered:
    """The PDF of one letter. Raises RenderRefused, RenderTimedOut or RenderCrashed.

    `by_class` lets it share the layout of a letter that breaks into lines at the same places,
    which is many times faster and gives the same bytes.
    """
    (outcome,) = render_many([content], by_class=by_class)
    return made_of(outcome)


def render_many(
    contents: Sequence[LetterContent], *, by_class: bool = False, until: float = math.inf
) -> list[Outcome]:
    """The outcome of each letter in turn; one that fails does not stop the next.

    Once `time.monotonic` is past `until` no further letter is begun, so that there may be fewer
    outcomes than letters, but at least one.
    """
    made = [_made(content) for content in contents]
    documents = [one for one in made if isinstance(one, document.Document)]
    answers = iter(_press.render_many(documents, by_class=by_class, until=until))
    outcomes: list[Outcome] = []
    for content, one in zip(contents, made, strict=True):
        if isinstance(one, Exception):
            outcomes.append(one)
        elif answer := next(answers, None):
            outcomes.append(_looked_at(answer, content, one))
        else:
            break
    return outcomes


def _made(content: LetterContent) -> document.Document | Exception:
    try:
        return document.make(content)
    except Exception as error:  # of one letter, which stops no other
        return error


def _looked_at(outcome: Outcome, content: LetterContent, made: document.Document) -> Outcome:
    """What was rendered, with what its finished pages show."""
    if not isinstance(outcome, Rendered):
        return outcome
    try:
        if problems := windows.problems(outcome.pdf, envelope.PROFILES[content.envelope]):
            return RenderRefused(" ".join(problems))
        return replace(outcome, measures=measure(outcome.pdf, content), input_sha256=made.sha256)
    except Exception as error:  # of one letter, which stops no other
        return error


def made_of(outcome: Outcome) -> Rendered:
    """The letter. Raises why it was not rendered."""
    if isinstance(outcome, Rendered):
        return outcome
    raise outcome


def calibration_sheet(profile: envelope.Profile) -> Rendered:
    """The sheet with which a clerk tries printer, folds and envelope."""
    return _press.render(calibration.sheet(profile))


def receipt(sheet: receipts.Sheet) -> Rendered:
    """The receipt of a response. Raises what `render` raises."""
    return _press.render(receipts.make(sheet))


def status_report(sheet: status.Sheet) -> Rendered:
    """The status report of a campaign. Raises what `render` raises."""
    return _press.render(status.make(sheet))


def print_envelopes(
    pieces: Sequence[envelopes.Piece], size: tuple[float, float], typeface: str
) -> Rendered:
    """One page for each envelope. Raises what `render` raises.

    An address that would run on to a second page, and so shift every envelope after it, is set
    small; one that does not fit even so is refused by name.
    """
    made = _press.render(envelopes.make(pieces, size, typeface))
    if made.pages == len(pieces):
        return made
    long = _run_on(pieces, size, typeface)
    fitted = [replace(one, small=one in long) for one in pieces]
    made = _press.render(envelopes.make(fitted, size, typeface))
    if made.pages == len(pieces):
        return made
    named = "; ".join(one.name for one in _run_on(fitted, size, typeface)[:5])
    raise RenderRefused(
        f"The address does not fit on its envelope, not even in small print: {named}. Void the "
        "letter, shorten the address and make the letter again."
    )


def _run_on(
    pieces: Sequence[envelopes.Piece], size: tuple[float, float], typeface: str
) -> list[envelopes.Piece]:
    """Those that take more than one page, found by halves: they are few."""
    if _press.render(envelopes.make(pieces, size, typeface)).pages == len(pieces):
        return []
    if len(pieces) == 1:
        return list(pieces)
    middle = len(pieces) // 2
    return [
        *_run_on(pieces[:middle], size, typeface),
        *_run_on(pieces[middle:], size, typeface),
    ]


class Press:
    """One child process, started when first needed. Safe to share between threads."""

    def __init__(
        self,
        *,
        most_pages: int = MOST_PAGES,
        cpu_seconds: int = CPU_SECONDS,
        wall_seconds: float = WALL_SECONDS,
        letters_per_child: int = LETTERS_PER_CHILD,
    ) -> None:
        self._most_pages = most_pages
        self._cpu_seconds = cpu_seconds
        self._wall_seconds = wall_seconds
        self._letters_per_child = letters_per_child
        self._lock = threading.Lock()
        self._child: _Child | None = None

    def render(self, made: document.Document, *, by_class: bool = False) -> Rendered:
        (outcome,) = self.render_many([made], by_class=by_class)
        return made_of(outcome)

    def render_many(
        self,
        documents: Sequence[document.Document],
        *,
        by_class: bool = False,
        until: float = math.inf,
    ) -> list[Outcome]:
        """As the function of this name."""
        outcomes: list[Outcome] = []
        with self._lock:
            while len(outcomes) < len(documents) and not (outcomes and time.monotonic() > until):
                rest = [self._request(made, by_class) for made in documents[len(outcomes) :]]
                try:
                    for answer in self._ready().answers(rest, self._wall_seconds, until):
                        outcomes.append(_outcome(*answer))
                except (RenderTimedOut, RenderCrashed) as failed:
                    self.close()
                    outcomes.append(failed)
                except BaseException:  # an answer left unread would be taken for the next letter's
                    self.close()
                    raise
        return outcomes

    def _request(self, made: document.Document, by_class: bool) -> Request:
        source = made.html.encode()
        header = {
            "html": len(source),
            "most_pages": self._most_pages + made.annex_pages,
            "cpu_seconds": self._cpu_seconds,
            "characters": made.characters,
            "by_class": by_class,
        }
        return header, source, made.assets

    def warm(self) -> None:
        """Start the child before it is needed, without waiting until it is ready."""
        if self._lock.acquire(blocking=False):  # held by a letter that is being set
            try:
                self._ready()
            finally:
                self._lock.release()

    @property
    def pid(self) -> int | None:
        """The child, while there is one."""
        return self._child.pid if self._child else None

    def close(self) -> None:
        """End the child. The next letter starts a new one."""
        child, self._child = self._child, None  # whatever interrupts this, it is not asked again
        if child is not None:
            child.close()

    def _ready(self) -> "_Child":
        if self._child is None or not self._child.is_ours() or self._child.letters_left <= 0:
            self.close()
            self._child = _Child(self._letters_per_child)
        return self._child


def _outcome(answer: dict[str, Any], pdf: bytes) -> Outcome:
    if "refused" in answer:
        return RenderRefused(answer["refused"])
    return Rendered(
        pdf,
        answer["pages"],
        set_by=answer.get("class", ""),
        set_alone=answer.get("plainly", ""),
    )


class _Child:
    """The running process, its pipes and the folder it may write to."""

    def __init__(self, letters: int) -> None:
        self.letters_left: float = letters
        self._has_started = False
        self._sent = 0
        self._holds: dict[str, bytes] | None = None
        self._owner = os.getpid()
        self._folder = tempfile.mkdtemp(prefix="press-")
        self._said = Path(self._folder) / "said"
        with self._said.open("ab") as said:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "letters.merge.child"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=said,
                cwd=self._folder,
                env=_environment(self._folder),
                start_new_session=True,  # Ctrl-C is the parent's; closing the pipe ends it
            )
        _widen(self._process.stdout)
        # Never more goes ahead than the pipe holds: each side would wait for the other.
        self._room = _widen(self._process.stdin) // 2

    @property
    def pid(self) -> int:
        return self._process.pid

    def is_ours(self) -> bool:
        """Whether this process started it: after a fork two would share its pipes."""
        return self._owner == os.getpid()

    def answers(
        self, requests: Iterable[Request], seconds: float, until: float
    ) -> Iterator[Answer]:
        """What is made of each, in turn: at least of the first, and of none begun after `until`
        or after this process has to be renewed.

        Letters are sent ahead while those before them share a layout; what is set by itself
        takes long enough to be waited for.
        """
        waiting, sent, ahead = deque(requests), deque[tuple[int, int]](), 1
        while waiting:
            sent.append(self._send(*waiting.popleft()))
            while sent:
                answer = self._answer(seconds)
                number, _size = sent.popleft()
                if answer[0]["number"] != number:
                    raise RenderCrashed("The letter's process answered for another letter.")
                # What shares a layout is not set by WeasyPrint, which is what grows.
                is_shared = "class" in answer[0]
                self.letters_left -= _SHARED if is_shared else 1
                ahead = _AHEAD if is_shared else 1
                yield answer
                if self.letters_left <= 0 or time.monotonic() > until:
                    waiting.clear()
                while waiting and len(sent) < ahead and self._goes_ahead(waiting[0], sent):
                    sent.append(self._send(*waiting.popleft()))

    def _goes_ahead(self, request: Request, sent: Iterable[tuple[int, int]]) -> bool:
        """Whether it can be sent without waiting until the child takes it."""
        _header, source, assets = request
        under_way = sum(size for _number, size in sent)
        return assets == self._holds and under_way + len(source) < self._room

    def _send(
        self, header: dict[str, Any], source: bytes, assets: dict[str, bytes]
    ) -> tuple[int, int]:
        """Send a letter, with its pictures where they are others; its number and its bytes."""
        if not self._has_started:
            self._answer(START_SECONDS)
            self._has_started = True
        names = None
        if assets != self._holds:
            names = [(sha256, len(content)) for sha256, content in assets.items()]
            source = b"".join([source, *assets.values()])
            self._holds = assets
        self._sent += 1
        header = {**header, "assets": names, "number": self._sent}
        # Whether the child is gone, and at which letter, is seen where the answers end.
        with suppress(BrokenPipeError):
            child.send(cast("Any", self._process.stdin), header, source)
        return self._sent, len(source)

    def close(self) -> None:
        if not self.is_ours():
            return
        self._process.kill()
        self._process.communicate()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _answer(self, seconds: float) -> Answer:
        pipe = _Patient(cast("Any", self._process.stdout), time.monotonic() + seconds)
        received = child.receive(cast("Any", pipe))
        if received is None:
            raise self._crashed()
        return received

    def _crashed(self) -> RenderCrashed | RenderTimedOut:
        code = self._process.wait()
        if code == -signal.SIGXCPU:
            return RenderTimedOut("The letter took too much processor time and was stopped.")
        said = self._said.read_bytes()[-_SAID:].decode(errors="replace").strip()
        last = said.splitlines()[-1] if said else "it said nothing"
        return RenderCrashed(f"The letter's process ended ({code}): {last}")


def _widen(pipe: Any) -> int:
    """Let the pipe hold as much as the system permits; how many bytes that are."""
    with suppress(OSError):
        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE)
    return fcntl.fcntl(pipe, fcntl.F_GETPIPE_SZ)


class _Patient:
    """A pipe read until a moment, and not one moment longer."""

    def __init__(self, pipe: Any, until: float) -> None:
        self._file, self._until = pipe.fileno(), until
        self._poll = select.poll()
        self._poll.register(self._file, select.POLLIN)

    def read(self, size: int) -> bytes:
        parts: list[bytes] = []
        while size and (part := self._part(size)):
            parts.append(part)
            size -= len(part)
        return b"".join(parts)

    def _part(self, size: int) -> bytes:
        if not self._poll.poll(max(self._until - time.monotonic(), 0) * 1000):
            raise RenderTimedOut("The letter took too long and was stopped.")
        return os.read(self._file, size)


def _environment(folder: str) -> dict[str, str]:
    """Nothing of ours but where the code is; no key, no database address, no proxy.

    Nor any program: where there are compilers, each would be asked for each library that
    WeasyPrint loads, which takes as long as starting all else.
    """
    return {
        "PYTHONPATH": str(settings.BASE_DIR),
        "PATH": folder,
        "LANG": "C.UTF-8",
        "HOME": folder,
        "TMPDIR": folder,
        "XDG_CACHE_HOME": folder,
        "FONTCONFIG_FILE": str(typefaces.FOLDER / "fonts.conf"),
    }


_press = Press()
atexit.register(_press.close)
