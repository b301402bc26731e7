"""The list of recipients, and choosing more from the directory."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains

from campaigns.models import Addressee, Contact, Fact, Institution, Recipient
from tests.factories import make_campaign, make_institution, make_recipient, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def manager(client):
    user = make_user("manager")
    client.force_login(user)
    return user


@pytest.fixture
def campaign():
    return make_campaign()


@pytest.fixture
def choose(campaign):
    return reverse("campaigns:choose", args=[campaign.pk])


def fill(campaign, count):
    """Recipients with addressees, in bulk."""
    start = Institution.objects.count()
    institutions = Institution.objects.bulk_create(
        Institution(name=f"University {n:05}", city="Springfield", state="IL", search_key=f"{n:05}")
        for n in range(start, start + count)
    )
    contacts = Contact.objects.bulk_create(
        Contact(institution=institution, name="Dr. R", title="President")
        for institution in institutions
    )
    recipients = Recipient.objects.bulk_create(
        Recipient(campaign=campaign, institution=institution, chosen_by=campaign.created_by)
        for institution in institutions
    )
    Addressee.objects.bulk_create(
        Addressee(recipient=recipient, contact=contact)
        for recipient, contact in zip(recipients, contacts, strict=True)
    )


def test_the_list_opens_in_as_many_queries_for_3000_as_for_30(client, campaign, query_count):
    address = reverse("campaigns:recipients", args=[campaign.pk])
    fill(campaign, 30)
    few = query_count(client, address)
    fill(campaign, 2970)
    assert campaign.recipients.count() == 3000
    assert query_count(client, address) == few


def test_choosing_opens_in_as_many_queries_for_3000_as_for_30(client, choose, query_count):
    other = make_campaign()
    fill(other, 30)
    few = query_count(client, choose)
    fill(other, 2970)
    assert query_count(client, choose) == few


def test_the_list_finds_and_narrows(client, campaign):
    make_recipient(campaign, make_institution("Alpha University", state="IL"))
    make_recipient(campaign, make_institution("Beta University", state="CA", street=""))
    address = reverse("campaigns:recipients", args=[campaign.pk])
    for narrowed in ({"q": "beta"}, {"state": "CA"}, {"show": "no-address"}):
        page = client.get(address, narrowed)
        assertContains(page, "Beta University")
        assertNotContains(page, "Alpha University")
    assertContains(client.get(address, {"show": "no-addressee"}), "No recipient matches")
    assertContains(client.get(address, {"show": "email"}), "No recipient matches")


def test_an_own_address_counts_as_one(client, campaign):
    recipient = make_recipient(campaign, make_institution("Beta University", street=""))
    recipient.addressees.update(street="2 Own Street", city="X", postal_code="1")
    page = client.get(reverse("campaigns:recipients", args=[campaign.pk]), {"show": "no-address"})
    assertContains(page, "No recipient matches")


def test_withdrawn_recipients_are_shown_apart(client, campaign):
    make_recipient(
        campaign,
        make_institution("Gone University"),
        withdrawn_at=timezone.now(),
        withdrawn_reason="Closed.",
    )
    address = reverse("campaigns:recipients", args=[campaign.pk])
    assertNotContains(client.get(address), "Gone University")
    assertContains(client.get(address, {"show": "withdrawn"}), "Gone University")


def add_fact(institution, key, value):
    Fact.objects.create(
        institution=institution,
        key=key,
        value=value,
        source="test",
        as_of=datetime.date(2026, 1, 1),
    )


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({}, {"Alpha", "Beta", "Gamma"}),
        ({"q": "alph"}, {"Alpha"}),
        ({"state": "CA"}, {"Beta"}),
        ({"control": "public"}, {"Beta"}),
        ({"kind": "journal"}, {"Gamma"}),
        ({"medical": "on"}, {"Alpha"}),
        ({"fact": "ffa", "value": "yes"}, {"Alpha", "Beta"}),
        ({"fact": "ffa", "value": "unknown"}, {"Gamma"}),
        ({"fact": "hipaa_entity", "value": "no"}, set()),
        ({"kind": "nonsense"}, set()),
    ],
)
def test_the_directory_is_narrowed_by_what_is_known(client, choose, query, names):
    alpha = make_institution("Alpha", state="IL")
    add_fact(alpha, Fact.Key.MEDICAL_DEGREE, "yes")
    make_institution("Beta", state="CA", control="public")
    make_institution("Gamma", state="IL", kind="journal", ffa="unknown")
    page = client.get(choose, query)
    assert {institution.name for institution in page.context["page_obj"]} == names


def test_all_that_match_are_added_with_the_number_that_was_shown(client, campaign, choose):
    for _ in range(3):
        make_institution(state="IL")
    make_institution("Elsewhere", state="CA")
    page = client.get(choose, {"state": "IL"})
    assert page.context["addable_count"] == 3
    page = client.post(choose + "?state=IL", {"all": "3", "by_post": "on"})
    assertContains(page, "3 of 3 institutions were added.")
    assert campaign.recipients.count() == 3


def test_nothing_is_added_where_another_number_matches_by_now(client, campaign, choose):
    make_institution()
    page = client.post(choose, {"all": "7", "by_post": "on"}, follow=True)
    assertContains(page, "1 institutions match by now, and the page showed 7")
    assert not campaign.recipients.exists()


def test_only_the_ticked_are_added(client, campaign, choose):
    ticked, _ = make_institution("Ticked"), make_institution("Other")
    client.post(choose, {"ticked": "", "institution": [ticked.pk, "junk"], "by_post": "on"})
    assert [recipient.institution for recipient in campaign.recipients.all()] == [ticked]


def test_that_ticks_count_on_one_page_is_said_where_there_are_more(client, choose):
    for number in range(50):
        make_institution(f"College {number}")
    assertNotContains(client.get(choose), "Ticks count on this page")
    make_institution("One more")
    assertContains(client.get(choose), "Ticks count on this page of 50 only.")
    assertContains(client.get(choose), "Add all 51 that match")


def test_ticking_nothing_is_said(client, choose):
    make_institution()
    page = client.post(choose, {"ticked": "", "by_post": "on"}, follow=True)
    assertContains(page, "Tick at least one institution.")


def test_skipped_rows_are_named_with_their_reasons(client, campaign, choose):
    make_recipient(campaign, make_institution("Already University"))
    make_institution("Quiet", suppressed_at=timezone.now(), suppressed_reason="Asked us not to.")
    make_institution("New University")
    page = client.post(choose, {"all": "1", "by_post": "on"})
    assertContains(page, "1 of 3 institutions was added; 2 were skipped")
    assertContains(page, "Asked us not to.")


def test_a_choice_needs_a_way_out(client, campaign, choose):
    make_institution()
    page = client.post(choose, {"all": "1"}, follow=True)
    assertContains(page, "Choose certified mail, e-mail, or both.")
    assert not campaign.recipients.exists()


def test_an_archived_campaign_is_refused_in_words(client):
    campaign = make_campaign(archived_at=timezone.now())
    make_institution()
    address = reverse("campaigns:choose", args=[campaign.pk])
    page = client.post(address, {"all": "1", "by_post": "on"}, follow=True)
    assertContains(page, "is archived")
