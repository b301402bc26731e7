"""The printed status report: the figures of the board, everybody named, and on record."""

import datetime
import io

import pikepdf
import pytest
from django.db import transaction

from campaigns.models import AuditEvent
from letters.actions import status_report
from letters.management import large
from letters.merge import pages, press
from letters.merge.document import RenderRefused
from letters.reports.figures import board
from tests.factories import make_campaign, make_institution, make_recipient, make_user

pytestmark = pytest.mark.django_db
NOW = datetime.datetime(2026, 11, 22, 18, tzinfo=datetime.UTC)


@pytest.fixture
def campaign():
    return large.campaign("Many", "MANY", recipients=70, demands=2, answered=90, now=NOW)


def report(campaign):
    return status_report.report(campaign=campaign, now=NOW, by=make_user("viewer"))


def test_the_report_says_what_the_board_says_and_names_everybody(campaign):
    recipient = campaign.recipients.filter(withdrawn_at=None).first()
    recipient.override_standing, recipient.override_reason = "declined", "By letter."
    recipient.overridden_at, recipient.overridden_by = NOW, campaign.created_by
    recipient.save()
    sheet = status_report.sheet(campaign, board(campaign, NOW), NOW)
    figures = board(campaign, NOW)
    assert dict(sheet.facts)["Answered"] == str(figures.answered)
    assert [bar.count for bar in sheet.funnel] == [stage.recipients for stage in figures.funnel()]
    assert sheet.as_of == "As of 1:00 p.m. Eastern Time on Sunday, November 22, 2026"
    assert sum(standing.count for standing in sheet.definitions) == 70
    for standing in sheet.definitions:
        assert len(standing.names) == standing.count, standing.name
    assert [name for each in sheet.definitions for name in each.names if "*" in name] == [
        f"{recipient.institution.name}*"
    ]
    assert [row[1:] for row in sheet.matrix.rows] == [
        [str(count) for count in counts.values()] for _, counts in figures.matrix
    ]


def test_the_pdf_holds_every_name_and_every_definition_and_is_on_record(campaign):
    made = report(campaign)
    content = made.file.read()
    text = " ".join(pages.text(content).split())
    for name in campaign.recipients.values_list("institution__name", flat=True):
        assert name in text
    for standing in status_report.sheet(campaign, board(campaign, NOW), NOW).definitions:
        assert f"{standing.name} ({standing.count})" in text
        assert standing.rule in text
    count = len(pikepdf.open(io.BytesIO(content)).pages)
    event = AuditEvent.objects.get(verb="board.reported")
    assert event.sentence == f"made the status report of Many, {count} pages"
    assert made.sha256 in event.payload


def test_a_list_too_long_to_print_is_left_out_and_the_report_says_so(campaign, monkeypatch):
    monkeypatch.setattr(status_report, "MOST_NAMES", 69)
    sheet = status_report.sheet(campaign, board(campaign, NOW), NOW)
    assert not any(standing.names for standing in sheet.definitions)
    assert sheet.not_listed.startswith("The names of more than 69 recipients are not printed")


def test_a_campaign_without_answers_has_a_report_without_a_drawing():
    campaign = make_campaign()
    make_recipient(campaign)
    sheet = status_report.sheet(campaign, board(campaign, NOW), NOW)
    assert sheet.drawing is None
    assert "First answers by period" not in [table.title for table in sheet.tables]


def test_a_name_that_is_markup_is_printed_as_typed():
    campaign = make_campaign()
    make_recipient(campaign, make_institution("<b>Bold</b> & Sons"))
    assert "<b>Bold</b> & Sons" in pages.text(report(campaign).file.read())


def test_a_report_that_cannot_be_set_is_refused_and_not_on_record(campaign, monkeypatch):
    def refuse(sheet):
        raise RenderRefused("Noto Serif has no 𝄞.")

    monkeypatch.setattr(press, "status_report", refuse)
    with pytest.raises(status_report.NotMade, match="could not be made: Noto Serif has no"):
        report(campaign)
    assert not AuditEvent.objects.filter(verb="board.reported").exists()


def test_a_report_undone_leaves_no_event(campaign, monkeypatch):
    class Undone(Exception):
        pass

    monkeypatch.setattr(press, "status_report", lambda sheet: press.Rendered(b"%PDF-", 1))
    with pytest.raises(Undone), transaction.atomic():
        report(campaign)
        raise Undone
    assert not AuditEvent.objects.filter(verb="board.reported").exists()
