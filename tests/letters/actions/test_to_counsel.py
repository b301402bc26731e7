"""Counsel appears while a mailing is prepared: its letters turn to counsel."""

import pytest
from django.utils import timezone

from campaigns import audit
from campaigns.actions import addressee, counsel
from campaigns.models import Addressee, Contact, Recipient
from letters.actions import leave_out, mailing, render, to_counsel
from letters.models import Letter
from tests.factories import make_campaign, make_recipient, make_user
from tests.letters import stages

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_press")]


def appear(recipient: Recipient, name: str = "Pat Lawyer") -> Contact:
    lawyer = Contact.objects.create(
        institution=recipient.institution, role="outside-counsel", name=name, title="Attorney"
    )
    counsel.appear(
        recipient=recipient, counsel=lawyer, on=timezone.localdate(), by=make_user("clerk")
    )
    return lawyer


def refresh(stage: stages.Stage) -> int:
    return mailing.refresh(mailing=stage.mailing, by=stage.manager)


def represented(stage: stages.Stage) -> list[str]:
    return [one.message for one in stage.mailing.findings.filter(code="represented")]


def test_taking_in_what_was_changed_turns_the_letter_to_counsel_with_its_data():
    stage = stages.prepared(2)
    letter, other = stage.letters
    appear(letter.recipient)
    assert refresh(stage) == 1
    turned, untouched = stage.letters
    assert turned.addressee.contact.name == "Pat Lawyer"
    assert turned.merge_data["addressee_name"] == "Pat Lawyer"
    assert (turned.pk, turned.reference) == (letter.pk, letter.reference)
    assert untouched.merge_data == other.merge_data
    assert not represented(stage)
    assert "from" in audit.history(turned).get(verb="letter.turned_to_counsel").sentence


def test_a_rendered_letter_is_made_again_for_counsel():
    stage = stages.rendered(1)
    appear(stage.letters[0].recipient)
    refresh(stage)
    assert stage.letters[0].status == Letter.Status.DRAFT
    render.start(mailing=stage.again(), by=stage.manager)
    render.work(mailing_pk=stage.mailing.pk, seconds=60)
    assert stage.letters[0].status == Letter.Status.RENDERED


def test_starting_to_render_takes_counsel_in_as_well():
    stage = stages.prepared(1)
    appear(stage.letters[0].recipient)
    render.start(mailing=stage.mailing, by=stage.manager)
    assert stage.letters[0].addressee.is_counsel


def test_an_allowed_direct_letter_stays_with_its_addressee():
    stage = stages.prepared(1)
    letter = stage.letters[0]
    appear(letter.recipient)
    counsel.allow_direct(recipient=letter.recipient, reason="They agreed.", by=stage.counsel)
    refresh(stage)
    assert stage.letters[0].addressee == letter.addressee


def test_of_a_letter_and_its_copy_counsel_gets_one_and_the_other_is_left_out():
    campaign = make_campaign()
    recipient = make_recipient(campaign)
    Addressee.objects.create(recipient=recipient, kind="copy", name="A. Dean", title="Dean")
    stage = stages.prepared(0, campaign=campaign)
    appear(recipient)
    refresh(stage)
    first, copy = stage.letters
    assert first.addressee.is_counsel and first.status == Letter.Status.DRAFT
    assert copy.status == Letter.Status.VOID
    assert "has a letter of this mailing" in copy.status_reason


def test_where_counsel_is_no_addressee_the_letter_stays_and_the_checks_stop_it():
    stage = stages.prepared(1)
    letter = stage.letters[0]
    lawyer = appear(letter.recipient)
    Contact.objects.filter(pk=lawyer.pk).update(role="chief")
    refresh(stage)
    assert stage.letters[0].addressee == letter.addressee
    assert "Make counsel the addressee and check again" in represented(stage)[0]


def test_a_second_check_turns_nothing_more():
    stage = stages.prepared(1)
    appear(stage.letters[0].recipient)
    refresh(stage)
    assert refresh(stage) == 0
    assert to_counsel.route(mailing=stage.mailing, by=stage.manager) == 0


def test_the_finding_says_that_checking_again_is_enough():
    stage = stages.prepared(2)
    appear(stage.letters[0].recipient)
    leave_out.leave_out(letter=stage.letters[1], reason="Merged.", by=stage.manager)
    assert "Check again: the letter then goes to counsel" in represented(stage)[0]


def test_another_counsel_who_took_over_gets_the_letter():
    stage = stages.prepared(1)
    recipient = stage.letters[0].recipient
    appear(recipient)
    refresh(stage)
    gone = Addressee.objects.get(recipient=recipient, archived_at=None)
    appear(recipient, "Robin Successor")
    addressee.archive(addressee=gone, by=stage.manager)
    refresh(stage)
    assert stage.letters[0].addressee.contact.name == "Robin Successor"


def test_nothing_is_turned_where_the_last_step_fails(monkeypatch):
    stage = stages.prepared(1)
    letter = stage.letters[0]
    appear(letter.recipient)

    def fail(*args):
        raise RuntimeError("power cut")

    monkeypatch.setattr(mailing.preflight, "run", fail)
    with pytest.raises(RuntimeError):
        refresh(stage)
    assert stage.letters[0].addressee == letter.addressee
    assert not audit.history(letter).filter(verb="letter.turned_to_counsel").exists()
