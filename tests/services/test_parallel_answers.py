"""Fifty people submit at the same moment, over HTTP, to the web server of the Procfile.

On SQLite and, where DATABASE_URL names one, on PostgreSQL.
"""

import os
import re
import shlex
import signal
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.cookiejar import CookieJar
from pathlib import Path
from string import Template
from urllib.parse import urlencode

import pytest
from django.db import connection

from campaigns import audit
from campaigns.models import AnswerEntry
from letters.merge import codes
from letters.models import Letter, Response
from tests.factories import make_sealed_letter
from tests.services.servers import free_port, stopped_after, wait_until_ready

pytestmark = [pytest.mark.services, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
PEOPLE = 50
ROOT = Path(__file__).resolve().parents[2]


class Person:
    """A browser without scripts: cookies, forms, and where a redirect ends."""

    def __init__(self, host: str, code: str) -> None:
        self.host = host
        cookies = urllib.request.HTTPCookieProcessor(CookieJar())
        self.opener = urllib.request.build_opener(cookies)
        self.page = self.open(f"/respond/c/{code}/")

    def open(self, path: str, **fields: str) -> str:
        data = urlencode(fields).encode() if fields else None
        request = urllib.request.Request(f"{self.host}{path}", data)  # noqa: S310 - http
        with self.opener.open(request, timeout=120) as answer:
            self.address = answer.url
            return answer.read().decode()

    def hidden(self, name: str) -> str:
        return re.search(rf'name="{name}" value="([^"]+)"', self.page)[1]

    def check(self, words: str) -> "Person":
        self.page = self.open("/respond/answer/")
        self.page = self.open(
            "/respond/answer/",
            csrfmiddlewaretoken=self.hidden("csrfmiddlewaretoken"),
            step="check",
            name="Dana Dean",
            title="Dean",
            authority="I am the dean",
            **{"demand-1-outcome": "complied", "demand-1-text": words},
        )
        self.form = {name: self.hidden(name) for name in ("csrfmiddlewaretoken", "draft")}
        return self

    def submit(self) -> str:
        """The number of the receipt at which it ended."""
        signed = {"step": "submit", "confirmed": "on", "signature": "Dana Dean"}
        self.open("/respond/answer/", **self.form, **signed)
        return re.search(r"/respond/receipt/([^/]+)/$", self.address)[1]


def at_once(acts: list[Callable[[], str]]) -> list[str]:
    """Every act at the same moment; one that fails (an HTTP error is one) fails the test."""
    together = threading.Barrier(len(acts))

    def act(one: Callable[[], str]) -> str:
        together.wait()
        return one()

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(act, acts))


@pytest.fixture
def letter() -> Letter:
    return make_sealed_letter()


@pytest.fixture
def web(letter: Letter, settings, tmp_path: Path) -> Iterator[str]:
    """The web server on the database of this test. Yields its address."""
    port = free_port()
    host = f"http://127.0.0.1:{port}"
    environment = {
        **os.environ,
        "ENV_FILE": os.devnull,
        "DATA_DIR": str(tmp_path),
        "DATABASE_URL": address_of(connection.settings_dict),
        "SECRET_KEY": settings.SECRET_KEY,
        "PORTAL_KEY": settings.PORTAL_KEY,
        "SITE_URL": host,
        "HOST": "127.0.0.1",
        "PORT": str(port),
    }
    connection.close()
    with (tmp_path / "log").open("wb") as log:
        server = subprocess.Popen(
            command(environment), env=environment, cwd=ROOT, stdout=log, stderr=log
        )
    with stopped_after(server, signal.SIGTERM):
        look = f"import urllib.request; urllib.request.urlopen('{host}/respond/')"
        probe = [sys.executable, "-c", look]
        wait_until_ready(server, probe, tmp_path / "log")
        yield host
    assert "Traceback" not in (tmp_path / "log").read_text()


def command(environment: dict[str, str]) -> list[str]:
    """The line of the Procfile, with this Python's gunicorn and more than one process."""
    (line,) = re.findall(r"^web: gunicorn (.+)$", (ROOT / "Procfile").read_text(), re.MULTILINE)
    filled = Template(line).substitute(environment)
    return [sys.executable, "-m", "gunicorn", *shlex.split(filled), "--workers", "3"]


def address_of(database: dict) -> str:
    if database["ENGINE"].endswith("sqlite3"):
        return f"sqlite:///{database['NAME']}"
    place = f"{database['HOST']}:{database['PORT']}/{database['NAME']}"
    return f"postgres://{database['USER']}:{database['PASSWORD']}@{place}"


def test_fifty_answers_at_once_are_one_first_and_49_later_ones(web, letter):
    code = codes.derive(letter.reference).code
    people = [Person(web, code).check(f"Words {n}") for n in range(PEOPLE)]

    receipts = at_once([person.submit for person in people])

    assert len(set(receipts)) == PEOPLE
    assert set(Response.objects.values_list("receipt", flat=True)) == set(receipts)
    answer = letter.recipient.answers.get(demand__number=1)
    entries = list(AnswerEntry.objects.filter(answer=answer).order_by("pk"))
    first, later = entries[0], entries[1:]
    assert len(later) == PEOPLE - 1
    assert first.text != answer.current_entry.text
    assert answer.current_entry == entries[-1]
    assert {entry.text for entry in entries} == {f"Words {n}" for n in range(PEOPLE)}
    assert audit.verify().holds


def test_one_form_submitted_fifty_times_at_once_is_one_answer(web, letter):
    person = Person(web, codes.derive(letter.reference).code).check("Once")
    twins = [Person(web, codes.derive(letter.reference).code) for _ in range(PEOPLE)]
    for twin in twins:
        twin.page = twin.open("/respond/answer/")
        token = twin.hidden("csrfmiddlewaretoken")
        twin.form = {**person.form, "csrfmiddlewaretoken": token}

    receipts = at_once([twin.submit for twin in twins])

    assert len(set(receipts)) == 1
    assert Response.objects.count() == AnswerEntry.objects.count() == 1
    assert audit.verify().holds
