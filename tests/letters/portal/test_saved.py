"""Save and continue later: kept for the recipient, counted by nobody, erased in the end."""

import datetime
import hashlib

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from campaigns import filestore
from campaigns.models import AuditEvent
from letters.actions import respond, saved_answer
from letters.actions.saved_answer import InProgress
from letters.models import AttachedFile, Response, SavedAnswer
from letters.tasks import erase_expired
from tests.factories import make_pdf, make_sealed_letter, make_user
from tests.letters.portal.test_answer import WHO, check, hidden, submit, upload

pytestmark = pytest.mark.django_db
HALF = {"demand-1-outcome": "declined", "demand-1-text": "Half a secret sentence", "name": "Dana"}


def save(visitor: Client, **fields):
    return visitor.post("/respond/answer/", {"step": "save", **HALF, **fields})


def form(visitor: Client):
    return visitor.get("/respond/answer/")


def colleague(issued) -> Client:
    client = Client()
    client.get(f"/respond/c/{issued.code}/")
    return client


def test_half_an_answer_is_saved_and_shown_again_to_whoever_has_the_code(visitor, issued):
    saved = save(visitor, documents=[upload()])
    assert (saved.status_code, saved["Location"]) == (303, "/respond/saved/")
    page = visitor.get("/respond/saved/").content.decode()
    assert "Your answer is saved, not sent" in page
    again = form(colleague(issued)).content.decode()
    assert "Half a secret sentence" in again
    assert 'value="declined" id="id_demand-1-outcome_9" checked' in again
    assert 'value="Dana"' in again
    assert "Remove signed.pdf" in again
    assert "It has not been sent." in again
    assert "There is a problem" not in again
    assert "Enter your title" not in again
    assert "Go on with your answer" in visitor.get("/respond/letter/").content.decode()


def test_what_is_saved_is_no_answer_and_is_on_nobodys_record(visitor, letter):
    before = AuditEvent.objects.count()
    save(visitor, documents=[upload()])
    assert not Response.objects.exists()
    assert not letter.recipient.answers.exclude(outcome="unanswered").exists()
    assert AuditEvent.objects.count() == before
    with pytest.raises(FileNotFoundError):
        filestore.get(hashlib.sha256(make_pdf()).hexdigest())


def test_staff_see_none_of_it(visitor, letter, client):
    save(visitor, documents=[upload("secret-name.pdf")])
    client.force_login(make_user(is_superuser=True))
    recipient = letter.recipient
    for page in (
        reverse("letters:recipient", args=[recipient.pk]),
        reverse("letters:responses", args=[recipient.campaign_id]),
        reverse("letters:board", args=[recipient.campaign_id]),
        letter.get_absolute_url(),
        "/admin/letters/",
    ):
        html = client.get(page, follow=True).content.decode()
        assert "Half a secret" not in html
        assert "secret-name" not in html


def test_going_on_submitting_and_everything_in_progress_is_gone(visitor):
    save(visitor, documents=[upload()])
    checked = check(visitor, draft=hidden(form(visitor)))
    assert "signed.pdf" in checked.content.decode()
    submit(visitor, hidden(checked))
    response = Response.objects.get()
    assert filestore.get(response.documents.get().sha256) == make_pdf()
    assert not SavedAnswer.objects.exists()
    assert not AttachedFile.objects.exists()
    assert "Half a secret" not in form(visitor).content.decode()
    assert visitor.get("/respond/saved/")["Location"] == "/respond/letter/"


def test_it_can_be_saved_from_the_page_where_everything_is_checked(visitor):
    checked = check(visitor, documents=[upload()])
    saved = visitor.post("/respond/answer/", {"step": "keep", "draft": hidden(checked)})
    assert saved["Location"] == "/respond/saved/"
    again = form(visitor).content.decode()
    assert "Done on Monday." in again
    assert "signed.pdf" in again


def test_saving_again_takes_the_place_of_what_was_saved(visitor):
    save(visitor, documents=[upload()])
    kept = AttachedFile.objects.get()
    sha256 = hashlib.sha256(make_pdf()).hexdigest()
    first = hidden(form(visitor))
    save(visitor, draft=first, drop=sha256, **{"demand-1-text": "Better words"})
    assert "Better words" in form(visitor).content.decode()
    assert SavedAnswer.objects.count() == 1
    assert not AttachedFile.objects.filter(pk=kept.pk).exists()


def test_of_two_people_the_second_is_told_and_loses_nothing(visitor, issued):
    mine, theirs = hidden(form(visitor)), colleague(issued)
    save(theirs, **{"demand-1-text": "Their words"})
    told = save(visitor, draft=mine, **{"demand-1-text": "My words"})
    page = told.content.decode()
    assert told.status_code == 409
    assert "Somebody else who has the code" in page
    assert "My words" in page
    assert "Their words" in form(visitor).content.decode()
    save(visitor, draft=hidden(told), **{"demand-1-text": "My words"})
    assert "My words" in form(theirs).content.decode()


def test_an_answer_given_meanwhile_leaves_what_a_colleague_saved(visitor, issued):
    checked = hidden(check(visitor))
    save(colleague(issued))
    submit(visitor, checked)
    assert Response.objects.exists()
    assert "Half a secret sentence" in form(visitor).content.decode()


