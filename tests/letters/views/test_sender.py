"""In whose name the letters of a campaign go out."""

import pytest
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains

from letters.models import Sender, Signer
from tests.factories import make_campaign, make_letterhead, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def drafter(client):
    client.force_login(make_user("drafter"))


@pytest.fixture
def campaign():
    campaign = make_campaign()
    Sender.objects.all().delete()
    return campaign


@pytest.fixture
def tab(campaign):
    return reverse("letters:sender", args=[campaign.pk])


def test_a_sender_is_chosen_by_its_signer(client, campaign, tab):
    letterhead = make_letterhead(name="Other house")
    page = client.post(tab, {"signer": letterhead.signers.get().pk}, follow=True)
    assertContains(page, "The letters go out on Other house, signed by Alex Sample.")
    assert Sender.objects.get(campaign=campaign).letterhead == letterhead
    assertContains(page, "specimen.png")


def test_others_sign_beside_the_signer_and_are_shown_again(client, campaign, tab):
    signer, beside = make_letterhead().signers.get(), make_letterhead().signers.get()
    page = client.post(tab, {"signer": signer.pk, "third": beside.pk}, follow=True)
    assertContains(page, "signed by Alex Sample and Alex Sample.")
    assertContains(page, "and by Alex Sample")
    assert Sender.objects.get().co_signers == [beside]
    assert client.get(tab).context["form"].initial == {"signer": signer.pk, "second": beside}
    client.post(tab, {"signer": signer.pk})
    assert Sender.objects.get().co_signers == []


def test_one_who_was_chosen_twice_is_refused_in_words(client, campaign, tab):
    signer = make_letterhead().signers.get()
    page = client.post(tab, {"signer": signer.pk, "second": signer.pk})
    assertContains(page, "Nobody signs a letter twice.")
    assert not Sender.objects.exists()


def test_without_a_signer_the_page_says_what_to_do(client, tab):
    Signer.objects.all().delete()
    assertContains(client.get(tab), "No letterhead has a signer yet")


def test_archived_signers_are_not_offered(client, campaign, tab):
    letterhead = make_letterhead(name="Old house", archived_at=timezone.now())
    assertNotContains(client.get(tab), "Old house")
    client.post(tab, {"signer": letterhead.signers.get().pk})
    assert not Sender.objects.exists()


def test_a_viewer_reads_who_sends_but_does_not_set_it(client, tab):
    client.force_login(make_user("viewer"))
    signer = make_letterhead().signers.get()
    assert client.get(tab).status_code == 200
    assert client.post(tab, {"signer": signer.pk}).status_code == 403
