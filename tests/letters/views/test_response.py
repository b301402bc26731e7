"""What came back, as staff see and record it."""

import dataclasses
import datetime
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from campaigns.actions import verification
from campaigns.actions.verification import Finding
from campaigns.templatetags.verification import verification_mark
from letters import uploads
from letters.models import Response, ResponseDocument
from letters.uploads import KeptFile
from tests.factories import make_campaign, make_pdf, make_recipient, make_sealed_letter, make_user
from tests.letters.actions.test_respond import by_portal, by_post, item

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


@pytest.fixture
def clerk(client):
    client.force_login(make_user("clerk", first_name="Casey", last_name="Clerk"))
    return client


@pytest.fixture
def recipient():
    return make_recipient(make_campaign())


def record(client, recipient, **changes):
    first = client.get(reverse("letters:response_new", args=[recipient.pk])).content.decode()
    return client.post(
        reverse("letters:response_new", args=[recipient.pk]),
        {
            "submission": re.search(r'name="submission" value="([^"]+)"', first)[1],
            "kind": "answer",
            "channel": "post",
            "received_on": TODAY.isoformat(),
            "letter": "",
            "note": "",
            "name": "Dana Dean",
            "title": "Dean",
            "authority": "",
            "email": "",
            "demand-1-outcome": "declined",
            "demand-1-quotation": "We decline to answer.",
            "demand-1-page": "2",
            **changes,
        },
    )


def scan(name: str = "scan.pdf", content: bytes = b"") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content or make_pdf())


def test_the_only_letter_that_can_be_answered_is_chosen_already(clerk, recipient):
    address = reverse("letters:response_new", args=[recipient.pk])
    letter = make_sealed_letter(recipient=recipient)
    assert f'<option value="{letter.pk}" selected>' in clerk.get(address).content.decode()
    make_sealed_letter(recipient=recipient)
    assert f'<option value="{letter.pk}" selected>' not in clerk.get(address).content.decode()


def test_a_clerk_records_what_came_by_post_with_its_scan(clerk, recipient):
    done = record(clerk, recipient, documents=[scan()])
    response = Response.objects.get()
    assert done.url == reverse("letters:response", args=[response.pk])
    assert recipient.answers.get(demand__number=1).outcome == "declined"
    page = clerk.get(done.url).content.decode()
    for words in ("Dana Dean", "We decline to answer.", "page 2", "scan.pdf", "Casey Clerk"):
        assert words in page
    assert response.receipt in page


def test_the_letter_it_answers_can_be_named(clerk):
    letter = make_sealed_letter()
    record(clerk, letter.recipient, letter=letter.pk)
    assert Response.objects.get().letter == letter


def test_a_letter_of_another_recipient_cannot_be_named(clerk, recipient):
    assert record(clerk, recipient, letter=make_sealed_letter().pk).status_code == 422


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": ""}, "This field is required"),
        ({"name": "Dana\u202e"}, "changes the direction"),
        ({"channel": "portal"}, "Select a valid choice"),
        ({"received_on": "2999-01-01"}, "This day is still ahead."),
        ({"demand-1-outcome": ""}, "Choose an answer to go with the quotation."),
        ({"demand-1-outcome": "will_comply"}, "Give the date"),
        ({"demand-1-promised_on": "2999-01-01"}, "Remove the date"),
        ({"demand-1-outcome": "", "demand-1-quotation": "", "demand-1-page": ""}, "at least one"),
        (
            {"demand-1-outcome": "will_comply", "demand-1-promised_on": "2020-01-01"},
            "before the day on which the answer came",
        ),
    ],
)
def test_what_cannot_be_recorded_is_said_and_nothing_typed_is_lost(
    clerk, recipient, changes, message
):
    response = record(clerk, recipient, **{"note": "Typed & kept", **changes})
    page = response.content.decode()
    assert response.status_code == 422
    assert message in page
    assert "Typed &amp; kept" in page
    assert not Response.objects.exists()


def test_each_error_of_the_page_is_linked_from_its_top(clerk, recipient):
    page = record(clerk, recipient, received_on="", name="", **{"demand-2-page": "3"})
    html = page.content.decode()
    for field, error in (
        ("received_on", "Received on: This field is required."),
        ("name", "Name: This field is required."),
        ("demand-2-outcome", "Demand 2, Answer: Choose an answer to go with the quotation."),
    ):
        assert f'<a class="cs-link" href="#id_{field}">{error}</a>' in html
        assert f'id="id_{field}"' in html


NOTHING_SAID = {"demand-1-outcome": "", "demand-1-quotation": "", "demand-1-page": ""}


