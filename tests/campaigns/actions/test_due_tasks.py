"""Tasks that follow from rows: open while it is so, settled when it is not, once each."""

import datetime

import pytest
from django.utils import timezone

from campaigns.actions import due_tasks
from campaigns.actions import recipient as recipients
from campaigns.actions import task as tasks
from campaigns.models import Recipient, Task
from tests.campaigns.actions.test_answer import record
from tests.factories import make_answer, make_campaign, make_recipient, make_user

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)


@pytest.fixture
def recipient() -> Recipient:
    return make_recipient(make_campaign())


def look(now=None):
    found = due_tasks.follow_answers(now=now or timezone.now())
    return found.opened, found.settled


def promised(recipient: Recipient) -> None:
    """A promise for today, made today, so that its day is over the day after tomorrow."""
    make_answer(recipient, "will_comply")


def test_a_promise_whose_day_has_passed_opens_one_task_however_often_one_looks(recipient):
    promised(recipient)
    assert look() == (0, 0)
    late = timezone.now() + 2 * DAY
    assert look(late) == (1, 0)
    assert look(late) == (0, 0)
    task = Task.objects.get()
    assert (task.kind, task.recipient, task.opened_by) == ("promise", recipient, None)
    assert task.due_on == timezone.localdate() and "demand 1 (Demand 1)" in task.about


def test_a_missed_beat_loses_nothing(recipient):
    promised(recipient)
    assert look(timezone.now() + 400 * DAY) == (1, 0)


def test_a_day_is_over_in_the_zone_of_the_campaign():
    recipient = make_recipient(make_campaign(timezone="Pacific/Honolulu"))
    promised(recipient)
    day = recipient.answers.get(demand__number=1).current_entry.promised_on
    midnight_utc = datetime.datetime.combine(day + DAY, datetime.time(1), datetime.UTC)
    assert look(midnight_utc) == (0, 0)  # still the afternoon of that day in Honolulu
    assert look(midnight_utc + datetime.timedelta(hours=10)) == (1, 0)


def test_a_later_answer_settles_the_promise_before_it(recipient):
    promised(recipient)
    look(timezone.now() + 2 * DAY)
    record(recipient, "complied")
    task = Task.objects.get()
    assert task.is_closed and task.closed_by is None
    assert "later answer" in task.closed_reason


def test_a_question_put_to_us_waits_until_it_is_answered_anew(recipient):
    record(recipient, "needs_clarification")
    task = Task.objects.get()
    assert (task.kind, task.is_closed) == ("unclear", False)
    record(recipient, "needs_clarification", text="We still do not see it.")
    task.refresh_from_db()
    assert task.is_closed and Task.objects.unsettled().count() == 1
    record(recipient, "complied")
    assert not Task.objects.unsettled().exists()


def test_what_a_person_closed_stays_closed(recipient):
    record(recipient, "needs_clarification")
    tasks.close(
        task=Task.objects.get(), reason="Explained.", now=timezone.now(), by=make_user("clerk")
    )
    assert look() == (0, 0)
    assert not Task.objects.unsettled().exists()


def test_a_withdrawn_recipient_waits_for_nobody_until_it_is_taken_back(recipient):
    record(recipient, "needs_clarification")
    by = make_user("manager")
    recipients.withdraw(recipient=recipient, reason="Chosen by mistake.", by=by)
    assert not Task.objects.unsettled().exists()
    recipients.take_back(recipient=recipient, by=by)
    assert Task.objects.unsettled().get().kind == "unclear"
    assert Task.objects.count() == 1


def test_an_archived_campaign_asks_for_nothing(recipient):
    record(recipient, "needs_clarification")
    campaign = recipient.campaign
    campaign.archived_at = timezone.now()
    campaign.save()
    assert look() == (0, 1)


def test_one_recipient_is_looked_at_without_the_others(recipient):
    other = make_recipient(recipient.campaign)
    for each in (recipient, other):
        make_answer(each, "needs_clarification")
    due_tasks.follow_answers(Recipient.objects.filter(pk=other.pk), now=timezone.now())
    assert Task.objects.get().recipient == other
    assert look() == (1, 0)


def test_tasks_of_other_keys_are_left_alone(recipient):
    kept = tasks.open_task(
        recipient=recipient,
        kind="unclear",
        about="Read it.",
        key="request:1",
        now=timezone.now(),
    )
    look()
    kept.refresh_from_db()
    assert not kept.is_closed


def test_what_one_look_leaves_the_next_one_does(recipient, monkeypatch):
    monkeypatch.setattr(due_tasks, "MOST_AT_ONCE", 2)
    for _ in range(5):
        make_answer(make_recipient(recipient.campaign), "needs_clarification")
    assert [look()[0] for _ in range(4)] == [2, 2, 1, 0]


def test_looking_costs_the_same_for_few_and_many(recipient, django_assert_num_queries):
    for number in (3, 30):
        for _ in range(number):
            make_answer(make_recipient(recipient.campaign), "needs_clarification")
        look()
        with django_assert_num_queries(4):
            look()
