"""The numbered demands: what may change until letters print them, and what may after."""

import dataclasses

import pytest
from django.utils import timezone

from campaigns.actions import demand as actions
from campaigns.actions.campaign import letters_sealed
from campaigns.models import Answer, AuditEvent, Demand
from tests.factories import make_campaign, make_ground, make_recipient, make_user

pytestmark = pytest.mark.django_db

WORDING = actions.Wording(title="Confirm", text="Please confirm in writing.", guidance="By letter.")


@pytest.fixture
def manager():
    return make_user("manager")


def printed(campaign):
    letters_sealed(campaign=campaign, on=timezone.now())
    return campaign


def order(campaign):
    return list(campaign.demands.values_list("title", flat=True))


def test_a_demand_is_added_at_the_end_and_unanswered_by_everybody(manager):
    campaign = make_campaign(demands=2)
    recipients = [make_recipient(campaign) for _ in range(3)]
    demand = actions.add(campaign=campaign, wording=WORDING, by=manager)
    assert demand.number == 3
    answers = Answer.objects.filter(demand=demand)
    assert {answer.recipient for answer in answers} == set(recipients)
    assert {answer.outcome for answer in answers} == {"unanswered"}
    assert AuditEvent.objects.last().sentence == "added demand 3, “Confirm”."


def test_a_demand_may_be_added_although_letters_exist(manager):
    campaign = printed(make_campaign(demands=1))
    assert actions.add(campaign=campaign, wording=WORDING, by=manager).number == 2


def test_a_demand_without_words_is_refused(manager):
    with pytest.raises(actions.DemandIsEmpty):
        actions.add(campaign=make_campaign(), wording=actions.Wording("Title", "  "), by=manager)


def test_a_demand_rests_on_grounds_of_its_campaign(manager):
    campaign, ground = make_campaign(), make_ground(name="Title VI")
    with pytest.raises(actions.GroundOutsideCampaign, match="Title VI"):
        actions.add(campaign=campaign, wording=WORDING, grounds=[ground], by=manager)
    campaign.grounds.add(ground)
    demand = actions.add(campaign=campaign, wording=WORDING, grounds=[ground], by=manager)
    assert list(demand.grounds.all()) == [ground]


def test_words_change_until_letters_print_them(manager):
    campaign = make_campaign(demands=1)
    demand = actions.change(demand=campaign.demands.get(), wording=WORDING, by=manager)
    assert demand.text == "Please confirm in writing."
    printed(campaign)
    with pytest.raises(actions.DemandIsPrinted, match="stay"):
        actions.change(
            demand=demand, wording=actions.Wording("Confirm", "Please do otherwise."), by=manager
        )


def test_guidance_changes_also_after_letters_were_made(manager):
    campaign = printed(make_campaign(demands=1))
    demand = campaign.demands.get()
    wording = actions.Wording(demand.title, demand.text, "A signed letter is enough.")
    actions.change(demand=demand, wording=wording, by=manager)
    demand.refresh_from_db()
    assert demand.guidance == "A signed letter is enough."


def test_a_change_of_nothing_records_nothing(manager):
    demand = make_campaign(demands=1).demands.get()
    actions.change(demand=demand, wording=actions.Wording(demand.title, demand.text), by=manager)
    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (1, ["Demand 3", "Demand 1", "Demand 2"]),
        (2, ["Demand 1", "Demand 3", "Demand 2"]),
        (9, ["Demand 1", "Demand 2", "Demand 3"]),
        (-4, ["Demand 3", "Demand 1", "Demand 2"]),
    ],
)
def test_a_demand_moves_and_the_others_close_up(manager, number, expected):
    campaign = make_campaign(demands=3)
    actions.move(demand=campaign.demands.get(number=3), number=number, by=manager)
    assert order(campaign) == expected
    assert list(campaign.demands.values_list("number", flat=True)) == [1, 2, 3]


def test_the_order_stays_once_letters_print_it(manager):
    campaign = printed(make_campaign(demands=2))
    with pytest.raises(actions.DemandIsPrinted, match="order"):
        actions.move(demand=campaign.demands.get(number=2), number=1, by=manager)


def test_a_removed_demand_takes_its_unanswered_answers_along(manager):
    campaign = make_campaign(demands=3)
    make_recipient(campaign)
    actions.remove(demand=campaign.demands.get(number=1), by=manager)
    assert order(campaign) == ["Demand 2", "Demand 3"]
    assert list(campaign.demands.values_list("number", flat=True)) == [1, 2]
    assert Answer.objects.count() == 2
    assert AuditEvent.objects.last().sentence == "removed demand 1, “Demand 1”."


def test_a_printed_demand_cannot_be_removed(manager):
    campaign = printed(make_campaign(demands=1))
    with pytest.raises(actions.DemandIsPrinted, match="Demand 1 stays"):
        actions.remove(demand=campaign.demands.get(), by=manager)
    assert Demand.objects.exists()


def test_a_failing_audit_event_undoes_the_removal(manager, monkeypatch):
    campaign = make_campaign(demands=1)

    def fail(*args, **kwargs):
        raise RuntimeError("the log is full")

    monkeypatch.setattr(actions.audit, "record", fail)
    with pytest.raises(RuntimeError):
        actions.remove(demand=campaign.demands.get(), by=manager)
    assert campaign.demands.count() == 1


@pytest.mark.parametrize("words", [{"title": "{{ reference }}"}, {"text": "{% if x %} Confirm."}])
def test_a_demand_with_a_merge_tag_would_print_it_and_is_refused(manager, words):
    wording = dataclasses.replace(WORDING, **words)
    with pytest.raises(actions.DemandIsPlainText, match="printed as it stands"):
        actions.add(campaign=make_campaign(), wording=wording, by=manager)


def test_a_demand_with_a_word_of_two_alphabets_reads_as_another_and_is_refused(manager):
    wording = dataclasses.replace(WORDING, text="Con\u0430firm.")
    with pytest.raises(actions.DemandIsPlainText, match="two alphabets"):
        actions.add(campaign=make_campaign(), wording=wording, by=manager)