def test_a_holding_letter_is_recorded_and_stands_as_received_and_unanswered(clerk):
    past = timezone.now() - datetime.timedelta(days=1)
    recipient = make_recipient(make_campaign(), reach="reached", due_at=past)
    done = record(clerk, recipient, kind="acknowledgement", **NOTHING_SAID)
    response = Response.objects.get()
    assert done.url == response.get_absolute_url()
    assert not response.items.exists()
    assert "It answers no demand." in clerk.get(done.url).content.decode()
    page = clerk.get(reverse("letters:recipient", args=[recipient.pk])).content.decode()
    assert "Acknowledgement or holding letter received on" in page
    assert "No response on record" in page
    assert "recorded as received by post from Dana Dean" in page


def test_a_bounce_needs_no_name_and_says_where_the_letter_is_marked(clerk, recipient):
    done = record(clerk, recipient, kind="bounce", name="", title="", **NOTHING_SAID)
    assert "did not arrive" in clerk.get(done.url).content.decode()
    listed = clerk.get(
        reverse("letters:responses", args=[recipient.campaign_id]), {"kind": "bounce"}
    )
    assert "Not given" in listed.content.decode()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"kind": "acknowledgement"}, "What it is: A demand is answered below"),
        ({"kind": "acknowledgement", "name": "", **NOTHING_SAID}, "Name: This field is required"),
        ({"kind": "telegram", **NOTHING_SAID}, "What it is: Select a valid choice"),
        (NOTHING_SAID, "If it answers none, say so above"),
    ],
)
def test_a_kind_that_does_not_fit_is_said_at_its_field(clerk, recipient, changes, message):
    page = record(clerk, recipient, **changes)
    assert page.status_code == 422
    assert message in page.content.decode()
    assert not Response.objects.exists()


def test_a_scan_is_kept_while_something_else_is_mended(clerk, recipient):
    page = record(clerk, recipient, name="", documents=[scan(), scan("x.svg", b"<svg/>")])
    html = page.content.decode()
    assert "Kept so far: scan.pdf" in html
    assert "x.svg is not a PDF" in html
    record(clerk, recipient, kept=re.search(r'name="kept" value="([^"]+)"', html)[1])
    assert Response.objects.get().documents.get().file_name == "scan.pdf"


def test_kept_scans_that_were_changed_are_not_taken(clerk, recipient):
    record(clerk, recipient, kept="forged:x:y")
    assert not ResponseDocument.objects.exists()


def test_pressing_twice_records_once(clerk, recipient):
    url = reverse("letters:response_new", args=[recipient.pk])
    one = "11111111-1111-1111-1111-111111111111"
    for _ in range(2):
        record(clerk, recipient, submission=one)
    assert Response.objects.count() == 1
    assert clerk.get(url).status_code == 200


def test_a_viewer_reads_but_does_not_record(client, recipient):
    client.force_login(make_user("viewer"))
    assert client.get(reverse("letters:response_new", args=[recipient.pk])).status_code == 403
    response = by_post(recipient)
    assert client.get(response.get_absolute_url()).status_code == 200


def test_a_document_is_only_a_download_and_inert(clerk, recipient):
    kept = uploads.keep(uploads.check("signed.exe", make_pdf()))
    by_post(recipient, scans=[kept])
    response = clerk.get(
        reverse("letters:response_document", args=[ResponseDocument.objects.get().pk])
    )
    assert b"".join(response.streaming_content) == make_pdf()
    assert response["Content-Disposition"] == 'attachment; filename="signed.exe.pdf"'
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response["X-Content-Type-Options"] == "nosniff"


def test_a_file_that_the_scanner_has_not_passed_is_held(clerk, recipient, settings):
    signed = uploads.keep(uploads.check("signed.pdf", make_pdf()))
    response = by_post(recipient, scans=[signed])
    another = by_post(recipient, scans=[signed], submission="another", by=response.recorded_by)
    document, infected = response.documents.get(), another.documents.get()
    address = reverse("letters:response_document", args=[document.pk])
    page = response.get_absolute_url()
    assert "They were not scanned for viruses" in clerk.get(page).content.decode()
    settings.CLAMD = "tcp://127.0.0.1:1"
    held = clerk.get(page).content.decode()
    assert "Held until the scanner has passed it" in held
    assert address not in held
    assert clerk.get(address)["Location"] == page
    now = timezone.now()
    ResponseDocument.objects.filter(pk=document.pk).update(scan="clean", scanned_at=now)
    assert address in clerk.get(page).content.decode()
    assert clerk.get(address).status_code == 200
    ResponseDocument.objects.filter(pk=infected.pk).update(
        scan="infected", scanned_at=now, scan_found="Eicar-Test"
    )
    page = another.get_absolute_url()
    address = reverse("letters:response_document", args=[infected.pk])
    for scanner in ("tcp://127.0.0.1:1", ""):
        settings.CLAMD = scanner
        assert "Held: the scanner found Eicar-Test" in clerk.get(page).content.decode()
        assert clerk.get(address).status_code == 302


