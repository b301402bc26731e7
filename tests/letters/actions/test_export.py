"""No rows leave the house without being on record."""

import pytest
from django.db import transaction
from django.utils import timezone

from campaigns import audit
from campaigns.models import AuditEvent
from letters.actions.export import export_board
from letters.reports.exports import Format
from letters.reports.selection import Selection
from tests.factories import make_campaign, make_institution, make_recipient, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign():
    campaign = make_campaign()
    make_recipient(campaign, make_institution("=Alpha", state="CA"))
    make_recipient(campaign, make_institution("Beta", state="NY"))
    return campaign


def export(campaign, **filters):
    return export_board(
        campaign=campaign,
        selection=Selection(**filters),
        form=Format.CSV,
        now=timezone.now(),
        by=make_user("manager", first_name="Morgan", last_name="Lee"),
    )


def test_an_export_holds_the_chosen_rows_and_no_formula(campaign):
    exported = export(campaign, place="CA")
    with exported.file as file:
        text = file.read().decode("utf-8-sig")
    assert exported.rows == 1
    assert "'=Alpha" in text
    assert "Beta" not in text
    assert "Awaiting an answer" in text


def test_an_export_has_the_order_of_the_list_over_its_batches(campaign, monkeypatch):
    monkeypatch.setattr("letters.reports.rows.AT_ONCE", 1)
    with export(campaign, sort="-name").file as file:
        lines = file.read().decode("utf-8-sig").splitlines()
    assert [line.split(",")[0] for line in lines[1:]] == ["Beta", "'=Alpha"]


def test_an_export_is_on_record_with_its_count_and_hash(campaign):
    exported = export(campaign)
    exported.file.close()
    event = AuditEvent.objects.get(verb="board.exported")
    assert event.sentence == f"exported 2 recipients of {campaign} as CSV"
    assert exported.sha256 in event.payload
    assert audit.campaign_history(campaign).first() == event
    assert audit.verify().holds


def test_an_export_undone_leaves_no_event(campaign):
    class Undone(Exception):
        pass

    with pytest.raises(Undone), transaction.atomic():
        export(campaign).file.close()
        raise Undone
    assert not AuditEvent.objects.filter(verb="board.exported").exists()


def test_what_cannot_be_put_on_record_leaves_no_file_behind(campaign, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError

    monkeypatch.setattr(audit, "record", fail)
    with pytest.raises(RuntimeError):  # an open file would warn, which is an error here
        export(campaign)
