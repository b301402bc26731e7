"""Creating, changing and ending a campaign, and its grounds."""

import dataclasses
import datetime

import pytest
from django.utils import timezone

from campaigns.actions import campaign as actions
from campaigns.models import AuditEvent, Campaign, Demand
from tests.factories import make_campaign, make_ground, make_user

pytestmark = pytest.mark.django_db

DETAILS = actions.Details(
    title="Confirm in writing", matter="A request to confirm.", reference_prefix="CNF"
)


@pytest.fixture
def manager():
    return make_user("manager")


def test_a_campaign_is_created_with_its_deadline_rule_and_one_event(manager):
    campaign = actions.create(details=DETAILS, by=manager)
    assert campaign.created_by == manager
    assert campaign.deadline_rule == "30 calendar days after the letter date, at 5:00 p.m."
    event = AuditEvent.objects.get()
    assert (event.verb, event.campaign_id) == ("campaign.created", campaign.pk)


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("reference_prefix", "CNO", "capital letters"),
        ("reference_prefix", "C", "capital letters"),
        ("deadline_days", 0, "greater than or equal to 1"),
        ("title", "", "blank"),
    ],
)
def test_details_that_cannot_be_are_refused_in_words(manager, field, value, says):
    with pytest.raises(actions.CampaignRefused, match=says):
        actions.create(details=dataclasses.replace(DETAILS, **{field: value}), by=manager)
    assert not Campaign.objects.exists()
    assert not AuditEvent.objects.exists()


def test_a_prefix_belongs_to_one_campaign(manager):
    actions.create(details=DETAILS, by=manager)
    with pytest.raises(actions.CampaignRefused, match="already exists"):
        actions.create(details=dataclasses.replace(DETAILS, title="Another"), by=manager)


def test_a_change_keeps_before_and_after(manager):
    campaign = actions.create(details=DETAILS, by=manager)
    details = dataclasses.replace(DETAILS, deadline_days=45, deadline_time=datetime.time(12))
    changed = actions.change(campaign=campaign, details=details, by=manager)
    assert changed.deadline_rule == "45 calendar days after the letter date, at 12:00 p.m."
    assert '"deadline_days":["30","45"]' in AuditEvent.objects.last().payload


def test_a_change_of_nothing_records_nothing(manager):
    campaign = actions.create(details=DETAILS, by=manager)
    actions.change(campaign=campaign, details=DETAILS, by=manager)
    assert AuditEvent.objects.count() == 1


def test_the_prefix_stays_once_letters_carry_it(manager):
    campaign = actions.create(details=DETAILS, by=manager)
    actions.letters_made(campaign=campaign, on=timezone.now())
    with pytest.raises(actions.PrefixIsPrinted, match="CNF"):
        actions.change(
            campaign=campaign,
            details=dataclasses.replace(DETAILS, reference_prefix="XYZ"),
            by=manager,
        )


def test_letters_are_made_for_the_first_time_once(manager):
    campaign = actions.create(details=DETAILS, by=manager)
    first = timezone.now()
    actions.letters_made(campaign=campaign, on=first)
    actions.letters_made(campaign=campaign, on=first + datetime.timedelta(days=1))
    campaign.refresh_from_db()
    assert campaign.first_letters_at == first


def test_an_archived_campaign_refuses_changes_until_it_is_reopened(manager):
    campaign = actions.create(details=DETAILS, by=manager)
    actions.archive(campaign=campaign, by=manager)
    details = dataclasses.replace(DETAILS, title="Another title")
    with pytest.raises(actions.CampaignIsArchived, match="Reopen"):
        actions.change(campaign=campaign, details=details, by=manager)
    actions.reopen(campaign=campaign, by=manager)
    assert actions.change(campaign=campaign, details=details, by=manager).title == "Another title"


def test_grounds_are_set_and_a_dropped_one_leaves_its_demands(manager):
    campaign = make_campaign(demands=1)
    kept, dropped = make_ground(name="Title VI"), make_ground(name="Title IX")
    actions.set_grounds(campaign=campaign, grounds=[kept, dropped], by=manager)
    demand = Demand.objects.get()
    demand.grounds.set([kept, dropped])
    actions.set_grounds(campaign=campaign, grounds=[kept], by=manager)
    assert list(campaign.grounds.all()) == [kept]
    assert list(demand.grounds.all()) == [kept]
    assert AuditEvent.objects.last().sentence.endswith("Title VI.")


def test_an_archived_ground_cannot_be_picked(manager):
    campaign = make_campaign()
    with pytest.raises(actions.GroundIsArchived, match="archived"):
        actions.set_grounds(
            campaign=campaign, grounds=[make_ground(archived_at=timezone.now())], by=manager
        )
    assert not campaign.grounds.exists()


def test_a_failing_audit_event_undoes_the_decision(manager, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError("the log is full")

    monkeypatch.setattr(actions.audit, "record", fail)
    with pytest.raises(RuntimeError):
        actions.create(details=DETAILS, by=manager)
    assert not Campaign.objects.exists()
