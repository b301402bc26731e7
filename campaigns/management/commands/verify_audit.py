"""Walk the audit log's hash chain and name the first event that does not hold."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from campaigns import audit


class Command(BaseCommand):
    help = (
        "Check every event of the audit log against the hash chain. Prints how many hold and "
        "the hash of the last one, which can be kept elsewhere; fails at the first bad event."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        verdict = audit.verify()
        if not verdict.holds:
            raise CommandError(
                f"Event {verdict.bad_sequence} does not hold: {verdict.reason}. "
                f"The {verdict.checked:,} before it do; the last good hash is {verdict.head}.",
                returncode=1,
            )
        events = "1 event holds" if verdict.checked == 1 else f"{verdict.checked:,} events hold"
        self.stdout.write(f"{events}. Head: {verdict.head}")
