"""Where a recipient stands: the rules in order, one recipient or three thousand."""

import datetime
import itertools

import pytest
from django.db.models import OuterRef, Subquery
from django.utils import timezone

from campaigns.models import Answer, AnswerEntry, Institution, Outcome, Recipient
from campaigns.standing import (
    _RANKS,
    _SAID,
    BY_MARK,
    Standing,
    by_rule,
    in_force,
    standing,
    standings,
)
from tests.factories import make_campaign, make_recipient, make_user

NOW = datetime.datetime(2027, 1, 11, 12, tzinfo=datetime.UTC)
PASSED, AHEAD = NOW - datetime.timedelta(days=1), NOW + datetime.timedelta(days=1)


def where(*outcomes: str, **changes) -> Standing:
    facts = {
        "reach": "reached",
        "counsel_appeared": False,
        "withdrawn": False,
        "due_at": AHEAD,
        "now": NOW,
    }
    return standing(outcomes or ("unanswered",), **{**facts, **changes})


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        (["complied", "already_compliant", "will_comply"], Standing.CONFIRMED),
        (["complied", "unanswered"], Standing.CONFIRMED_IN_PART),
        (["complied", "declined"], Standing.CONFIRMED_IN_PART),
        (["partial", "partial"], Standing.CONFIRMED_IN_PART),
        (["complied", "not_applicable"], Standing.CONFIRMED_IN_PART),
        (["conditional", "disputes_premise", "declined"], Standing.CONFIRMED_CONDITIONALLY),
        (["disputes_premise", "declined"], Standing.DISPUTED),
        (["declined", "unanswered"], Standing.DECLINED),
        (["not_applicable", "not_applicable"], Standing.NOT_APPLICABLE),
        (["not_applicable", "unanswered"], Standing.PENDING),
        (["under_review", "needs_clarification"], Standing.PENDING),
    ],
)
def test_answers_decide_in_the_order_of_the_rules(outcomes, expected):
    assert where(*outcomes) is expected


def test_a_withdrawn_recipient_is_withdrawn_whatever_it_answered():
    assert where("complied", withdrawn=True) is Standing.WITHDRAWN


def test_an_answer_outweighs_counsel_delivery_and_the_clock():
    facts = {"counsel_appeared": True, "reach": "undeliverable", "due_at": PASSED}
    assert where("declined", **facts) is Standing.DECLINED


def test_counsel_outweighs_delivery_and_delivery_the_clock():
    assert where(counsel_appeared=True, reach="undeliverable") is Standing.WITH_COUNSEL
    assert where(reach="undeliverable", due_at=PASSED) is Standing.UNDELIVERABLE


def test_silence_past_the_deadline_is_no_response_only_where_the_letter_arrived():
    assert where(due_at=PASSED) is Standing.NO_RESPONSE
    assert where(due_at=PASSED, reach="unknown") is Standing.AWAITING


def test_the_moment_of_the_deadline_itself_is_not_past_it():
    assert where(due_at=NOW) is Standing.AWAITING


def test_a_recipient_without_a_deadline_is_awaited():
    assert where(due_at=None) is Standing.AWAITING


def test_every_combination_of_answers_has_a_standing_with_its_rule():
    for outcomes in itertools.combinations_with_replacement(Outcome.values, 3):
        found = where(*outcomes)
        assert found.label and found.rule.endswith(".")


@pytest.fixture
def campaign(db):
    return make_campaign()


def answer(recipient: Recipient, number: int, outcome: str) -> None:
    cell = recipient.answers.get(demand__number=number)
    cell.outcome = outcome
    cell.current_entry = AnswerEntry.objects.create(
        answer=cell,
        outcome=outcome,
        respondent_name="Dana Dean",
        channel="post",
        received_on=NOW.date(),
        recorded_by=make_user(),
    )
    cell.save()


def test_many_standings_agree_with_the_rule_and_with_the_overdue_queryset(campaign):
    silent = make_recipient(campaign, reach="reached", due_at=PASSED)
    at_counsel = make_recipient(
        campaign, reach="reached", due_at=PASSED, counsel_appeared_on=NOW.date()
    )
    lost = make_recipient(campaign, reach="undeliverable", due_at=PASSED)
    withdrawn = make_recipient(
        campaign, withdrawn_at=timezone.now(), withdrawn_reason="Chosen by mistake"
    )
    answered = make_recipient(campaign, reach="reached", due_at=PASSED)
    answer(answered, 1, "complied")
    new = make_recipient(campaign)
    assert standings(campaign.recipients.all(), NOW) == {
        silent.pk: Standing.NO_RESPONSE,
        at_counsel.pk: Standing.WITH_COUNSEL,
        lost.pk: Standing.UNDELIVERABLE,
        withdrawn.pk: Standing.WITHDRAWN,
        answered.pk: Standing.CONFIRMED_IN_PART,
        new.pk: Standing.AWAITING,
    }
    assert list(Recipient.objects.overdue(NOW)) == [silent]


