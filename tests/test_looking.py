"""Looking changes nothing: ten thousand times, at every public address, in every way to look."""

import datetime
from itertools import cycle, islice, product

import pytest
from django.test import Client
from django.utils import timezone

from letters.actions import saved_answer
from letters.actions.saved_answer import InProgress
from letters.models import AttachedFile, GenuineTry, Letter, ShortCodeAttempt
from tests.letters import stages
from tests.rows import everything_stored
from tests.test_urls import ADDRESSES
from tests.world import World, make_world

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
LOOKS = 10_000
# What programs that look at links ahead of a person say of themselves.
SCANNERS = (
    {},
    {"user-agent": "Mozilla/5.0 (compatible; LinkScanner/1.0)", "sec-purpose": "prefetch"},
)


@pytest.fixture
def world(monkeypatch, settings) -> World:
    settings.EMAIL_BACKEND = "letters.channels.outbox.OutboxBackend"
    stages.set_with(monkeypatch, stages.quick_pdf)
    world = make_world()
    leave_something_to_tidy_up(Letter.objects.get(pk=world.keys["letters"]))
    return world


def leave_something_to_tidy_up(letter: Letter) -> None:
    """An answer in progress, and rows whose time has passed: a look must not sweep them away."""
    long_ago = timezone.now() - datetime.timedelta(days=90)
    saved_answer.save(letter=letter, typed=InProgress({"name": "Dana"}), now=timezone.now())
    AttachedFile.objects.create(letter=letter, file_name="a", content=b"x", expires_at=long_ago)
    GenuineTry.objects.create(address="203.0.113.9", at=long_ago)
    ShortCodeAttempt.objects.create(reference=letter.reference)
    ShortCodeAttempt.objects.update(at=long_ago)


def test_ten_thousand_looks_at_the_public_addresses_change_no_row_and_no_file(world):
    stranger, visitor = Client(), Client()
    visitor.get(f"/respond/c/{world.words['c']}/")
    addresses = [world.url(address) for address in ADDRESSES if address.is_public]
    assert len(addresses) > 12
    looks = product(addresses, (stranger, visitor), ("get", "head", "options"), SCANNERS)
    before = everything_stored()
    assert len(before) > 40
    broken = set()
    for address, client, way, headers in islice(cycle(looks), LOOKS):
        status = getattr(client, way)(f"{address}?utm=1", headers=headers).status_code
        if status >= 500:
            broken.add((way, address, status))
    assert broken == set()
    assert everything_stored() == before


def test_a_change_of_one_row_or_file_would_be_seen(world):
    before = everything_stored()
    Letter.objects.filter(pk=world.keys["letters"]).update(changed_since="x")
    assert everything_stored() != before
