"""The database itself holds the table of moves, whoever writes past the actions."""

import pytest
from django.db import IntegrityError, connection, transaction

from campaigns import guards
from campaigns.models import Answer, Verification
from campaigns.models.verification import VERIFICATION_MOVES
from tests.factories import make_answer, make_campaign, make_recipient

pytestmark = pytest.mark.django_db
PAIRS = [(a, b) for a in Verification.values for b in Verification.values]


def standing_at(status: str) -> Answer:
    """An answer that came there by legal moves, without any action."""
    recipient = make_recipient(make_campaign(demands=1))
    make_answer(recipient, "complied")
    answer = recipient.answers.get()
    for step in _way(status):
        Answer.objects.filter(pk=answer.pk).update(verification=step)
    answer.refresh_from_db()
    return answer


def _way(status: str) -> list[str]:
    ways = {"unverified": [], "verified": ["evidence_received", "verified"]}
    return ways.get(status, [status])


@pytest.mark.parametrize(("before", "after"), PAIRS)
def test_an_update_past_every_action_moves_by_the_table_only(before, after):
    rows = Answer.objects.filter(pk=standing_at(before).pk)
    if after == before or after in VERIFICATION_MOVES[before]:
        assert rows.update(verification=after) == 1
    else:
        with pytest.raises(IntegrityError, match="verification_moves"), transaction.atomic():
            rows.update(verification=after)
        assert rows.get().verification == before


def test_a_later_statement_begins_unverified_or_is_refused():
    answer = standing_at("verified")
    first = answer.current_entry
    make_answer_of(answer)
    later = answer.entries.exclude(pk=first.pk).get()
    rows = Answer.objects.filter(pk=answer.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(current_entry=later)
    assert rows.update(current_entry=later, verification="unverified") == 1


def make_answer_of(answer: Answer) -> None:
    """A later statement on record that is not yet the current one."""
    first = answer.current_entry
    answer.entries.create(
        outcome="complied",
        respondent_name="Pat",
        channel="post",
        received_on=first.received_on,
        recorded_by=first.recorded_by,
    )


def test_what_was_not_answered_is_never_verified():
    recipient = make_recipient(make_campaign(demands=1))
    with pytest.raises(IntegrityError), transaction.atomic():
        recipient.answers.update(verification="evidence_received")


def test_guards_can_be_installed_again():
    guards.install_after_migrate(using=connection.alias)
    test_a_later_statement_begins_unverified_or_is_refused()