@pytest.mark.parametrize("number", [3, 30])
def test_standings_take_one_query_for_any_number(campaign, django_assert_num_queries, number):
    for _ in range(number):
        make_recipient(campaign)
    with django_assert_num_queries(1):
        assert len(standings(campaign.recipients.all(), NOW)) == number


def test_a_page_of_recipients_can_be_asked_about(campaign):
    for _ in range(4):
        make_recipient(campaign)
    assert len(standings(campaign.recipients.all()[1:3], NOW)) == 2
    assert Answer.objects.count() == 8


OUTCOMES_OF_EACH_RANK = [ranked[0] for ranked in _RANKS]


def test_outcomes_of_one_rank_count_alike_so_that_the_ranks_say_what_the_rules_do():
    """Over every set of outcomes that a recipient's answers can have."""
    ranks = {outcome: rank for rank, ranked in enumerate(_RANKS) for outcome in ranked}
    assert set(ranks) == set(Outcome)
    for size in range(1, len(Outcome) + 1):
        for outcomes in itertools.combinations(Outcome, size):
            found = sorted(ranks[outcome] for outcome in outcomes)
            said = _SAID[found[-1] * 8 + found[0]]
            expected = where(*outcomes)
            assert BY_MARK.get(said, Standing.AWAITING) is expected, outcomes


def test_the_database_gives_what_the_rules_give_over_every_combination(db):
    """Answers of every two ranks, with reach, counsel, withdrawal, override and deadline."""
    campaign = make_campaign(demands=2)
    expected, cells = [], []
    for combination in itertools.product(
        itertools.combinations_with_replacement(OUTCOMES_OF_EACH_RANK, 2),
        Recipient.Reach.values,
        (None, NOW.date()),
        (None, NOW),
        ("", "pending", "with_counsel"),
        (None, PASSED, NOW),
    ):
        outcomes, reach, counsel, withdrawn, override, due_at = combination
        recipient = bare_recipient(
            campaign,
            reach=reach,
            counsel_appeared_on=counsel,
            withdrawn_at=withdrawn,
            override_standing=override,
            due_at=due_at,
        )
        cells.append((recipient, outcomes))
        ruled = standing(
            outcomes,
            reach=reach,
            counsel_appeared=bool(counsel),
            withdrawn=bool(withdrawn),
            due_at=due_at,
            now=NOW,
        )
        expected.append((ruled, in_force(ruled, override)))
    give(campaign, cells)
    recipients = campaign.recipients.all()
    ruled_in_sql, counting_in_sql = by_rule(recipients, NOW), standings(recipients, NOW)
    assert len(expected) == len(counting_in_sql) == 36 * 3 * 2 * 2 * 3 * 3
    for (recipient, outcomes), pair in zip(cells, expected, strict=True):
        found = ruled_in_sql[recipient.pk], counting_in_sql[recipient.pk]
        assert found == pair, (outcomes, recipient.reach, recipient.override_standing)


def bare_recipient(campaign, **fields):
    """Not saved yet; its institution has a name and nothing else."""
    by = campaign.created_by
    reasons = {}
    if fields["withdrawn_at"]:
        reasons["withdrawn_reason"] = "Merged."
    if fields["override_standing"]:
        reasons |= {"override_reason": "Settled.", "overridden_at": NOW, "overridden_by": by}
    institution = Institution(name="Bare")
    return Recipient(campaign=campaign, institution=institution, chosen_by=by, **fields, **reasons)


def give(campaign, cells):
    """Save the recipients with what each answered to the two demands."""
    Institution.objects.bulk_create(recipient.institution for recipient, _ in cells)
    Recipient.objects.bulk_create(recipient for recipient, _ in cells)
    demands = list(campaign.demands.all())
    answers = Answer.objects.bulk_create(
        Answer(recipient=recipient, demand=demand) for recipient, _ in cells for demand in demands
    )
    given = [outcome for _, outcomes in cells for outcome in outcomes]
    AnswerEntry.objects.bulk_create(
        AnswerEntry(
            answer=answer,
            outcome=outcome,
            respondent_name="Dana Dean",
            channel="post",
            received_on=NOW.date(),
            promised_on=NOW.date() if outcome == "will_comply" else None,
            recorded_by=campaign.created_by,
        )
        for answer, outcome in zip(answers, given, strict=True)
        if outcome != "unanswered"
    )
    said = AnswerEntry.objects.filter(answer=OuterRef("pk"))
    Answer.objects.filter(entries__isnull=False).update(
        current_entry=Subquery(said.values("pk")), outcome=Subquery(said.values("outcome"))
    )
