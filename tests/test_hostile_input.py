"""What no browser sends: every address answers it with a page or a refusal, and never crashes."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client

from tests.factories import make_user
from tests.letters import stages
from tests.test_urls import ADDRESSES, Address
from tests.world import World, make_world

# Every name that a view reads from an address or a form; one request tries them all at once.
_NAMES = """
q show sort state kind control fact value medical step severity code status version old new
width key parent campaign actor verb channel outcome due demand overdue encoding sheet
delimiter profile reason archived to place standing reach answered letters institution
number count posted_on letter_date until received_on promised_on on digest left evidence
missing references pasted comments title recipient contact signer follows recipients words
name label purpose start subject body closing enclosures grounds submission letter draft
drop reference short_code kept email country deadline_days deadline_unit deadline_time
timezone matter all reference_prefix as_of source text guidance street city postal_code note
confirmed username demand-1-outcome demand-1-promised_on demand-1-text collected_on
verified_on review_by role citation regulations aliases covers organisation website password
next find worst page programme quotation seen_on exhibit rows take look use
wanted_until statement phone address who-name who-title who-email signature
act incoming response row near count following back read authority demand-1-quotation demand-1-page
"""
NAMES = _NAMES.split()
VALUES = {
    "nothing": "",
    "nul": "a\x00b",
    "a number too large for a column": "9" * 30,
    "a number too long to read": "9" * 5000,
    "a negative number": "-1",
    "digits of another script": "٣",
    "a superscript": "²",
    "markup": "'\"><script>alert(1)</script>{{ 7|add:7 }}",
    "another direction": "a\u202eb",
    "the last day": "9999-12-31",
    "the first day": "0001-01-01",
}
FILES = ("file", "picture", "documents", "pdf")


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch, settings) -> World:
    settings.EMAIL_BACKEND = "letters.channels.outbox.OutboxBackend"
    stages.set_with(monkeypatch, stages.quick_pdf)
    return make_world()


@pytest.fixture
def client(world: World) -> Client:
    """A superuser who has the recipient's letter open too: every door is open."""
    client = Client(raise_request_exception=False)
    client.force_login(make_user(is_superuser=True))
    client.get(f"/respond/c/{world.words['c']}/")
    session = client.session
    session["files_to_import"] = {world.words["read"]: "hd2023.csv"}
    session.save()
    return client


def of_ours() -> Iterator[Address]:
    """Staff and recipients' pages; the rest is Django's own, but for the login."""
    for address in ADDRESSES:
        if address.url.startswith(("/staff/", "/respond/", "/healthz", "/admin/login")):
            yield address


pytestmark = [pytest.mark.django_db]


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
def test_no_address_crashes_on_what_is_asked(client: Client, world: World, value: str):
    asked = "&".join(f"{name}={quote(value)}" for name in NAMES)
    answers = {
        (address.name, query[:4]): client.get(f"{world.url(address)}?{query}").status_code
        for address in of_ours()
        for query in (asked, f"page={quote(value)}")  # a page that is not there ends a list early
    }
    assert {name: status for name, status in answers.items() if status >= 500} == {}


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
def test_no_address_crashes_on_what_is_posted(client: Client, world: World, value: str):
    answers = {}
    for address in of_ours():
        given: dict[str, Any] = {
            **dict.fromkeys(NAMES, value),
            **{name: SimpleUploadedFile(value[:20] or "x", b"") for name in FILES},
        }
        with transaction.atomic():
            answers[address.name] = client.post(world.url(address), given).status_code
            transaction.set_rollback(True)
    assert {name: status for name, status in answers.items() if status >= 500} == {}
