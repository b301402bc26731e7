"""What came back opens a task; another attempt, or an answer, settles it."""

import pytest
from django.utils import timezone

from campaigns.models import Task
from letters import tasks as celery_tasks
from letters.actions import dispatch, mail_tasks
from letters.models import Dispatch, Letter
from tests.factories import (
    make_answer,
    make_recipient,
    make_sealed_letter,
    make_user,
)
from tests.letters.actions.test_respond import by_portal, by_post

pytestmark = pytest.mark.django_db


@pytest.fixture
def letter() -> Letter:
    return make_sealed_letter()


def sent(letter: Letter, channel: str = "post", **fields) -> Dispatch:
    return Dispatch.objects.create(
        **{
            "letter": letter,
            "channel": channel,
            "status": "sent",
            "sent_at": timezone.now(),
            "queued_by": letter.mailing.prepared_by,
            "to_address": "dean@example.invalid" if channel == "email" else "",
            **fields,
        }
    )


def came_back(letter: Letter, status: str = "returned") -> Dispatch:
    return dispatch.record_delivery(
        dispatch=sent(letter), status=status, on=timezone.localdate(), by=make_user("clerk")
    )


def waiting() -> list[tuple[str, str]]:
    return list(Task.objects.unsettled().values_list("kind", "about"))


def look() -> tuple[int, int]:
    found = mail_tasks.follow(now=timezone.now())
    return found.opened, found.settled


@pytest.mark.parametrize(
    ("status", "said"), [("returned", "came back"), ("refused", "was refused at the door")]
)
def test_a_letter_that_came_back_waits_for_a_person_at_once(letter, status, said):
    came_back(letter, status)
    ((kind, about),) = waiting()
    assert kind == "undeliverable" and f"Letter {letter.reference} {said}" in about
    assert look() == (0, 0)


def test_a_letter_that_arrived_asks_for_nothing(letter):
    came_back(letter, "delivered")
    assert waiting() == [] and look() == (0, 0)


@pytest.mark.parametrize(
    ("status", "kind", "said"),
    [("bounced", "bounce", "bounced"), ("failed", "undeliverable", "could not be handed over")],
)
def test_an_e_mail_that_came_to_nothing_is_found_by_the_next_look(letter, status, kind, said):
    sent(letter, "email", status=status)
    assert look() == (1, 0)
    ((found, about),) = waiting()
    assert found == kind and f"to dean@example.invalid {said}" in about


def test_sending_it_again_settles_the_task(letter):
    returned = came_back(letter)
    sent(letter, status="queued", attempt=returned.attempt + 1)
    assert look() == (0, 1)
    assert Task.objects.get().closed_reason.startswith("It was sent again")


def test_another_way_does_not_mend_the_address(letter):
    came_back(letter)
    sent(letter, "email")
    assert look() == (0, 0)
    assert len(waiting()) == 1


def test_an_attempt_that_was_cancelled_or_is_held_settles_nothing(letter):
    came_back(letter)
    sent(letter, status="cancelled", attempt=2)
    sent(letter, status="held", attempt=3)
    assert look() == (0, 0)


def test_an_answer_all_the_same_settles_it_at_once(letter):
    came_back(letter)
    by_portal(letter)
    assert waiting() == []


def test_a_bounce_that_was_filed_waits_until_something_leaves_again(letter):
    by_post(letter.recipient, kind="bounce", items=[], channel="email", letter=letter)
    ((kind, about),) = waiting()
    assert kind == "bounce" and "Find the address" in about
    sent(letter, "email")
    assert look() == (0, 1)


def test_the_withdrawn_and_the_answered_ask_for_nothing(letter):
    came_back(letter)
    make_answer(letter.recipient, "complied")
    assert look() == (0, 1)
    other = make_recipient(
        letter.mailing.campaign, withdrawn_at=timezone.now(), withdrawn_reason="x"
    )
    sent(make_sealed_letter(letter.mailing, other), status="returned")
    assert look() == (0, 0)


def test_the_beat_opens_both_kinds_and_twice_is_as_once(letter):
    sent(letter, "email", status="bounced")
    make_answer(make_recipient(letter.mailing.campaign), "needs_clarification")
    celery_tasks.look_what_waits()
    celery_tasks.look_what_waits()
    assert sorted(kind for kind, _ in waiting()) == ["bounce", "unclear"]


def test_looking_costs_the_same_for_few_and_many(letter, django_assert_num_queries):
    for number in (2, 10):
        for _ in range(number):
            recipient = make_recipient(letter.mailing.campaign)
            sent(make_sealed_letter(letter.mailing, recipient), status="returned")
        look()
        with django_assert_num_queries(3):
            look()
