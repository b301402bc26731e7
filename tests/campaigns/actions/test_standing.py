"""A standing set by hand: by whom, why, until it is taken back; the rule is never lost."""

import datetime

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from campaigns import audit
from campaigns.actions import standing as action
from campaigns.models import Recipient
from campaigns.standing import Standing, by_rule, standings
from tests.factories import make_answer, make_campaign, make_recipient, make_user

pytestmark = pytest.mark.django_db
NOW = datetime.datetime(2027, 1, 11, 12, tzinfo=datetime.UTC)


@pytest.fixture
def recipient() -> Recipient:
    recipient = make_recipient(make_campaign(demands=1), reach="reached", due_at=NOW)
    make_answer(recipient, "complied")
    return recipient


def override(recipient: Recipient, standing: str = "declined", **fields) -> Recipient:
    return action.override(
        **{
            "recipient": recipient,
            "standing": standing,
            "reason": "Their letter of January 9 takes it back.",
            "now": NOW,
            "by": make_user("manager"),
            **fields,
        }
    )


def both(recipient: Recipient) -> tuple[Standing, Standing]:
    one = Recipient.objects.filter(pk=recipient.pk)
    return standings(one, NOW)[recipient.pk], by_rule(one, NOW)[recipient.pk]


@pytest.mark.parametrize("role", ["manager", "counsel"])
def test_what_is_set_by_hand_counts_and_the_rule_stands_beside_it(recipient, role):
    by = make_user(role)
    kept = override(recipient, by=by)
    assert (kept.overridden_by, kept.overridden_at) == (by, NOW)
    assert both(recipient) == (Standing.DECLINED, Standing.CONFIRMED)
    event = audit.history(recipient)[0]
    assert event.verb == "recipient.standing_overridden"
    assert '"by_rule":"confirmed"' in event.payload and "takes it back" in event.sentence


@pytest.mark.parametrize("role", ["drafter", "clerk", "viewer"])
def test_nobody_else_sets_a_standing_by_hand_or_takes_it_back(recipient, role):
    override(recipient)
    with pytest.raises(action.MayNotOverride, match="a manager or counsel can"):
        override(recipient, "disputed", by=make_user(role))
    with pytest.raises(action.MayNotOverride):
        action.to_rule(recipient=recipient, reason="x", now=NOW, by=make_user(role))
    assert both(recipient)[0] is Standing.DECLINED


@pytest.mark.parametrize("standing", ["withdrawn", "no_response", "awaiting", "", "wonderful"])
def test_what_follows_from_the_clock_or_from_a_withdrawal_is_never_set(recipient, standing):
    with pytest.raises(action.NotToBeSet):
        override(recipient, standing)
    assert both(recipient) == (Standing.CONFIRMED, Standing.CONFIRMED)


def test_an_override_and_its_end_need_a_reason(recipient):
    with pytest.raises(action.ReasonMissing):
        override(recipient, reason="  ")
    override(recipient)
    with pytest.raises(action.ReasonMissing):
        action.to_rule(recipient=recipient, reason="", now=NOW, by=make_user("counsel"))
    assert both(recipient)[0] is Standing.DECLINED


def test_taken_back_the_rule_decides_again(recipient):
    override(recipient)
    kept = action.to_rule(recipient=recipient, reason="Sorry.", now=NOW, by=make_user("counsel"))
    assert (kept.override_standing, kept.override_reason, kept.overridden_by) == ("", "", None)
    assert both(recipient) == (Standing.CONFIRMED, Standing.CONFIRMED)
    assert [event.verb for event in audit.history(recipient)] == [
        "recipient.standing_by_rule",
        "recipient.standing_overridden",
    ]
    with pytest.raises(action.NotOverridden):
        action.to_rule(recipient=recipient, reason="x", now=NOW, by=make_user("counsel"))


def test_a_withdrawn_recipient_is_withdrawn_whatever_was_set(recipient):
    override(recipient)
    Recipient.objects.filter(pk=recipient.pk).update(
        withdrawn_at=timezone.now(), withdrawn_reason="Chosen by mistake"
    )
    assert both(recipient) == (Standing.WITHDRAWN, Standing.WITHDRAWN)
    with pytest.raises(action.IsWithdrawn):
        override(recipient)


def test_who_is_silent_and_set_by_hand_is_never_overdue():
    silent = make_recipient(
        make_campaign(), reach="reached", due_at=NOW - datetime.timedelta(days=1)
    )
    assert list(Recipient.objects.overdue(NOW)) == [silent]
    override(silent, "confirmed")
    assert not Recipient.objects.overdue(NOW)


def test_every_standing_that_can_be_set_is_one_of_the_rules_with_its_words():
    for value, label in Recipient.Override.choices:
        assert Standing(value).label == label
    left = {each.value for each in Standing} - set(Recipient.Override.values)
    assert left == {"withdrawn", "no_response", "awaiting"}


def test_nothing_is_kept_where_the_record_fails(recipient, monkeypatch):
    monkeypatch.setattr(action.audit, "record", lambda *a, **k: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        override(recipient)
    assert both(recipient)[0] is Standing.CONFIRMED


@pytest.mark.parametrize(
    "half",
    [
        {"override_standing": "declined"},
        {"override_reason": "x"},
        {
            "override_standing": "no_response",
            "override_reason": "x",
            "overridden_at": NOW,
            "overridden_by": 1,
        },
    ],
)
def test_the_database_refuses_half_an_override_and_one_that_the_clock_decides(recipient, half):
    half = {**half, **({"overridden_by": make_user()} if "overridden_by" in half else {})}
    with pytest.raises(IntegrityError), transaction.atomic():
        Recipient.objects.filter(pk=recipient.pk).update(**half)
