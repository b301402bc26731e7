"""Whether answers are so: one answer with its history, and the answers of a campaign at once."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.generic import TemplateView, View

from campaigns.actions import verification as actions
from campaigns.actions.verification import Finding
from campaigns.models import (
    Answer,
    AnswerEntry,
    Campaign,
    Outcome,
    Verification,
    VerificationEntry,
)
from campaigns.models.verification import VERIFICATION_MOVES, with_recheck
from campaigns.text import fold
from campaigns.views.decisions import DecisionForm, OfCampaign
from campaigns.views.fields import LineField, whole_number
from letters.actions.outcome import for_each, in_words
from letters.models import ResponseItem

PER_PAGE = 50
DECIDE = "campaigns.verify_answer"
RECHECK, LATE = "recheck", "late"


class FindingForm(forms.Form):
    """What a person found. `moves` are those that the table allows; all where many are meant."""

    status = forms.ChoiceField(label="It is")
    reason = LineField(label="Why it is so, or why not", max_length=500)
    evidence = LineField(
        max_length=500,
        required=False,
        help_text="Which document, page or web address, and of what day.",
    )
    recheck_on = forms.DateField(
        label="Check again on",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="Until then it is taken as so. The day opens a task; nothing changes by itself.",
    )

    def __init__(self, *args: Any, moves: frozenset[str] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = [
            (each.value, each.label)
            for each in Verification
            if moves is None or each.value in moves
        ]
        self.fields["status"].choices = [("", "Choose"), *offered]  # type: ignore[attr-defined]

    def finding(self) -> Finding:
        return Finding(**self.cleaned_data)


class SingleForm(FindingForm):
    entry = forms.IntegerField(widget=forms.HiddenInput)

    def finding(self) -> Finding:
        found = dict(self.cleaned_data)
        found.pop("entry")
        return Finding(**found)


class VerificationPage(OfCampaign, DecisionForm):
    """One answer: what was said, what came with it, what was found so far, and deciding."""

    permission_required = "campaigns.view_recipient"
    template_name = "staff/verification.html"
    form_class = SingleForm
    tab = "letters:responses"
    submit = "Put on record"
    answer: Answer

    def find_campaign(self, pk: int) -> Campaign:
        answers = Answer.objects.select_related(
            "demand", "recipient__campaign", "recipient__institution", "current_entry"
        )
        self.answer = get_object_or_404(answers, pk=pk)
        return self.answer.recipient.campaign

    def get_title(self) -> str:
        return f"Is it so? Demand {self.answer.demand.number}, {self.answer.recipient}"

    def get_success_url(self) -> str:
        return f"{self.answer.recipient.get_absolute_url()}#h-answers"

    def get_form_kwargs(self) -> dict[str, Any]:
        moves = VERIFICATION_MOVES[self.answer.verification]
        return {**super().get_form_kwargs(), "moves": moves}

    def get_initial(self) -> dict[str, Any]:
        return {"entry": self.answer.current_entry_id}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        entry = self.answer.current_entry
        item = ResponseItem.objects.filter(entry=entry).select_related("response").first()
        return super().get_context_data(
            answer=self.answer,
            entry=entry,
            item=item,
            documents=item.response.documents.all() if item else [],
            found=entry.verifications.select_related("decided_by") if entry else [],
            earlier=VerificationEntry.objects.filter(entry__answer=self.answer)
            .exclude(entry=entry)
            .select_related("decided_by", "entry"),
            **kwargs,
        )

    def post(self, request: HttpRequest, *args: str, **kwargs: Any) -> HttpResponse:
        if not request.user.has_perm(DECIDE):
            raise PermissionDenied
        return super().post(request, *args, **kwargs)

    def decide(self, form: SingleForm) -> str:
        now = timezone.now()
        actions.decide(
            answer=self.answer,
            entry_pk=form.cleaned_data["entry"],
            finding=form.finding(),
            on=timezone.localdate(now),
            now=now,
            by=self.person,
        )
        return "On record, with who found it, when and why."


class AnswerFilter(forms.Form):
    q = forms.CharField(required=False, label="Institution", max_length=200)
    demand = forms.ChoiceField(required=False)
    outcome = forms.ChoiceField(
        required=False, label="Answered", choices=[("", "Any"), *Outcome.choices[1:]]
    )
    verification = forms.ChoiceField(
        required=False, label="Is it so", choices=[("", "Any"), *Verification.choices]
    )
    show = forms.ChoiceField(
        required=False,
        label="Show",
        choices=[("", "All"), (RECHECK, "To be checked again"), (LATE, "Promised day has passed")],
    )

    def __init__(self, data: Any, campaign: Campaign) -> None:
        super().__init__(data)
        demands = [(str(each.pk), str(each)) for each in campaign.demands.all()]
        self.fields["demand"].choices = [("", "Any"), *demands]  # type: ignore[attr-defined]

    @property
    def is_filtering(self) -> bool:
        return any(value for name, value in self.data.items() if name != "page")

    def choose(self, answers: QuerySet[Any]) -> QuerySet[Any]:
        self.full_clean()
        chosen, today = self.cleaned_data, timezone.localdate()
        for word in fold(chosen.get("q", "")).split():
            answers = answers.filter(recipient__institution__search_key__contains=word)
        for name in ("demand", "outcome", "verification"):
            if value := chosen.get(name):
                answers = answers.filter(**{name: value})
        if chosen.get("show") == RECHECK:
            answers = answers.filter(recheck_on__lte=today)
        if chosen.get("show") == LATE:
            answers = answers.filter(
                outcome=Outcome.WILL_COMPLY, current_entry__promised_on__lt=today
            )
        return answers


class AnswersPage(OfCampaign, TemplateView):
    """Every answer of a campaign, cell by cell, with whether it is so."""

    permission_required = "campaigns.view_recipient"
    template_name = "staff/answer_list.html"
    title = "Answers, demand by demand"
    tab = "letters:responses"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        form = AnswerFilter(self.request.GET, self.campaign)
        page = Paginator(form.choose(_answers(self.campaign)), PER_PAGE)
        return super().get_context_data(
            form=form,
            finding=FindingForm(prefix="many"),
            page_obj=page.get_page(self.request.GET.get("page")),
            today=timezone.localdate(),
            **kwargs,
        )


def _answers(campaign: Campaign) -> QuerySet[Answer]:
    """What was answered by who is written to, with the day on which it is checked again."""
    answered = Answer.objects.filter(
        recipient__campaign=campaign, recipient__withdrawn_at=None, current_entry__isnull=False
    )
    return (
        with_recheck(answered)
        .select_related("recipient__institution", "demand", "current_entry")
        .order_by("recipient__institution__name", "recipient", "demand__number")
    )


class AnswersDecide(OfCampaign, View):
    """One finding on every answer that was ticked; the page answers for each."""

    permission_required = DECIDE
    http_method_names = ["post"]
    title = "What was done, row by row"
    tab = "letters:responses"

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        back = self.return_to or reverse("letters:answers", args=[self.campaign.pk])
        form = FindingForm(request.POST, prefix="many")
        entries = _ticked(self.campaign, request)
        if problem := _problem(form, entries):
            messages.error(request, f"{problem} Nothing was changed.")
            return HttpResponseRedirect(back)
        now, finding = timezone.now(), form.finding()

        def decide(entry: AnswerEntry) -> None:
            actions.decide(
                answer=entry.answer,
                entry_pk=entry.pk,
                finding=finding,
                on=timezone.localdate(now),
                now=now,
                by=self.person,
            )

        outcomes = for_each(entries, decide, lambda entry: _named(entry.answer))
        context = self.get_context_data(
            return_to="",  # the button leads there
            outcomes=outcomes,
            summary=in_words(outcomes),
            back=back,
            row="Answer",
            whole="answers",
        )
        return render(request, "staff/outcomes.html", context)


def _ticked(campaign: Campaign, request: HttpRequest) -> list[AnswerEntry]:
    """The statements that were looked at: a later one is not what was decided on."""
    typed = [whole_number(key) for key in request.POST.getlist("entries")]
    keys = [key for key in typed if key is not None]
    return list(
        AnswerEntry.objects.filter(pk__in=keys, answer__recipient__campaign=campaign)
        .select_related("answer__demand", "answer__recipient__institution")
        .order_by("answer__recipient__institution__name", "answer__demand__number")
    )


def _problem(form: FindingForm, entries: list[AnswerEntry]) -> str:
    if not entries:
        return "Tick the answers that are meant."
    return " ".join(
        f"{form[name].label}: {' '.join(map(str, errors))}" for name, errors in form.errors.items()
    )


def _named(answer: Answer) -> str:
    return f"{answer.recipient}, demand {answer.demand.number}"
