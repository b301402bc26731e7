"""Add the clauses that ship with the program; never touch one that is there."""

from typing import Any

from django.core.management.base import BaseCommand

from letters.actions import clause
from letters.starters import clauses


class Command(BaseCommand):
    help = "Add the clauses of the program that are not in the library yet."

    def handle(self, *args: Any, **options: Any) -> None:
        added = clause.seed(texts=clauses())
        self.stdout.write(
            f"{len(added)} clauses added; {len(clauses()) - len(added)} were there and stay as "
            "they are."
        )
