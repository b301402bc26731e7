"""Proofs: only the newest of a page is set, nobody waits for ever, nothing hangs for long."""

import threading
import time
from dataclasses import replace

import pytest

from letters.merge import document, proof
from letters.merge.press import Press, RenderCrashed, RenderTimedOut
from letters.merge.proof import Busy, Proofs, Superseded
from tests.letters.merge import specimens


class SlowPress(Press):
    """A press that waits until it is told to go on, and remembers what it set."""

    def __init__(self):
        super().__init__()
        self.go_on = threading.Event()
        self.began = threading.Event()
        self.made = []

    def render(self, made):
        self.began.set()
        assert self.go_on.wait(10)
        self.made.append(made.html)
        return None


def saying(words):
    return specimens.letter(body=f"<p>{words}</p>")


def in_thread(work):
    outcome = []

    def run():
        try:
            outcome.append(work())
        except (Superseded, Busy) as refused:
            outcome.append(refused)

    thread = threading.Thread(target=run)
    thread.start()
    return thread, outcome


def waiting(proofs, page, words):
    """Ask from a thread, and return once its ticket is drawn."""
    before = proofs._newest.get(page, 0)
    asked = in_thread(lambda: proofs.make(saying(words), page=page))
    while proofs._newest.get(page, 0) == before:
        time.sleep(0.005)
    return asked


def test_of_a_page_that_types_on_only_the_newest_is_set():
    press = SlowPress()
    proofs = Proofs(press)
    first = waiting(proofs, "a", "one")
    assert press.began.wait(5)
    second, third = waiting(proofs, "a", "two"), waiting(proofs, "a", "three")
    press.go_on.set()
    for thread, _ in (first, second, third):
        thread.join(10)
    assert isinstance(second[1][0], Superseded)
    assert [("one" in made, "three" in made) for made in press.made] == [
        (True, False),
        (False, True),
    ]


def test_one_page_does_not_overtake_another():
    press = SlowPress()
    proofs = Proofs(press)
    asked = [waiting(proofs, page, page) for page in ("a", "b")]
    press.go_on.set()
    for thread, outcome in asked:
        thread.join(10)
        assert outcome == [None]


def test_who_waits_too_long_is_told_to_ask_again():
    press = SlowPress()
    proofs = Proofs(press, patience=0.05)
    first = waiting(proofs, "a", "one")
    assert press.began.wait(5)
    with pytest.raises(Busy, match="Try again"):
        proofs.make(saying("two"), page="b")
    press.go_on.set()
    first[0].join(10)


def test_pages_long_closed_are_forgotten():
    press = SlowPress()
    press.go_on.set()
    proofs = Proofs(press)
    for number in range(proof._PAGES_KNOWN + 5):
        proofs._ask(f"page-{number}")
    assert len(proofs._newest) == proof._PAGES_KNOWN


def test_a_warmed_press_does_not_keep_its_page_waiting():
    press = Press()
    proofs = Proofs(press)
    started = time.monotonic()
    proofs.warm()
    assert time.monotonic() - started < 0.5
    child = press._child
    try:
        assert proofs.make(specimens.letter()).pages >= 1
        assert press._child is child
    finally:
        proofs.close()


def test_a_proof_is_the_same_bytes_as_the_letter():
    from letters.merge import press

    letter = specimens.letter()
    assert proof.make(letter).pdf == press.render(letter).pdf


def test_a_proof_that_hangs_is_ended_and_the_next_is_made(monkeypatch):
    press = Press(cpu_seconds=1, wall_seconds=4)
    proofs = Proofs(press)
    good = document.make(specimens.letter())
    bad = replace(good, html="<table><tr><td colspan=1000000>x</table>")
    try:
        with monkeypatch.context() as hung:
            hung.setattr(proof.document, "make", lambda content: bad)
            with pytest.raises((RenderTimedOut, RenderCrashed)):
                proofs.make(specimens.letter(), page="a")
        assert proofs.make(specimens.letter(), page="a").pages >= 1
    finally:
        proofs.close()
