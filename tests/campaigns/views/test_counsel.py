"""The pages on a recipient's counsel, and on a person who is not to be written to."""

import pytest
from django.test import Client
from django.urls import reverse

from campaigns.models import Contact
from tests.factories import make_campaign, make_recipient, make_user

pytestmark = pytest.mark.django_db


def post(user, name: str, pk: int, **data) -> str:
    client = Client()
    client.force_login(user)
    response = client.post(reverse(f"campaigns:{name}", args=[pk]), data, follow=True)
    assert response.status_code == 200
    return response.content.decode()


def get(user, name: str, pk: int) -> str:
    client = Client()
    client.force_login(user)
    return client.get(reverse(name, args=[pk])).content.decode()


def test_a_clerk_records_counsel_and_an_approver_allows_letters_past_it():
    recipient, clerk = make_recipient(make_campaign()), make_user("clerk")
    assert "No lawyer is on record" in get(clerk, "campaigns:counsel_appeared", recipient.pk)
    lawyer = Contact.objects.create(
        institution=recipient.institution, role="outside-counsel", name="Pat Lawyer"
    )
    page = post(clerk, "counsel_appeared", recipient.pk, counsel=lawyer.pk, on="2026-11-02")
    assert "letters go to counsel only" in page and "Pat Lawyer" in page
    assert "Allow letters past counsel" not in page and "Counsel left" not in page
    approver = make_user("counsel")
    page = post(approver, "direct_allow", recipient.pk, reason="Counsel asked us to.")
    assert "Counsel asked us to." in page
    assert "Letters go to counsel only." in post(approver, "direct_forbid", recipient.pk)
    page = post(approver, "counsel_left", recipient.pk, reason="Their letter of today.")
    assert "Counsel appeared</dt>" not in page


def test_a_refusal_is_shown_on_the_form():
    recipient = make_recipient(make_campaign())
    lawyer = Contact.objects.create(
        institution=recipient.institution, role="counsel", name="Pat Lawyer"
    )
    page = post(
        make_user("clerk"), "counsel_appeared", recipient.pk, counsel=lawyer.pk, on="2099-01-01"
    )
    assert "lies in the future" in page


def test_a_manager_does_not_allow_letters_past_counsel():
    recipient = make_recipient(make_campaign())
    client = Client()
    client.force_login(make_user("manager"))
    for name in ("direct_allow", "direct_forbid", "counsel_left"):
        address = reverse(f"campaigns:{name}", args=[recipient.pk])
        assert client.post(address, {"reason": "x"}).status_code == 403


def test_a_person_is_suppressed_and_written_to_again_on_the_institutions_page():
    contact = make_recipient(make_campaign()).institution.contacts.get()
    clerk = make_user("clerk")
    assert "She asked." in post(clerk, "contact_suppress", contact.pk, reason="She asked.")
    assert "Say why" in post(clerk, "contact_unsuppress", contact.pk, reason="")
    page = post(clerk, "contact_unsuppress", contact.pk, reason="She wrote.")
    assert "may be written to again" in page
