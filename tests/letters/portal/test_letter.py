"""What the recipient sees: the sealed letter, who sent it, what it asks, what is on record."""

import datetime
import hashlib

import pytest
from django.utils import timezone

from letters.models import Mailing
from tests.factories import make_version
from tests.letters.actions.test_respond import by_portal, item

pytestmark = pytest.mark.django_db


def test_the_page_names_the_sender_the_deadline_and_each_demand(
    client, letter, issued, time_machine
):
    mailing = letter.mailing
    mailing.printed_deadline = datetime.datetime(2027, 1, 8, 22, tzinfo=datetime.UTC)
    mailing.save()
    time_machine.move_to("2026-12-27T12:00:00Z", tick=False)
    client.get(f"/respond/c/{issued.code}/")
    page = client.get("/respond/letter/").content.decode()
    assert "Sample Organisation" in page
    assert "Alex Sample, Director" in page
    assert "5:00 p.m. Eastern Time on Friday, January 8, 2027" in page
    assert "12 days left" in page
    assert "Please do thing 1." in page
    assert "Please do thing 2." in page
    assert "not a government website" in page


def test_a_letterhead_that_changed_since_does_not_change_who_wrote(visitor, letter):
    letterhead = letter.recipient.campaign.sender.letterhead
    letterhead.organisation = "Renamed Organisation"
    letterhead.save()
    page = visitor.get("/respond/letter/").content.decode()
    assert "Renamed" not in page
    assert "Sample Organisation" in page


def test_the_latest_deadline_is_the_one_shown(visitor, letter):
    recipient = letter.recipient
    recipient.due_at = letter.mailing.printed_deadline + datetime.timedelta(days=400)
    recipient.save()
    page = visitor.get("/respond/letter/").content.decode()
    assert f", {recipient.due_at.year}" in page


def test_after_the_deadline_an_answer_is_still_welcome(visitor, letter):
    letter.mailing.printed_deadline = timezone.now() - datetime.timedelta(days=3)
    letter.mailing.save()
    page = visitor.get("/respond/letter/").content.decode()
    assert "3 days ago" in page
    assert "You can still answer" in page


def test_a_letter_that_asks_for_nothing_shows_no_deadline(visitor, letter):
    version = make_version(
        letter.mailing.campaign,
        number=2,
        template=letter.mailing.version.template,
        body="We thank you.\n\n{% no_response %}",
    )
    Mailing.objects.filter(pk=letter.mailing_id).update(
        version=version, printed_deadline=timezone.now() - datetime.timedelta(days=3)
    )
    for path in ("/respond/letter/", "/respond/answer/"):
        page = visitor.get(path).content.decode()
        assert "Please answer by" not in page and "was asked for by" not in page
        assert "3 days ago" not in page


def test_only_a_letter_that_asks_says_that_it_asks(visitor, letter):
    page = visitor.get("/respond/letter/").content.decode()
    assert "What the letter asks" in page and "Answer the letter" in page
    assert "Ask for more time" in page
    thanks = make_version(
        letter.mailing.campaign,
        number=2,
        template=letter.mailing.version.template,
        body="We thank you.\n\n{% no_response %}",
    )
    Mailing.objects.filter(pk=letter.mailing_id).update(version=thanks)
    page = visitor.get("/respond/letter/").content.decode()
    assert "What was asked before" in page and "Add to or change an answer" in page
    for said in ("What the letter asks", "Answer the letter", "Ask for more time"):
        assert said not in page


def test_the_pdf_is_the_sealed_bytes(visitor, letter):
    response = visitor.get("/respond/letter/letter.pdf")
    assert hashlib.sha256(response.content).hexdigest() == letter.pdf_sha256
    assert response["Content-Disposition"] == f'attachment; filename="{letter.reference}.pdf"'


def test_each_page_is_a_picture_with_a_description(visitor):
    response = visitor.get("/respond/letter/page/2.png")
    assert response["Content-Type"] == "image/png"
    assert response.content.startswith(b"\x89PNG")
    assert visitor.get("/respond/letter/page/3.png").status_code == 404
    assert visitor.get("/respond/letter/page/0.png").status_code == 404
    assert 'alt="Page 2 of 2 of the letter' in visitor.get("/respond/letter/").content.decode()


def test_what_is_on_record_is_shown_as_typed(visitor, letter):
    by_portal(letter, item(letter.recipient, 2, "declined"))
    page = visitor.get("/respond/letter/").content.decode()
    assert "On record for" in page
    assert "Declined (Dana Dean" in page


def test_names_with_markup_are_shown_as_text(visitor, letter):
    institution = letter.recipient.institution
    institution.name = '<script>alert("x")</script> {{ 7|add:7 }}'
    institution.save()
    page = visitor.get("/respond/letter/").content.decode()
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "{{ 7|add:7 }}" in page
