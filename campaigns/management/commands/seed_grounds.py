"""Add the catalogue of grounds that ships with the program; never touch one that is there."""

from pathlib import Path
from typing import Any

import yaml
from django.core.management.base import BaseCommand

from campaigns.actions import ground
from campaigns.actions.ground import Details, Seed

CATALOGUE = Path(__file__).resolve().parents[2] / "seed" / "legal_grounds.yaml"
# Voluntary standards: a letter may say "inconsistent with" them, never "violates the law".
VOLUNTARY = frozenset({"cope", "icmje", "lcme"})


class Command(BaseCommand):
    help = "Add the grounds of the catalogue that are not there yet, unverified."

    def handle(self, *args: Any, **options: Any) -> None:
        entries = catalogue()
        added = ground.seed(entries=entries)
        self.stdout.write(
            f"{len(added)} grounds added, unverified; {len(entries) - len(added)} were there and "
            "stay as they are."
        )


def catalogue() -> list[Seed]:
    return [_entry(raw) for raw in yaml.safe_load(CATALOGUE.read_text(encoding="utf-8"))]


def _entry(raw: dict[str, Any]) -> Seed:
    details = Details(
        name=raw["n"],
        citation=raw["cite"],
        regulations=tuple(raw["regs"]),
        needs=tuple(raw["needs"]),
        bases=tuple(raw["bases"]),
        agency=raw["agency"],
        statutory=raw["k"] not in VOLUNTARY,
        time_limit_days=raw["days"],
        time_limit_alternative_days=raw.get("days_alt"),
        limitation_years=raw.get("limit_years"),
        response_workdays=raw.get("response_workdays"),
        time_limit_from=raw["from"] or "",
        private_action=raw["pra"] or "",
        cases=tuple(raw["cases"]),
        warnings=tuple(raw["warn"]),
    )
    return Seed(raw["k"], details)
