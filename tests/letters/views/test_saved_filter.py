"""Saved filters on the list: one's own and the shared, saved and removed there."""

import pytest
from django.urls import reverse

from letters.models import SavedFilter
from tests.factories import make_campaign, make_institution, make_recipient, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign():
    campaign = make_campaign()
    make_recipient(campaign, make_institution("Alpha", state="CA"))
    make_recipient(campaign, make_institution("Beta", state="NY"))
    return campaign


@pytest.fixture
def viewer(client):
    client.force_login(make_user("viewer", username="vera"))
    return client


def save(client, campaign, query, **posted):
    address = reverse("letters:filter_save", args=[campaign.pk])
    return client.post(f"{address}?{query}", {"name": "Californians", **posted}, follow=True)


def test_a_saved_filter_leads_to_the_list_as_it_was(viewer, campaign):
    page = save(viewer, campaign, "place=CA&sort=-name&page=3&unknown=1")
    assert "Saved as “Californians”." in page.content.decode()
    saved = SavedFilter.objects.get()
    assert saved.query == "place=CA&sort=-name"
    assert [row.name for row in viewer.get(saved.get_absolute_url()).context["rows"]] == ["Alpha"]
    listed = viewer.get(reverse("letters:board_list", args=[campaign.pk])).content.decode()
    assert "Californians" in listed


def test_another_sees_it_only_where_it_is_shared_and_removes_none(viewer, client, campaign):
    save(viewer, campaign, "place=CA")
    save(viewer, campaign, "place=NY", name="New Yorkers", is_shared="on")
    own, shared = SavedFilter.objects.order_by("pk")
    client.force_login(make_user("viewer"))
    html = client.get(reverse("letters:board_list", args=[campaign.pk])).content.decode()
    assert "New Yorkers" in html and "by vera" in html
    assert "Californians" not in html
    assert reverse("letters:filter_remove", args=[shared.pk]) not in html
    assert client.post(reverse("letters:filter_remove", args=[own.pk])).status_code == 404
    page = client.post(reverse("letters:filter_remove", args=[shared.pk]), follow=True)
    assert "who alone can remove it" in page.content.decode()
    assert SavedFilter.objects.count() == 2


def test_its_owner_removes_it(viewer, campaign):
    save(viewer, campaign, "place=CA")
    page = viewer.post(
        reverse("letters:filter_remove", args=[SavedFilter.objects.get().pk]), follow=True
    )
    assert "Removed “Californians”." in page.content.decode()
    assert not SavedFilter.objects.exists()


def test_without_a_filter_there_is_nothing_to_save(viewer, campaign):
    assert "all recipients need no name" in save(viewer, campaign, "page=2").content.decode()
    listed = viewer.get(reverse("letters:board_list", args=[campaign.pk])).content.decode()
    assert "Save these filters" not in listed


def test_many_saved_filters_cost_no_further_query(viewer, campaign, query_count):
    listed = reverse("letters:board_list", args=[campaign.pk])
    save(viewer, campaign, "place=CA")
    few = query_count(viewer, listed)
    for number in range(9):
        save(viewer, campaign, "place=NY", name=f"Filter {number}", is_shared="on")
    assert query_count(viewer, listed) == few
