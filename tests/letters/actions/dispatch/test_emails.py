"""E-mail that is sent once, held, or not known."""

import smtplib
import threading

import pytest
from django.db import connections
from django.utils import timezone

from campaigns import filestore
from letters import tasks
from letters.actions import dispatch
from letters.actions.dispatch import emails
from letters.channels import outbox
from letters.models import Dispatch
from tests.factories import make_user
from tests.letters import stages
from tests.letters.actions.dispatch.steps import (
    BY_EMAIL,
    DAY,
    damage,
    post,
    queue,
    statuses,
    together,
)
from tests.letters.channels.mail_server import serving

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_press")]


BOTH = {"by_post": True, "by_email": True}


def test_each_message_carries_the_sealed_pdf_to_one_address_under_its_own_id():
    stage = stages.approved(3, channels=BY_EMAIL)
    rows = queue(stage)
    assert len({row.message_id for row in rows}) == 3
    tasks.send_emails(stage.mailing.pk)
    assert statuses(stage) == ["sent"] * 3
    messages = [outbox.opened(one.key) for one in outbox.listing()]
    assert {stored.message_id for stored, _, _ in messages} == {row.message_id for row in rows}
    assert {text.splitlines()[0] for _, text, _ in messages} == {"Dear Dr. Example:"}
    by_address = {stored.to: attachments for stored, _, attachments in messages}
    for row in rows:
        (attachment,) = by_address[row.to_address]
        assert filestore.sha256_of(attachment.content) == row.letter.pdf_sha256
        assert attachment.name == f"{row.letter.reference}.pdf"
    assert stage.again().status == "sent"
    assert set(stage.campaign.recipients.values_list("reach", flat=True)) == {"reached"}


def test_a_mailing_by_two_ways_is_sent_when_both_have_gone():
    stage = stages.approved(3, channels=BOTH)
    queue(stage)
    tasks.send_emails(stage.mailing.pk)
    assert stage.again().status == "sending"
    post(stage, dispatch.make_pack(mailing=stage.mailing, by=stage.clerk))
    assert stage.again().status == "sent"


def test_pressing_twice_queues_once():
    stage = stages.approved(3, channels=BY_EMAIL)
    queue(stage)
    with pytest.raises(dispatch.NothingToSend):
        dispatch.queue_emails(mailing=stage.mailing, count=3, by=stage.clerk)
    assert Dispatch.objects.count() == 3


def test_a_typed_count_that_differs_queues_nothing():
    stage = stages.approved(3, channels=BY_EMAIL)
    with pytest.raises(dispatch.CountDiffers, match="3 letters would go by e-mail"):
        dispatch.queue_emails(mailing=stage.mailing, count=2, by=stage.clerk)
    assert not Dispatch.objects.exists()


def test_nothing_is_mailed_on_another_day_than_the_letter_bears():
    stage = stages.approved(3, channels=BY_EMAIL)
    stage.mailing.letter_date -= DAY
    stage.mailing.save()
    with pytest.raises(dispatch.AnotherDayThanTheLetter):
        queue(stage)


