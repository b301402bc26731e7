"""The people at one recipient, and withdrawing the recipient."""

import pytest
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from campaigns.models import Addressee, Contact
from tests.factories import make_campaign, make_institution, make_recipient, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def manager(client):
    client.force_login(make_user("manager"))


@pytest.fixture
def recipient():
    return make_recipient(make_campaign(), make_institution("Alpha University", street=""))


def test_the_page_shows_who_where_and_what_is_missing(client, recipient):
    page = client.get(reverse("campaigns:addressees", args=[recipient.pk]))
    assertContains(page, "Dr. Robin Example")
    assertContains(page, "No street")


def test_an_addressee_that_nobody_named_is_pointed_out(client, recipient):
    recipient.addressees.update(contact=None)
    page = client.get(reverse("campaigns:addressees", args=[recipient.pk]))
    assertContains(page, "Nobody is named.")


def test_a_copy_is_added_by_its_title(client, recipient):
    client.post(
        reverse("campaigns:addressee_new", args=[recipient.pk]),
        {"kind": "copy", "title": "General Counsel", "by_post": "on"},
    )
    assert recipient.addressees.get(kind="copy").title == "General Counsel"


def test_half_an_address_is_refused_in_the_form(client, recipient):
    page = client.post(
        reverse("campaigns:addressee_new", args=[recipient.pk]),
        {"kind": "to", "title": "Dean", "street": "2 Law Street", "by_post": "on"},
    )
    assertContains(page, "no city and no ZIP")
    assertContains(page, "2 Law Street")


def test_an_own_address_is_kept_as_the_directory_keeps_one(client, recipient):
    address = reverse("campaigns:addressee_new", args=[recipient.pk])
    own = {"street": "2 Law Street", "city": "Boston", "state": "massachusetts"}
    given = {"kind": "copy", "title": "Dean", "by_post": "on", "country": "us", **own}
    client.post(address, {**given, "postal_code": "2115"})
    kept = recipient.addressees.get(kind="copy")
    assert (kept.state, kept.postal_code, kept.country) == ("MA", "02115", "US")
    page = client.post(address, {**given, "state": "Mass", "postal_code": "x"})
    assertContains(page, "The state is not one that is known: Mass.")


def test_only_contacts_of_the_institution_are_offered(client, recipient):
    stranger = make_institution("Other").contacts.get()
    page = client.get(reverse("campaigns:addressee_new", args=[recipient.pk]))
    assertNotContains(page, f'value="{stranger.pk}"')


def test_an_addressee_is_edited_and_removed(client, recipient):
    dean = Contact.objects.create(institution=recipient.institution, role="dean", title="Dean")
    addressee = recipient.addressees.get()
    client.post(
        reverse("campaigns:addressee_edit", args=[addressee.pk]),
        {"kind": "to", "contact": dean.pk, "by_post": "on", "by_email": "on"},
    )
    addressee.refresh_from_db()
    assert (addressee.contact, addressee.by_email) == (dean, True)
    remove = reverse("campaigns:addressee_remove", args=[addressee.pk])
    assertContains(client.post(remove, follow=True), "The letter has to go to somebody")
    Addressee.objects.create(recipient=recipient, title="Provost")
    client.post(remove)
    assert recipient.addressees.get(archived_at=None).title == "Provost"


def test_a_recipient_is_withdrawn_with_a_reason_and_taken_back(client, recipient):
    address = reverse("campaigns:recipient_withdraw", args=[recipient.pk])
    assertContains(client.post(address, {"reason": ""}), "This field is required")
    assertContains(client.post(address, {"reason": "Closed."}, follow=True), "Closed.")
    client.post(reverse("campaigns:recipient_take_back", args=[recipient.pk]))
    recipient.refresh_from_db()
    assert recipient.withdrawn_at is None


def test_a_viewer_sees_addressees_but_cannot_edit_them(client, recipient):
    client.force_login(make_user("viewer"))
    assert client.get(reverse("campaigns:addressees", args=[recipient.pk])).status_code == 200
    assert client.get(reverse("campaigns:addressee_new", args=[recipient.pk])).status_code == 403
