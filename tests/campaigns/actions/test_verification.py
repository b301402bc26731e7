"""Whether an answer is so: moves by the table, each on record with its evidence and reason."""

import datetime

import pytest
from django.db import IntegrityError, transaction

from campaigns import audit, lifecycle
from campaigns.actions import verification as action
from campaigns.actions.verification import Finding
from campaigns.models import Answer, Recipient, Task, VerificationEntry
from campaigns.models.verification import VerificationIsFinal
from tests.factories import make_answer, make_campaign, make_recipient, make_user

pytestmark = pytest.mark.django_db
NOW = datetime.datetime(2026, 12, 1, 15, tzinfo=datetime.UTC)
TODAY = NOW.date()
LATER = TODAY + datetime.timedelta(days=90)
POLICY = "Policy 4.2 at example.edu/policies, saved December 1"


@pytest.fixture
def recipient() -> Recipient:
    recipient = make_recipient(make_campaign())
    make_answer(recipient, "complied")
    return recipient


def current(recipient: Recipient) -> Answer:
    return recipient.answers.get(demand__number=1)


def decide(recipient: Recipient, status: str, **changes) -> VerificationEntry:
    answer = current(recipient)
    found = {"reason": "We looked.", "evidence": POLICY, "recheck_on": None}
    found |= {key: changes.pop(key) for key in list(changes) if key in found}
    return action.decide(
        **{
            "answer": answer,
            "entry_pk": answer.current_entry_id,
            "finding": Finding(status, **found),
            "on": TODAY,
            "now": NOW,
            "by": make_user("manager"),
            **changes,
        }
    )


def test_evidence_comes_and_is_then_found_to_hold(recipient):
    by = make_user("counsel")
    first = decide(recipient, "evidence_received")
    second = decide(recipient, "verified", reason="The policy says so.", recheck_on=LATER, by=by)
    assert current(recipient).verification == "verified"
    assert [(row.number, row.before, row.status) for row in VerificationEntry.objects.all()] == [
        (1, "unverified", "evidence_received"),
        (2, "evidence_received", "verified"),
    ]
    assert (first.evidence, second.decided_by, second.recheck_on) == (POLICY, by, LATER)
    event, before = audit.history(recipient)[:2]
    assert "put evidence on record for demand 1" in before.sentence
    assert (event.verb, event.actor) == ("answer.verified", by)
    assert "is verified: The policy says so." in event.sentence


def test_nothing_is_verified_before_evidence_is_on_record(recipient):
    with pytest.raises(lifecycle.IllegalMove, match="It can become evidence received or"):
        decide(recipient, "verified")
    assert current(recipient).verification == "unverified"
    assert not VerificationEntry.objects.exists()


def test_what_was_verified_can_be_verified_again_with_a_new_day(recipient):
    decide(recipient, "evidence_received")
    decide(recipient, "verified", recheck_on=TODAY + datetime.timedelta(days=1))
    decide(recipient, "verified", recheck_on=LATER)
    assert VerificationEntry.objects.current().get().recheck_on == LATER


def test_an_unanswered_demand_has_nothing_to_verify(recipient):
    unanswered = recipient.answers.get(demand__number=2)
    with pytest.raises(action.NothingToVerify, match="has not answered demand 2"):
        decide(recipient, "evidence_received", answer=unanswered, entry_pk=1)


def test_a_decision_about_the_statement_before_is_refused(recipient):
    shown = current(recipient).current_entry_id
    make_answer(recipient, "declined")
    with pytest.raises(action.AnsweredMeanwhile, match="Read the later answer"):
        decide(recipient, "evidence_received", entry_pk=shown)
    assert current(recipient).verification == "unverified"


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"reason": " "}, action.ReasonMissing),
        ({"evidence": ""}, action.EvidenceMissing),
        ({"recheck_on": TODAY}, action.NotAhead),
    ],
)
def test_what_is_unfounded_is_refused(recipient, changes, refusal):
    with pytest.raises(refusal):
        decide(recipient, "evidence_received", **changes)
    assert not VerificationEntry.objects.exists()


