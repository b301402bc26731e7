"""A sealed letter, its codes, and a visitor without an account."""

import pytest
from django.test import Client

from letters.merge import codes
from letters.merge.codes import Codes
from letters.models import Letter
from tests.factories import make_campaign, make_mailing, make_sealed_letter, make_version


@pytest.fixture
def letter(db) -> Letter:
    campaign = make_campaign(demands=2)
    return make_sealed_letter(make_mailing(make_version(campaign)))


@pytest.fixture
def issued(letter) -> Codes:
    return codes.derive(letter.reference)


@pytest.fixture
def visitor(letter, issued) -> Client:
    """Somebody who opened the letter by its code."""
    client = Client()
    client.get(f"/respond/c/{issued.code}/")
    return client
