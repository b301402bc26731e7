"""The list of what waits for a person, one task, and decisions on many at once."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from campaigns.actions import due_tasks
from campaigns.actions import task as tasks
from campaigns.models import Task
from letters.management.demo import clock
from letters.views.task import PER_PAGE
from tests.factories import make_answer, make_campaign, make_institution, make_recipient, make_user
from tests.letters.ladders import WEDNESDAY, silent

pytestmark = pytest.mark.django_db
LIST = "/staff/tasks/"
TODAY = timezone.localdate()
DAY = datetime.timedelta(days=1)


@pytest.fixture
def clerk(client):
    client.person = make_user("clerk", first_name="Chris", last_name="Clerk")
    client.force_login(client.person)
    return client


def opened(name: str = "", *, campaign=None, **fields) -> Task:
    campaign = campaign or make_campaign()
    recipient = make_recipient(campaign, make_institution(name))
    return tasks.open_task(
        **{
            "recipient": recipient,
            "kind": Task.Kind.OTHER,
            "about": "Call them.",
            "key": f"other:{recipient.pk}",
            "now": timezone.now(),
            **fields,
        }
    )


def shown(client, **asked) -> list[str]:
    response = client.get(LIST, asked)
    return [task.recipient.institution.name for task, _ in response.context["rows"]]


def decide(client, what: str, *chosen: Task, **typed):
    address = reverse("letters:tasks_decide", args=[what])
    keys = [task.pk for task in chosen]
    return client.post(address, {"tasks": keys, "next": LIST, **typed}, follow=True)


def test_an_empty_list_says_what_will_appear_there(clerk):
    assert "Nothing waits" in clerk.get(LIST).content.decode()


def test_the_list_holds_the_tasks_of_every_campaign_what_is_due_first(clerk):
    opened("Beta", due_on=TODAY + DAY)
    opened("Alpha")
    opened("Gamma", due_on=TODAY)
    assert shown(clerk) == ["Gamma", "Beta", "Alpha"]
    assert shown(clerk, sort="recipient") == ["Alpha", "Beta", "Gamma"]
    assert shown(clerk, sort="-recipient") == ["Gamma", "Beta", "Alpha"]
    assert shown(clerk, sort="-due") == ["Beta", "Gamma", "Alpha"]  # no day stays last


def test_the_filters_narrow_the_list(clerk):
    mine, theirs = opened("Alpha"), opened("Beta", kind="promise", due_on=TODAY)
    later, done = opened("Gamma"), opened("Delta")
    manager = make_user("manager")
    tasks.assign(task=mine, to=clerk.person, by=manager)
    tasks.assign(task=theirs, to=manager, by=manager)
    tasks.defer(task=later, until=TODAY + DAY, reason="x", on=TODAY, by=manager)
    tasks.close(task=done, reason="Called.", now=timezone.now(), by=manager)
    assert shown(clerk) == ["Beta", "Alpha"]
    assert shown(clerk, who="me") == ["Alpha"]
    assert shown(clerk, who=manager.pk) == ["Beta"]
    assert shown(clerk, who="nobody") == []
    assert shown(clerk, kind="promise") == ["Beta"]
    assert shown(clerk, state="due") == ["Beta"]
    assert shown(clerk, state="deferred") == ["Gamma"]
    assert shown(clerk, state="settled") == ["Delta"]
    assert shown(clerk, campaign=mine.recipient.campaign_id) == ["Alpha"]
    assert shown(clerk, q="bet") == ["Beta"]
    html = clerk.get(LIST, {"q": "nowhere"}).content.decode()
    assert "No task passes these filters" in html


def test_a_filter_that_is_not_known_is_passed_over_and_named(clerk):
    opened("Alpha")
    html = clerk.get(LIST, {"kind": "wonderful", "sort": "x", "page": "99"}).content.decode()
    assert "passed over" in html and "Alpha" in html


def test_the_tasks_of_an_archived_campaign_wait_for_nobody(clerk):
    task = opened("Alpha")
    task.recipient.campaign.archived_at = timezone.now()
    task.recipient.campaign.save()
    assert shown(clerk) == []


def test_the_list_costs_the_same_for_3_and_30_tasks_of_every_origin(clerk, query_count):
    campaign, counts = make_campaign(), []
    for number in (3, 30):
        for _ in range(number):
            recipient = make_recipient(campaign)
            make_answer(recipient, "will_comply")
            make_answer(recipient, "needs_clarification", number=2)
        due_tasks.follow_answers(now=timezone.now() + 2 * DAY)
        counts.append(query_count(clerk, LIST))
    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    ("key", "page"),
    [
        ("request:7", "/staff/responses/7/"),
        ("inside:7", "/staff/responses/7/"),
        ("extension:7", "/deadline/"),
        ("bounce:7", "/staff/responses/7/"),
        ("other:x", "/staff/recipients/"),
        ("dispatch:7", "/addressees/"),
        ("unclear:7", "/responses/new/"),
    ],
)
def test_each_task_leads_to_where_it_is_acted_on(clerk, key, page):
    opened("Alpha", key=key)
    assert page in clerk.get(LIST).context["rows"][0][1].url


def test_a_promise_leads_to_its_answer(clerk):
    recipient = make_recipient(make_campaign())
    make_answer(recipient, "will_comply")
    answer = recipient.answers.get(demand__number=1)
    opened(key=f"promise:{answer.current_entry_id}")
    assert clerk.get(LIST).context["rows"][0][1].url == f"/staff/answers/{answer.pk}/"


def test_many_are_assigned_with_an_answer_for_each(clerk):
    first, second = opened("Alpha"), opened("Beta")
    tasks.assign(task=second, to=clerk.person, by=clerk.person)
    html = decide(clerk, "assign", first, second, to=clerk.person.pk).content.decode()
    assert "1 done, 1 skipped" in html and "It is so already." in html
    assert "Back to the tasks" in html and "Back to where you came from" not in html
    first.refresh_from_db()
    assert first.assignee == clerk.person


def test_many_are_closed_and_those_that_were_settled_are_refused_in_words(clerk):
    first, second = opened("Alpha"), opened("Beta")
    tasks.close(task=second, reason="Called.", now=timezone.now(), by=clerk.person)
    html = decide(clerk, "close", first, second, reason="All called.").content.decode()
    assert "1 done, 1 refused" in html and "Called." in html
    first.refresh_from_db()
    assert first.closed_reason == "All called."


def test_many_are_put_off_and_taken_up_again(clerk):
    first, second = opened("Alpha"), opened("Beta")
    until = (TODAY + DAY).isoformat()
    decide(clerk, "defer", first, second, until=until, reason="Later.")
    assert shown(clerk) == [] and shown(clerk, state="deferred") == ["Alpha", "Beta"]
    decide(clerk, "close", first, second, reason="Done.")
    decide(clerk, "reopen", first, second, reason="Not done.")
    assert not Task.objects.settled().exists()


def decide_all(client, what: str, shown: int | str, query: str = "", **typed) -> str:
    address = f"{reverse('letters:tasks_decide', args=[what])}{query}"
    sent = {"all": shown, "next": f"{LIST}{query}", **typed}
    return client.post(address, sent, follow=True).content.decode()


def test_all_that_match_are_decided_on_and_not_only_those_of_the_page(clerk):
    campaign = make_campaign()
    for number in range(PER_PAGE + 2):
        opened(f"Alpha {number}", campaign=campaign, kind="promise")
    opened("Beta")
    html = clerk.get(LIST, {"kind": "promise", "page": "2"}).content.decode()
    assert f"all {PER_PAGE + 2} that match" in html
    assert "/staff/tasks/decide/close/?kind=promise" in html  # of all pages
    html = decide_all(clerk, "close", PER_PAGE + 2, "?kind=promise", reason="All called.")
    assert f"{PER_PAGE + 2} done" in html
    assert shown(clerk) == ["Beta"]


def test_all_that_match_are_those_of_the_person_who_decides(clerk):
    mine, _ = opened("Alpha"), opened("Beta")
    tasks.assign(task=mine, to=clerk.person, by=clerk.person)
    decide_all(clerk, "close", 1, "?who=me", reason="Called.")
    assert shown(clerk) == ["Beta"]


@pytest.mark.parametrize("number", [1, 3, "", "many", "9" * 40])
def test_where_another_number_matches_by_now_nothing_is_decided_and_the_page_says_so(clerk, number):
    opened("Alpha")
    opened("Beta")
    html = decide_all(clerk, "close", number, reason="All called.")
    if number:
        assert "2 match by now, and the page showed" in html
    else:
        assert "Tick the tasks that are meant" in html
    assert "Nothing was changed" in html and not Task.objects.settled().exists()


def test_what_is_not_whole_changes_nothing_of_all_that_match_either(clerk):
    opened("Alpha")
    assert "Reason: This field is required" in decide_all(clerk, "close", 1)
    assert not Task.objects.settled().exists()


def test_a_filter_that_is_not_known_offers_and_decides_nothing_on_all(clerk):
    opened("Alpha")
    assert "that match" not in clerk.get(LIST, {"kind": "wonderful"}).content.decode()
    html = decide_all(clerk, "close", 1, "?kind=wonderful", reason="x")
    assert "is not known here" in html and not Task.objects.settled().exists()


def test_more_than_can_be_waited_for_are_not_decided_on_at_once(clerk, monkeypatch):
    monkeypatch.setattr("letters.views.task.MOST_AT_ONCE", 1)
    opened("Alpha")
    opened("Beta")
    assert "too many at once" in clerk.get(LIST).content.decode()
    assert "Narrow the filters" in decide_all(clerk, "close", 2, reason="x")
    assert not Task.objects.settled().exists()


def test_one_task_is_decided_on_and_the_page_it_came_from_says_so(clerk):
    task = opened("Alpha")
    response = decide(clerk, "close", task, reason="Called.")
    assert response.redirect_chain[-1][0] == LIST
    assert "Done:" in response.content.decode()
    assert "was settled on" in decide(clerk, "close", task, reason="x").content.decode()


@pytest.mark.parametrize(
    ("what", "typed", "said"),
    [
        ("close", {}, "Reason: This field is required"),
        ("defer", {"reason": "x"}, "Until: This field is required"),
        ("assign", {"to": "999999"}, "To: Select a valid choice"),
    ],
)
def test_what_is_not_whole_changes_nothing_and_says_what_is_missing(clerk, what, typed, said):
    task = opened("Alpha")
    html = decide(clerk, what, task, **typed).content.decode()
    assert said in html and "Nothing was changed" in html
    task.refresh_from_db()
    assert not task.is_closed and task.deferred_until is None


def test_nothing_ticked_is_said(clerk):
    assert "Tick the tasks that are meant" in decide(clerk, "close", reason="x").content.decode()


def test_another_word_in_the_address_decides_nothing(clerk):
    assert decide(clerk, "destroy", opened()).status_code == 404


def test_a_viewer_reads_the_list_and_decides_nothing(client):
    task = opened("Alpha")
    client.force_login(make_user("viewer"))
    html = client.get(LIST).content.decode()
    assert "Alpha" in html and "Decide on many" not in html
    assert "Close it" not in client.get(task.get_absolute_url()).content.decode()
    assert decide(client, "close", task, reason="x").status_code == 403


def test_one_task_shows_what_is_to_be_done_and_what_became_of_it(clerk):
    task = opened("Alpha", due_on=TODAY)
    html = clerk.get(task.get_absolute_url()).content.decode()
    assert "Call them." in html and "Open the recipient" in html and "Close it" in html
    tasks.close(task=task, reason="Called on Monday.", now=timezone.now(), by=clerk.person)
    html = clerk.get(task.get_absolute_url()).content.decode()
    assert "Called on Monday." in html and "Take it up again" in html


def test_a_task_is_added_by_hand_from_the_page_of_the_recipient(clerk):
    recipient = make_recipient(make_campaign())
    address = reverse("letters:task_new", args=[recipient.pk])
    assert address in clerk.get(recipient.get_absolute_url()).content.decode()
    clerk.post(address, {"about": "Send the flyer.", "due_on": TODAY.isoformat()})
    task = Task.objects.get()
    assert (task.about, task.due_on, task.opened_by) == ("Send the flyer.", TODAY, clerk.person)
    assert "Send the flyer." in clerk.get(recipient.get_absolute_url()).content.decode()


def test_opening_the_list_writes_nothing(clerk):
    make_answer(make_recipient(make_campaign()), "needs_clarification")
    clerk.get(LIST)
    assert not Task.objects.exists()


def test_home_counts_own_tasks_and_those_nobody_has_and_leads_to_them(clerk):
    mine = opened("Alpha")
    tasks.assign(task=mine, to=clerk.person, by=clerk.person)
    theirs = opened("Beta")
    tasks.assign(task=theirs, to=make_user("manager"), by=clerk.person)
    for name in ("Gamma", "Delta"):
        opened(name, kind="promise")
    found = [(work.what, work.where, work.count) for work in clerk.get("/staff/").context["tasks"]]
    assert found == [
        ("To do", "Your tasks", 1),
        ("A promised day has passed", "Tasks nobody has taken", 2),
    ]
    assert shown(clerk, who="nobody", kind="promise") == ["Gamma", "Delta"]


class TestFollowUpsThatAreDue:
    """A step of a ladder is no task of one recipient, and waits for a person all the same."""

    @pytest.fixture(autouse=True)
    def a_wednesday(self):
        with clock.on(WEDNESDAY):
            yield

    def test_they_stand_above_the_tasks_with_the_way_to_prepare_them(self, client):
        campaign, _, manager = silent(3)
        client.force_login(manager)
        html = client.get(LIST).content.decode()
        assert "1. Reminder" in html and f"3 recipients of {campaign}" in html
        assert reverse("letters:follow_ups", args=[campaign.pk]) in html
        assert "Nothing waits about single recipients." in html
        assert "Follow-ups that are due" in client.get(LIST, {"campaign": campaign.pk}).text
        other = make_campaign()
        for asked in ({"campaign": other.pk}, {"who": "me"}, {"kind": "bounce"}, {"q": "x"}):
            assert "Follow-ups that are due" not in client.get(LIST, asked).text
        assert "Follow-ups that are due" not in client.get(LIST, {"state": "settled"}).text

    def test_who_prepares_no_mailing_is_not_asked_to(self, client):
        silent(3)
        client.force_login(make_user("viewer"))
        html = client.get(LIST).content.decode()
        assert "Follow-ups that are due" not in html and "Nothing waits" in html