def test_staff_are_warned_of_what_a_file_could_do(clerk, recipient):
    kept = uploads.keep(uploads.check("signed.pdf", make_pdf()))
    response = by_post(recipient, scans=[dataclasses.replace(kept, active="a script")])
    assert "It holds a script." in clerk.get(response.get_absolute_url()).content.decode()


def test_the_list_searches_and_filters(clerk):
    campaign = make_campaign()
    first, second = make_recipient(campaign), make_recipient(campaign)
    by_post(first, item(first, 1, "declined"))
    other = by_post(second, item(second, 1, "complied"), channel="email")
    by_post(make_recipient(make_campaign()))
    url = reverse("letters:responses", args=[campaign.pk])

    def found(**query):
        return [row.recipient for row in clerk.get(url, query).context["page_obj"]]

    assert set(found()) == {first, second}
    assert found(q=second.institution.name.split()[-1]) == [second]
    assert set(found(q="dana")) == {first, second}
    assert found(q=other.receipt) == [second]
    assert found(channel="post") == [first]
    assert found(outcome="complied") == [second]
    assert found(outcome="declined", channel="email") == []


def test_an_empty_list_says_what_to_do(clerk, recipient):
    url = reverse("letters:responses", args=[recipient.campaign_id])
    assert "Nothing has come back yet" in clerk.get(url).content.decode()


def test_the_list_takes_the_same_queries_for_3_and_30(clerk, django_assert_num_queries):
    campaign = make_campaign()
    url = reverse("letters:responses", args=[campaign.pk])

    def add(count):
        for _ in range(count):
            recipient = make_recipient(campaign)
            by_post(recipient, item(recipient, 1), item(recipient, 2))

    add(3)
    clerk.get(url)
    with CaptureQueriesContext(connection) as few:
        clerk.get(url)
    add(27)
    with django_assert_num_queries(len(few)):
        clerk.get(url)


def test_an_answer_replaced_later_says_so_on_its_page(clerk):
    letter = make_sealed_letter()
    first = by_portal(letter)
    by_portal(letter, item(letter.recipient, 1, "declined"), submission="two")
    page = clerk.get(first.get_absolute_url()).content.decode()
    assert "a later answer" in page


def test_whether_it_is_so_stands_beside_each_answer_and_never_looks_like_it(clerk):
    letter = make_sealed_letter()
    recipient = letter.recipient
    first = by_portal(letter, item(recipient, 1, "complied"), item(recipient, 2, "declined"))
    answer = recipient.answers.get(demand__number=1)
    for status in ("evidence_received", "verified"):
        verification.decide(
            answer=answer,
            entry_pk=answer.current_entry_id,
            finding=Finding(status, "Read.", evidence="Policy 4.2"),
            on=TODAY,
            now=timezone.now(),
            by=make_user("counsel"),
        )
    page = clerk.get(first.get_absolute_url()).content.decode()
    leads = reverse("letters:verification", args=[answer.pk])
    assert f'<a href="{leads}">{verification_mark("verified")}</a>' in page
    assert verification_mark("unverified") in page  # demand 2
    assert 'cs-pill--ok">Verified' not in page


def test_a_later_answer_begins_unverified_and_what_was_found_of_the_first_stays_with_it(clerk):
    letter = make_sealed_letter()
    first = by_portal(letter, documents=[KeptFile("0" * 64, "policy.pdf", uploads.PDF, 1)])
    by_portal(letter, item(letter.recipient, 1), submission="two")
    page = clerk.get(first.get_absolute_url()).content.decode()
    assert page.index("Evidence received") < page.index("Unverified") < page.index("a later answer")


def test_a_response_takes_the_same_queries_for_1_and_2_answers(clerk, query_count):
    letter = make_sealed_letter()
    recipient = letter.recipient
    one = by_portal(letter, item(recipient, 1), submission="one")
    both = by_portal(letter, item(recipient, 1), item(recipient, 2), submission="two")
    counts = [query_count(clerk, each.get_absolute_url()) for each in (one, both)]
    assert counts[0] == counts[1]


def test_what_was_typed_from_outside_is_shown_as_text(clerk):
    letter = make_sealed_letter()
    nasty = item(letter.recipient, text="<img src=x onerror=alert(1)>")
    response = by_portal(letter, nasty, email="dean@example.invalid")
    page = clerk.get(response.get_absolute_url()).content.decode()
    assert "<img src=x" not in page
    assert "&lt;img src=x onerror=alert(1)&gt;" in page
    assert "Waits to be sent to dean@example.invalid" in page


def test_an_answer_by_phone_asks_for_writing(clerk, recipient):
    response = by_post(recipient, channel="phone", received_on=datetime.date(2026, 11, 30))
    assert "Ask for it in writing" in clerk.get(response.get_absolute_url()).content.decode()
