"""A response comes in: in one transaction, with its receipt, once, never over another."""

import datetime
import hashlib
import threading

import pytest
from django.db import connection, transaction
from django.utils import timezone

from campaigns import audit, filestore
from campaigns.actions.answer import (
    NobodyNamed,
    NotYet,
    PromiseWithoutDate,
    Respondent,
    Statement,
)
from campaigns.models import Answer, AnswerEntry, AuditEvent
from letters import uploads
from letters.actions import respond
from letters.actions.respond import Item
from letters.models import Response, ResponseDocument
from tests.factories import make_campaign, make_pdf, make_recipient, make_sealed_letter, make_user

NOW = datetime.datetime(2026, 12, 2, 3, tzinfo=datetime.UTC)  # December 1 in New York
DEAN = Respondent("Dana Dean", "Dean", "Authorised by the Board")

pytestmark = pytest.mark.django_db


@pytest.fixture
def letter():
    return make_sealed_letter()


def item(recipient, number=1, outcome="complied", **fields) -> Item:
    demand = recipient.campaign.demands.get(number=number)
    where = {key: fields.pop(key) for key in ("quotation", "page") if key in fields}
    return Item(Statement(demand, outcome, **fields), **where)


def by_portal(letter, *items: Item, **changes) -> Response:
    return respond.answer_by_portal(
        **{
            "letter": letter,
            "items": items or [item(letter.recipient)],
            "respondent": DEAN,
            "email": "",
            "documents": [],
            "submission": "one",
            "now": NOW,
            **changes,
        }
    )


def by_post(recipient, *items: Item, **changes) -> Response:
    return respond.record_response(
        **{
            "recipient": recipient,
            "letter": None,
            "kind": "answer",
            "channel": "post",
            "received_on": datetime.date(2026, 11, 30),
            "items": items or [item(recipient)],
            "respondent": DEAN,
            "email": "",
            "note": "",
            "scans": [],
            "submission": f"typed for {recipient.pk}",
            "on": datetime.date(2026, 12, 1),
            "by": make_user("clerk"),
            **changes,
        }
    )


def test_an_answer_on_the_page_is_recorded_demand_by_demand(letter):
    recipient = letter.recipient
    promise = item(
        recipient, 2, "will_comply", text="In spring.", promised_on=datetime.date(2027, 3, 1)
    )
    response = by_portal(letter, item(recipient, 1), promise)
    outcomes = recipient.answers.values_list("demand__number", "outcome")
    assert dict(outcomes) == {1: "complied", 2: "will_comply"}
    assert response.received_on == datetime.date(2026, 12, 1)
    assert response.recorded_by is None
    assert {entry.entry.channel for entry in response.items.all()} == {"portal"}


def test_the_receipt_holds_every_word_and_its_hash(letter):
    scan = uploads.keep(uploads.check("signed.pdf", make_pdf()))
    said = item(letter.recipient, 1, "partial", text="All but <b>one</b> & two.")
    response = by_portal(letter, said, documents=[scan])
    text = filestore.get(response.receipt_sha256)
    assert hashlib.sha256(text).hexdigest() == response.receipt_sha256
    for words in (
        response.receipt,
        letter.reference,
        letter.recipient.institution.name,
        "Dana Dean",
        "Authorised by the Board",
        "Demand 1: Demand 1",
        "Answer: In part",
        "All but <b>one</b> & two.",
        "signed.pdf",
        scan.sha256,
    ):
        assert words in text.decode()
    assert "Demand 2" not in text.decode()


def test_the_receipt_does_not_follow_a_later_change_of_name(letter):
    response = by_portal(letter)
    institution = letter.recipient.institution
    before = institution.name
    institution.name = "Renamed University"
    institution.save()
    response.refresh_from_db()
    assert before in filestore.get(response.receipt_sha256).decode()


def test_pressing_twice_records_once(letter):
    first = by_portal(letter)
    again = by_portal(letter, item(letter.recipient, 1, "declined"))
    assert again == first
    assert AnswerEntry.objects.count() == 1
    assert AuditEvent.objects.filter(verb="response.recorded").count() == 1


def test_staff_who_press_twice_record_once():
    recipient, clerk = make_recipient(make_campaign()), make_user("clerk")
    assert by_post(recipient, by=clerk) == by_post(recipient, by=clerk)
    assert AnswerEntry.objects.count() == 1


def test_a_later_answer_is_put_beside_the_earlier_one(letter):
    by_portal(letter)
    by_portal(letter, item(letter.recipient, 1, "declined"), submission="two")
    answer = letter.recipient.answers.get(demand__number=1)
    assert answer.outcome == "declined"
    assert [entry.outcome for entry in answer.entries.all()] == ["complied", "declined"]
    assert Response.objects.count() == 2


def test_the_event_names_who_answered_and_the_hash_of_what(letter):
    response = by_portal(letter)
    event = audit.history(response).get()
    assert event.actor is None
    assert event.sentence == (
        f"Dana Dean, Dean of {letter.recipient} answered 1 demand on the response page "
        f"(receipt {response.receipt})."
    )
    assert response.receipt_sha256 in event.payload


def test_staff_record_what_came_by_post_with_its_scan_and_page(letter):
    recipient, clerk = letter.recipient, make_user("clerk")
    scan = uploads.keep(uploads.check("scan.pdf", make_pdf()))
    quoted = item(recipient, 1, "declined", quotation="We decline to answer.", page="2")
    response = by_post(recipient, quoted, letter=letter, scans=[scan], by=clerk)
    kept = response.items.get()
    assert (kept.quotation, kept.page) == ("We decline to answer.", "2")
    assert response.documents.get().sha256 == scan.sha256
    assert response.recorded_by == kept.entry.recorded_by == clerk
    assert "by post" in audit.history(response).get().sentence
    assert "We decline to answer." in filestore.get(response.receipt_sha256).decode()


