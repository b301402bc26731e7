"""The audit log: written with the decision, chained, and checked row by row."""

import pytest
from django.db import connection, transaction

from campaigns import audit
from campaigns.models import AuditEvent
from campaigns.models.audit import AuditLogIsFinal
from tests.factories import make_institution, make_user

pytestmark = pytest.mark.django_db


def record_some(count: int = 3) -> None:
    institution, user = make_institution(), make_user()
    for index in range(count):
        with transaction.atomic():
            audit.record(
                "institution.changed",
                subject=institution,
                by=user,
                sentence=f"changed the name, time {index}",
                before="a",
                after="ß",
            )


def tamper(sequence: int, column: str, value: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE campaigns_auditevent SET {column} = %s WHERE sequence = %s",  # noqa: S608
            [value, sequence],
        )


@pytest.mark.django_db(transaction=True)
def test_an_event_outside_a_transaction_is_refused():
    institution = make_institution()
    with pytest.raises(audit.OutsideTransaction):
        audit.record("x", subject=institution, by=None, sentence="did a thing")


def test_an_untouched_chain_holds():
    record_some(3)
    verdict = audit.verify()
    assert verdict.holds
    assert verdict.checked == 3


@pytest.mark.parametrize(
    ("column", "value"),
    [("sentence", "did nothing"), ("payload", "{}"), ("actor_id", None), ("hash", "0" * 64)],
)
def test_a_changed_column_names_the_first_bad_row(column, value):
    record_some(3)
    tamper(2, column, value)
    verdict = audit.verify()
    assert verdict.bad_sequence == 2
    assert verdict.checked == 1


def test_a_deleted_row_is_found():
    record_some(3)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM campaigns_auditevent WHERE sequence = 2")
    assert "event 2 is missing" in audit.verify().reason


def test_events_refuse_change_and_deletion():
    record_some(1)
    event = AuditEvent.objects.get()
    event.sentence = "did nothing"
    for attempt in (event.save, event.delete, AuditEvent.objects.all().delete):
        with pytest.raises(AuditLogIsFinal):
            attempt()
    with pytest.raises(AuditLogIsFinal):
        AuditEvent.objects.update(sentence="did nothing")
