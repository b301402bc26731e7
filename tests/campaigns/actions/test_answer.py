"""What a recipient answered, and whether the letter reached it."""

import datetime
import json

import pytest
from django.db import transaction

from campaigns import audit
from campaigns.actions import answer as action
from campaigns.actions.answer import Respondent, Statement
from campaigns.models import AnswerEntry, AuditEvent, Demand
from tests.factories import make_campaign, make_recipient, make_user

TODAY = datetime.date(2026, 12, 1)
DUE = datetime.datetime(2027, 1, 8, 22, tzinfo=datetime.UTC)
DEAN = Respondent("Dana Dean", "Dean", "Authorised by the Board")

pytestmark = pytest.mark.django_db


@pytest.fixture
def recipient():
    return make_recipient(make_campaign())


def record(recipient, outcome="complied", *, number=1, **changes):
    promised_on = changes.pop("promised_on", None)
    text = changes.pop("text", "")
    demand = recipient.campaign.demands.get(number=number)
    return action.record(
        **{
            "recipient": recipient,
            "statement": Statement(demand, outcome, text, promised_on),
            "respondent": DEAN,
            "channel": "portal",
            "received_on": TODAY,
            "on": TODAY,
            "by": None,
            **changes,
        }
    )


def test_an_entry_becomes_the_current_answer(recipient):
    entry = record(recipient, "partial", text="All but one program.")
    answer = recipient.answers.get(demand__number=1)
    assert (answer.outcome, answer.current_entry) == ("partial", entry)
    assert recipient.answers.get(demand__number=2).outcome == "unanswered"


def test_a_later_answer_is_a_new_entry_and_the_earlier_one_is_kept(recipient):
    first = record(recipient, "declined", text="No.")
    second = record(recipient, "complied", text="We have thought again.")
    answer = recipient.answers.get(demand__number=1)
    assert answer.current_entry == second
    assert list(answer.entries.all()) == [first, second]
    assert answer.entries.first().text == "No."


def test_an_answer_that_came_in_before_the_one_on_record_is_put_beside_it(recipient):
    """A letter of last week is opened after the recipient answered on its page."""
    on_the_page = record(recipient, "complied")
    week = datetime.timedelta(days=7)
    late = record(
        recipient, "declined", channel="post", received_on=TODAY - week, by=make_user(), text="No."
    )
    answer = recipient.answers.get(demand__number=1)
    assert (answer.outcome, answer.current_entry) == ("complied", on_the_page)
    assert list(answer.entries.all()) == [on_the_page, late]
    event = AuditEvent.objects.filter(verb="answer.recorded").latest("pk")
    assert "It came in on November 24, 2026" in event.sentence
    assert "the answer of December 1, 2026 is later and stands" in event.sentence
    assert json.loads(event.payload)["data"]["after"] == "complied"


def test_an_answer_that_came_in_before_keeps_what_was_verified(recipient):
    answer = recipient.answers.get(demand__number=1)
    record(recipient)
    type(answer).objects.filter(pk=answer.pk).update(verification="evidence_received")
    earlier = TODAY - datetime.timedelta(days=1)
    record(recipient, "declined", channel="post", received_on=earlier, by=make_user())
    answer.refresh_from_db()
    assert answer.verification == "evidence_received"


def test_of_two_answers_of_one_day_the_one_recorded_last_counts(recipient):
    clerk = make_user()
    record(recipient, "declined", channel="post", by=clerk)
    mended = record(recipient, "complied", channel="post", by=clerk)
    assert recipient.answers.get(demand__number=1).current_entry == mended


def test_what_was_verified_does_not_carry_over_to_a_later_answer(recipient):
    record(recipient)
    answer = recipient.answers.get(demand__number=1)
    answer.verification = "contradicted"
    answer.save()
    record(recipient, "declined")
    answer.refresh_from_db()
    assert answer.verification == "unverified"


def test_the_history_says_who_answered_what(recipient):
    record(recipient, "will_comply", promised_on=datetime.date(2027, 3, 1))
    clerk = make_user("clerk", first_name="Casey", last_name="Clerk")
    record(recipient, "declined", number=2, channel="post", by=clerk)
    by_post, on_page = audit.history(recipient)
    assert on_page.sentence == (
        "Dana Dean, Dean answered demand 1 (Demand 1): Will comply by March 1, 2027 "
        "(on the response page)."
    )
    assert by_post.actor == clerk
    assert by_post.sentence == (
        "recorded that Dana Dean, Dean answered demand 2 (Demand 2): Declined (by post)."
    )


@pytest.mark.parametrize(
    ("refusal", "changes"),
    [
        (action.NotAnAnswer, {"outcome": "unanswered"}),
        (action.NotAnAnswer, {"outcome": "perhaps"}),
        (action.PromiseWithoutDate, {"outcome": "will_comply"}),
        (action.DateWithoutPromise, {"promised_on": TODAY}),
        (
            action.PromiseInThePast,
            {"outcome": "will_comply", "promised_on": TODAY - datetime.timedelta(days=1)},
        ),
        (action.NobodyNamed, {"respondent": Respondent("")}),
        (action.NotYet, {"received_on": TODAY + datetime.timedelta(days=1)}),
    ],
)
def test_an_unclear_answer_is_refused_and_nothing_is_kept(recipient, refusal, changes):
    with pytest.raises(refusal):
        record(recipient, **changes)
    assert not AnswerEntry.objects.exists()
    assert not AuditEvent.objects.exists()


def test_a_demand_of_another_campaign_is_refused(recipient):
    foreign = Demand.objects.get(campaign=make_campaign(demands=1))
    with pytest.raises(action.NotAsked):
        record(recipient, statement=Statement(foreign, "complied"))


def test_a_rolled_back_answer_leaves_nothing(recipient):
    with pytest.raises(RuntimeError), transaction.atomic():
        record(recipient)
        raise RuntimeError
    assert not AnswerEntry.objects.exists()
    assert recipient.answers.get(demand__number=1).outcome == "unanswered"
    assert not AuditEvent.objects.exists()


def reached(recipient, due_at=DUE):
    return action.reached(recipient=recipient, letters_due_at=due_at, on=TODAY, by=None)


def test_a_dispatch_reaches_the_recipient_and_starts_its_deadline(recipient):
    for _ in range(2):
        reached(recipient)
    recipient.refresh_from_db()
    assert (recipient.reach, recipient.due_at) == ("reached", DUE)
    assert audit.history(recipient).count() == 1


def test_a_letter_without_a_deadline_reaches_the_recipient_and_starts_none(recipient):
    reached(recipient, None)
    recipient.refresh_from_db()
    assert (recipient.reach, recipient.due_at) == ("reached", None)


def test_a_returned_letter_makes_the_recipient_undeliverable_until_the_next_dispatch(recipient):
    reached(recipient)
    for _ in range(2):
        action.undeliverable(recipient=recipient, reason="Moved.", by=None)
    recipient.refresh_from_db()
    assert (recipient.reach, recipient.due_at) == ("undeliverable", None)
    reached(recipient)
    recipient.refresh_from_db()
    assert (recipient.reach, recipient.due_at) == ("reached", DUE)
    assert [event.verb for event in audit.history(recipient)] == [
        "recipient.reached",
        "recipient.undeliverable",
        "recipient.reached",
    ]
