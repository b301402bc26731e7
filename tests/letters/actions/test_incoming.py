"""A person decides what an incoming item is; until then it changes nothing, and afterwards once."""

import datetime
from types import SimpleNamespace

import pytest
from django.db import transaction
from django.utils import timezone

from campaigns import audit
from campaigns.actions.answer import Respondent
from campaigns.models import AnswerEntry, AuditEvent, Task
from letters.actions import incoming as actions
from letters.models import Dispatch, Incoming, Response
from tests.factories import (
    make_campaign,
    make_pdf,
    make_recipient,
    make_sealed_letter,
    make_user,
)
from tests.letters.actions.test_respond import by_portal, item
from tests.letters.inbound.mails import bounce, mail, taken, typed_pdf

pytestmark = pytest.mark.django_db
TODAY = datetime.date(2026, 11, 20)


@pytest.fixture
def letter():
    return make_sealed_letter()


@pytest.fixture
def clerk():
    return make_user("clerk", first_name="Chris", last_name="Clerk")


@pytest.fixture
def came(letter):
    return taken(mail(f"We decline, see {letter.reference}.", files=(("a.pdf", typed_pdf("x")),)))


def record(incoming, clerk, **changes):
    return actions.record(
        **{
            "incoming": incoming,
            "kind": "answer",
            "received_on": incoming.received_on,
            "letter": incoming.letter,
            "items": [item(incoming.recipient, 1, "declined")] if incoming.recipient else [],
            "respondent": Respondent("Dana Dean"),
            "email": "dana@school.example",
            "note": "",
            "now": timezone.now(),
            "on": TODAY,
            "by": clerk,
            **changes,
        }
    )


def test_recording_makes_a_response_of_it_with_its_bytes_and_files(came, letter, clerk):
    response = record(came, clerk)
    came.refresh_from_db()
    assert (came.status, came.response, came.decided_by) == ("recorded", response, clerk)
    assert response.channel == "email"
    assert response.respondent_email == "dana@school.example"
    assert response.read_by == clerk
    assert letter.recipient.answers.get(demand__number=1).outcome == "declined"
    documents = {each.media_type: each.sha256 for each in response.documents.all()}
    assert documents["message/rfc822"] == came.sha256
    assert documents["application/pdf"] == came.files.get().sha256
    assert f"receipt {response.receipt}" in audit.history(came).first().sentence


def test_a_scan_is_the_only_document_of_its_response(letter, clerk):
    came = taken(typed_pdf(letter.reference), name="scan.pdf")
    response = record(came, clerk)
    assert response.documents.get().sha256 == came.sha256
    assert response.channel == "post"


def test_nothing_is_recorded_for_nobody(clerk):
    came = taken(mail(From="x@nowhere.example"))
    with pytest.raises(actions.RecipientUnknown, match="whose it is"):
        record(came, clerk)
    came.refresh_from_db()
    assert came.is_waiting


def test_it_is_recorded_once(came, clerk):
    record(came, clerk)
    with pytest.raises(actions.NotWaiting, match="was recorded by Chris Clerk"):
        record(came, clerk)
    assert Response.objects.count() == AnswerEntry.objects.count() == 1


def test_a_failure_on_the_way_leaves_it_waiting(came, clerk):
    with pytest.raises(RuntimeError), transaction.atomic():
        record(came, clerk)
        raise RuntimeError
    came.refresh_from_db()
    assert came.is_waiting
    assert not Response.objects.exists()
    assert not AuditEvent.objects.filter(verb="incoming.recorded").exists()


def test_a_person_says_whose_it_is(letter, clerk):
    came = taken(mail(From="x@nowhere.example"))
    actions.choose_recipient(incoming=came, recipient=letter.recipient, letter=letter, by=clerk)
    came.refresh_from_db()
    assert (came.recipient, came.letter) == (letter.recipient, letter)
    assert came.matched_because == "Chris Clerk said so."
    record(came, clerk)


def test_a_letter_of_another_recipient_is_not_its_letter(came, letter, clerk):
    other = make_recipient(make_campaign())
    with pytest.raises(actions.NotItsLetter, match="went to"):
        actions.choose_recipient(incoming=came, recipient=other, letter=letter, by=clerk)


def test_setting_aside_needs_a_reason_and_can_be_taken_back(came, clerk):
    with pytest.raises(actions.ReasonMissing):
        actions.set_aside(incoming=came, reason=" ", now=timezone.now(), by=clerk)
    actions.set_aside(incoming=came, reason="Advertising", now=timezone.now(), by=clerk)
    came.refresh_from_db()
    assert (came.status, came.decision) == ("set_aside", "Advertising")
    with pytest.raises(actions.NotWaiting):
        record(came, clerk)
    actions.take_up_again(incoming=came, by=clerk)
    came.refresh_from_db()
    assert (came.status, came.decision, came.decided_by) == ("waiting", "", None)
    verbs = list(audit.history(came).values_list("verb", flat=True))
    assert verbs == ["incoming.taken_up", "incoming.set_aside", "incoming.received"]


