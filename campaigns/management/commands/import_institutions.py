"""Plan the import of a file of institutions, and with --apply do it."""

import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from campaigns.actions import Refused, directory
from campaigns.directory import profiles
from campaigns.directory.choices import Choices, collected_on
from campaigns.directory.delimited import DELIMITERS
from campaigns.directory.plan import Plan, Verdict
from campaigns.directory.reading import Unreadable, read
from campaigns.models import Institution, User


class Command(BaseCommand):
    help = (
        "Read FILE (CSV or XLSX), print what it would change and every row that is not clean. "
        "Without --apply nothing is written."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--profile", choices=list(profiles.PROFILES))
        parser.add_argument(
            "--mapping",
            action="append",
            default=[],
            metavar="FIELD=HEADING",
            help="which column is which; may be given several times, otherwise guessed",
        )
        parser.add_argument("--encoding", default="")
        parser.add_argument("--delimiter", default="", choices=list(DELIMITERS.values()))
        parser.add_argument("--sheet", default="")
        parser.add_argument("--kind", default="university", choices=Institution.Kind.values)
        parser.add_argument("--collected-on", metavar="YYYY-MM-DD", help="the date of the facts")
        parser.add_argument("--apply", action="store_true", help="write what the plan says")
        parser.add_argument("--by", metavar="USERNAME", help="who imports; needed with --apply")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            content = options["file"].read_bytes()
        except OSError as error:
            raise CommandError(f"{options['file']} cannot be read: {error.strerror}.") from error
        try:
            choices = self._choices(content, options)
            if options["apply"]:
                self._apply(content, choices, self._person(options["by"]))
            else:
                self._say(directory.planned(content, choices))
                self.stdout.write("Nothing was written. Give --apply and --by to import it.")
        except (Refused, Unreadable, ValueError) as refused:
            raise CommandError(str(refused)) from refused

    def _choices(self, content: bytes, options: dict[str, Any]) -> Choices:
        characters = {word: character for character, word in DELIMITERS.items()}
        read_as = {
            "encoding": options["encoding"],
            "delimiter": characters.get(options["delimiter"], ""),
            "sheet": options["sheet"],
        }
        headings = read(content, **read_as).headings
        profile = options["profile"] or profiles.suggest(headings)
        mapping = dict(part.partition("=")[::2] for part in options["mapping"])
        if profile == profiles.GENERIC and not mapping:
            mapping = directory.suggested_mapping(headings)
        name = options["file"].name
        return Choices(
            file_name=name,
            profile=profile,
            collected_on=self._date(options["collected_on"], name, profile),
            mapping=mapping,
            default_kind=options["kind"],
            **read_as,
        )

    def _date(self, given: str | None, name: str, profile: str) -> datetime.date:
        if given:
            return datetime.date.fromisoformat(given)
        found = collected_on(name, profile, timezone.localdate())
        if found is None:
            raise CommandError("Say of which day the facts in it are: --collected-on YYYY-MM-DD.")
        return found

    def _person(self, username: str | None) -> User:
        if not username:
            raise CommandError("Say who imports: --by USERNAME.")
        person = User.objects.filter(username=username, is_active=True).first()
        if person is None:
            raise CommandError(f"There is no active user named {username}.")
        return person

    def _apply(self, content: bytes, choices: Choices, by: User) -> None:
        planned = directory.plan_import(content=content, choices=choices, by=by)
        self._say(planned)
        directory.apply_import(directory_import=planned, digest=planned.plan_digest, by=by)
        changed = planned.counts[Verdict.NEW] + planned.counts[Verdict.CHANGED]
        if changed:
            self.stdout.write(f"Imported: {changed:,} institutions are new or changed.")
        else:
            self.stdout.write("Nothing changed: every row is on record as it is in the file.")

    def _say(self, planned: Any) -> None:
        rows = planned.rows if isinstance(planned, Plan) else planned.rows.all()
        for row in rows:
            if row.notes:
                said = "; ".join(row.notes)
                self.stdout.write(f"line {row.line}: {row.verdict}: {row.name}: {said}")
        for verdict, count in planned.counts.items():
            self.stdout.write(f"{count:>8,} {verdict}")
        self.stdout.write(f"{sum(planned.counts.values()):>8,} rows in all")
