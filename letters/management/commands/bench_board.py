"""Measure the board of a large campaign, on the database that is configured."""

import json
import statistics
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from campaigns.models import Campaign, User
from letters.management import large

LIMIT_MS = 300
_SMALL = 40
_HOST = "bench.invalid"


class Command(BaseCommand):
    help = (
        "Make a large campaign and a small one, open their boards, and take everything back. "
        f"Fails where the median is over {LIMIT_MS} ms, or the large one needs more queries."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--recipients", type=int, default=10_000)
        parser.add_argument("--demands", type=int, default=5)
        parser.add_argument("--answered", type=int, default=30_000)
        parser.add_argument("--runs", type=int, default=20)

    def handle(self, *args: Any, **options: Any) -> None:
        recipients, demands = options["recipients"], options["demands"]
        if options["answered"] > recipients * demands:
            raise CommandError("More answers are to be given than there are demands to answer.")
        if min(recipients, demands, options["runs"]) < 1:
            raise CommandError("There must be a recipient, a demand and a run.")
        with transaction.atomic():
            found = self._measured(recipients, demands, options["answered"], options["runs"])
            transaction.set_rollback(True)
        self.stdout.write(json.dumps(found, indent=2))
        if found["median_ms"] > LIMIT_MS:
            raise CommandError(f"The median is {found['median_ms']} ms; the limit is {LIMIT_MS}.")
        if found["queries"] != found["queries_small"]:
            raise CommandError("The large campaign needs another number of queries.")

    def _measured(self, recipients: int, demands: int, answered: int, runs: int) -> dict[str, Any]:
        now = timezone.now()
        few = min(_SMALL, recipients)
        big = large.campaign(
            "Bench, large",
            "QQQQQQ",
            recipients=recipients,
            demands=demands,
            answered=answered,
            now=now,
        )
        small = large.campaign(
            "Bench, small",
            "ZZZZZZ",
            recipients=few,
            demands=demands,
            answered=few * demands * 3 // 5,
            now=now,
        )
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")  # what autovacuum does for rows that stay
        client = _client()
        _open(client, small)  # what only the first page of a process does
        queries = {each.pk: _queries(client, each) for each in (small, big)}
        took = sorted(_open(client, big) for _ in range(runs))
        return {
            "database": connection.vendor,
            "recipients": recipients,
            "answers": recipients * demands,
            "answered": answered,
            "runs": runs,
            "median_ms": round(statistics.median(took)),
            "fastest_ms": round(took[0]),
            "slowest_ms": round(took[-1]),
            "queries": queries[big.pk],
            "queries_small": queries[small.pk],
        }


def _client() -> Client:
    """Somebody who may see everything, signed in."""
    person = User.objects.create(username="bench-viewer", is_staff=True, is_superuser=True)
    client = Client(headers={"host": _HOST})
    client.force_login(person)
    return client


def _open(client: Client, campaign: Campaign) -> float:
    """Milliseconds from the request to the last byte of the board."""
    address = reverse("letters:board", args=[campaign.pk])
    with override_settings(ALLOWED_HOSTS=[_HOST]):
        began = time.perf_counter()
        response = client.get(address, secure=True)
        took = (time.perf_counter() - began) * 1000
    if response.status_code != 200:
        raise CommandError(f"The board answered with {response.status_code}.")
    return took


def _queries(client: Client, campaign: Campaign) -> int:
    with CaptureQueriesContext(connection) as captured:
        _open(client, campaign)
    return len(captured)
