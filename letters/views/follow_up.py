"""The follow-ups of a campaign: who is due today and who is held, the ladder, the simulation."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.generic import TemplateView, View

from campaigns.actions import Refused
from campaigns.models import Campaign
from campaigns.views.decisions import OfCampaign
from campaigns.views.fields import whole_number
from letters import follow_ups as planning
from letters.actions import follow_up
from letters.actions import ladder as ladders
from letters.actions.outcome import counted
from letters.follow_ups import Held, Plan, Row
from letters.models import Ladder, LadderStep, LetterTemplate
from letters.reports import follow_ups

# So many names stand on the page; the rest is a number.
NAMES = 30
_SPANS = (30, 60, 92, 183)


@dataclass(frozen=True)
class StepToday:
    """A step with those who are due for it today."""

    step: LadderStep
    due: list[Row]

    @property
    def shown(self) -> list[Row]:
        return self.due[:NAMES]

    @property
    def more(self) -> int:
        return len(self.due) - len(self.shown)


@dataclass(frozen=True)
class HeldToday:
    """Those who are held for one reason."""

    why: str
    rows: list[Row]

    @property
    def shown(self) -> list[Row]:
        return self.rows[:NAMES]

    @property
    def more(self) -> int:
        return len(self.rows) - len(self.shown)


def _by_reason(held: Iterable[Held]) -> list[HeldToday]:
    """The reason that holds most comes first."""
    found: dict[str, list[Row]] = defaultdict(list)
    for one in held:
        found[one.why].append(one.row)
    return sorted((HeldToday(*one) for one in found.items()), key=lambda one: -len(one.rows))


def _steps(campaign: Campaign) -> list[LadderStep]:
    steps = LadderStep.objects.filter(ladder__campaign=campaign)
    return list(steps.select_related("template", "ladder"))


class FollowUps(OfCampaign, TemplateView):
    """Who is due today, step by step, and who is held and why.

    On a weekend or holiday it shows the next business day, as things stand.
    """

    permission_required = "letters.view_mailing"
    template_name = "staff/follow_ups.html"
    title = "Follow-ups"
    tab = "letters:follow_ups"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        now = timezone.now()
        read, steps = follow_ups.read_one(self.campaign, now), _steps(self.campaign)
        if read is None:
            return super().get_context_data(steps=[], **kwargs)
        today = read.plan(follow_ups.today(self.campaign, now))
        plan = read.plan(planning.ahead(today.day, 0)) if today.closed else today
        return super().get_context_data(
            closed=today.closed,
            plan=plan,
            ladder=steps[0].ladder,
            steps=[StepToday(step, [one.row for one in plan.of(step.pk)]) for step in steps],
            held=_by_reason(plan.held),
            passed_over=_by_reason(plan.passed_over),
            **kwargs,
        )


class FollowUpPrepare(OfCampaign, View):
    """The button beside a step: a mailing to exactly those who were shown."""

    permission_required = "letters.prepare_mailing"
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        asked = whole_number(request.POST.get("step", ""))
        step = next((one for one in _steps(self.campaign) if one.pk == asked), None)
        if step is None:
            messages.error(request, "The ladder was changed meanwhile. Look again who is due.")
            return redirect("letters:follow_ups", pk)
        count = whole_number(request.POST.get("count", ""))
        try:
            made = follow_up.prepare(
                step=step, count=count or 0, now=timezone.now(), by=self.person
            )
        except Refused as refusal:
            messages.error(request, str(refusal))
            return redirect("letters:follow_ups", pk)
        for each in made:
            letters = counted(each.letters.standing().count())
            messages.success(request, f"“{each}” with {letters} is prepared and checked.")
        return redirect(made[0]) if len(made) == 1 else redirect("letters:mailings", pk)


class PaceForm(forms.ModelForm):
    class Meta:
        model = Ladder
        fields = ("lead_days", "apart_days", "emails_a_day")


# As short as a column of the table of steps is narrow.
_ANSWERS = {
    LadderStep.Segment.NOTHING: "nothing answered",
    LadderStep.Segment.SOME: "some unanswered",
    LadderStep.Segment.LAPSED: "promise lapsed",
    LadderStep.Segment.PENDING: "answer pending",
}


class StepForm(forms.Form):
    """One row of the ladder. A row without days and text is no step."""

    kind = forms.ChoiceField(
        label="Step", choices=LadderStep.Kind.choices, initial=LadderStep.Kind.REMINDER
    )
    segment = forms.ChoiceField(
        label="Answers", choices=list(_ANSWERS.items()), initial=LadderStep.Segment.NOTHING
    )
    days = forms.IntegerField(label="Days after the deadline", min_value=1, max_value=365)
    unit = forms.ChoiceField(
        label="Counted in", choices=Campaign.Unit.choices, initial=Campaign.Unit.CALENDAR
    )
    way = forms.ChoiceField(
        label="Written to by", choices=LadderStep.Way.choices, initial=LadderStep.Way.ANY
    )
    template = forms.ModelChoiceField(
        LetterTemplate.objects.none(), label="Text", empty_label="Choose a text"
    )

    def words(self) -> ladders.StepWords:
        names = ladders.StepWords.__dataclass_fields__
        return ladders.StepWords(**{name: self.cleaned_data[name] for name in names})


class BaseSteps(forms.BaseFormSet):
    """The rows of a ladder, in the order of their numbers."""

    def __init__(self, *args: Any, campaign: Campaign, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.templates = texts_to_choose(campaign)

    def add_fields(self, form: forms.Form, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields["template"].queryset = self.templates  # type: ignore[attr-defined]
        form.fields["ORDER"].label = "Order"
        form.fields["DELETE"].label = "Take out"
        for field in form.fields.values():
            field.widget.attrs["aria-label"] = f"{field.label}, row {(index or 0) + 1}"

    def words(self) -> list[ladders.StepWords]:
        return [form.words() for form in self.ordered_forms]


def texts_to_choose(campaign: Campaign) -> Any:
    """The campaign's reminders and final notices that have been written."""
    return LetterTemplate.objects.filter(
        campaign=campaign, purpose__in=LetterTemplate.ASK_AGAIN, versions__isnull=False
    ).distinct()


