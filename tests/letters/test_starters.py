"""The texts to start from are letters as they stand."""

import datetime
from collections import Counter

import pytest
from django.utils import timezone

from campaigns import deadlines
from campaigns.actions import extension
from campaigns.text import clean_block, clean_line
from letters.actions import dispatch, draft, mailing
from letters.merge import context, language, pages, proof
from letters.models import Letter, LetterTemplate, Mailing
from letters.starters import clauses, starters
from tests.factories import make_answer, make_campaign, make_ground, make_user
from tests.letters import stages

ALL = list(starters().values())


def test_there_is_one_for_each_purpose_and_a_letter_to_an_editor():
    purposes = {starter.key: starter.purpose for starter in ALL}
    assert purposes == {
        "first-letter": "first",
        "open-letter": "first",
        "reminder": "reminder",
        "still-open": "reminder",
        "final-notice": "final",
        "extension": "extension",
        "thank-you": "thanks",
    }
    assert set(purposes.values()) == set(LetterTemplate.Purpose.values)


@pytest.mark.parametrize("starter", ALL, ids=lambda starter: starter.key)
def test_a_starter_is_saved_without_a_change(starter):
    assert language.check(starter.subject, subject=True) == []
    assert language.check(starter.body) == []
    assert clean_block(starter.body).text == starter.body
    assert clean_line(starter.subject, limit=300).text == starter.subject


@pytest.mark.parametrize("starter", ALL, ids=lambda starter: starter.key)
def test_a_starter_asks_every_demand_and_names_the_day(starter):
    asks = starter.purpose != "thanks"
    asks_again = starter.purpose in LetterTemplate.ASK_AGAIN
    assert ("{% open_demands %}" if asks_again else "{% demands %}") in starter.body
    assert ("{{ deadline }}" in starter.body) is asks
    assert ("{% response %}" in starter.body) is asks
    assert ("{% no_response %}" in starter.body) is not asks


@pytest.mark.parametrize("starter", ALL, ids=lambda starter: starter.key)
def test_only_a_letter_that_follows_another_names_the_first(starter):
    uses_first = "first_letter_date" in language.parse(starter.body).fields
    assert uses_first is (starter.purpose != "first")


def give_time(stage):
    """What a letter that confirms more time is about."""
    until = stages.today(stage.campaign) + datetime.timedelta(days=60)
    for recipient in stage.campaign.recipients.all():
        extension.give_unasked(
            recipient=recipient,
            until=deadlines.next_business_day(until),
            decision="A storm.",
            now=timezone.now(),
            by=stage.manager,
        )


def text_of(starter):
    return draft.Text(subject=starter.subject, body=starter.body, closing=starter.closing)


@pytest.fixture
def stage(monkeypatch):
    """A first mailing that was posted, so that letters may follow it. The press is quick."""
    with monkeypatch.context() as quick:
        stages.set_with(quick, stages.quick_pdf)
        campaign = make_campaign(by=make_user("manager"))
        campaign.grounds.add(make_ground())
        stage = stages.approved(2, campaign=campaign)
        pack = dispatch.make_pack(mailing=stage.mailing, by=stage.clerk)
        dispatch.mark_posted(
            pack=pack, posted_on=stage.mailing.letter_date, count=2, by=stage.clerk
        )
    return stage


@pytest.mark.django_db
@pytest.mark.parametrize("starter", ALL, ids=lambda starter: starter.key)
def test_a_starter_is_a_letter_of_which_preflight_finds_nothing(starter, stage):
    plain = draft.Text(subject="Request", body="Please answer by {{ deadline }}.")
    found, letters = {}, {}
    if starter.purpose == "extension":
        give_time(stage)
    for name, text in (("plain", plain), ("starter", text_of(starter))):
        template = draft.start_template(
            campaign=stage.campaign,
            name=name,
            purpose=starter.purpose,
            text=text,
            reason="",
            by=stage.manager,
        )
        made = mailing.create(
            version=template.versions.get(),
            title=name,
            letter_date=stages.today(stage.campaign),
            recipients=list(stage.campaign.recipients.all()),
            follows=None if starter.purpose == "first" else Mailing.objects.get(follows=None),
            by=stage.manager,
        )
        found[name] = Counter(made.findings.values_list("code", flat=True))
        letters[name] = made.letters.first()
        Letter.objects.filter(mailing=made).update(status="void", status_reason="Test.")
    # What is found of the people, the day and the grounds is no matter of the text; nor is a
    # note that a text which states what was seen has nothing to state.
    facts = Counter({"no-facts": 2} if "{% facts %}" in starter.body else {})
    assert found["starter"] - found["plain"] == facts
    printed = pages.text(proof.make(context.content(letters["starter"])).pdf)
    assert "Please do thing 1." in printed
    assert ("How to respond" in printed) is (starter.purpose != "thanks")


@pytest.mark.django_db
def test_what_is_still_open_prints_just_what_the_recipient_has_not_settled(stage):
    starter = starters()["still-open"]
    template = draft.start_template(
        campaign=stage.campaign,
        name="Still open",
        purpose=starter.purpose,
        text=text_of(starter),
        reason="",
        by=stage.manager,
    )
    some, all_ = stage.campaign.recipients.order_by("pk")
    make_answer(some, "complied", number=1)
    for number in (1, 2):
        make_answer(all_, "complied", number=number)
    made = mailing.create(
        version=template.versions.get(),
        title="Still open",
        letter_date=stages.today(stage.campaign),
        recipients=[some, all_],
        follows=Mailing.objects.get(follows=None),
        by=stage.manager,
    )
    printed = pages.text(proof.make(context.content(made.letters.get(recipient=some))).pdf)
    assert "2. Please do thing 2." in " ".join(printed.split())
    assert "thing 1" not in printed
    stopped = made.findings.get(code="nothing-open")
    assert (stopped.severity, stopped.letter.recipient) == ("red", all_)


@pytest.mark.parametrize("clause", clauses(), ids=lambda clause: clause.key)
def test_a_clause_stands_in_a_letter_without_a_change(clause):
    assert language.check(clause.text) == []
    assert clean_block(clause.text).text == clause.text
    assert clean_line(clause.name, limit=120).text == clause.name
    assert len(clause.use) <= 300


def test_the_clauses_hold_what_every_first_letter_needs():
    assert {"preservation", "reservation"} <= {clause.key for clause in clauses()}
    names = [clause.name for clause in clauses()]
    assert len(names) == len(set(names))
