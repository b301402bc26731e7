"""Measure how a mailing is rendered by one worker and by several, and compare every letter."""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.test import override_settings

from campaigns import roles
from campaigns.models import Campaign, User
from letters import lifecycle
from letters.actions import render
from letters.actions.freshness import unrender
from letters.management.bench import mailing as invented
from letters.management.bench import rows
from letters.management.demo import people
from letters.models import Letter, Mailing

_LOOK_EVERY = 0.2
_PATIENCE = 120.0  # seconds without a letter more
_STOP_WITHIN = 30.0
_READY = "ready."  # what Celery notes of a worker that takes messages
_LETTERS = 208


class Command(BaseCommand):
    help = (
        "Make a campaign in a database that is empty, have its mailing rendered by so many "
        "workers in turn, and fail where a letter is another file. Takes what DATABASE_URL, "
        "REDIS_URL and DATA_DIR name; the rows stay."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--letters", type=int, default=_LETTERS)
        parser.add_argument("--workers", type=int, nargs="+", default=[1, 2, 4])
        parser.add_argument("--institutions", type=Path, default=invented.DIRECTORY)
        parser.add_argument("--json", type=Path, help="a file for the figures")

    def handle(self, *args: Any, **options: Any) -> None:
        if min(options["letters"], *options["workers"]) < 1:
            raise CommandError("There must be a letter and a worker.")
        if Campaign.objects.exists():
            raise CommandError(
                "This database holds campaigns. Measure on one of its own: DATABASE_URL and "
                "DATA_DIR say where."
            )
        by = people.people()[roles.MANAGER]
        mailing = rows.mailing_of(options["letters"], options["institutions"], by=by)
        found = []
        for number in options["workers"]:
            found.append(measured := self._measured(mailing, number, by))
            self.stdout.write(
                f"{number} workers: {measured['letters']:,} letters, ready after "
                f"{measured['seconds']:.1f} s ({measured['start']:.1f} s of it the checks before "
                f"the first letter, in this process), {measured['processor']:.1f} s of processor "
                f"time in the workers, their own start included."
            )
        if options["json"]:
            options["json"].write_text(json.dumps(_as_json(found), indent=2) + "\n")
        if len({frozenset(one["files"].items()) for one in found}) > 1:
            raise CommandError("The workers made other files in another number.")
        self.stdout.write("Every letter was the same file each time.")

    def _measured(self, mailing: Mailing, number: int, by: User) -> dict[str, Any]:
        _start_over(mailing)
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        with _workers(number), override_settings(LETTERS_HANDS=number):
            began = time.monotonic()
            render.start(mailing=mailing, by=by)
            started = time.monotonic()
            _wait_until_ready(mailing)
            seconds = time.monotonic() - began
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        files = dict(mailing.letters.values_list("reference", "pdf_sha256"))
        return {
            "workers": number,
            "letters": len(files),
            "seconds": seconds,
            "start": started - began,
            "processor": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
            "files": files,
        }


def _start_over(mailing: Mailing) -> None:
    mailing.refresh_from_db()
    if mailing.status == Mailing.Status.READY:
        lifecycle.move(mailing, Mailing.Status.PREPARING)
        unrender(mailing.letters.filter(status=Letter.Status.RENDERED))


@contextmanager
def _workers(number: int) -> Iterator[None]:
    """As the Procfile starts them, each with one process; from when all of them are ready."""
    with tempfile.TemporaryDirectory() as folder:
        logs = [Path(folder) / f"worker{index}" for index in range(number)]
        started = [_worker(log) for log in logs]
        try:
            _wait(lambda: all(_READY in log.read_text() for log in logs), "No worker is ready.")
            yield
        finally:
            for one in started:
                one.terminate()
            for one in started:
                one.wait(_STOP_WITHIN)


def _worker(log: Path) -> "subprocess.Popen[bytes]":
    words = ["--app", "config", "worker", "--pool", "solo", "--loglevel", "INFO"]
    words += ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    with log.open("wb") as said:
        return subprocess.Popen(
            [sys.executable, "-m", "celery", *words, "--hostname", f"{log.name}@bench"],
            cwd=settings.BASE_DIR,
            stdout=said,
            stderr=said,
        )


def _wait(condition: Callable[[], bool], otherwise: str) -> None:
    until = time.monotonic() + _PATIENCE
    while not condition():
        if time.monotonic() > until:
            raise CommandError(otherwise)
        time.sleep(_LOOK_EVERY)


def _wait_until_ready(mailing: Mailing) -> None:
    last, since = -1, time.monotonic()
    while mailing.status != Mailing.Status.READY:
        time.sleep(_LOOK_EVERY)
        mailing.refresh_from_db()
        done = mailing.letters.exclude(pdf_sha256="").count()
        if done != last:
            last, since = done, time.monotonic()
        if time.monotonic() - since > _PATIENCE:
            raise CommandError(f"No letter was made for {_PATIENCE:.0f} s, after {done:,}.")


def _as_json(found: list[dict[str, Any]]) -> dict[str, Any]:
    figures = [{**one, "files": len(set(one["files"].values()))} for one in found]
    return {"database": connection.vendor, "processors": os.cpu_count(), "runs": figures}
