"""Compare every letter that shares a layout with itself set alone, byte for byte."""

from argparse import ArgumentParser
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from letters.management.bench import adversary, mailing, ways
from letters.merge import document, pages, typefaces
from letters.merge.content import LetterContent
from letters.merge.press import Press

_DPI = 150


class Command(BaseCommand):
    help = (
        "Set letters to real institutions, and letters with values as nobody would choose them, "
        "by shared layouts and by themselves; every file must be the same both ways."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--letters", type=int, default=200, help="to real institutions")
        parser.add_argument("--odd", type=int, default=100, help="with odd values")
        parser.add_argument("--seed", type=int, default=1, help="of the odd values")
        parser.add_argument("--institutions", type=Path, default=mailing.DIRECTORY)
        parser.add_argument(
            "--pixels",
            action="store_true",
            help="compare pictures and text with WeasyPrint called the obvious way as well",
        )
        parser.add_argument("--typeface", choices=typefaces.TYPEFACES, default=typefaces.DEFAULT)

    def handle(self, *args: Any, **options: Any) -> None:
        real = mailing.contents(options["letters"], options["institutions"])
        odd = adversary.contents(options["odd"], options["seed"])
        press = Press()
        self._obvious = ways.Plain() if options["pixels"] else None
        try:
            for name, contents in (("Real institutions", real), ("Odd values", odd)):
                styled = [replace(one, typeface=options["typeface"]) for one in contents]
                self._prove(press, name, styled)
        finally:
            press.close()

    def _beside(self, ours: bytes, obvious: bytes, content: LetterContent) -> str:
        """What is the same in a letter that WeasyPrint makes with nothing of ours."""
        if pages.rasters(ours, _DPI) != pages.rasters(obvious, _DPI):
            raise CommandError(f"Letter {content.reference} is another picture.")
        read, expected = _words(pages.text(ours)), _words(pages.text(obvious))
        if read == expected:
            return "the same pictures and text as by WeasyPrint called the obvious way"
        place = next(n for n, (a, b) in enumerate(zip(read, expected, strict=False)) if a != b)
        around = slice(max(place - 9, 0), place + 9)
        raise CommandError(
            f"Letter {content.reference} is read as {read[around]!r}, there {expected[around]!r}."
        )

    def _prove(self, press: Press, name: str, contents: list[LetterContent]) -> None:
        found: Counter[str] = Counter()
        characters = adversary.characters_of(contents)
        for content in contents:
            try:
                made = document.make(replace(content, characters=characters))
                way = press.render(made, by_class=True)
            except document.RenderRefused as refusal:
                found[f"refused: {refusal}"] += 1
                continue
            found[way.set_alone or "shares a layout, and is the same file as by itself"] += 1
            if way.set_by and press.render(made).pdf != way.pdf:
                raise CommandError(f"Letter {content.reference} is another file by itself.")
            if self._obvious:
                found[self._beside(way.pdf, self._obvious.set(content), content)] += 1
        self.stdout.write(f"{name}: {len(contents):,} letters.")
        for what, number in found.most_common():
            self.stdout.write(f"  {number:>6,}  {what}")


def _words(text: str) -> str:
    """The text without its line breaks, and without the second of two spaces.

    Where a no-break space stands beside another, a reader of PDFs finds one of them or both.
    """
    return " ".join(text.split())
