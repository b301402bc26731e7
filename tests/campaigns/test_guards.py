"""The database itself holds the table of moves, whoever writes past the actions."""

import itertools
from dataclasses import replace

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from campaigns import guards
from campaigns.models import Answer, Extension, Verification
from campaigns.models.verification import VERIFICATION_MOVES
from tests.factories import make_answer, make_campaign, make_recipient, make_user

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


def test_a_migration_that_dropped_a_guard_is_followed_by_its_making_anew():
    (guard,) = [one for one in MOVES if one.column == "verification"]
    with connection.cursor() as cursor:
        on = "" if connection.vendor == "sqlite" else f' ON "{guard.table}"'
        cursor.execute(f'DROP TRIGGER "{guard.name}"{on}')
    rows = Answer.objects.filter(pk=standing_at("contradicted").pk)
    assert rows.update(verification="verified") == 1  # nothing holds it now
    guards.install_after_migrate(using=connection.alias)
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(verification="unverified")


MOVES = [guard for guard in guards.guards() if isinstance(guard, guards.Guard)]
FINAL = [guard for guard in guards.guards() if isinstance(guard, guards.Final)]


@pytest.mark.parametrize("guard", MOVES, ids=lambda guard: guard.name)
def test_every_pair_that_a_table_does_not_name_is_refused_in_the_database(guard):
    """On a table of its own, where no other constraint could be what refuses."""
    alone = replace(guard, table="alone", column="moving", begins_again_with="")
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE alone (moving varchar(30))")
        for statement in guards.statements(alone, connection.vendor):
            cursor.execute(statement)
        for before, after in itertools.product(guard.moves, repeat=2):
            cursor.execute("DELETE FROM alone")
            cursor.execute("INSERT INTO alone VALUES (%s)", [before])
            if after == before or after in guard.moves[before]:
                cursor.execute("UPDATE alone SET moving = %s", [after])
            else:
                with pytest.raises(IntegrityError, match="alone"), transaction.atomic():
                    cursor.execute("UPDATE alone SET moving = %s", [after])


@pytest.mark.parametrize("guard", FINAL, ids=lambda guard: guard.name)
def test_what_is_written_once_is_not_changed_in_the_database(guard):
    alone = replace(guard, table="alone")
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE alone (said varchar(30))")
        for statement in guards.statements(alone, connection.vendor):
            cursor.execute(statement)
        cursor.execute("INSERT INTO alone VALUES ('We confirm.')")
        with pytest.raises(IntegrityError, match="alone_final"), transaction.atomic():
            cursor.execute("UPDATE alone SET said = 'We decline.'")
        cursor.execute("SELECT said FROM alone")
        assert cursor.fetchall() == [("We confirm.",)]


def test_no_script_makes_an_institution_say_otherwise():
    entry = standing_at("verified").current_entry
    with (
        connection.cursor() as cursor,
        pytest.raises(IntegrityError, match="answerentry_final"),
        transaction.atomic(),
    ):
        cursor.execute(
            "UPDATE campaigns_answerentry SET outcome = 'declined' WHERE id = %s", [entry.pk]
        )


def test_each_state_that_has_moves_is_held_by_the_database():
    held = {(guard.table, guard.column) for guard in MOVES}
    assert held == {
        ("campaigns_answer", "verification"),
        ("campaigns_extension", "status"),
        ("letters_dispatch", "status"),
        ("letters_incoming", "status"),
        ("letters_letter", "status"),
        ("letters_mailing", "status"),
        ("letters_responsedocument", "scan"),
    }


def test_time_that_was_refused_is_not_given_past_the_action():
    recipient = make_recipient(make_campaign(demands=1))
    by, now = make_user(), timezone.now()
    wish = Extension.objects.create(
        recipient=recipient, asked_on=now.date(), asked_by="Dana", recorded_at=now
    )
    rows = Extension.objects.filter(pk=wish.pk)
    decided = {"decided_by": by, "decided_at": now, "decision": "No."}
    assert rows.update(status="refused", **decided) == 1
    with pytest.raises(IntegrityError, match="status_moves"), transaction.atomic():
        rows.update(status="granted", until=now)
    nothing = {"decided_by": None, "decided_at": None, "decision": ""}
    with pytest.raises(IntegrityError, match="status_moves"), transaction.atomic():
        rows.update(status="asked", **nothing)
