"""Compare every letter that shares a layout with itself set alone, byte for byte."""

from argparse import ArgumentParser
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from letters.management.bench import adversary, mailing
from letters.merge import document, typefaces
from letters.merge.content import LetterContent
from letters.merge.press import Press


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
        parser.add_argument("--typeface", choices=typefaces.TYPEFACES, default=typefaces.DEFAULT)

    def handle(self, *args: Any, **options: Any) -> None:
        real = mailing.contents(options["letters"], options["institutions"])
        odd = adversary.contents(options["odd"], options["seed"])
        press = Press()
        try:
            for name, contents in (("Real institutions", real), ("Odd values", odd)):
                styled = [replace(one, typeface=options["typeface"]) for one in contents]
                self._prove(press, name, styled)
        finally:
            press.close()

    def _prove(self, press: Press, name: str, contents: list[LetterContent]) -> None:
        ways: Counter[str] = Counter()
        characters = adversary.characters_of(contents)
        for content in contents:
            try:
                made = document.make(replace(content, characters=characters))
                way = press.render(made, by_class=True)
            except document.RenderRefused as refusal:
                ways[f"refused: {refusal}"] += 1
                continue
            ways[way.set_alone or "shares a layout, and is the same file as by itself"] += 1
            if way.set_by and press.render(made).pdf != way.pdf:
                raise CommandError(f"Letter {content.reference} is another file by itself.")
        self.stdout.write(f"{name}: {len(contents):,} letters.")
        for way_, number in ways.most_common():
            self.stdout.write(f"  {number:>6,}  {way_}")
