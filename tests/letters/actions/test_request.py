"""What was asked for by post, e-mail or phone, as staff put it on record."""

import datetime

import pytest
from django.db import transaction
from django.utils import timezone

from campaigns import audit, filestore
from campaigns.actions.answer import NobodyNamed, NotYet, Respondent
from campaigns.actions.extension import NotOnThatDay
from campaigns.models import Extension, Recipient, Task
from letters.actions import incoming as incoming_actions
from letters.actions import request as actions
from letters.actions import respond
from letters.actions.request import Wish
from letters.models import Request, Response
from letters.uploads import PDF, KeptFile
from tests.factories import make_campaign, make_pdf, make_recipient, make_sealed_letter, make_user
from tests.letters.actions.test_respond import by_post
from tests.letters.inbound.mails import mail, taken

pytestmark = pytest.mark.django_db
NOW = timezone.now()
TODAY = timezone.localdate(NOW)
MORE_TIME = Wish("more-time", words="The board meets in February.")
WISHES = {
    "more-time": MORE_TIME,
    "counsel": Wish("counsel", name="Robin Roe", organisation="Roe & Partners"),
    "wrong-addressee": Wish("wrong-addressee", name="Office of the Provost"),
    "correction": Wish("correction", statement="That we take federal funds."),
}


@pytest.fixture
def recipient() -> Recipient:
    return make_recipient(make_campaign())


def take_down(recipient: Recipient, wish: Wish = MORE_TIME, **changes) -> Response:
    return actions.take_down(
        **{
            "recipient": recipient,
            "letter": None,
            "wish": wish,
            "channel": "phone",
            "received_on": TODAY,
            "respondent": Respondent("Dana Dean", "Dean"),
            "email": "",
            "note": "Taken by Chris.",
            "scans": [],
            "submission": "one",
            "now": NOW,
            "on": TODAY,
            "by": make_user("clerk"),
            **changes,
        }
    )


@pytest.mark.parametrize(
    ("kind", "task", "about"),
    [
        ("more-time", "extension", "Dana Dean, Dean of {} asked for more time. Give it"),
        ("counsel", "counsel", "Dana Dean, Dean of {} names counsel: Robin Roe, Roe & Partners"),
        ("wrong-addressee", "wrong_addressee", "asks to write to Office of the Provost instead"),
        ("correction", "correction", "That we take federal funds."),
    ],
)
def test_each_opens_the_task_that_the_response_page_opens(recipient, kind, task, about):
    response = take_down(recipient, WISHES[kind])
    opened = Task.objects.get()
    assert (opened.kind, opened.recipient) == (task, recipient)
    assert about.format(recipient) in opened.about
    assert opened.opened_by == response.recorded_by
    assert (response.kind, response.channel, response.request.kind) == ("request", "phone", kind)
    assert response.read_by == response.recorded_by  # whoever takes it down has read it
    assert not recipient.answers.exclude(outcome="unanswered").exists()
    assert "it answers no demand" in filestore.get(response.receipt_sha256).decode()
    assert audit.verify().holds


def test_a_wish_for_time_is_one_to_decide_and_names_a_day_or_none(recipient):
    until = TODAY + datetime.timedelta(days=30)
    for number, day in enumerate((None, until)):
        wish = Wish("more-time", wanted_until=day)
        response = take_down(recipient, wish, submission=str(number))
        assert response.request.extension.wanted_until == day
    asked = Extension.objects.first()
    assert (asked.status, asked.asked_on, asked.asked_by) == ("asked", TODAY, "Dana Dean, Dean")


def test_what_came_with_it_is_kept_with_it(recipient):
    kept = KeptFile(filestore.put(make_pdf()), "letter.pdf", PDF, 9)
    assert take_down(recipient, channel="post", scans=[kept]).documents.get().sha256 == kept.sha256


def test_pressing_twice_records_once(recipient):
    assert take_down(recipient) == take_down(recipient)
    assert Task.objects.count() == Extension.objects.count() == 1


@pytest.mark.parametrize(
    ("refusal", "changes"),
    [
        (respond.NotFromHere, {"channel": "portal"}),
        (NobodyNamed, {"respondent": Respondent(""), "wish": WISHES["counsel"]}),
        (NotYet, {"received_on": TODAY + datetime.timedelta(days=1), "wish": WISHES["counsel"]}),
        (NotOnThatDay, {"wish": Wish("more-time", wanted_until=TODAY)}),
    ],
)
def test_what_does_not_fit_is_refused_and_leaves_nothing(recipient, refusal, changes):
    with pytest.raises(refusal), transaction.atomic():
        take_down(recipient, **changes)
    assert not Response.objects.exists() and not Task.objects.exists()
    assert not Extension.objects.exists()


def test_a_request_is_not_recorded_without_what_it_asks_for(recipient):
    with pytest.raises(respond.AsksForSomething, match="more time, counsel"):
        by_post(recipient, kind="request", items=[])


def test_a_failing_audit_event_leaves_nothing(recipient, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError

    monkeypatch.setattr(audit, "record", fail)
    with pytest.raises(RuntimeError), transaction.atomic():
        take_down(recipient, WISHES["counsel"])
    assert not Response.objects.exists() and not Request.objects.exists()


class TestFromTheInbox:
    @pytest.fixture
    def letter(self):
        return make_sealed_letter()

    def record(self, incoming, **changes) -> Response:
        return incoming_actions.record_request(
            **{
                "incoming": incoming,
                "wish": MORE_TIME,
                "received_on": incoming.received_on,
                "letter": incoming.letter,
                "respondent": Respondent("Dana Dean"),
                "email": "",
                "note": "",
                "now": NOW,
                "on": TODAY,
                "by": make_user("clerk"),
                **changes,
            }
        )

    def test_an_email_becomes_the_request_with_its_bytes(self, letter):
        came = taken(mail(f"May we have more time? {letter.reference}"))
        response = self.record(came)
        came.refresh_from_db()
        assert (came.status, came.response) == ("recorded", response)
        assert response.documents.get().sha256 == came.sha256
        assert response.request.extension.status == "asked"

    def test_it_is_recorded_once(self, letter):
        came = taken(mail(f"May we have more time? {letter.reference}"))
        self.record(came)
        with pytest.raises(incoming_actions.NotWaiting):
            self.record(came)
        assert Extension.objects.count() == 1

    def test_nobody_s_is_refused(self):
        came = taken(mail("May we have more time?", From="x@nowhere.example"))
        with pytest.raises(incoming_actions.RecipientUnknown):
            self.record(came)

    def test_what_the_scanner_has_not_seen_is_refused(self, letter, settings):
        came = taken(mail(f"May we have more time? {letter.reference}"))
        settings.CLAMD = "tcp://127.0.0.1:1"
        with pytest.raises(incoming_actions.NotScannedYet):
            self.record(came)
