"""What a person settles, releases or sends again by hand."""

import threading
from functools import partial

import pytest
from django.db import connections
from django.utils import timezone

from campaigns import audit
from letters import lifecycle, tasks
from letters.actions import dispatch
from letters.actions.dispatch import emails
from letters.models import Dispatch, Letter
from tests.letters import stages
from tests.letters.actions.dispatch.steps import (
    BY_EMAIL,
    DAY,
    in_the_middle,
    queue,
    sent_by_post,
    several_writers,
    statuses,
    together,
)
from tests.letters.channels.mail_server import serving

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_press")]


def test_a_returned_letter_goes_again_as_a_new_attempt_by_a_named_person():
    stage, (first, *_) = sent_by_post()
    with pytest.raises(dispatch.StillAlive):
        dispatch.resend(letter=first.letter, channel="post", reason="Again.", by=stage.clerk)
    on = stage.mailing.letter_date
    dispatch.record_delivery(dispatch=first, status="returned", on=on, by=stage.clerk)
    with pytest.raises(dispatch.ReasonMissing):
        dispatch.resend(letter=first.letter, channel="post", reason=" ", by=stage.clerk)
    again = dispatch.resend(
        letter=first.letter, channel="post", reason="Unclaimed.", by=stage.clerk
    )
    assert (again.attempt, again.reason, again.queued_by) == (2, "Unclaimed.", stage.clerk)
    pack = dispatch.make_pack(mailing=stage.mailing, by=stage.clerk)
    assert list(pack.dispatches.all()) == [again]


@pytest.mark.django_db(transaction=True)
def test_of_two_people_who_send_a_letter_again_at_once_one_is_told():
    stage, (row,) = sent_by_post(1)
    day = stage.mailing.letter_date
    dispatch.record_delivery(dispatch=row, status="returned", on=day, by=stage.clerk)
    ready, said = threading.Barrier(2), []

    def press() -> None:
        try:
            letter = Letter.objects.select_related("mailing__campaign").get(pk=row.letter_id)
            ready.wait()
            dispatch.resend(letter=letter, channel="post", reason="Again.", by=stage.clerk)
            said.append("queued")
        except dispatch.StillAlive:
            said.append("told")
        finally:
            connections.close_all()

    together(press)
    assert sorted(said) == ["queued", "told"]
    assert statuses(stage) == ["returned", "queued"]


def test_that_it_did_not_leave_is_not_said_while_a_worker_could_wake_at_its_line(monkeypatch):
    stage = stages.approved(1, channels=BY_EMAIL)
    (row,) = queue(stage)

    def sleeping(self, dispatched, cover, pdf, offer) -> None:
        offer()
        dispatch.revive(now=timezone.now() + dispatch.EMAIL_LEASE + DAY)
        with pytest.raises(dispatch.StillInHand, match="Look again after"):
            dispatch.confirm_not_sent(
                dispatch=Dispatch.objects.get(), evidence="Not in the log.", by=stage.clerk
            )

    monkeypatch.setattr("letters.channels.email.Email.send", sleeping)
    dispatch.send_email(dispatch_pk=row.pk)
    assert statuses(stage) == ["unknown"]
    Dispatch.objects.update(offered_at=timezone.now() - dispatch.LINE_OPEN)
    dispatch.confirm_not_sent(
        dispatch=Dispatch.objects.get(), evidence="Not in the log.", by=stage.clerk
    )
    assert statuses(stage) == ["failed"]


def test_what_the_worker_itself_does_not_know_is_settled_at_once(settings):
    stage = stages.approved(1, channels=BY_EMAIL)
    (row,) = queue(stage)
    with serving("drop_after_data", settings):
        dispatch.send_email(dispatch_pk=row.pk)
    assert Dispatch.objects.get().offered_at
    dispatch.confirm_not_sent(
        dispatch=Dispatch.objects.get(), evidence="Not in the log.", by=stage.clerk
    )
    assert statuses(stage) == ["failed"]


def unknown() -> tuple[stages.Stage, Dispatch]:
    stage = stages.approved(1, channels=BY_EMAIL)
    queue(stage)
    Dispatch.objects.update(status="claimed", claimed_at=timezone.now())
    Dispatch.objects.update(status="unknown")
    return stage, Dispatch.objects.get()