def test_that_a_promise_lapsed_needs_no_evidence(recipient):
    decide(recipient, "lapsed", evidence="")
    assert current(recipient).verification == "lapsed"


def test_a_document_that_came_with_the_answer_is_evidence_that_nobody_has_judged(recipient):
    entry = current(recipient).current_entry
    kept = action.evidence_came(entry=entry, evidence="policy.pdf", now=NOW)
    assert (kept.status, kept.decided_by, kept.evidence) == (
        "evidence_received",
        None,
        "policy.pdf",
    )
    assert current(recipient).verification == "evidence_received"
    assert audit.history(recipient)[0].actor is None
    assert action.evidence_came(entry=entry, evidence="again.pdf", now=NOW) is None


def test_a_document_bears_out_no_refusal_and_no_earlier_statement(recipient):
    earlier = current(recipient).current_entry
    make_answer(recipient, "declined")
    declined = current(recipient).current_entry
    for entry in (earlier, declined):
        assert action.evidence_came(entry=entry, evidence="x.pdf", now=NOW) is None
    assert current(recipient).verification == "unverified"


def test_an_entry_is_never_changed_or_deleted(recipient):
    kept = decide(recipient, "evidence_received")
    for change in (
        kept.save,
        kept.delete,
        VerificationEntry.objects.all().delete,
        lambda: VerificationEntry.objects.update(reason="x"),
    ):
        with pytest.raises(VerificationIsFinal):
            change()


def test_a_check_settles_the_task_that_asked_for_it(recipient):
    decide(recipient, "evidence_received", recheck_on=TODAY + datetime.timedelta(days=1))
    tomorrow = NOW + datetime.timedelta(days=1)
    action.due_tasks.follow_answers(now=tomorrow)
    assert Task.objects.unsettled().get().kind == "recheck"
    decide(recipient, "verified", on=tomorrow.date(), now=tomorrow)
    assert not Task.objects.unsettled().exists()


def test_nothing_is_kept_where_the_record_fails(recipient, monkeypatch):
    monkeypatch.setattr(action.audit, "record", lambda *a, **k: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        decide(recipient, "evidence_received")
    assert current(recipient).verification == "unverified"
    assert not VerificationEntry.objects.exists()


def test_of_two_who_decide_at_once_the_second_is_told(recipient):
    first, second = current(recipient), current(recipient)
    lifecycle.move(first, "evidence_received")
    with pytest.raises(lifecycle.MovedMeanwhile, match="changed by somebody else"):
        lifecycle.move(second, "contradicted")


@pytest.mark.parametrize(
    "wrong",
    [
        {"number": 1, "before": "evidence_received", "status": "verified"},
        {"number": 2, "before": "unverified", "status": "verified"},
        {"number": 1, "before": "unverified", "status": "evidence_received", "evidence": ""},
        {"number": 1, "before": "unverified", "status": "lapsed", "reason": ""},
        {"number": 1, "before": "unverified", "status": "contradicted", "decided_by": None},
    ],
)
def test_the_database_refuses_an_entry_that_cannot_be(recipient, wrong):
    right = {"evidence": "x", "reason": "x", "decided_by": make_user(), "decided_at": NOW}
    with pytest.raises(IntegrityError), transaction.atomic():
        VerificationEntry.objects.create(
            entry=current(recipient).current_entry, **{**right, **wrong}
        )


def test_one_number_is_given_once(recipient):
    decide(recipient, "evidence_received")
    with pytest.raises(IntegrityError), transaction.atomic():
        VerificationEntry.objects.create(
            entry=current(recipient).current_entry,
            number=1,
            before="unverified",
            status="lapsed",
            reason="x",
            decided_by=make_user(),
            decided_at=NOW,
        )