def test_nothing_is_queued_where_the_last_step_fails(monkeypatch):
    stage = stages.approved(3, channels=BY_EMAIL)
    monkeypatch.setattr("letters.actions.dispatch.emails.wake", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        queue(stage)
    assert not Dispatch.objects.exists()
    assert stage.again().status == "approved"


@pytest.mark.django_db(transaction=True)
def test_two_workers_send_one_message_once():
    stage = stages.approved(1, channels=BY_EMAIL)
    (row,) = queue(stage)
    start = threading.Barrier(4)

    def worker() -> None:
        try:
            start.wait()
            dispatch.send_email(dispatch_pk=row.pk)
        finally:
            connections.close_all()

    together(worker, times=4)
    assert len(outbox.listing()) == 1
    assert statuses(stage) == ["sent"]


def test_a_message_whose_letter_is_damaged_is_held():
    stage = stages.approved(1, channels=BY_EMAIL)
    (row,) = queue(stage)
    pdf = filestore.get(row.letter.pdf_sha256)
    damage(row.letter.pdf_sha256)
    dispatch.send_email(dispatch_pk=row.pk)
    assert statuses(stage) == ["held"]
    assert outbox.listing() == []
    filestore.put(pdf)
    dispatch.release(dispatch=Dispatch.objects.get(), by=stage.clerk)
    dispatch.send_email(dispatch_pk=row.pk)
    assert statuses(stage) == ["sent"]


def test_a_person_who_lost_the_right_meanwhile_sends_nothing():
    stage = stages.approved(1, channels=BY_EMAIL)
    (row,) = queue(stage)
    stage.clerk.groups.clear()
    dispatch.send_email(dispatch_pk=row.pk)
    assert statuses(stage) == ["held"]
    assert "may no longer send" in Dispatch.objects.get().detail


@pytest.mark.parametrize(
    ("mode", "status", "accepted"),
    [
        ("ok", "sent", 1),
        ("550", "failed", 0),
        ("451", "queued", 0),
        ("refuse_data", "failed", 0),
        ("drop_before_data", "queued", 0),
        ("drop_after_data", "unknown", 1),
        ("stall_after_data", "unknown", 1),
        ("drop_at_quit", "sent", 1),
    ],
)
def test_what_an_error_means_depends_on_when_it_came(mode, status, accepted, settings):
    stage = stages.approved(1, channels=BY_EMAIL)
    (row,) = queue(stage)
    with serving(mode, settings) as server:
        dispatch.send_email(dispatch_pk=row.pk)
        assert (statuses(stage), len(server.accepted)) == ([status], accepted)
        tasks.sweep()
        tasks.send_emails(stage.mailing.pk)
        assert len(server.accepted) == accepted


def test_a_server_that_is_not_there_is_tried_again_after_a_growing_while(settings):
    stage = stages.approved(1, channels=BY_EMAIL)
    (row,) = queue(stage)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    waits = []
    for _ in range(3):
        now = timezone.now()
        dispatch.send_email(dispatch_pk=row.pk)
        row.refresh_from_db()
        waits.append(round((row.retry_at - now).total_seconds() / 60))
        assert dispatch.send_email(dispatch_pk=row.pk) is None  # not before its time
        Dispatch.objects.update(retry_at=now)
    assert waits == [1, 2, 4]
    assert (row.status, row.tries) == ("queued", 3)
    Dispatch.objects.update(queued_at=timezone.now() - dispatch.GIVE_UP_AFTER - DAY)
    dispatch.send_email(dispatch_pk=row.pk)
    assert statuses(stage) == ["failed"]


def test_a_message_in_the_hand_of_a_dead_worker_becomes_unknown_and_is_never_sent_again():
    stage = stages.approved(1, channels=BY_EMAIL)
    (row,) = queue(stage)
    now = timezone.now()
    Dispatch.objects.update(status="claimed", claim="dead", claimed_at=now - DAY, offered_at=now)
    dispatch.revive(now=timezone.now())
    assert statuses(stage) == ["claimed"]
    dispatch.revive(now=timezone.now() + dispatch.EMAIL_LEASE + DAY)
    assert statuses(stage) == ["unknown"]
    for _ in range(3):
        tasks.sweep()
        tasks.send_emails(stage.mailing.pk)
        dispatch.send_email(dispatch_pk=row.pk)
    assert statuses(stage) == ["unknown"]
    assert outbox.listing() == []
    assert stage.again().status == "sending"
    with pytest.raises(dispatch.StillAlive):
        dispatch.resend(letter=row.letter, channel="email", reason="?", by=stage.clerk)


def sleep_before(monkeypatch: pytest.MonkeyPatch, thing: object, name: str) -> None:
    """The worker's process sleeps past its lease right before this call; the sweep comes."""
    call = getattr(thing, name)

    def late(*args, **fields):
        dispatch.revive(now=timezone.now() + dispatch.EMAIL_LEASE + DAY)
        return call(*args, **fields)

    monkeypatch.setattr(thing, name, late)


@pytest.mark.parametrize("command", ["connect", "mail", "rcpt"])
def test_a_worker_that_slept_before_the_first_byte_sends_nothing(monkeypatch, settings, command):
    """Staff may have queued the message again: it would leave twice."""
    stage = stages.approved(1, channels=BY_EMAIL)
    (row,) = queue(stage)
    sleep_before(monkeypatch, smtplib.SMTP, command)
    with serving("ok", settings) as server:
        dispatch.send_email(dispatch_pk=row.pk)
        assert (statuses(stage), server.accepted) == (["held"], [])
        monkeypatch.undo()
        dispatch.release(dispatch=Dispatch.objects.get(), by=stage.clerk)
        dispatch.send_email(dispatch_pk=row.pk)
        assert (statuses(stage), len(server.accepted)) == (["sent"], 1)


def test_a_worker_that_slept_writes_nothing_into_the_outbox(monkeypatch):
    stage = stages.approved(1, channels=BY_EMAIL)
    (row,) = queue(stage)
    sleep_before(monkeypatch, emails, "_cover")
    dispatch.send_email(dispatch_pk=row.pk)
    assert (statuses(stage), outbox.listing()) == (["held"], [])
    assert "did not leave" in Dispatch.objects.get().detail


def test_a_message_that_was_taken_away_and_queued_again_is_not_the_first_workers(monkeypatch):
    """The first worker's claim is another than the second's, though the row is claimed again."""
    stage = stages.approved(1, channels=BY_EMAIL)
    (row,) = queue(stage)
    cover = emails._cover

    def slept(letter):
        monkeypatch.setattr(emails, "_cover", cover)
        dispatch.revive(now=timezone.now() + dispatch.EMAIL_LEASE + DAY)
        dispatch.release(dispatch=Dispatch.objects.get(), by=stage.clerk)
        assert emails._claim_email(row.pk)
        return cover(letter)

    monkeypatch.setattr(emails, "_cover", slept)
    dispatch.send_email(dispatch_pk=row.pk)
    assert (statuses(stage), outbox.listing()) == (["claimed"], [])


def test_the_sweep_does_not_hold_what_is_offered_while_it_looks(monkeypatch):
    stage = stages.approved(1, channels=BY_EMAIL)
    queue(stage)
    Dispatch.objects.update(status="claimed", claim="slow", claimed_at=timezone.now() - DAY)
    take = emails._take_from_silent

    def late(silent) -> None:
        emails._offer(Dispatch.objects.get())
        take(silent)

    monkeypatch.setattr(emails, "_take_from_silent", late)
    dispatch.revive(now=timezone.now())
    assert statuses(stage) == ["claimed"]


def test_a_worker_that_finishes_after_the_sweep_does_not_overrule_it(monkeypatch):
    stage = stages.approved(1, channels=BY_EMAIL)
    (row,) = queue(stage)

    def sending(self, dispatched, cover, pdf, offer) -> None:
        offer()
        dispatch.revive(now=timezone.now() + dispatch.EMAIL_LEASE + DAY)

    monkeypatch.setattr("letters.channels.email.Email.send", sending)
    dispatch.send_email(dispatch_pk=row.pk)
    assert statuses(stage) == ["unknown"]


def test_a_message_that_cannot_be_written_is_held_because_nothing_was_offered(monkeypatch):
    stage = stages.approved(1, channels=BY_EMAIL)
    (row,) = queue(stage)
    monkeypatch.setattr(
        "letters.actions.dispatch.emails.context.content", lambda letter: {}["no such word"]
    )
    dispatch.send_email(dispatch_pk=row.pk)
    assert statuses(stage) == ["held"]
    assert "no such word" in Dispatch.objects.get().detail


def test_one_part_of_the_sweep_that_fails_keeps_no_other_from_its_work(monkeypatch):
    stage = stages.approved(1, channels=BY_EMAIL)
    queue(stage)
    Dispatch.objects.update(status="claimed", claimed_at=timezone.now() - DAY)
    monkeypatch.setattr("letters.tasks.render.revive", lambda now: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        tasks.sweep()
    assert statuses(stage) == ["held"]


def test_the_sweep_wakes_a_worker_for_messages_that_wait():
    stage = stages.approved(2, channels=BY_EMAIL)
    queue(stage)
    assert dispatch.revive(now=timezone.now()) == [stage.mailing.pk]
    tasks.send_emails(stage.mailing.pk)
    assert dispatch.revive(now=timezone.now()) == []


def test_a_mailing_that_is_not_approved_sends_no_message():
    stage = stages.rendered(1, channels=BY_EMAIL)
    with pytest.raises(dispatch.NotApproved):
        dispatch.queue_emails(mailing=stage.mailing, count=1, by=make_user("clerk"))