@pytest.mark.parametrize(
    ("refusal", "items"),
    [
        (respond.NothingAnswered, lambda recipient: []),
        (respond.AnsweredTwice, lambda recipient: [item(recipient), item(recipient)]),
        (
            PromiseWithoutDate,
            lambda recipient: [item(recipient), item(recipient, 2, "will_comply")],
        ),
    ],
)
def test_a_refused_response_leaves_nothing(letter, refusal, items):
    with pytest.raises(refusal):
        by_portal(letter, items=items(letter.recipient))
    assert not Response.objects.exists()
    assert not AnswerEntry.objects.exists()
    assert not AuditEvent.objects.exists()
    assert not Answer.objects.exclude(outcome="unanswered").exists()


def test_staff_cannot_type_in_an_answer_as_if_it_came_through_the_page():
    recipient = make_recipient(make_campaign())
    with pytest.raises(respond.NotFromHere):
        by_post(recipient, channel="portal")


def test_a_rolled_back_response_wakes_nobody_and_leaves_nothing(
    letter, django_capture_on_commit_callbacks
):
    capture = django_capture_on_commit_callbacks()
    with capture as callbacks, pytest.raises(RuntimeError), transaction.atomic():
        by_portal(letter, email="dean@example.invalid")
        raise RuntimeError
    assert callbacks == []
    assert not Response.objects.exists()
    assert not ResponseDocument.objects.exists()


@pytest.mark.parametrize("email", ["dean@example.invalid", ""])
def test_an_answer_wakes_the_worker_that_makes_its_receipt_after_the_commit(
    letter, email, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks() as callbacks:
        by_portal(letter, email=email)
    assert len(callbacks) == 1


@pytest.mark.parametrize("kind", ["acknowledgement", "auto_reply", "bounce"])
def test_what_answers_no_demand_is_received_and_changes_no_answer_and_no_deadline(kind):
    due_at = NOW - datetime.timedelta(days=1)
    recipient = make_recipient(make_campaign(), reach="reached", due_at=due_at)
    response = by_post(recipient, kind=kind, items=[])
    recipient.refresh_from_db()
    assert recipient.due_at == due_at
    assert recipient in type(recipient).objects.overdue(NOW)
    assert not AnswerEntry.objects.exists()
    sentence = audit.history(response).get().sentence
    assert "recorded as received by post from Dana Dean, Dean of" in sentence
    assert "It answers no demand, and the deadline stands (receipt R-" in sentence
    text = filestore.get(response.receipt_sha256).decode()
    assert f"{response.get_kind_display()}; it answers no demand" in text
    assert "Answered by" not in text


@pytest.mark.parametrize("kind", ["auto_reply", "bounce"])
def test_what_a_machine_wrote_names_nobody(kind):
    recipient = make_recipient(make_campaign())
    response = by_post(recipient, kind=kind, items=[], respondent=Respondent(""))
    assert str(response) == f"{response.get_kind_display()}, November 30, 2026"
    assert f"from {recipient}: " in audit.history(response).get().sentence


@pytest.mark.parametrize(
    ("refusal", "changes"),
    [
        (respond.AnswersNothing, {"kind": "acknowledgement"}),
        (respond.AnswersNothing, {"kind": "bounce"}),
        (respond.NothingAnswered, {"items": []}),
        (NobodyNamed, {"kind": "acknowledgement", "items": [], "respondent": Respondent("")}),
        (
            NotYet,
            {"kind": "auto_reply", "items": [], "received_on": datetime.date(2026, 12, 2)},
        ),
    ],
)
def test_a_kind_that_does_not_fit_what_was_said_is_refused_and_leaves_nothing(refusal, changes):
    recipient = make_recipient(make_campaign())
    with pytest.raises(refusal):
        by_post(recipient, **{"items": [item(recipient)], **changes})
    assert not Response.objects.exists()
    assert not AuditEvent.objects.exists()


@pytest.mark.services  # threads need a database that is not in the memory of one of them
@pytest.mark.django_db(transaction=True)
def test_of_submissions_at_once_the_same_is_recorded_once_and_others_all(letter):
    def submit(submission: str) -> None:
        by_portal(letter, submission=submission, now=timezone.now())
        connection.close()

    threads = [threading.Thread(target=submit, args=[name]) for name in "aaabc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    answer = letter.recipient.answers.get(demand__number=1)
    assert Response.objects.count() == 3
    assert answer.entries.count() == 3
    assert answer.current_entry == answer.entries.last()
    assert audit.verify().holds


def verifications(letter) -> list[str]:
    return list(letter.recipient.answers.values_list("verification", flat=True))


def test_what_the_recipient_attached_is_evidence_for_what_it_confirmed(letter):
    recipient, scan = letter.recipient, uploads.keep(uploads.check("policy.pdf", make_pdf()))
    response = by_portal(
        letter, item(recipient, 1), item(recipient, 2, "declined"), documents=[scan]
    )
    assert verifications(letter) == ["evidence_received", "unverified"]
    entry = recipient.answers.get(demand__number=1).current_entry
    assert entry.verifications.get().evidence == f"Response {response.receipt}: policy.pdf"


def test_a_scan_of_a_letter_is_the_answer_and_no_evidence_for_it(letter):
    scan = uploads.keep(uploads.check("scan.pdf", make_pdf()))
    by_post(letter.recipient, scans=[scan])
    assert verifications(letter) == ["unverified", "unverified"]