def test_it_is_erased_on_request(visitor):
    save(visitor, documents=[upload()])
    assert visitor.post("/respond/saved/")["Location"] == "/respond/letter/"
    assert not SavedAnswer.objects.exists()
    assert not AttachedFile.objects.exists()
    assert visitor.post("/respond/saved/").status_code == 303


def test_it_is_erased_after_thirty_days_and_kept_until_then(issued, time_machine):
    time_machine.move_to("2026-12-01T12:00:00Z", tick=False)
    visitor = colleague(issued)
    save(visitor, documents=[upload()])
    time_machine.shift(datetime.timedelta(days=29))
    erase_expired()
    assert SavedAnswer.objects.exists()
    assert AttachedFile.objects.exists()
    time_machine.shift(datetime.timedelta(days=2))
    letter = SavedAnswer.objects.get().letter
    assert saved_answer.find(letter=letter, now=timezone.now()) is None  # before any beat
    erase_expired()
    assert not SavedAnswer.objects.exists()
    assert not AttachedFile.objects.exists()


def test_a_file_that_was_only_attached_is_erased_after_a_day(issued, time_machine):
    time_machine.move_to("2026-12-01T12:00:00Z", tick=False)
    visitor = colleague(issued)
    check(visitor, documents=[upload()])
    time_machine.shift(datetime.timedelta(hours=25))
    erase_expired()
    assert AttachedFile.objects.exists()
    time_machine.shift(datetime.timedelta(hours=2))
    erase_expired()
    assert not AttachedFile.objects.exists()


def test_a_file_that_is_gone_is_said_and_not_left_out_in_silence(visitor):
    checked = hidden(check(visitor, documents=[upload()]))
    AttachedFile.objects.all().delete()
    told = submit(visitor, checked)
    assert told.status_code == 422
    assert "no longer kept" in told.content.decode()
    assert not Response.objects.exists()
    changed = visitor.post("/respond/answer/", {"step": "change", "draft": checked})
    assert "signed.pdf" not in changed.content.decode()


def test_submitting_twice_with_a_file_records_once(visitor):
    checked = hidden(check(visitor, documents=[upload()]))
    first, again = submit(visitor, checked), submit(visitor, checked)
    assert first["Location"] == again["Location"]
    assert Response.objects.get().documents.count() == 1


@pytest.mark.parametrize("words", ["\x00", "\ud800", "a\u202eb", "x" * 15_000, "<script>"])
def test_anything_typed_is_saved_and_judged_only_when_it_is_checked(visitor, words):
    saved = visitor.post(
        "/respond/answer/",
        {"step": "save", "demand-1-text": words.encode("utf-8", "surrogatepass")},
    )
    assert saved.status_code == 303
    assert form(visitor).status_code == 200
    assert b"<script>" not in form(visitor).content


def test_too_much_is_refused_and_kept_on_the_page(visitor):
    told = save(visitor, **{"demand-1-text": "x" * 20_001})
    assert told.status_code == 422
    assert "One field is longer than 20,000 characters" in told.content.decode()
    assert "x" * 20_001 in told.content.decode()
    assert not SavedAnswer.objects.exists()


def test_a_bad_file_is_said_before_anything_is_saved(visitor):
    told = save(visitor, documents=[upload(), upload("page.svg", b"<svg/>")])
    page = told.content.decode()
    assert told.status_code == 422
    assert "page.svg is not a PDF" in page
    assert "Remove signed.pdf" in page
    assert "Enter your title" not in page
    assert not SavedAnswer.objects.exists()


def test_files_that_wait_have_an_end(visitor, monkeypatch):
    monkeypatch.setattr(saved_answer, "MOST_WAITING", 1)
    told = check(visitor, documents=[upload("a.pdf"), upload("b.pdf", make_pdf(pages=2))])
    assert told.status_code == 422
    assert "b.pdf was not taken" in told.content.decode()


def test_another_letter_shows_nothing_of_it_and_takes_none_of_its_files(visitor, letter):
    save(visitor, documents=[upload()])
    other = make_sealed_letter()
    assert saved_answer.find(letter=other, now=timezone.now()) is None
    theirs = saved_answer.read(SavedAnswer.objects.get()).files
    assert saved_answer.still_kept(letter=other, files=theirs, now=timezone.now()) == ()
    with pytest.raises(saved_answer.FilesGone):
        saved_answer.submit(
            letter=other,
            typed=InProgress(files=theirs),
            items=[],
            respondent=respond.Respondent("Dana"),
            email="",
            submission="x",
            now=timezone.now(),
        )


def test_what_fails_on_the_way_leaves_everything_in_progress(visitor, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError

    save(visitor, documents=[upload()])
    checked = hidden(check(visitor, draft=hidden(form(visitor)), **WHO))
    monkeypatch.setattr(respond.receipt, "text", fail)
    with pytest.raises(RuntimeError):
        submit(visitor, checked)
    assert SavedAnswer.objects.exists()
    assert AttachedFile.objects.exists()
    assert not Response.objects.exists()