def test_what_was_recorded_is_not_taken_up_again(came, clerk):
    record(came, clerk)
    came.refresh_from_db()
    with pytest.raises(actions.lifecycle.IllegalMove):
        actions.take_up_again(incoming=came, by=clerk)


def test_of_two_who_take_it_on_one_works_on_it(came, clerk):
    actions.take_on(incoming=came, by=clerk)
    with pytest.raises(actions.TakenByAnother, match="Chris Clerk works on it"):
        actions.take_on(incoming=came, by=make_user("clerk"))
    actions.hand_back(incoming=came, by=make_user("manager"))
    came.refresh_from_db()
    assert came.taken_by is None


def test_the_mark_is_one_for_all_and_the_first_reader_stays_on_it(came, clerk):
    now = timezone.now()
    actions.mark(item=came, read=True, by=clerk, now=now)
    actions.mark(item=came, read=True, by=make_user("manager"), now=now)
    came.refresh_from_db()
    assert came.read_by == clerk
    actions.mark(item=came, read=False, by=clerk, now=now)
    came.refresh_from_db()
    assert came.read_at is None
    assert AuditEvent.objects.filter(verb__startswith="inbox.").count() == 2


def test_an_answer_on_the_page_is_unread_until_somebody_marks_it(letter, clerk):
    response = by_portal(letter)
    assert response in Response.objects.unread()
    actions.mark(item=response, read=True, by=clerk, now=timezone.now())
    assert response not in Response.objects.unread()


class TestBounces:
    @pytest.fixture
    def bounced(self, letter):
        sent = Dispatch.objects.create(
            letter=letter,
            channel="email",
            status="sent",
            sent_at=timezone.now(),
            to_address="dean@school.example",
            message_id="<x.1@ours>",
            queued_by=make_user(),
        )
        return SimpleNamespace(sent=sent, item=taken(bounce("<x.1@ours>")))

    def file(self, bounced, clerk):
        return actions.file_as_it_looks(
            incoming=[bounced.item], now=timezone.now(), on=TODAY, by=clerk
        )

    def test_a_bounce_ends_the_dispatch_and_leaves_a_task_and_no_answer(self, bounced, clerk):
        (done,) = self.file(bounced, clerk)
        assert (done.what, done.reason) == ("done", "Filed as bounce.")
        bounced.sent.refresh_from_db()
        assert bounced.sent.status == "bounced"
        recipient = bounced.item.recipient
        recipient.refresh_from_db()
        assert recipient.reach == "undeliverable"
        task = Task.objects.get()
        assert (task.kind, task.recipient) == ("bounce", recipient)
        assert "dean@school.example" in task.about
        assert Response.objects.get().kind == "bounce"
        assert not AnswerEntry.objects.exists()

    def test_a_failure_that_may_pass_ends_nothing(self, bounced, clerk):
        Incoming.objects.update(bounce_is_final=False)
        self.file(bounced, clerk)
        bounced.sent.refresh_from_db()
        assert bounced.sent.status == "sent"
        assert "Find the address" in Task.objects.get().about

    def test_another_letter_that_arrived_keeps_the_recipient_reached(self, bounced, clerk):
        Dispatch.objects.create(
            letter=bounced.sent.letter,
            channel="post",
            status="delivered",
            sent_at=timezone.now(),
            queued_by=clerk,
        )
        self.file(bounced, clerk)
        bounced.item.recipient.refresh_from_db()
        assert bounced.item.recipient.reach != "undeliverable"


def test_what_a_machine_sent_with_a_document_is_opened_before_it_is_filed(letter, clerk):
    """An office whose help desk answers marks each of its letters as automatic."""
    content = mail(
        letter.reference,
        Auto_Submitted="auto-generated",
        Message_ID="<4@x>",
        files=(("answer.pdf", make_pdf()),),
    )
    (done,) = actions.file_as_it_looks(
        incoming=[taken(content)], now=timezone.now(), on=TODAY, by=clerk
    )
    assert (done.what, "carries a document" in done.reason) == ("refused", True)
    assert not Response.objects.exists()


def test_filing_many_answers_for_each(came, letter, clerk):
    auto = taken(mail(letter.reference, Auto_Submitted="auto-replied", Message_ID="<2@x>"))
    stray = taken(
        mail("away", Auto_Submitted="auto-replied", Message_ID="<3@x>", From="a@b.example")
    )
    rows = [auto, came, stray]
    done = actions.file_as_it_looks(incoming=rows, now=timezone.now(), on=TODAY, by=clerk)
    assert [one.what for one in done] == ["done", "refused", "refused"]
    assert "may be an answer" in done[1].reason
    assert "whose it is" in done[2].reason
    rows = list(Incoming.objects.filter(pk=auto.pk))
    (again,) = actions.file_as_it_looks(incoming=rows, now=timezone.now(), on=TODAY, by=clerk)
    assert again.what == "skipped"
    assert Response.objects.get().kind == "auto_reply"
