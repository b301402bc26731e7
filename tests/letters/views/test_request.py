"""The page on which staff put on record what an institution asks for."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from campaigns.models import Extension, Recipient, Task
from letters.models import Response
from letters.portal.letter import _wishes
from tests.factories import make_campaign, make_pdf, make_recipient, make_sealed_letter, make_user
from tests.letters.inbound.mails import mail, taken

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate().isoformat()
WISHES = {
    "more-time": {"wanted_until": "2999-03-01", "words": "The board meets in February."},
    "counsel": {"name": "Robin Roe", "organisation": "Roe & Partners"},
    "wrong-addressee": {"name": "Office of the Provost", "address": "1 Main Street\nSpringfield"},
    "correction": {"statement": "That we take federal funds.", "words": "We took none in 2025."},
}


@pytest.fixture
def clerk(client):
    client.force_login(make_user("clerk"))
    return client


@pytest.fixture
def recipient() -> Recipient:
    return make_recipient(make_campaign())


def page(recipient: Recipient, kind: str = "more-time") -> str:
    return reverse("letters:request_new", args=[recipient.pk, kind])


def record(client, address: str, kind: str = "more-time", **changes):
    first = client.get(address).content.decode()
    drawn = re.search(r'name="submission" value="([^"]+)"', first)
    return client.post(
        address,
        {
            "submission": drawn[1] if drawn else "",
            "channel": "phone",
            "received_on": TODAY,
            "letter": "",
            "note": "",
            "who-name": "Dana Dean",
            "who-title": "Dean",
            "who-email": "",
            **WISHES[kind],
            **changes,
        },
    )


@pytest.mark.parametrize("kind", WISHES)
def test_each_is_linked_where_a_response_is_recorded_and_put_on_record(clerk, recipient, kind):
    address = page(recipient, kind)
    listed = clerk.get(reverse("letters:response_new", args=[recipient.pk])).content.decode()
    assert address in listed and '<option value="request"' not in listed
    done = record(clerk, address, kind)
    response = Response.objects.get()
    assert done.url == response.get_absolute_url()
    shown = clerk.get(done.url).content.decode()
    for words in WISHES[kind].values():
        if words != "2999-03-01":
            assert words.split("\n")[0].replace("&", "&amp;") in shown
    assert Task.objects.get().recipient == recipient


def test_what_came_by_post_is_recorded_with_its_scan(clerk, recipient):
    scan = SimpleUploadedFile("letter.pdf", make_pdf())
    record(clerk, page(recipient), channel="post", documents=[scan])
    assert Response.objects.get().documents.get().file_name == "letter.pdf"


@pytest.mark.parametrize(
    ("kind", "changes", "said"),
    [
        ("more-time", {"who-name": ""}, "Name: This field is required."),
        ("more-time", {"received_on": "2999-01-01"}, "This day is still ahead."),
        ("more-time", {"wanted_until": TODAY}, "is not after the day of asking"),
        ("more-time", {"channel": "portal"}, "Select a valid choice"),
        ("counsel", {"name": ""}, "Name: This field is required."),
        ("counsel", {"email": "nobody"}, "Enter a valid email address"),
        ("correction", {"statement": ""}, "What is wrong, in their words: This field is required."),
    ],
)
def test_what_cannot_be_recorded_is_said_and_nothing_typed_is_lost(
    clerk, recipient, kind, changes, said
):
    answer = record(clerk, page(recipient, kind), kind, **{"note": "Typed & kept", **changes})
    html = answer.content.decode()
    assert answer.status_code == 422
    assert said in html and "Typed &amp; kept" in html
    assert not Response.objects.exists() and not Task.objects.exists()


def test_a_scan_that_was_taken_once_is_kept_while_the_rest_is_mended(clerk, recipient):
    scan = SimpleUploadedFile("letter.pdf", make_pdf())
    refused = record(clerk, page(recipient), documents=[scan], received_on="").content.decode()
    assert "Kept so far: letter.pdf" in refused
    kept = re.search(r'name="kept" value="([^"]+)"', refused)[1]
    record(clerk, page(recipient), kept=kept)
    assert Response.objects.get().documents.get().file_name == "letter.pdf"


def test_what_waits_in_the_inbox_becomes_the_request(clerk):
    letter = make_sealed_letter()
    came = taken(mail(f"May we have more time? {letter.reference}"))
    address = f"{page(letter.recipient)}?incoming={came.pk}"
    assert address in clerk.get(came.get_absolute_url()).content.decode()
    assert "Scans" not in clerk.get(address).content.decode()
    record(clerk, address)
    came.refresh_from_db()
    assert came.response == Response.objects.get()
    assert Extension.objects.get().recipient == letter.recipient
    again = record(clerk, address)
    assert again.status_code == 422 and "was recorded by" in again.content.decode()


def test_an_item_of_another_recipient_and_a_kind_unknown_are_not_found(clerk, recipient):
    came = taken(mail(f"More time? {make_sealed_letter().reference}"))
    for address in (f"{page(recipient)}?incoming={came.pk}", page(recipient, "money")):
        assert clerk.get(address).status_code == 404
    assert clerk.get(f"{page(recipient)}?incoming=x").status_code == 404


def test_a_viewer_records_nothing(client, recipient):
    client.force_login(make_user("viewer"))
    assert client.get(page(recipient)).status_code == 403


def test_what_staff_took_down_is_not_shown_on_the_page_of_the_letter(clerk):
    letter = make_sealed_letter()
    record(clerk, page(letter.recipient), letter=letter.pk)
    assert Response.objects.get().letter == letter
    assert _wishes(letter) == []
