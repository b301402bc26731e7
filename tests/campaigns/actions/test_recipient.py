"""Choosing recipients in bulk, and withdrawing one."""

import pytest
from django.utils import timezone

from campaigns.actions import recipient as actions
from campaigns.actions.campaign import CampaignIsArchived
from campaigns.models import Addressee, Answer, AuditEvent, Contact, Institution, Recipient
from tests.factories import make_campaign, make_institution, make_recipient, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager():
    return make_user("manager")


@pytest.fixture
def campaign():
    return make_campaign(demands=2)


def everything():
    return Institution.objects.all()


def test_each_institution_becomes_a_recipient_with_answers_and_an_addressee(campaign, manager):
    institutions = [make_institution() for _ in range(3)]
    choice = actions.choose(campaign=campaign, institutions=everything(), by=manager)
    assert [row.institution for row in choice.added] == institutions
    assert Recipient.objects.filter(campaign=campaign, chosen_by=manager).count() == 3
    assert Answer.objects.filter(outcome="unanswered").count() == 6
    addressee = Addressee.objects.first()
    assert addressee.contact.title == "President"
    assert (addressee.kind, addressee.by_post, addressee.by_email) == ("to", True, False)


def test_every_row_is_answered_for(campaign, manager):
    make_recipient(campaign, make_institution("Already University"))
    make_recipient(
        campaign,
        make_institution("Gone University"),
        withdrawn_at=timezone.now(),
        withdrawn_reason="Closed.",
    )
    make_institution(
        "Quiet University",
        suppressed_at=timezone.now(),
        suppressed_reason="Asked not to be written to.",
    )
    make_institution("Former University", archived_at=timezone.now())
    make_institution("New University")
    choice = actions.choose(campaign=campaign, institutions=everything(), by=manager)
    assert choice.counts == {
        "added": 1,
        "already_in": 1,
        "withdrawn": 1,
        "suppressed": 1,
        "archived": 1,
    }
    reasons = {row.institution.name: row.reason for row in choice.skipped}
    assert reasons["Quiet University"] == "Asked not to be written to."
    assert reasons["Gone University"] == "Withdrawn earlier: Closed."
    event = AuditEvent.objects.get()
    assert event.sentence == (
        "added 1 recipient; skipped 1 already a recipient, 1 withdrawn earlier, "
        "1 not to be written to, 1 archived."
    )


def test_choosing_twice_adds_once(campaign, manager):
    make_institution()
    actions.choose(campaign=campaign, institutions=everything(), by=manager)
    again = actions.choose(campaign=campaign, institutions=everything(), by=manager)
    assert again.counts["already_in"] == 1
    assert Recipient.objects.count() == 1
    assert Addressee.objects.count() == 1


def test_choosing_nothing_records_nothing(campaign, manager):
    choice = actions.choose(campaign=campaign, institutions=everything(), by=manager)
    assert choice.rows == ()
    assert not AuditEvent.objects.exists()


def test_the_dean_comes_before_the_chief_and_counsel_is_never_guessed(campaign, manager):
    school, other = make_institution("School"), make_institution("Other")
    Contact.objects.create(institution=school, role=Contact.Role.DEAN, title="Dean")
    Contact.objects.create(institution=school, role=Contact.Role.DEAN, name="Dr. D", title="Dean")
    Contact.objects.create(institution=other, role=Contact.Role.COUNSEL, name="C. Counsel")
    other.contacts.filter(role=Contact.Role.CHIEF).update(archived_at=timezone.now())
    actions.choose(campaign=campaign, institutions=everything(), by=manager)
    to = {addressee.recipient.institution: addressee for addressee in Addressee.objects.all()}
    assert to[school].contact.name == "Dr. D"
    assert to[other].contact is None


def test_e_mail_is_used_only_where_an_address_is_known(campaign, manager):
    known, unknown = make_institution("A"), make_institution("B")
    known.contacts.update(email="president@a.invalid")
    actions.choose(campaign=campaign, institutions=everything(), by_email=True, by=manager)
    ways = {
        addressee.recipient.institution: (addressee.by_post, addressee.by_email)
        for addressee in Addressee.objects.all()
    }
    assert ways == {known: (True, True), unknown: (True, False)}


def test_e_mail_alone_stays_e_mail_alone(campaign, manager):
    make_institution()
    actions.choose(
        campaign=campaign, institutions=everything(), by_post=False, by_email=True, by=manager
    )
    addressee = Addressee.objects.get()
    assert (addressee.by_post, addressee.by_email) == (False, True)


def test_an_archived_campaign_takes_no_recipients(manager):
    campaign = make_campaign(archived_at=timezone.now())
    make_institution()
    with pytest.raises(CampaignIsArchived):
        actions.choose(campaign=campaign, institutions=everything(), by=manager)


def test_three_thousand_are_chosen_in_a_few_statements(
    campaign, manager, django_assert_max_num_queries
):
    Institution.objects.bulk_create(Institution(name=f"University {n:04}") for n in range(3000))
    with django_assert_max_num_queries(150):
        choice = actions.choose(campaign=campaign, institutions=everything(), by=manager)
    assert choice.counts["added"] == 3000


def test_a_failing_audit_event_undoes_the_whole_choice(campaign, manager, monkeypatch):
    make_institution()

    def fail(*args, **kwargs):
        raise RuntimeError("the log is full")

    monkeypatch.setattr(actions.audit, "record", fail)
    with pytest.raises(RuntimeError):
        actions.choose(campaign=campaign, institutions=everything(), by=manager)
    assert not Recipient.objects.exists()


def test_a_withdrawal_keeps_its_reason_and_can_be_taken_back(campaign, manager):
    recipient = make_recipient(campaign)
    withdrawn = actions.withdraw(recipient=recipient, reason="Closed in 2025.", by=manager)
    assert withdrawn.withdrawn_at
    assert not campaign.recipients.active().exists()
    actions.take_back(recipient=recipient, by=manager)
    assert campaign.recipients.active().exists()
    verbs = list(AuditEvent.objects.values_list("verb", flat=True))
    assert verbs == ["recipient.withdrawn", "recipient.taken_back"]


def test_a_withdrawal_needs_a_reason(campaign, manager):
    with pytest.raises(actions.ReasonMissing):
        actions.withdraw(recipient=make_recipient(campaign), reason=" ", by=manager)
