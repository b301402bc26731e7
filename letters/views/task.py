"""What waits for a person: the list across campaigns, one task, and decisions on many."""

from collections.abc import Callable, Iterable
from typing import Any, cast
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.generic import TemplateView, View

from campaigns.actions import task as actions
from campaigns.models import Campaign, Task, User
from campaigns.views.addressees import RecipientPage
from campaigns.views.decisions import DecisionForm
from campaigns.views.fields import LineField, RowsField, whole_number
from campaigns.views.shell import StaffPage
from letters.actions.outcome import Outcome, for_each, in_words
from letters.reports.task_list import (
    DUE,
    MINE,
    NOBODYS,
    SORTS,
    STATES,
    WAITING,
    Asked,
    select,
    ways,
)
from letters.reports.waiting import Work, due_steps

PER_PAGE = 50
MOST_AT_ONCE = 1000  # each is decided in a transaction of its own while the person waits
_COLUMNS = {
    "recipient": "Recipient",
    "kind": "What",
    "due": "Due",
    "assignee": "Whose",
    "opened": "Since",
}


def _day() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def _workers() -> QuerySet[User]:
    """Who may be given a task."""
    return User.objects.with_perm("campaigns.work_on_tasks").order_by("first_name", "username")


class TaskFilter(forms.Form):
    q = forms.CharField(required=False, label="Institution", max_length=200)
    who = forms.ChoiceField(required=False, label="Whose")
    kind = forms.ChoiceField(
        required=False, label="What", choices=[("", "Any"), *Task.Kind.choices]
    )
    campaign = forms.ChoiceField(required=False)
    state = forms.ChoiceField(required=False, label="Show", choices=list(STATES.items()))
    sort = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any, people: list[User]) -> None:
        super().__init__(data)
        campaigns = Campaign.objects.filter(archived_at=None).values_list("pk", "title")
        whose = [("", "Everybody’s"), (MINE, "Mine"), (NOBODYS, "Nobody’s")]
        self._offer("who", [*whose, *((str(one.pk), str(one)) for one in people)])
        self._offer("campaign", [("", "Any"), *((str(pk), title) for pk, title in campaigns)])

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        cast(forms.ChoiceField, self.fields[name]).choices = choices

    @property
    def is_filtering(self) -> bool:
        return any(value for name, value in self.data.items() if name not in ("sort", "page"))

    def asked(self) -> Asked:
        self.full_clean()
        chosen = {name: value for name, value in self.cleaned_data.items() if value}
        chosen["words"] = chosen.pop("q", "")
        if chosen.get("sort", "").removeprefix("-") not in SORTS:
            chosen.pop("sort", None)
        return Asked(**chosen)


class TaskList(StaffPage, TemplateView):
    permission_required = "campaigns.view_task"
    template_name = "staff/task_list.html"
    title = "Tasks"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        people, today = list(_workers()), timezone.localdate()
        form = TaskFilter(self.request.GET, people)
        asked = form.asked()
        page = Paginator(select(asked, person=self.person, on=today), PER_PAGE).get_page(
            self.request.GET.get("page")
        )
        found = ways(page)
        return super().get_context_data(
            form=form,
            asked=asked,
            page_obj=page,
            rows=[(task, found[task.pk]) for task in page],
            steps=self._steps(asked),
            columns=_columns(asked.sort),
            people=people,
            today=today,
            all_at_once=not form.errors and page.paginator.count <= MOST_AT_ONCE,
            **kwargs,
        )

    def _steps(self, asked: Asked) -> list[Work]:
        """Follow-ups that are due wait for a person too, for whole mailings and nobody's yet."""
        elsewhere = asked.kind or asked.words or asked.who not in ("", NOBODYS)
        if elsewhere or asked.state not in (WAITING, DUE):
            return []
        if not self.person.has_perm("letters.prepare_mailing"):
            return []
        campaign = int(asked.campaign) if asked.campaign else None
        return list(due_steps(timezone.now(), campaign))


def _columns(sort: str) -> list[dict[str, str]]:
    """Title, what pressing it sorts by, and how it is sorted now."""
    return [
        {
            "title": title,
            "pressed": f"-{key}" if sort == key else key,
            "direction": {key: "ascending", f"-{key}": "descending"}.get(sort, ""),
        }
        for key, title in _COLUMNS.items()
    ]


class ReasonForm(forms.Form):
    reason = LineField(max_length=500)


class DeferForm(forms.Form):
    until = forms.DateField(label="Until", widget=_day())
    reason = LineField(max_length=500)


class AssignForm(forms.Form):
    to = forms.ModelChoiceField(User.objects.none(), required=False, empty_label="Nobody")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("forms.ModelChoiceField[User]", self.fields["to"]).queryset = _workers()


class ChosenForm(forms.Form):
    tasks = RowsField(
        Task.objects.select_related("recipient__campaign", "recipient__institution", "assignee"),
        error_messages={"required": "Tick the tasks that are meant."},
    )


Decide = Callable[[Task], str | None]


def _assign(typed: dict[str, Any], by: User) -> Decide:
    def decide(task: Task) -> str | None:
        if task.assignee == typed["to"]:
            return "It is so already."
        actions.assign(task=task, by=by, **typed)
        return None

    return decide


