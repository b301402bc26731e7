"""`manage.py verify_audit`: what it prints, and how it fails."""

import io

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from campaigns import audit
from campaigns.models import AuditEvent
from tests.factories import make_institution

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def three_events() -> None:
    institution = make_institution()
    for number in range(3):
        with transaction.atomic():
            audit.record("x.done", subject=institution, by=None, sentence=f"did thing {number}")


def test_a_whole_chain_prints_its_count_and_head():
    out = io.StringIO()
    call_command("verify_audit", stdout=out)
    assert out.getvalue() == f"3 events hold. Head: {AuditEvent.objects.last().hash}\n"


def test_the_first_bad_event_is_named_and_the_command_fails():
    with connection.cursor() as cursor:
        cursor.execute("UPDATE campaigns_auditevent SET sentence = 'else' WHERE sequence = 2")
    with pytest.raises(CommandError, match=r"Event 2 does not hold: .*sentence") as refused:
        call_command("verify_audit")
    assert refused.value.returncode == 1
    first = AuditEvent.objects.get(sequence=1)
    assert f"The 1 before it do; the last good hash is {first.hash}" in str(refused.value)


def test_a_missing_event_is_named():
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM campaigns_auditevent WHERE sequence = 2")
    with pytest.raises(CommandError, match="event 2 is missing"):
        call_command("verify_audit")
