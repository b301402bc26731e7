"""The board's sums are counted from the rows that their links lead to."""

import datetime

import pytest
from django.utils import timezone

from campaigns.models import Outcome, Recipient
from campaigns.standing import Standing
from letters.models import Dispatch, Response
from letters.reports.figures import Received, board
from letters.reports.selection import Selection, select
from letters.reports.steps import Step
from tests.factories import (
    make_answer,
    make_campaign,
    make_institution,
    make_letter,
    make_mailing,
    make_recipient,
    make_version,
)

pytestmark = pytest.mark.django_db
NOW = datetime.datetime(2026, 11, 22, 18, tzinfo=datetime.UTC)
PAST = NOW - datetime.timedelta(days=2)
AHEAD = NOW + datetime.timedelta(days=9)


@pytest.fixture
def campaign():
    """Four recipients: one confirmed, one overdue, one withdrawn with an answer, one silent."""
    campaign = make_campaign(demands=2)
    confirmed = make_recipient(
        campaign, make_institution("Alpha", state="CA"), reach="reached", due_at=AHEAD
    )
    make_answer(confirmed, Outcome.COMPLIED, number=1)
    make_answer(confirmed, Outcome.WILL_COMPLY, number=2)
    make_recipient(campaign, make_institution("Beta", state="CA"), reach="reached", due_at=PAST)
    withdrawn = make_recipient(
        campaign,
        make_institution("Gamma", state="NY"),
        withdrawn_at=NOW,
        withdrawn_reason="Merged.",
    )
    make_answer(withdrawn, Outcome.COMPLIED, number=1)
    make_recipient(campaign, make_institution("Delta Journal", state="", country="GB"))
    return campaign


def names(campaign, **filters):
    return [row.name for row in select(board(campaign, NOW), Selection(**filters))]


def test_each_standing_counts_the_rows_it_leads_to(campaign):
    figures = board(campaign, NOW)
    for standing, count in figures.by_standing().items():
        assert count == len(select(figures, Selection(standing=standing)))
    assert figures.by_standing()[Standing.CONFIRMED] == 1


def test_each_cell_of_the_matrix_counts_the_rows_it_leads_to(campaign):
    figures = board(campaign, NOW)
    for demand, counts in figures.by_demand():
        for outcome, count in counts.items():
            rows = select(figures, Selection(demand=demand.number, outcome=outcome))
            assert count == len(rows), (demand, outcome)
    assert dict(figures.by_demand()[0][1])[Outcome.COMPLIED] == 1  # the withdrawn left out


def test_overdue_is_what_the_queryset_says(campaign):
    figures = board(campaign, NOW)
    overdue = {row.pk for row in figures.rows if row.is_overdue}
    assert overdue == set(Recipient.objects.overdue(NOW).values_list("pk", flat=True))
    assert figures.overdue == 1 == len(select(figures, Selection(overdue=True)))


def test_what_came_without_an_answer_is_received_and_still_silent_and_overdue(campaign):
    beta = campaign.recipients.get(institution__name="Beta")
    for kind, day in (("acknowledgement", 3), ("auto_reply", 2)):
        Response.objects.create(
            recipient=beta,
            kind=kind,
            channel="post",
            received_on=datetime.date(2026, 11, day),
            respondent_name="Pat",
            receipt=f"R-{kind}",
            recorded_by=campaign.created_by,
        )
    row = next(row for row in board(campaign, NOW).rows if row.pk == beta.pk)
    assert row.received == Received(Response.Kind.ACKNOWLEDGEMENT, datetime.date(2026, 11, 3))
    assert (row.is_answered, row.is_overdue) == (False, True)
    assert names(campaign, answered="received") == ["Beta"]


def test_places_are_states_at_home_and_countries_abroad(campaign):
    places = {figures.place: figures for figures in board(campaign, NOW).by_place()}
    assert set(places) == {"CA", "NY", "GB"}
    assert (places["CA"].recipients, places["CA"].answered, places["CA"].overdue) == (2, 1, 1)
    assert places["NY"].answered == 0
    assert [places[place].shade for place in ("CA", "NY")] == [2, 0]


def test_deadlines_say_how_many_are_silent_and_lead_to_them(campaign):
    figures = board(campaign, NOW)
    past, ahead = figures.by_deadline()
    assert (past.days_left, past.recipients, past.silent) == (-2, 1, 1)
    assert (ahead.days_left, ahead.recipients, ahead.silent) == (9, 1, 0)
    assert names(campaign, due=past.key, answered="silent") == ["Beta"]


