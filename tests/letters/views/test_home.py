"""The first page: what waits for this person, and how far each campaign has come."""

import pytest
from django.urls import reverse

from tests.factories import make_campaign, make_recipient, make_user

pytestmark = pytest.mark.django_db


def home(client, *roles):
    client.force_login(make_user(*roles))
    return client.get(reverse("letters:home")).content.decode()


def test_an_empty_house_says_what_to_do_first(client):
    html = home(client, "manager")
    assert "Import a directory of institutions" in html
    assert "Create a campaign" in html


def test_a_campaign_is_shown_with_its_progress_and_leads_to_its_board(client):
    campaign = make_campaign()
    make_recipient(campaign)
    html = home(client, "viewer")
    assert "0 of 1 answered" in html
    assert reverse("letters:board", args=[campaign.pk]) in html
    assert "Nothing waits for you now." in html
