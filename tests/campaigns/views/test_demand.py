"""The forms and buttons of a campaign's demands."""

import pytest
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains

from campaigns.actions.campaign import letters_sealed
from tests.factories import make_campaign, make_ground, make_user

pytestmark = pytest.mark.django_db

TYPED = {"title": "Confirm", "text": "Please confirm in writing.", "guidance": ""}


@pytest.fixture(autouse=True)
def manager(client):
    client.force_login(make_user("manager"))


def titles(campaign):
    return list(campaign.demands.values_list("title", flat=True))


def test_a_campaign_without_grounds_says_so_where_a_demand_would_rest_on_one(client):
    page = client.get(reverse("campaigns:demand_new", args=[make_campaign().pk]))
    assertContains(page, "The campaign has picked no ground yet.")


def test_a_demand_is_added_with_a_ground_of_the_campaign(client):
    campaign, ground, other = make_campaign(demands=1), make_ground(), make_ground()
    campaign.grounds.add(ground)
    address = reverse("campaigns:demand_new", args=[campaign.pk])
    client.post(address, {**TYPED, "grounds": [ground.pk]})
    assert list(campaign.demands.get(number=2).grounds.all()) == [ground]
    page = client.post(address, {**TYPED, "grounds": [other.pk]})
    assertContains(page, "is not one of the available choices")


def test_a_printed_demand_refuses_new_words_and_keeps_what_was_typed(client):
    campaign = make_campaign(demands=1)
    letters_sealed(campaign=campaign, on=timezone.now())
    demand = campaign.demands.get()
    page = client.post(reverse("campaigns:demand_edit", args=[demand.pk]), TYPED)
    assertContains(page, "approved letters of this campaign print the demands")
    assertContains(page, "Please confirm in writing.")
    assert titles(campaign) == ["Demand 1"]
    assertNotContains(page, "Remove this demand")


def test_a_demand_moves_up_and_down(client):
    campaign = make_campaign(demands=3)
    first = campaign.demands.get(number=1)
    client.post(reverse("campaigns:demand_move", args=[first.pk]), {"number": "2"})
    assert titles(campaign) == ["Demand 2", "Demand 1", "Demand 3"]
    client.post(reverse("campaigns:demand_move", args=[first.pk]), {"number": "junk"})
    assert titles(campaign) == ["Demand 2", "Demand 1", "Demand 3"]


def test_a_demand_is_removed(client):
    campaign = make_campaign(demands=2)
    address = reverse("campaigns:demand_remove", args=[campaign.demands.get(number=1).pk])
    page = client.post(address, follow=True)
    assertContains(page, "was removed")
    assert titles(campaign) == ["Demand 2"]


def test_a_refused_button_says_why_on_the_page_it_came_from(client):
    campaign = make_campaign(demands=1)
    letters_sealed(campaign=campaign, on=timezone.now())
    address = reverse("campaigns:demand_remove", args=[campaign.demands.get().pk])
    assertContains(client.post(address, follow=True), "Demand 1 stays")
