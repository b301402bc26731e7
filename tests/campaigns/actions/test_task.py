"""What waits for a person: opened once by its key, assigned, put off, settled with a reason."""

import datetime

import pytest
from django.db import IntegrityError, transaction

from campaigns import audit
from campaigns.actions import task as tasks
from campaigns.models import Recipient, Task
from tests.factories import make_campaign, make_recipient, make_user

pytestmark = pytest.mark.django_db
NOW = datetime.datetime(2026, 11, 22, 15, tzinfo=datetime.UTC)
TODAY = NOW.date()
TOMORROW = TODAY + datetime.timedelta(days=1)


@pytest.fixture
def recipient() -> Recipient:
    return make_recipient(make_campaign())


def opened(recipient: Recipient, **fields) -> Task:
    return tasks.open_task(
        **{
            "recipient": recipient,
            "kind": Task.Kind.EXTENSION,
            "about": "Asks for more time. Grant it or refuse it.",
            "key": "extension:1",
            "now": NOW,
            **fields,
        }
    )


def test_a_task_that_came_by_itself_names_nobody(recipient):
    task = opened(recipient, due_on=TOMORROW)
    assert (task.opened_by, task.assignee, task.due_on) == (None, None, TOMORROW)
    event = audit.history(recipient)[0]
    assert (event.verb, event.actor) == ("task.opened", None)
    assert "came up: Asks for more time." in event.sentence


def test_a_person_who_opens_a_task_is_on_record(recipient):
    by = make_user("clerk")
    assert opened(recipient, by=by).opened_by == by
    assert audit.history(recipient)[0].actor == by


def test_one_key_opens_one_task_and_a_settled_one_stays_settled(recipient):
    first = opened(recipient)
    assert opened(recipient, about="Something else.") == first
    tasks.close(task=first, reason="Granted.", now=NOW, by=make_user("clerk"))
    again = opened(recipient)
    assert again == first and again.is_closed
    assert Task.objects.count() == 1
    assert [event.verb for event in audit.history(recipient)] == ["task.closed", "task.opened"]


def test_a_recipients_long_words_are_cut_to_what_a_task_holds(recipient):
    task = opened(recipient, about="word " * 200)
    task.full_clean()
    assert task.about.endswith("word…")


def test_a_task_is_given_to_who_may_work_on_it(recipient):
    task, manager, clerk = opened(recipient), make_user("manager"), make_user("clerk")
    assert tasks.assign(task=task, to=clerk, by=manager).assignee == clerk
    for other in (make_user("viewer"), make_user("clerk", is_active=False)):
        with pytest.raises(tasks.MayNotWork, match="Choose somebody else"):
            tasks.assign(task=task, to=other, by=manager)
    assert tasks.assign(task=task, to=None, by=manager).assignee is None
    assert " to nobody: Asks for more time." in audit.history(recipient)[0].sentence


def test_giving_a_task_to_who_has_it_writes_nothing(recipient):
    task, clerk = opened(recipient), make_user("clerk")
    tasks.assign(task=task, to=clerk, by=clerk)
    tasks.assign(task=task, to=clerk, by=clerk)
    taken, came_up = audit.history(recipient)
    assert (taken.verb, came_up.verb) == ("task.assigned", "task.opened")
    assert taken.sentence.startswith("took the task on")


def test_a_task_put_off_waits_again_on_its_day(recipient):
    task = tasks.defer(
        task=opened(recipient, due_on=TODAY),
        until=TOMORROW,
        reason="Counsel is away.",
        on=TODAY,
        by=make_user("clerk"),
    )
    assert list(Task.objects.deferred(TODAY)) == [task]
    assert not Task.objects.waiting(TODAY) and not Task.objects.due(TODAY)
    assert list(Task.objects.waiting(TOMORROW)) == [task]
    assert list(Task.objects.due(TOMORROW)) == [task]


