"""What holds for every combination: one standing each, and no move beside the table.

The rules are written down here a second time, in another form than in the program, so that
neither can be wrong alone.
"""

import datetime
from collections import Counter

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campaigns import lifecycle
from campaigns.actions import verification
from campaigns.actions.verification import EvidenceMissing, Finding, ReasonMissing
from campaigns.models import Answer, AuditEvent, Outcome, Recipient, Verification
from campaigns.standing import Standing, in_force, standing
from tests.factories import make_answer, make_campaign, make_recipient, make_user

NOW = datetime.datetime(2027, 1, 11, 12, tzinfo=datetime.UTC)

outcomes = st.lists(st.sampled_from(Outcome.values), max_size=6)
facts = st.fixed_dictionaries(
    {
        "reach": st.sampled_from(Recipient.Reach.values),
        "counsel_appeared": st.booleans(),
        "withdrawn": st.booleans(),
        "due_at": st.none()
        | st.integers(-3, 3).map(lambda hours: NOW + datetime.timedelta(hours=hours)),
    }
)


def every_rule_that_holds(said: list[str], known: dict) -> list[str]:
    """Each standing with all that it needs written out, so that none rests on the order."""
    count = Counter(said)
    answered = len(said) - count["unanswered"]
    full = count["complied"] + count["already_compliant"] + count["will_comply"]
    positive = full + count["partial"]
    written_to = not known["withdrawn"]
    silent = written_to and answered == 0
    speaks = written_to and answered > 0
    represented = known["counsel_appeared"]
    lost = known["reach"] == "undeliverable"
    late = known["reach"] == "reached" and known["due_at"] is not None and known["due_at"] < NOW
    unsaid = positive == 0
    conditional, disputed, declined = (
        count["conditional"],
        count["disputes_premise"],
        count["declined"],
    )
    nothing_binding = unsaid and not conditional and not disputed and not declined
    all_inapplicable = count["not_applicable"] == len(said)
    rules = {
        "withdrawn": known["withdrawn"],
        "confirmed": speaks and full == len(said),
        "confirmed_in_part": speaks and positive > 0 and full < len(said),
        "confirmed_conditionally": speaks and unsaid and conditional > 0,
        "disputed": speaks and unsaid and not conditional and disputed > 0,
        "declined": speaks and unsaid and not conditional and not disputed and declined > 0,
        "not_applicable": speaks and all_inapplicable,
        "pending": speaks and nothing_binding and not all_inapplicable,
        "with_counsel": silent and represented,
        "undeliverable": silent and not represented and lost,
        "no_response": silent and not represented and late,
        "awaiting": silent and not represented and not lost and not late,
    }
    return [name for name, holds in rules.items() if holds]


@settings(max_examples=1000, deadline=None)
@given(said=outcomes, known=facts)
def test_every_combination_has_exactly_one_standing_and_it_is_the_rules(said, known):
    assert [standing(said, now=NOW, **known)] == every_rule_that_holds(said, known)


@given(said=outcomes, known=facts, override=st.sampled_from(["", *Recipient.Override.values]))
def test_what_is_set_by_hand_counts_but_for_the_withdrawn(said, known, override):
    ruled = standing(said, now=NOW, **known)
    counts = in_force(ruled, override)
    assert counts == (override if override and not known["withdrawn"] else ruled)
    if override:  # never what the clock decides
        assert counts not in (Standing.NO_RESPONSE, Standing.AWAITING)


@given(said=outcomes, known=facts)
def test_the_order_of_the_demands_decides_nothing(said, known):
    assert standing(said, now=NOW, **known) is standing(sorted(said), now=NOW, **known)


# As the design draws it: nothing is verified before evidence is on record.
LEGAL = {
    "unverified": "evidence_received contradicted lapsed",
    "evidence_received": "evidence_received verified contradicted lapsed unverified",
    "verified": "verified contradicted lapsed",
    "contradicted": "evidence_received",
    "lapsed": "evidence_received contradicted",
}
findings = st.builds(
    Finding,
    status=st.sampled_from(Verification.values),
    reason=st.sampled_from(["We looked.", "We looked.", "We looked.", " "]),
    evidence=st.sampled_from(["The policy of December 1.", "The policy of December 1.", ""]),
)
steps = st.lists(st.just("answered anew") | findings, max_size=12)


def refusal(before: str, finding: Finding) -> type[Exception] | None:
    """What the finding is refused with, where it is."""
    if not finding.reason.strip():
        return ReasonMissing
    if finding.status in ("evidence_received", "contradicted") and not finding.evidence:
        return EvidenceMissing
    return None if finding.status in LEGAL[before].split() else lifecycle.IllegalMove


@pytest.fixture
def recipient(db) -> Recipient:
    return make_recipient(make_campaign(demands=1))


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=steps)
def test_no_way_of_findings_leads_past_the_table(recipient, steps):
    """Each is decided and recorded once, or refused and leaves no trace."""
    by = make_user("manager")
    with transaction.atomic():
        make_answer(recipient, "complied")
        now, chain = "unverified", []
        for step in steps:
            if step == "answered anew":
                make_answer(recipient, "complied")
                now, chain = "unverified", []
                continue
            answer = recipient.answers.get()
            events = AuditEvent.objects.count()
            expected = refusal(now, step)
            if expected:
                with pytest.raises(expected):
                    decide(answer, step, by)
                assert AuditEvent.objects.count() == events
            else:
                decide(answer, step, by)
                assert AuditEvent.objects.count() == events + 1
                chain.append((now, step.status))
                now = step.status
            answer.refresh_from_db()
            assert answer.verification == now
            kept = answer.current_entry.verifications.values_list("before", "status")
            assert list(kept) == chain
        transaction.set_rollback(True)


def decide(answer: Answer, finding: Finding, by) -> None:
    verification.decide(
        answer=answer,
        entry_pk=answer.current_entry_id,
        finding=finding,
        on=NOW.date(),
        now=NOW,
        by=by,
    )


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(wanted=st.lists(st.sampled_from(Verification.values), max_size=12))
def test_the_database_goes_no_other_way_either(recipient, wanted):
    """Whatever is written past every action, the column moves by the table or not at all."""
    with transaction.atomic():
        make_answer(recipient, "complied")
        now, rows = "unverified", Answer.objects.filter(recipient=recipient)
        for status in wanted:
            if status == now or status in LEGAL[now].split():
                rows.update(verification=status)
                now = status
            else:
                with pytest.raises(IntegrityError), transaction.atomic():
                    rows.update(verification=status)
            assert rows.get().verification == now
        transaction.set_rollback(True)
