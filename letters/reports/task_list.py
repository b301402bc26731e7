"""The list of tasks: which were asked for, in which order, and where each is acted on.

The key of a task names what it came from, and so the page on which a person acts. Where the
page needs another key than the one in the task's, it is looked up for the whole list at once.
"""

import datetime
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from django.db.models import F, OrderBy
from django.urls import reverse

from campaigns.models import AnswerEntry, Task, User, VerificationEntry
from campaigns.models.task import TaskQuerySet
from campaigns.text import fold

MINE, NOBODYS = "me", "nobody"
WAITING, DUE, DEFERRED, SETTLED = "waiting", "due", "deferred", "settled"
STATES: Mapping[str, str] = {
    WAITING: "Waiting",
    DUE: "Due",
    DEFERRED: "Put off",
    SETTLED: "Settled",
}
_IN_STATE: Mapping[str, Callable[[TaskQuerySet, datetime.date], TaskQuerySet]] = {
    WAITING: TaskQuerySet.waiting,
    DUE: TaskQuerySet.due,
    DEFERRED: TaskQuerySet.deferred,
    SETTLED: lambda tasks, on: tasks.settled(),
}
SORTS: Mapping[str, str] = {
    "due": "due_on",
    "recipient": "recipient__institution__name",
    "kind": "kind",
    "assignee": "assignee__username",
    "opened": "opened_at",
}


@dataclass(frozen=True)
class Asked:
    """The filters of the list; an empty one lets every task pass."""

    words: str = ""
    who: str = ""
    kind: str = ""
    campaign: str = ""
    state: str = WAITING
    sort: str = "due"


def select(asked: Asked, *, person: User, on: datetime.date) -> TaskQuerySet:
    """The tasks that pass every filter; what is due first comes first, and no date last."""
    tasks = Task.objects.filter(recipient__campaign__archived_at=None)
    tasks = _IN_STATE[asked.state or WAITING](tasks, on)
    for word in fold(asked.words).split():
        tasks = tasks.filter(recipient__institution__search_key__contains=word)
    if asked.who == MINE:
        tasks = tasks.filter(assignee=person)
    elif asked.who == NOBODYS:
        tasks = tasks.filter(assignee=None)
    elif asked.who:
        tasks = tasks.filter(assignee=int(asked.who))
    if asked.kind:
        tasks = tasks.filter(kind=asked.kind)
    if asked.campaign:
        tasks = tasks.filter(recipient__campaign=int(asked.campaign))
    return tasks.select_related(
        "recipient__institution", "recipient__campaign", "assignee", "closed_by"
    ).order_by(_order(asked.sort), "pk")


def _order(sort: str) -> OrderBy:
    column = F(SORTS.get(sort.removeprefix("-"), SORTS["due"]))
    if sort.startswith("-"):
        return column.desc(nulls_last=True)
    return column.asc(nulls_last=True)


@dataclass(frozen=True)
class Way:
    """The page on which a task is acted on, and what is done there."""

    url: str
    label: str


def ways(tasks: Iterable[Task]) -> dict[int, Way]:
    """Where each of these tasks is acted on, by its key, in at most two queries."""
    tasks = list(tasks)
    answers = _answers(tasks)
    return {task.pk: _way(task, answers) for task in tasks}


def _answers(tasks: Iterable[Task]) -> Mapping[str, int]:
    """Task key to the answer that it is about."""
    said: dict[int, list[str]] = {}
    checked: dict[int, list[str]] = {}
    for task in tasks:
        prefix, _, rest = task.key.partition(":")
        if prefix in ("promise", "unclear"):
            said.setdefault(int(rest), []).append(task.key)
        elif prefix == "recheck":
            checked.setdefault(int(rest), []).append(task.key)
    found: dict[str, int] = {}
    if said:
        rows = AnswerEntry.objects.filter(pk__in=said).order_by().values_list("pk", "answer_id")
        found |= {key: answer for entry, answer in rows for key in said[entry]}
    if checked:
        decided = VerificationEntry.objects.filter(pk__in=checked).order_by()
        pairs = decided.values_list("pk", "entry__answer_id")
        found |= {key: answer for one, answer in pairs for key in checked[one]}
    return found


def _way(task: Task, answers: Mapping[str, int]) -> Way:
    prefix, _, rest = task.key.partition(":")
    recipient = task.recipient
    if prefix == "unclear":
        return Way(reverse("letters:response_new", args=[recipient.pk]), "Record what it answers")
    if answer := answers.get(task.key):
        return Way(reverse("letters:verification", args=[answer]), "Say whether it is so")
    if prefix == "dispatch":
        return Way(reverse("campaigns:addressees", args=[recipient.pk]), "Mend the address")
    if prefix == "bounce":
        return Way(reverse("letters:response", args=[rest]), "Read the bounce")
    if prefix in ("request", "inside"):
        return Way(reverse("letters:response", args=[rest]), "Read what it wrote")
    if prefix == "extension":
        return Way(reverse("letters:deadline", args=[recipient.pk]), "Give or refuse more time")
    return Way(recipient.get_absolute_url(), "Open the recipient")
