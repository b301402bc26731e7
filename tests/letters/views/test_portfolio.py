"""The portfolio page: every number leads to as many rows."""

import re
from html import unescape

import pytest
from django.urls import reverse
from django.utils import timezone

from letters.management import large
from tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def viewer(client):
    client.force_login(make_user("viewer"))
    return client


def test_every_number_leads_to_as_many_rows(viewer):
    campaign = large.campaign(
        "Linked", "LNK", recipients=50, demands=2, answered=60, now=timezone.now()
    )
    html = viewer.get(reverse("letters:portfolio")).content.decode()
    listed = reverse("letters:board_list", args=[campaign.pk])
    links = re.findall(rf'href="({listed}[^"]*)"[^>]*>([\d,]+)<', html)
    assert len(links) == 10
    for address, number in links:
        if "answered=timed" not in address:  # its number is a median
            count = viewer.get(unescape(address)).context["page_obj"].paginator.count
            assert count == int(number), address


def test_without_a_campaign_it_says_what_to_do_next(viewer):
    assert "No campaign yet" in viewer.get(reverse("letters:portfolio")).content.decode()


def test_a_person_without_a_role_sees_none_and_is_not_offered_it(client):
    client.force_login(make_user())
    assert client.get(reverse("letters:portfolio")).status_code == 403
