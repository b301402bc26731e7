"""The list of campaigns and the details of one."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from campaigns.actions.campaign import letters_made
from campaigns.models import Campaign
from tests.factories import make_campaign, make_ground, make_recipient, make_user

pytestmark = pytest.mark.django_db

TYPED = {
    "title": "Confirm in writing",
    "matter": "A request to confirm.",
    "reference_prefix": "cnf",
    "deadline_days": "30",
    "deadline_unit": "calendar",
    "deadline_anchor": "delivered",
    "deadline_rolls": "on",
    "deadline_time": "17:00",
    "timezone": "America/New_York",
}


@pytest.fixture
def manager(client):
    user = make_user("manager")
    client.force_login(user)
    return user


def test_the_list_finds_by_title_and_prefix(client, manager):
    make_campaign(title="Alpha", reference_prefix="ALP")
    make_campaign(title="Beta", reference_prefix="BET")
    for words in ("alph", "alp"):
        page = client.get(reverse("campaigns:campaigns"), {"q": words})
        assertContains(page, "Alpha")
        assertNotContains(page, "Beta")


def test_archived_campaigns_are_listed_apart(client, manager):
    make_campaign(title="Alpha", archived_at=timezone.now())
    assertContains(client.get(reverse("campaigns:campaigns")), "No campaigns yet")
    assertContains(client.get(reverse("campaigns:campaigns"), {"archived": "1"}), "Alpha")


def test_the_list_opens_in_as_many_queries_for_3_as_for_30(client, manager, query_count):
    for _ in range(3):
        make_campaign()
    few = query_count(client, reverse("campaigns:campaigns"))
    for _ in range(27):
        make_campaign()
    assert query_count(client, reverse("campaigns:campaigns")) == few


def test_a_campaign_is_created_and_its_details_open_next(client, manager):
    response = client.post(reverse("campaigns:campaign_new"), TYPED)
    campaign = Campaign.objects.get()
    assert campaign.reference_prefix == "CNF"
    assertRedirects(response, reverse("campaigns:campaign", args=[campaign.pk]))


def test_a_refused_form_keeps_what_was_typed(client, manager):
    typed = {**TYPED, "reference_prefix": "OI", "matter": "Kept words"}
    page = client.post(reverse("campaigns:campaign_new"), typed)
    assertContains(page, "Kept words")
    assertContains(page, "without I and O")
    assert not Campaign.objects.exists()


def test_what_was_cleaned_is_said(client, manager):
    page = client.post(
        reverse("campaigns:campaign_new"), {**TYPED, "title": "Two\u00a0words"}, follow=True
    )
    assertContains(page, "Title: odd spaces became plain spaces.")


def test_the_details_show_what_is_to_be_set_up(client, manager):
    campaign = make_campaign(demands=0)
    page = client.get(reverse("campaigns:campaign", args=[campaign.pk]))
    assertContains(page, "No demands yet")
    assertContains(page, "Choose who is written to.")


def test_a_changed_prefix_is_refused_in_the_form_once_letters_exist(client, manager):
    campaign = make_campaign(reference_prefix="CNF")
    letters_made(campaign=campaign, on=timezone.now())
    page = client.post(
        reverse("campaigns:campaign_edit", args=[campaign.pk]),
        {**TYPED, "reference_prefix": "XYZ"},
    )
    assertContains(page, "so the prefix stays")
    campaign.refresh_from_db()
    assert campaign.reference_prefix == "CNF"


def test_details_are_edited(client, manager):
    campaign = make_campaign()
    client.post(reverse("campaigns:campaign_edit", args=[campaign.pk]), TYPED)
    campaign.refresh_from_db()
    assert campaign.title == "Confirm in writing"


def test_grounds_are_picked_and_an_unverified_one_says_so(client, manager):
    campaign, ground = make_campaign(), make_ground(name="Title VI")
    address = reverse("campaigns:campaign_grounds", args=[campaign.pk])
    assertContains(client.get(address), "Not verified")
    client.post(address, {"grounds": [ground.pk]})
    assert list(campaign.grounds.all()) == [ground]
    assertContains(client.get(address), "checked")


def test_a_campaign_is_archived_and_reopened(client, manager):
    campaign = make_campaign()
    client.post(reverse("campaigns:campaign_archive", args=[campaign.pk]))
    page = client.get(reverse("campaigns:campaign", args=[campaign.pk]))
    assertContains(page, "Archived on")
    client.post(reverse("campaigns:campaign_reopen", args=[campaign.pk]))
    campaign.refresh_from_db()
    assert campaign.archived_at is None


def test_a_get_archives_nothing(client, manager):
    campaign = make_campaign()
    response = client.get(reverse("campaigns:campaign_archive", args=[campaign.pk]))
    assert response.status_code == 405


@pytest.mark.parametrize("page", ["campaign_edit", "campaign_grounds", "demand_new", "choose"])
def test_a_viewer_reads_but_decides_nothing(client, page):
    client.force_login(make_user("viewer"))
    campaign = make_campaign()
    assert client.get(reverse("campaigns:campaign", args=[campaign.pk])).status_code == 200
    assert client.get(reverse(f"campaigns:{page}", args=[campaign.pk])).status_code == 403


def test_the_details_estimate_until_when_an_agency_takes_a_complaint(client, manager):
    today = timezone.localdate()
    campaign = make_campaign(conduct_on=today - datetime.timedelta(days=200))
    campaign.grounds.add(
        make_ground(name="Title VI", agency="ED OCR", time_limit_days=180),
        make_ground(name="Section 1981", limitation_years=4),
    )
    said = client.get(reverse("campaigns:campaign", args=[campaign.pk])).text
    assert "Complaint to ED OCR" in said and "20 days past" in said
    assert "An estimate, not legal advice; counsel confirms it." in said
    board = client.get(reverse("letters:board", args=[campaign.pk])).text
    assert "Complaint to ED OCR" not in board  # nobody is written to yet
    make_recipient(campaign)
    board = client.get(reverse("letters:board", args=[campaign.pk])).text
    assert "Complaint to ED OCR" in board and "Limitation" not in board
