"""What a calendar program reads: parsed back by the library, event by event."""

import datetime
from collections.abc import Callable

import icalendar
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns import calendar
from campaigns.actions import answer, extension, task
from campaigns.models import Campaign, Recipient, User
from tests.factories import (
    make_answer,
    make_campaign,
    make_ground,
    make_institution,
    make_recipient,
    make_user,
)

NOW = datetime.datetime(2026, 12, 14, 15, tzinfo=datetime.UTC)
DUE = datetime.datetime(2027, 1, 8, 22, tzinfo=datetime.UTC)
LATER = datetime.date(2027, 1, 22)

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager() -> User:
    return make_user("manager")


@pytest.fixture
def campaign(manager) -> Campaign:
    return make_campaign(title="Request; with, a\\comma", by=manager)


def reached(campaign: Campaign, name: str = "", due_at: datetime.datetime = DUE) -> Recipient:
    recipient = make_recipient(campaign, make_institution(name))
    return answer.reached(
        recipient=recipient, letters_due_at=due_at, on=datetime.date(2026, 12, 9), by=None
    )


def read(person: User, *campaigns: Campaign) -> list[icalendar.Event]:
    raw = calendar.written("Countersign", person, campaigns, NOW)
    assert all(len(line) <= 75 for line in raw.split(b"\r\n"))
    return list(icalendar.Calendar.from_ical(raw).walk("VEVENT"))


def only(events: list[icalendar.Event]) -> icalendar.Event:
    (event,) = events
    return event


def test_those_who_share_a_deadline_share_an_event_at_that_moment(manager, campaign):
    for name in ("Beta; College", "Alpha, University"):
        reached(campaign, name)
    event = only(read(manager, campaign))
    assert event["summary"] == "Answers due: 2 recipients"
    assert event.decoded("dtstart") == DUE
    assert event["description"] == (
        "Request; with, a\\comma: no answer yet. Due 5:00 p.m. Eastern Time on Friday, "
        "January 8, 2027.\nAlpha, University; Beta; College."
    )
    assert event["url"] == f"http://127.0.0.1:8000/staff/campaigns/{campaign.pk}/board/"
    assert event.decoded("dtstamp") == NOW


def test_who_answered_or_is_not_reached_or_has_counsel_is_not_awaited(manager, campaign):
    answered, lawyer, gone, back = (reached(campaign) for _ in range(4))
    make_answer(answered, "declined")
    Recipient.objects.filter(pk=lawyer.pk).update(counsel_appeared_on=NOW.date())
    Recipient.objects.filter(pk=gone.pk).update(withdrawn_at=NOW, withdrawn_reason="Closed.")
    answer.undeliverable(recipient=back, reason="Moved.", by=None)
    assert read(manager, campaign) == []


def test_time_that_was_given_is_an_event_of_its_own_that_moves_and_keeps_its_name(
    manager, campaign
):
    recipient = reached(campaign, "Alpha University")
    uids = []
    for until in (LATER, LATER + datetime.timedelta(days=7)):
        extension.give_unasked(
            recipient=recipient, until=until, decision="A storm.", now=NOW, by=manager
        )
        event = only(read(manager, campaign))
        assert event["summary"] == "More time ends: Alpha University"
        assert event.decoded("dtstart").date() == until
        uids.append(event["uid"])
    assert uids[0] == uids[1]


def test_promised_days_and_own_tasks_are_whole_days(manager, campaign):
    recipient = reached(campaign, "Alpha University")
    make_answer(recipient, "will_comply")
    for assignee, key in ((manager, "mine"), (make_user("clerk"), "theirs"), (None, "nobodys")):
        made = task.open_task(
            recipient=recipient,
            kind="other",
            about="Call them, please.",
            key=key,
            now=NOW,
            due_on=LATER,
        )
        task.assign(task=made, to=assignee, by=manager)
    events = {event["summary"]: event for event in read(manager, campaign)}
    assert set(events) == {
        "Promised for today: Alpha University (demand 1)",
        "Task: To do, Alpha University",
    }
    mine = events["Task: To do, Alpha University"]
    assert mine.decoded("dtstart") == LATER
    assert mine["description"] == "Call them, please."


def test_time_limits_of_agencies_are_called_estimates(manager):
    campaign = make_campaign(conduct_on=datetime.date(2026, 9, 1))
    campaign.grounds.add(
        make_ground(name="Title VII", agency="EEOC", time_limit_days=180,
                    time_limit_alternative_days=300)
    )  # fmt: skip
    events = read(manager, campaign)
    assert [event.decoded("dtstart").isoformat() for event in events] == [
        "2027-03-01",
        "2027-06-28",
    ]
    assert events[0]["summary"] == "Last day, estimated: Complaint to EEOC (Title VII)"
    assert "An estimate, not legal advice; counsel confirms it." in events[0]["description"]


def test_a_moment_is_the_same_in_every_zone_and_on_both_sides_of_the_clock_change(manager):
    campaign = make_campaign(timezone="Pacific/Honolulu")
    for due_at in ("2027-03-13T17:00:00-10:00", "2027-03-15T17:00:00-10:00"):
        reached(campaign, due_at=datetime.datetime.fromisoformat(due_at))
    starts = [event.decoded("dtstart") for event in read(manager, campaign)]
    assert [start.isoformat() for start in starts] == [
        "2027-03-14T03:00:00+00:00",
        "2027-03-16T03:00:00+00:00",
    ]


def test_every_event_has_its_own_name_which_stays_when_it_is_read_again(manager, campaign):
    recipient = reached(campaign)
    reached(campaign, due_at=DUE + datetime.timedelta(days=3))
    make_answer(reached(campaign), "will_comply")
    extension.give_unasked(
        recipient=recipient, until=LATER, decision="A storm.", now=NOW, by=manager
    )
    names = [event["uid"] for event in read(manager, campaign)]
    assert len(names) == len(set(names)) == 3
    assert [event["uid"] for event in read(manager, campaign)] == names


def test_what_lies_long_back_is_left_out(manager, campaign):
    reached(campaign, due_at=NOW - datetime.timedelta(days=91))
    reached(campaign, due_at=NOW - datetime.timedelta(days=5))
    assert only(read(manager, campaign)).decoded("dtstart") == NOW - datetime.timedelta(days=5)


def test_it_takes_the_same_queries_for_few_and_for_many(manager):
    def queries(count: int) -> int:
        campaign = make_campaign()
        for _ in range(count):
            reached(campaign)
        read_campaigns: Callable[[], list[Campaign]] = lambda: list(  # noqa: E731
            Campaign.objects.filter(pk=campaign.pk).prefetch_related("grounds")
        )
        with CaptureQueriesContext(connection) as captured:
            read(manager, *read_campaigns())
        return len(captured)

    assert queries(2) == queries(12)
