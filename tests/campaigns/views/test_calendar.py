"""The secret address of a person's calendar: made, shown once, read without a login, closed."""

import datetime
import hashlib
import re

import icalendar
import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from campaigns.actions import answer, calendar_feed
from campaigns.models import AuditEvent, CalendarFeed, User
from tests.factories import make_campaign, make_recipient, make_user

pytestmark = pytest.mark.django_db
PAGE, NEW, CLOSE = (
    reverse(f"campaigns:{name}") for name in ("calendar", "calendar_new", "calendar_close")
)


@pytest.fixture
def manager() -> User:
    return make_user("manager")


@pytest.fixture
def client(manager) -> Client:
    client = Client()
    client.force_login(manager)
    return client


def address(client: Client) -> str:
    """The path that was shown when an address was made."""
    shown = re.search(r"http://127\.0\.0\.1:8000(/calendar/[\w-]+/all\.ics)", client.post(NEW).text)
    assert shown
    return shown[1]


def test_the_address_is_shown_once_and_kept_as_a_hash(client, manager):
    path = address(client)
    token = path.split("/")[2]
    assert len(token) >= 43  # 256 bits
    feed = CalendarFeed.objects.get()
    assert feed.owner == manager
    assert feed.token_sha256 == hashlib.sha256(token.encode()).hexdigest()
    assert token not in client.get(PAGE).text
    assert not AuditEvent.objects.filter(payload__contains=token).exists()
    assert AuditEvent.objects.get(verb="calendar_feed.issued").actor == manager


def test_a_calendar_program_reads_it_without_a_login(client):
    campaign = make_campaign(title="Request")
    due_at = timezone.now() + datetime.timedelta(days=30)
    recipient = make_recipient(campaign)
    answer.reached(recipient=recipient, letters_due_at=due_at, on=timezone.localdate(), by=None)
    path = address(client)
    answered = Client().get(path)
    assert answered["Content-Type"] == "text/calendar; charset=utf-8"
    assert "no-store" in answered["Cache-Control"]
    assert answered["Referrer-Policy"] == "no-referrer"
    (event,) = icalendar.Calendar.from_ical(answered.content).walk("VEVENT")
    assert recipient.institution.name in event["summary"]
    one = path.replace("all.ics", f"campaign-{campaign.pk}.ics")
    assert b"X-WR-CALNAME:Request" in Client().get(one).content
    assert Client().get(path.replace("all.ics", "campaign-999.ics")).status_code == 404


def test_reading_changes_no_row(client):
    path = address(client)
    with CaptureQueriesContext(connection) as captured:
        for ask in (Client().get, Client().head):
            assert ask(path).status_code == 200
    assert all(query["sql"].startswith("SELECT") for query in captured)
    assert Client().post(path).status_code == 405


def test_a_closed_an_older_and_an_invented_address_are_not_there(client):
    older, path = address(client), address(client)
    assert Client().get(older).status_code == 404
    assert Client().get(path).status_code == 200
    assert "Closed" in client.post(CLOSE, follow=True).text
    assert Client().get(path).status_code == 404
    assert Client().get("/calendar/x/all.ics").status_code == 404
    assert "There was no address" in client.post(CLOSE, follow=True).text
    assert AuditEvent.objects.filter(verb="calendar_feed.revoked").count() == 1


@pytest.mark.parametrize("lost", ["active", "role"])
def test_who_may_not_look_any_more_reads_nothing(client, manager, lost):
    path = address(client)
    if lost == "active":
        User.objects.filter(pk=manager.pk).update(is_active=False)
    else:
        manager.groups.clear()
    assert Client().get(path).status_code == 404


def test_an_archived_campaign_is_left_out(client):
    campaign = make_campaign(archived_at=timezone.now())
    path = address(client)
    assert Client().get(path.replace("all.ics", f"campaign-{campaign.pk}.ics")).status_code == 404


def test_the_database_holds_one_working_address_for_each_person(manager):
    now = timezone.now()
    calendar_feed.issue(by=manager, now=now)
    with pytest.raises(IntegrityError), transaction.atomic():
        CalendarFeed.objects.create(owner=manager, token_sha256="a" * 64, made_at=now)


def test_a_rolled_back_address_closes_none(manager):
    now = timezone.now()
    calendar_feed.issue(by=manager, now=now)
    with pytest.raises(RuntimeError), transaction.atomic():
        calendar_feed.issue(by=manager, now=now)
        raise RuntimeError
    assert CalendarFeed.objects.working().count() == CalendarFeed.objects.count() == 1


def test_nobody_sees_or_closes_the_address_of_another(client, manager):
    address(client)
    other = Client()
    other.force_login(make_user("clerk"))
    assert "You have no address yet." in other.get(PAGE).text
    other.post(CLOSE)
    assert CalendarFeed.objects.working().get().owner == manager
