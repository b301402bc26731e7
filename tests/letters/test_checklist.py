"""What is left to set up in a campaign, as its details page lists it."""

import pytest

from campaigns import checklist
from campaigns.models import Campaign
from letters.actions import mailing
from tests.factories import make_campaign, make_ground, make_user, make_version
from tests.letters import stages

pytestmark = pytest.mark.django_db


def done(campaign):
    return {step.title for step in checklist.standings(campaign) if step.is_done}


def test_the_steps_come_in_the_order_in_which_they_are_done():
    titles = [step.title for step in checklist.standings(make_campaign())]
    assert titles == ["Details", "Grounds", "Demands", "Sender", "Recipients", "Letter", "Mailing"]


def test_a_new_campaign_has_only_its_details():
    campaign = Campaign.objects.create(
        title="New", matter="A matter.", reference_prefix="NEW", created_by=make_user("manager")
    )
    assert done(campaign) == {"Details"}


def test_each_step_is_ticked_once_its_rows_are_there():
    campaign = make_campaign()
    assert done(campaign) == {"Details", "Demands", "Sender"}
    campaign.grounds.add(make_ground())
    make_version(campaign)
    assert {"Grounds", "Letter"} <= done(campaign)


def test_a_cancelled_mailing_does_not_count():
    stage = stages.prepared(1)
    assert "Mailing" in done(stage.campaign)
    mailing.cancel(mailing=stage.mailing, reason="Another text.", by=stage.manager)
    assert "Mailing" not in done(stage.campaign)
