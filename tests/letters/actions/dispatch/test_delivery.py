"""What the carrier says: tracking numbers, and what was delivered, returned or refused."""

import threading

import pytest
from django.db import connections

from campaigns import audit
from letters.actions import dispatch
from letters.actions.dispatch import delivery
from letters.models import Dispatch
from tests.factories import make_user
from tests.letters import stages
from tests.letters.actions.dispatch.steps import (
    BY_EMAIL,
    DAY,
    packed,
    post,
    queue,
    sent_by_post,
    several_writers,
    statuses,
    together,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_press")]


def test_pasted_tracking_numbers_answer_for_every_line():
    stage, _ = sent_by_post()
    one, two, three = (letter.reference for letter in stage.letters)
    pasted = f"""{one}\t9407 1111 0552 0000 0000 02
{two}, 9407111105520000000002

{three} 9407 1111 0552 0000 0000 18
{three}
XYZ-2026-0001-1 9407111105520000000026"""
    outcomes = dispatch.set_tracking_numbers(mailing=stage.mailing, pasted=pasted, by=stage.clerk)
    assert [one.what for one in outcomes] == ["done", "refused", "done", "skipped", "refused"]
    assert "already the number of letter" in outcomes[1].reason
    assert "check digit" in outcomes[2].reason
    assert Dispatch.objects.exclude(tracking_number="").count() == 2


NUMBER = "9407111105520000000002"


def test_a_number_that_another_clerk_gives_between_the_look_and_the_save_is_refused(monkeypatch):
    _, (first, second, _) = sent_by_post()
    save = Dispatch.save

    def after_the_other(self, **fields) -> None:
        Dispatch.objects.filter(pk=second.pk).update(tracking_number=NUMBER)
        save(self, **fields)

    monkeypatch.setattr(Dispatch, "save", after_the_other)
    with pytest.raises(dispatch.TrackingNumberTaken, match="just given to another letter"):
        dispatch.set_tracking(dispatch=first, number=NUMBER, by=make_user("clerk"))
    assert not audit.history(first.letter).filter(verb="dispatch.tracked").exists()


@several_writers
@pytest.mark.django_db(transaction=True)
def test_of_two_clerks_who_give_one_number_at_once_one_is_refused(monkeypatch):
    stage, rows = sent_by_post(2)
    both_looked, looking = threading.Barrier(2), delivery._refuse_taken
    looks = iter([both_looked.wait, both_looked.wait])

    def look(*given) -> None:
        looking(*given)
        next(looks, lambda: None)()  # only before the save, not when the save failed

    monkeypatch.setattr(delivery, "_refuse_taken", look)
    left, said = list(rows), []

    def give() -> None:
        try:
            said.append(dispatch.set_tracking(dispatch=left.pop(), number=NUMBER, by=stage.clerk))
        except dispatch.TrackingNumberTaken as refusal:
            said.append(str(refusal))
        finally:
            connections.close_all()

    together(give)
    assert len(said) == 2 and "" in said
    assert "already the number of letter" in max(said)
    assert Dispatch.objects.filter(tracking_number=NUMBER).count() == 1


def test_the_number_of_a_piece_that_was_not_posted_goes_with_it_into_the_next_pack():
    stage, pack = packed(2)
    missing, other = stage.letters
    dispatch.set_tracking(dispatch=missing.dispatches.get(), number=NUMBER, by=stage.clerk)
    post(stage, pack, count=1, missing_references=[missing.reference])
    dispatch.make_pack(mailing=stage.mailing, by=stage.clerk)
    again = missing.dispatches.get(status="queued")
    dispatch.set_tracking(dispatch=again, number=NUMBER, by=stage.clerk)
    with pytest.raises(dispatch.TrackingNumberTaken, match=missing.reference):
        dispatch.set_tracking(dispatch=other.dispatches.get(), number=NUMBER, by=stage.clerk)
    assert list(missing.dispatches.values_list("status", "tracking_number")) == [
        ("cancelled", NUMBER),
        ("queued", NUMBER),
    ]


def test_a_piece_that_was_cancelled_meanwhile_gets_no_number():
    stage, pack = packed(1)
    (as_read,) = Dispatch.objects.all()
    dispatch.discard_pack(pack=pack, by=stage.clerk)
    with pytest.raises(dispatch.NotSentByPost):
        dispatch.set_tracking(dispatch=as_read, number=NUMBER, by=stage.clerk)


def test_what_was_not_posted_has_no_tracking_number():
    stage = stages.approved(1, channels=BY_EMAIL)
    with pytest.raises(dispatch.NotSentByPost):
        dispatch.set_tracking(dispatch=queue(stage)[0], number="9407" * 5, by=stage.clerk)


def test_news_of_several_letters_answers_for_every_reference():
    stage, _ = sent_by_post()
    one, two, _ = stage.letters
    outcomes = dispatch.record_deliveries(
        mailing=stage.mailing,
        references=[one.reference, two.reference, two.reference, "XYZ-2026-0001-1"],
        status="delivered",
        on=stage.mailing.letter_date,
        by=stage.clerk,
    )
    assert [one.what for one in outcomes] == ["done", "done", "refused", "refused"]
    assert statuses(stage) == ["delivered", "delivered", "sent"]


def test_a_letter_that_came_back_makes_its_recipient_undeliverable_and_a_refused_one_does_not():
    stage, (first, second, _) = sent_by_post()
    on = stage.mailing.letter_date
    dispatch.record_delivery(dispatch=first, status="returned", on=on, by=stage.clerk)
    dispatch.record_delivery(dispatch=second, status="refused", on=on, by=stage.clerk)
    reach = [letter.recipient.reach for letter in stage.letters]
    assert reach == ["undeliverable", "reached", "reached"]


def test_a_letter_is_not_delivered_before_it_left_nor_tomorrow():
    stage, (first, *_) = sent_by_post()
    for day in (stage.mailing.letter_date - DAY, stage.mailing.letter_date + DAY):
        with pytest.raises(dispatch.NotOnThatDay):
            dispatch.record_delivery(dispatch=first, status="delivered", on=day, by=stage.clerk)


def emailed() -> tuple[stages.Stage, Dispatch]:
    stage = stages.approved(1, channels=BY_EMAIL)
    (row,) = queue(stage)
    dispatch.send_email(dispatch_pk=row.pk)
    row.refresh_from_db()
    return stage, row


def test_a_bounce_that_a_person_read_elsewhere_makes_the_recipient_undeliverable():
    stage, row = emailed()
    on = stage.mailing.letter_date
    dispatch.bounced_by_hand(dispatch=row, detail="550, in my mailbox", on=on, by=stage.clerk)
    row.refresh_from_db()
    assert (row.status, row.arrived_on, row.detail) == ("bounced", on, "550, in my mailbox")
    recipient = stage.letters[0].recipient
    recipient.refresh_from_db()
    assert (recipient.reach, recipient.due_at) == ("undeliverable", None)
    assert [task.kind for task in recipient.tasks.unsettled()] == ["bounce"]
    assert audit.history(row.letter)[0].actor == stage.clerk


@pytest.mark.parametrize(
    ("refusal", "changes"),
    [
        (dispatch.ReasonMissing, {"detail": " "}),
        (dispatch.NotOnThatDay, {"days": 1}),
        (dispatch.NotOnThatDay, {"days": -1}),
    ],
)
def test_a_bounce_without_a_source_or_on_another_day_is_refused(refusal, changes):
    stage, row = emailed()
    with pytest.raises(refusal):
        dispatch.bounced_by_hand(
            dispatch=row,
            detail=changes.get("detail", "550"),
            on=stage.mailing.letter_date + changes.get("days", 0) * DAY,
            by=stage.clerk,
        )
    row.refresh_from_db()
    assert row.status == "sent"


def test_only_an_email_that_left_has_bounced():
    stage, (posted, *_) = sent_by_post()
    on = stage.mailing.letter_date
    with pytest.raises(dispatch.DidNotLeave, match="is sent"):
        dispatch.bounced_by_hand(dispatch=posted, detail="550", on=on, by=stage.clerk)
    stage, row = emailed()
    dispatch.bounced_by_hand(dispatch=row, detail="550", on=on, by=stage.clerk)
    with pytest.raises(dispatch.DidNotLeave, match="is bounced"):
        dispatch.bounced_by_hand(dispatch=row, detail="550", on=on, by=stage.clerk)


def test_a_failing_audit_event_leaves_the_email_as_sent(monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError

    stage, row = emailed()
    monkeypatch.setattr(audit, "record", fail)
    with pytest.raises(RuntimeError):
        dispatch.bounced_by_hand(
            dispatch=row, detail="550", on=stage.mailing.letter_date, by=stage.clerk
        )
    row.refresh_from_db()
    assert row.status == "sent"