def _defer(typed: dict[str, Any], by: User) -> Decide:
    def decide(task: Task) -> None:
        actions.defer(task=task, on=timezone.localdate(), by=by, **typed)

    return decide


def _close(typed: dict[str, Any], by: User) -> Decide:
    def decide(task: Task) -> None:
        actions.close(task=task, now=timezone.now(), by=by, **typed)

    return decide


def _reopen(typed: dict[str, Any], by: User) -> Decide:
    def decide(task: Task) -> None:
        actions.reopen(task=task, by=by, **typed)

    return decide


# What can be decided on tasks, by the word in the address, and the form that asks for it.
DECISIONS: dict[str, tuple[type[forms.Form], Callable[[dict[str, Any], User], Decide]]] = {
    "assign": (AssignForm, _assign),
    "defer": (DeferForm, _defer),
    "close": (ReasonForm, _close),
    "reopen": (ReasonForm, _reopen),
}


class TasksDecide(StaffPage, View):
    """One decision on the tasks that were ticked, or on all that match; each is answered for.

    "All that match" sends back the number that was shown, as where recipients are chosen, and
    the filters stand in the address: where another number matches by now, nothing is decided.
    """

    permission_required = "campaigns.work_on_tasks"
    http_method_names = ["post"]
    title = "What was done, row by row"

    def post(self, request: HttpRequest, what: str) -> HttpResponse:
        if what not in DECISIONS:
            raise Http404("Nothing is decided under this address.")
        form_class, decision = DECISIONS[what]
        back = self.return_to or reverse("letters:tasks")
        form = form_class(request.POST)
        tasks, problem = self._matching() if request.POST.get("all") else self._ticked()
        if problem := problem or _problem(form):
            messages.error(request, f"{problem} Nothing was changed.")
            return HttpResponseRedirect(back)
        decide = decision(form.cleaned_data, self.person)
        outcomes = for_each(tasks, decide, str)
        if len(outcomes) == 1:
            return self._said(outcomes[0], back)
        context = self.get_context_data(
            return_to="",  # the button leads there
            outcomes=outcomes,
            summary=in_words(outcomes),
            back=back,
            row="Task",
            whole="tasks",
        )
        return render(request, "staff/outcomes.html", context)

    def _ticked(self) -> tuple[Iterable[Task], str]:
        """The tasks, or why none is meant."""
        chosen = ChosenForm(self.request.POST)
        return (chosen.cleaned_data["tasks"], "") if chosen.is_valid() else ((), _problem(chosen))

    def _matching(self) -> tuple[Iterable[Task], str]:
        """The tasks that pass the filters now, or why they are not decided on."""
        form = TaskFilter(self.request.GET, list(_workers()))
        asked = form.asked()
        if form.errors:
            return (), "A filter in the address is not known here, so that more tasks would match."
        found = select(asked, person=self.person, on=timezone.localdate())[: MOST_AT_ONCE + 1]
        shown = whole_number(self.request.POST["all"]) or 0
        if len(found) > MOST_AT_ONCE:
            return (), f"More than {MOST_AT_ONCE:,} tasks match. Narrow the filters."
        if len(found) != shown:
            return (), f"{len(found):,} match by now, and the page showed {shown:,}. Look again."
        return found, ""

    def _said(self, outcome: Outcome, back: str) -> HttpResponse:
        if outcome.what == "refused":
            messages.error(self.request, outcome.reason)
        else:
            messages.success(self.request, outcome.reason or f"Done: {outcome.subject}.")
        return HttpResponseRedirect(back)


def _problem(form: forms.Form) -> str:
    """What the form lacks, in a sentence; empty where it is whole."""
    return " ".join(
        f"{form[name].label}: {' '.join(map(str, errors))}" for name, errors in form.errors.items()
    )


class TaskPage(StaffPage, TemplateView):
    """One task, with the way to act on it and every decision."""

    permission_required = "campaigns.view_task"
    template_name = "staff/task.html"
    task: Task

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        tasks = Task.objects.select_related(
            "recipient__institution", "recipient__campaign", "assignee", "opened_by", "closed_by"
        )
        self.task = get_object_or_404(tasks, pk=kwargs["pk"])

    def get_title(self) -> str:
        return f"{self.task.get_kind_display()}: {self.task.recipient.institution.name}"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            task=self.task,
            way=ways([self.task])[self.task.pk],
            people=list(_workers()),
            today=timezone.localdate(),
            **kwargs,
        )


class NewTaskForm(forms.Form):
    about = LineField(label="What is to be done, and why", max_length=500)
    due_on = forms.DateField(label="Due", required=False, widget=_day())


class TaskNew(RecipientPage, DecisionForm):
    """Something to do about one recipient that no rule finds by itself."""

    permission_required = "campaigns.work_on_tasks"
    form_class = NewTaskForm
    submit = "Add the task"

    def get_title(self) -> str:
        return f"A task on {self.recipient.institution.name}"

    def get_success_url(self) -> str:
        return self.recipient.get_absolute_url()

    def decide(self, form: NewTaskForm) -> str:
        actions.open_task(
            recipient=self.recipient,
            kind=Task.Kind.OTHER,
            key=f"other:{uuid4()}",
            now=timezone.now(),
            by=self.person,
            **form.cleaned_data,
        )
        return "It stands in the list of tasks until somebody closes it."
