"""The pages of sourced facts."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from campaigns.models import SourcedFact
from tests.campaigns.views.test_recipients import fill
from tests.factories import make_campaign, make_institution, make_recipient, make_user

pytestmark = pytest.mark.django_db

TYPED = {
    "programme": "Fellowship",
    "quotation": "Only for some.",
    "source": "https://a.example/x",
    "seen_on": "2026-11-02",
    "exhibit": "A",
}
FILE = (
    "institution,program,quotation,source,seen on,exhibit\n"
    "Alpha University,Fellowship,Only for some.,https://a.example/x,2026-11-02,A\n"
    "Nobody,,x,y,2026-11-02,\n"
)


@pytest.fixture(autouse=True)
def drafter(client):
    user = make_user("drafter")
    client.force_login(user)
    return user


@pytest.fixture
def campaign():
    campaign = make_campaign()
    make_recipient(campaign, make_institution("Alpha University"))
    return campaign


@pytest.fixture
def alpha(campaign):
    return campaign.recipients.get()


def test_a_fact_is_entered_by_hand_and_read(client, alpha):
    address = reverse("campaigns:recipient_facts", args=[alpha.pk])
    assertContains(client.get(address), "No sourced facts")
    new = reverse("campaigns:sourced_fact_new", args=[alpha.pk])
    assertRedirects(client.post(new, TYPED), address)
    page = client.get(address)
    assertContains(page, "“Only for some.”")
    assertContains(page, "https://a.example/x, seen November 2, 2026")
    assertContains(page, "added the sourced fact")


def test_a_fact_without_a_source_is_refused_in_the_form(client, alpha):
    new = reverse("campaigns:sourced_fact_new", args=[alpha.pk])
    assertContains(client.post(new, {**TYPED, "source": " "}), "This field is required.")
    assertContains(client.post(new, {**TYPED, "seen_on": "2999-01-01"}), "is in the future")
    assert not SourcedFact.objects.exists()


def test_a_fact_is_changed_and_removed(client, alpha):
    client.post(reverse("campaigns:sourced_fact_new", args=[alpha.pk]), TYPED)
    fact = SourcedFact.objects.get()
    edit = reverse("campaigns:sourced_fact_edit", args=[fact.pk])
    assertContains(client.get(edit), "2026-11-02")
    page = client.post(edit, {**TYPED, "quotation": "For all."}, follow=True)
    assertContains(page, "“For all.”")
    page = client.post(reverse("campaigns:sourced_fact_remove", args=[fact.pk]), follow=True)
    assertContains(page, "no new letter states it")
    assert client.get(edit).status_code == 404


def test_a_file_is_looked_at_before_it_is_taken_in(client, campaign, alpha):
    address = reverse("campaigns:sourced_facts_file", args=[campaign.pk])
    page = client.post(address, {"file": SimpleUploadedFile("a.csv", FILE.encode()), "look": ""})
    assertContains(page, "Nothing is written yet. New: 1.")
    assertContains(page, "No recipient of this campaign is called “Nobody”.")
    assert not SourcedFact.objects.exists()
    held = page.context["form"].initial["rows"]
    page = client.post(address, {"rows": held, "take": ""})
    assertContains(page, "Taken in: 1.")
    assertContains(page, "Refused: 1.")
    assert alpha.sourced_facts.get().exhibit == "A"


def test_a_file_that_cannot_be_read_says_why(client, campaign):
    address = reverse("campaigns:sourced_facts_file", args=[campaign.pk])
    assertContains(client.post(address, {"rows": "a,b\n1,2\n"}), "names no column")
    assertContains(client.post(address, {"rows": ""}), "Choose a file, or paste its rows.")


def test_the_list_shows_who_has_facts_and_finds_the_others(client, campaign, alpha):
    make_recipient(campaign, make_institution("Beta College"))
    client.post(reverse("campaigns:sourced_fact_new", args=[alpha.pk]), TYPED)
    address = reverse("campaigns:sourced_facts", args=[campaign.pk])
    page = client.get(address)
    assertContains(page, "Alpha University")
    assertNotContains(page, "Beta College")
    assertContains(client.get(address, {"all": "1", "q": "beta"}), "Beta College")


def test_the_list_opens_in_as_many_queries_for_3_as_for_90(client, campaign, query_count):
    address = reverse("campaigns:sourced_facts", args=[campaign.pk]) + "?all=1"
    fill(campaign, 3)
    few = query_count(client, address)
    fill(campaign, 87)
    assert query_count(client, address) == few


def test_counsel_reads_facts_and_does_not_write_them(client, campaign, alpha):
    client.force_login(make_user("counsel"))
    address = reverse("campaigns:recipient_facts", args=[alpha.pk])
    assert client.get(address).status_code == 200
    new = reverse("campaigns:sourced_fact_new", args=[alpha.pk])
    assert client.post(new, TYPED).status_code == 403