Steps: Any = forms.formset_factory(
    StepForm,
    formset=BaseSteps,
    extra=2,
    can_order=True,
    can_delete=True,
    max_num=20,
    validate_max=True,
)


class LadderPage(OfCampaign, TemplateView):
    """The ladder, edited and saved as a whole."""

    permission_required = "letters.change_ladder"
    template_name = "staff/ladder.html"
    title = "The ladder of follow-ups"
    tab = "letters:follow_ups"

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        pace, steps = self._pace(request.POST), self._steps(request.POST)
        if pace.is_valid() and steps.is_valid():
            try:
                saved = ladders.save(
                    campaign=self.campaign,
                    pace=ladders.Pace(**pace.cleaned_data),
                    steps=steps.words(),
                    by=self.person,
                )
            except Refused as refusal:
                pace.add_error(None, str(refusal))
            else:
                count = saved.steps.count()
                messages.success(
                    request, f"The ladder is saved: {count} step{'' if count == 1 else 's'}."
                )
                return HttpResponseRedirect(reverse("letters:follow_ups", args=[self.campaign.pk]))
        return self.render_to_response(self.get_context_data(pace=pace, steps=steps))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        forms_ = {"pace": self._pace(), "steps": self._steps()} | kwargs
        return super().get_context_data(**forms_, has_texts=texts_to_choose(self.campaign).exists())

    def _pace(self, data: Mapping[str, Any] | None = None) -> PaceForm:
        kept = Ladder.objects.filter(campaign=self.campaign).first()
        initial = {name: getattr(kept, name) for name in PaceForm.Meta.fields} if kept else {}
        return PaceForm(data, initial=initial or asdict(ladders.Pace()))

    def _steps(self, data: Mapping[str, Any] | None = None) -> Any:
        names = StepForm.base_fields
        initial = [{name: getattr(one, name) for name in names} for one in _steps(self.campaign)]
        return Steps(data, initial=initial, campaign=self.campaign, prefix="steps")


@dataclass(frozen=True)
class SimulatedDay:
    """A day of a simulation on which somebody is due: how many for each step, and who."""

    plan: Plan
    counts: list[int]

    @property
    def total(self) -> int:
        return len(self.plan.due)

    @property
    def shown(self) -> tuple[planning.Due, ...]:
        return self.plan.due[:NAMES]

    @property
    def more(self) -> int:
        return self.total - len(self.shown)


class FollowUpSimulation(OfCampaign, TemplateView):
    """Who would get what on which day, if nobody answered: by the plan that is used each day."""

    permission_required = "letters.view_mailing"
    template_name = "staff/follow_up_simulation.html"
    title = "If nobody answers"
    tab = "letters:follow_ups"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        now, span = timezone.now(), self._span()
        read, steps = follow_ups.read_one(self.campaign, now), _steps(self.campaign)
        plans = list(_simulated(read, follow_ups.today(self.campaign, now), span)) if read else []
        days = [
            SimulatedDay(plan, [plan.by_step().get(step.pk, 0) for step in steps])
            for plan in plans
            if plan.due
        ]
        return super().get_context_data(
            steps=steps,
            days=days,
            totals=[sum(day.counts[index] for day in days) for index in range(len(steps))],
            total=sum(day.total for day in days),
            span=span,
            spans=_SPANS,
            last=plans[-1].day if plans else None,
            held=_by_reason(_still_held(plans)),
            passed_over=_by_reason(_passed_over(plans)),
            **kwargs,
        )

    def _span(self) -> int:
        asked = whole_number(self.request.GET.get("days", ""))
        return asked if asked in _SPANS else _SPANS[2]


def _simulated(read: follow_ups.Read, first: datetime.date, span: int) -> Iterable[Plan]:
    days = [first + datetime.timedelta(days=index) for index in range(span)]
    return planning.simulate(read.ladder, read.rows, read.emails, days)


def _still_held(plans: list[Plan]) -> tuple[Held, ...]:
    """Who is held on the last open day: nothing in the span sets them free."""
    return next((plan.held for plan in reversed(plans) if not plan.closed), ())


def _passed_over(plans: list[Plan]) -> Iterable[Held]:
    """Whom a step does not reach on any day of the span, each once for a step."""
    return {(one.row.pk, one.step.pk): one for plan in plans for one in plan.passed_over}.values()