def test_a_task_is_put_off_to_a_day_ahead_and_with_a_reason(recipient):
    task, by = opened(recipient), make_user("clerk")
    with pytest.raises(tasks.NotAhead):
        tasks.defer(task=task, until=TODAY, reason="x", on=TODAY, by=by)
    with pytest.raises(tasks.ReasonMissing):
        tasks.defer(task=task, until=TOMORROW, reason=" ", on=TODAY, by=by)
    task.refresh_from_db()
    assert task.deferred_until is None


def test_a_task_is_closed_with_what_was_done(recipient):
    task, by = opened(recipient), make_user("clerk")
    with pytest.raises(tasks.ReasonMissing):
        tasks.close(task=task, reason="", now=NOW, by=by)
    task = tasks.close(task=task, reason="Granted until May.", now=NOW, by=by)
    assert (task.closed_at, task.closed_by, task.closed_reason) == (NOW, by, "Granted until May.")
    assert list(Task.objects.settled()) == [task] and not Task.objects.unsettled()


def test_a_settled_task_refuses_every_other_decision(recipient):
    task, by = opened(recipient), make_user("clerk")
    tasks.close(task=task, reason="Granted.", now=NOW, by=by)
    with pytest.raises(tasks.IsClosed, match="was settled on November 22, 2026: Granted"):
        tasks.close(task=task, reason="Again.", now=NOW, by=by)
    with pytest.raises(tasks.IsClosed):
        tasks.assign(task=task, to=by, by=by)
    with pytest.raises(tasks.IsClosed):
        tasks.defer(task=task, until=TOMORROW, reason="x", on=TODAY, by=by)


def test_what_happened_settles_the_task_of_its_key_once(recipient):
    opened(recipient)
    assert tasks.close_by_key(key="extension:1", reason="Granted.", now=NOW)
    assert not tasks.close_by_key(key="extension:1", reason="Granted.", now=NOW)
    assert not tasks.close_by_key(key="extension:2", reason="Granted.", now=NOW)
    task = Task.objects.get()
    assert (task.closed_by, task.closed_reason) == (None, "Granted.")
    assert audit.history(recipient)[0].sentence.startswith("settled the task on")


def test_a_task_settled_too_early_is_taken_up_again(recipient):
    task, by = opened(recipient), make_user("clerk")
    with pytest.raises(tasks.IsOpen):
        tasks.reopen(task=task, reason="x", by=by)
    tasks.close(task=task, reason="Granted.", now=NOW, by=by)
    with pytest.raises(tasks.ReasonMissing):
        tasks.reopen(task=task, reason=" ", by=by)
    task = tasks.reopen(task=task, reason="It was another school.", by=by)
    assert (task.closed_at, task.closed_by, task.closed_reason) == (None, None, "")
    assert audit.history(recipient)[0].verb == "task.reopened"


@pytest.mark.parametrize(
    "decide",
    [
        lambda task, by: tasks.assign(task=task, to=by, by=by),
        lambda task, by: tasks.defer(task=task, until=TOMORROW, reason="x", on=TODAY, by=by),
        lambda task, by: tasks.close(task=task, reason="x", now=NOW, by=by),
        lambda task, by: tasks.close_by_key(key=task.key, reason="x", now=NOW),
    ],
    ids=["assign", "defer", "close", "close_by_key"],
)
def test_nothing_is_kept_where_the_record_fails(recipient, monkeypatch, decide):
    task, by = opened(recipient), make_user("clerk")
    before = Task.objects.values().get()
    monkeypatch.setattr(tasks.audit, "record", lambda *a, **k: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        decide(task, by)
    assert Task.objects.values().get() == before
    with pytest.raises(ZeroDivisionError):
        opened(recipient, key="extension:2")
    assert Task.objects.count() == 1


@pytest.mark.parametrize(
    "half", [{"deferred_until": TODAY}, {"closed_at": NOW}, {"closed_reason": "x"}, {"about": ""}]
)
def test_the_database_refuses_half_a_decision(recipient, half):
    task = opened(recipient)
    with pytest.raises(IntegrityError), transaction.atomic():
        Task.objects.filter(pk=task.pk).update(**half)