def test_a_person_settles_that_it_left():
    stage, row = unknown()
    with pytest.raises(dispatch.ReasonMissing):
        dispatch.confirm_sent(dispatch=row, evidence="", by=stage.clerk)
    dispatch.confirm_sent(dispatch=row, evidence="In the server's log.", by=stage.clerk)
    assert statuses(stage) == ["sent"]
    assert stage.again().status == "sent"
    assert stage.campaign.recipients.get().reach == "reached"


def test_a_person_settles_that_it_did_not_leave_and_sends_it_again():
    stage, row = unknown()
    dispatch.confirm_not_sent(dispatch=row, evidence="Not in the log.", by=stage.clerk)
    again = dispatch.resend(
        letter=row.letter, channel="email", reason="It never left.", by=stage.clerk
    )
    assert again.message_id not in ("", row.message_id)
    tasks.send_emails(stage.mailing.pk)
    assert statuses(stage) == ["failed", "sent"]


def test_only_what_is_not_known_is_settled_by_hand():
    """A message in a worker's hand that is called "not sent" could be sent again beside it."""
    stage = stages.approved(1, channels=BY_EMAIL)
    queue(stage)
    for status in ("queued", "claimed", "held"):
        Dispatch.objects.update(status=status, claimed_at=timezone.now())
        for settle in (dispatch.confirm_sent, dispatch.confirm_not_sent):
            with pytest.raises(dispatch.NotInDoubt, match="Nothing was changed"):
                settle(dispatch=Dispatch.objects.get(), evidence="I think so.", by=stage.clerk)
        assert statuses(stage) == [status]


def test_a_second_press_of_release_does_not_send_what_a_worker_has_in_hand(monkeypatch):
    stage = stages.approved(1, channels=BY_EMAIL)
    (row,) = queue(stage)
    Dispatch.objects.update(status="held")
    dispatch.release(dispatch=Dispatch.objects.get(), by=stage.clerk)
    sent = []

    def sending(self, dispatched, cover, pdf, offer) -> None:
        sent.append(dispatched.pk)
        if len(sent) == 1:
            with pytest.raises(dispatch.NotInDoubt):
                dispatch.release(dispatch=Dispatch.objects.get(), by=stage.clerk)
            dispatch.work(mailing_pk=stage.mailing.pk, seconds=1)

    monkeypatch.setattr("letters.channels.email.Email.send", sending)
    dispatch.work(mailing_pk=stage.mailing.pk, seconds=1)
    assert sent == [row.pk]
    assert statuses(stage) == ["sent"]


def test_of_two_who_release_what_both_saw_held_one_is_told():
    """The second would queue again what a worker has in hand by now."""
    stage = stages.approved(1, channels=BY_EMAIL)
    (row,) = queue(stage)
    Dispatch.objects.update(status="held")
    first, second = Dispatch.objects.get(), Dispatch.objects.get()
    dispatch.release(dispatch=first, by=stage.clerk)
    assert emails._claim_email(row.pk)
    with pytest.raises(lifecycle.MovedMeanwhile):
        dispatch.release(dispatch=second, by=stage.clerk)
    assert statuses(stage) == ["claimed"]
    assert audit.history(row.letter).filter(verb="dispatch.released").count() == 1


@pytest.mark.parametrize("left_first", [True, False])
def test_of_two_who_settle_what_both_saw_in_doubt_one_is_told(left_first):
    """Else the letter that left would be called not sent, and could go again."""
    stage, row = unknown()
    first, second = Dispatch.objects.get(), Dispatch.objects.get()
    ways = [dispatch.confirm_sent, dispatch.confirm_not_sent]
    one, other = ways if left_first else ways[::-1]
    one(dispatch=first, evidence="In the log.", by=stage.clerk)
    with pytest.raises(lifecycle.MovedMeanwhile):
        other(dispatch=second, evidence="In another log.", by=stage.clerk)
    assert statuses(stage) == ["sent" if left_first else "failed"]
    assert audit.history(row.letter).filter(verb="dispatch.settled").count() == 1


@several_writers
@pytest.mark.django_db(transaction=True)
def test_what_is_settled_by_one_person_is_not_settled_by_another_at_that_moment(monkeypatch):
    stage, row = unknown()
    same = Dispatch.objects.select_related("letter__mailing__campaign").get()
    settle = partial(dispatch.confirm_not_sent, evidence="Not there.", by=stage.clerk)
    settled = in_the_middle(monkeypatch, audit, "record", partial(settle, dispatch=same))
    dispatch.confirm_sent(dispatch=row, evidence="In the log.", by=stage.clerk)
    assert isinstance(settled(), lifecycle.MovedMeanwhile)
    assert statuses(stage) == ["sent"]
