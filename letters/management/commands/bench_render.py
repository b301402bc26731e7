"""Measure how fast letters are set, ours beside WeasyPrint called once for each letter."""

import json
import os
import platform
import random
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from letters.actions.alike import SAMPLE
from letters.management.bench import mailing, typst, ways
from letters.management.bench.adversary import characters_of
from letters.merge.press import Rendered

ROUNDS = 10
_TOGETHER = 50  # letters that are given to the press at once
_WARM = 300  # letters by a program that is kept between them
_OTHERS = 3  # letters by each program that is started anew for each


@dataclass
class Measured:
    """Letters that were set one way, and what they took."""

    name: str
    letters: int = 0
    seconds: float = 0
    size: int = 0

    @property
    def rate(self) -> float:
        return self.letters / self.seconds if self.seconds else 0

    def line(self, plain: "Measured") -> str:
        ratio = self.rate / plain.rate if plain.rate else 0
        return (
            f"{self.name:44} {self.letters:>7,} letters "
            f"{1000 * self.seconds / self.letters:9.2f} ms"
            f" {self.rate:9.1f} a second {ratio:7.1f} x {self.size / self.letters / 1024:7.1f} KB"
        )


class Command(BaseCommand):
    help = (
        "Set an invented mailing to real institutions by WeasyPrint called once for each letter, "
        "and by our press, in turn, and compare the processor time."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--letters", type=int, default=208)
        parser.add_argument("--plain", type=int, default=30, help="letters to set the obvious way")
        parser.add_argument("--institutions", type=Path, default=mailing.DIRECTORY)
        parser.add_argument(
            "--others", action="store_true", help="measure Typst, Chromium and the like"
        )
        parser.add_argument("--json", type=Path, help="a file for the figures")

    def handle(self, *args: Any, **options: Any) -> None:
        letters, plain_letters = options["letters"], options["plain"]
        if letters < 1 or plain_letters < 1:
            raise CommandError("At least one letter each way.")
        source = options["institutions"]
        characters = characters_of(mailing.contents(letters, source))
        fast = Measured("Countersign, letters that share a layout")
        drafts = mailing.drafts(letters, source, characters)
        sample = _Sample()
        with ExitStack() as stack:
            ours = stack.enter_context(closing(ways.Ours()))
            plain, *others = in_turn = [
                _Turn(ways.Plain(), plain_letters, source),
                *(self._kept(stack, source) if options["others"] else ()),
            ]
            for round_ in range(ROUNDS):
                for turn in in_turn:
                    turn.take(round_)
                for some in _by(_TOGETHER, islice(drafts, _share(letters, round_))):
                    for draft, made in zip(some, _measure_ours(ours, some, fast), strict=True):
                        sample.add(draft, made)
                ours.note_memory()
            alone = self._compare(ours, sample)
            measured = [turn.measured for turn in others]
            if options["others"]:
                measured += self._started_anew(source)
            self._tell(options, plain.measured, fast, alone, ours, measured)

    def _kept(self, stack: ExitStack, source: Path) -> "Iterator[_Turn]":
        """Programs of other people that are kept between letters."""
        if typst.is_installed():
            for kind in (typst.Typst, typst.TypstBySource):
                yield _Turn(stack.enter_context(closing(kind())), _WARM, source)
        else:
            self.stdout.write("Typst is not installed.")

    def _started_anew(self, source: Path) -> Iterator[Measured]:
        """Programs of other people that are started for each letter."""
        for name, command in ways.others():
            if command:
                turn = _Turn(command, _OTHERS, source)
                for round_ in range(ROUNDS):
                    turn.take(round_)
                yield turn.measured
            else:
                self.stdout.write(f"{name} is not installed.")

    def _compare(self, ours: ways.Ours, sample: "_Sample") -> Measured:
        """Set a sample by itself, as is done before each approval; every file must be the same."""
        alone = Measured("Countersign, each by itself (the comparison)")
        by_itself = ours.by_itself()
        for draft, pdf in sample.chosen():
            (made,) = _measure_ours(by_itself, [draft], alone)
            if made.pdf != pdf:
                raise CommandError(f"Letter {draft.data['reference']} is another file by itself.")
        return alone

    def _tell(
        self,
        options: dict[str, Any],
        slow: Measured,
        fast: Measured,
        alone: Measured,
        ours: ways.Ours,
        others: list[Measured],
    ) -> None:
        with_comparison = replace(
            fast, name="Countersign, with the comparison", seconds=fast.seconds + alone.seconds
        )
        measured = [slow, fast, with_comparison, alone, *others]
        self.stdout.write(f"{_machine()}\n")
        for one in measured:
            self.stdout.write(one.line(slow))
        beside = ", and the other programs" if others else ""
        memory = ours.most_memory / 1024 / 1024
        self.stdout.write(
            f"Memory at its largest: {memory:.0f} MB, both processes{beside}. Layouts: "
            f"{len(ours.layouts)}. Compared and the same file: {alone.letters}."
        )
        for reason, number in sorted(ours.reasons.items()):
            self.stdout.write(f"Set by itself: {number:,}, {reason}.")
        if options["json"]:
            figures = {
                "machine": _machine(),
                "letters": fast.letters,
                "ratio": fast.rate / slow.rate,
                "ratio_with_comparison": with_comparison.rate / slow.rate,
                "milliseconds": {one.name: 1000 * one.seconds / one.letters for one in measured},
                "bytes": {one.name: one.size / one.letters for one in measured},
                "memory": ours.most_memory,
                "layouts": len(ours.layouts),
                "alone": ours.reasons,
            }
            options["json"].write_text(json.dumps(figures, indent=2) + "\n")


class _Turn:
    """A way of setting letters that has its turn in each round."""

    def __init__(self, way: ways.Way, letters: int, source: Path) -> None:
        self.measured = Measured(way.name)
        self._way, self._letters = way, letters
        self._drafts = mailing.drafts(letters, source)

    def take(self, round_: int) -> None:
        for draft in islice(self._drafts, _share(self._letters, round_)):
            _measure(self._way, draft, self.measured)


class _Sample:
    """Some letters at random, and of each layout the one with the most to say."""

    def __init__(self) -> None:
        self._chance = random.SystemRandom()
        self._seen = 0
        self._kept: list[tuple[mailing.Draft, bytes]] = []
        self._longest: dict[str, tuple[int, mailing.Draft, bytes]] = {}

    def add(self, draft: mailing.Draft, made: Rendered) -> None:
        self._seen += 1
        pdf, layout = made.pdf, made.set_by
        if len(self._kept) < SAMPLE:
            self._kept.append((draft, pdf))
        elif (place := self._chance.randrange(self._seen)) < SAMPLE:
            self._kept[place] = (draft, pdf)
        size = sum(map(len, draft.data["address_lines"]))
        if layout and size > self._longest.get(layout, (0,))[0]:
            self._longest[layout] = (size, draft, pdf)

    def chosen(self) -> Iterator[tuple[mailing.Draft, bytes]]:
        yield from self._kept
        yield from ((draft, pdf) for _size, draft, pdf in self._longest.values())


def _measure(way: ways.Way, draft: mailing.Draft, into: Measured) -> None:
    before = way.seconds()
    pdf = way.set(draft.content())
    into.seconds += way.seconds() - before
    into.letters += 1
    into.size += len(pdf)


def _measure_ours(
    ours: ways.Ours, drafts: Sequence[mailing.Draft], into: Measured
) -> list[Rendered]:
    before = ours.seconds()
    made = ours.set_all([draft.content() for draft in drafts])
    into.seconds += ours.seconds() - before
    into.letters += len(made)
    into.size += sum(len(one.pdf) for one in made)
    return made


def _by(number: int, drafts: Iterable[mailing.Draft]) -> Iterator[list[mailing.Draft]]:
    drafts = iter(drafts)
    while some := list(islice(drafts, number)):
        yield some


def _share(number: int, round_: int) -> int:
    """How many of `number` fall to one of the rounds."""
    return number * (round_ + 1) // ROUNDS - number * round_ // ROUNDS


def _machine() -> str:
    engine = f"WeasyPrint {version('weasyprint')}"
    return f"{os.cpu_count()} processors, Python {platform.python_version()}, {engine}"