def test_the_silent_who_are_never_overdue_are_told_apart_and_lead_to_their_rows(campaign):
    make_recipient(campaign, make_institution("Zeta"), reach="undeliverable", due_at=PAST)
    make_recipient(
        campaign,
        make_institution("Eta"),
        reach="reached",
        due_at=PAST,
        counsel_appeared_on=NOW.date(),
    )
    figures = board(campaign, NOW)
    past = figures.by_deadline()[0]
    assert past.silent == 3
    assert past.not_late == [(Standing.WITH_COUNSEL, 1), (Standing.UNDELIVERABLE, 1)]
    assert past.silent - sum(count for _, count in past.not_late) == figures.overdue
    for standing, name in ((Standing.UNDELIVERABLE, "Zeta"), (Standing.WITH_COUNSEL, "Eta")):
        assert names(campaign, due=past.key, standing=standing, answered="silent") == [name]


def test_who_was_sent_nothing_is_counted_as_its_link_lists_them(campaign):
    figures = board(campaign, NOW)
    listed = select(figures, Selection(standing="awaiting", reach="unknown"))
    assert figures.unsent == len(listed) == 1
    assert [row.unsent for row in listed] == ["Nothing sent yet"]


def test_days_left_are_counted_where_the_campaign_is():
    campaign = make_campaign(timezone="America/Los_Angeles")
    late_evening = datetime.datetime(2026, 11, 23, 7, 30, tzinfo=datetime.UTC)  # the 22nd there
    make_recipient(campaign, reach="reached", due_at=late_evening)
    assert board(campaign, NOW).rows[0].days_left == 0


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"words": "delta JOURNAL"}, ["Delta Journal"]),
        ({"place": "CA"}, ["Alpha", "Beta"]),
        ({"answered": "answered"}, ["Alpha"]),
        ({"reach": "unknown"}, ["Delta Journal", "Gamma"]),
        ({"sort": "-name"}, ["Gamma", "Delta Journal", "Beta", "Alpha"]),
        ({"sort": "due"}, ["Beta", "Alpha", "Delta Journal", "Gamma"]),
        ({"outcome": "will_comply"}, ["Alpha"]),
        ({"place": "CA", "overdue": True}, ["Beta"]),
    ],
)
def test_the_list_filters_and_sorts(campaign, filters, found):
    assert names(campaign, **filters) == found


def test_a_recipients_last_letter_is_the_newest_that_was_not_left_out(campaign):
    recipient = campaign.recipients.get(institution__name="Beta")
    version = make_version(campaign)
    first = make_letter(make_mailing(version), recipient, status="sealed", **_SEALED)
    Dispatch.objects.create(
        letter=first,
        channel="post",
        status="sent",
        sent_at=timezone.now(),
        queued_by=campaign.created_by,
    )
    make_letter(make_mailing(version), recipient, status="void", status_reason="Left out.")
    figures = board(campaign, NOW)
    row = next(row for row in figures.rows if row.pk == recipient.pk)
    assert row.letter is not None
    assert (row.letter.reference, row.letter.step) == (first.reference, Step.SENT)
    assert figures.by_step()[Step.LEFT_OUT] == figures.by_step()[Step.SENT] == 1
    assert [found.name for found in select(figures, Selection(step="sent"))] == ["Beta"]


def test_the_draft_of_a_reminder_does_not_hide_the_letter_that_left(campaign):
    recipient = campaign.recipients.get(institution__name="Beta")
    version = make_version(campaign)
    first = make_letter(make_mailing(version), recipient, status="sealed", **_SEALED)
    Dispatch.objects.create(
        letter=first,
        channel="post",
        status="delivered",
        sent_at=timezone.now(),
        arrived_on=timezone.localdate(),
        queued_by=campaign.created_by,
    )
    reminder = make_letter(make_mailing(version), recipient)
    row = next(row for row in board(campaign, NOW).rows if row.pk == recipient.pk)
    assert row.letter is not None and row.next_letter is not None
    assert (row.letter.reference, row.letter.step) == (first.reference, Step.DELIVERED)
    assert (row.next_letter.reference, row.next_letter.step) == (reminder.reference, Step.DRAFT)


def test_where_none_left_the_newest_letter_is_the_last_and_no_other_follows(campaign):
    recipient = campaign.recipients.get(institution__name="Delta Journal")
    version = make_version(campaign)
    make_letter(make_mailing(version), recipient)
    newest = make_letter(make_mailing(version), recipient)
    row = next(row for row in board(campaign, NOW).rows if row.pk == recipient.pk)
    assert row.letter is not None
    assert (row.letter.reference, row.next_letter) == (newest.reference, None)


_SEALED = {"pdf_sha256": "0" * 64, "page_count": 1, "sealed_at": NOW}
