"""The clause library: the list, one clause with its history, and its forms."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.generic import ListView, TemplateView

from campaigns import audit
from campaigns.text import fold
from campaigns.views.decisions import DecisionButton, DecisionForm
from campaigns.views.fields import BlockField, LineField
from campaigns.views.shell import StaffPage
from letters.actions import clause as actions
from letters.actions.outcome import counted
from letters.models import Clause
from letters.preflight import linter, wording
from letters.starters import clauses

VIEW, CHANGE = "letters.view_lettertemplate", "letters.change_lettertemplate"


class ClauseForm(forms.Form):
    name = LineField(max_length=120, help_text="What staff choose it by.")
    use = LineField(
        label="When to use it", required=False, max_length=300, help_text="In a sentence."
    )
    text = BlockField(
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 14, "class": "cs-mono", "spellcheck": "true"}),
        help_text="Markdown with {{ fields }} and {% tags %}, as in a letter.",
    )

    def wording(self) -> actions.Wording:
        return actions.Wording(**self.cleaned_data)


class ClauseList(StaffPage, ListView):
    """Every clause with its text, in use or archived."""

    permission_required = VIEW
    template_name = "staff/clause_list.html"
    title = "Clauses"
    paginate_by = 50
    context_object_name = "clauses"

    def get_queryset(self) -> QuerySet[Clause]:
        found = Clause.objects.filter(archived_at__isnull=not self.request.GET.get("archived"))
        words = fold(self.request.GET.get("q", "")).split()
        for word in words:
            found = found.filter(name__icontains=word) | found.filter(text__icontains=word)
        return found.order_by("name", "pk")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            archived=self.request.GET.get("archived"),
            q=self.request.GET.get("q", ""),
            any_clauses=Clause.objects.exists(),
            **kwargs,
        )


class OfClause(StaffPage):
    """A page of one clause; its URL takes the clause's key."""

    permission_required = CHANGE
    clause: Clause

    def setup(self, request: Any, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)  # type: ignore[misc]
        self.clause = get_object_or_404(
            Clause.objects.select_related("changed_by"), pk=kwargs["pk"]
        )

    def get_title(self) -> str:
        return self.clause.name

    def get_success_url(self) -> str:
        return self.clause.get_absolute_url()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(clause=self.clause, **kwargs)


class ClausePage(OfClause, TemplateView):
    """The text as it is put into a letter, and what happened to it."""

    permission_required = VIEW
    template_name = "staff/clause.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            events=audit.history(self.clause)[:20],
            found=linter.sentences(self.clause.text, "Text", wording.IN_ANY_TEXT),
            **kwargs,
        )


class ClauseNew(DecisionForm):
    permission_required = CHANGE
    template_name = "staff/clause_form.html"
    title = "New clause"
    submit = "Add the clause"
    form_class = ClauseForm
    added: Clause

    def decide(self, form: ClauseForm) -> str:
        self.added = actions.add(wording=form.wording(), by=self.person)
        return f"“{self.added}” was added. The composer offers it under “Put in a clause”."

    def get_success_url(self) -> str:
        return self.added.get_absolute_url()

    def get_back_url(self) -> str:
        return reverse("letters:clauses")


class ClauseEdit(OfClause, DecisionForm):
    template_name = "staff/clause_form.html"
    form_class = ClauseForm

    def get_title(self) -> str:
        return f"Edit {self.clause}"

    def get_initial(self) -> dict[str, Any]:
        return {name: getattr(self.clause, name) for name in ("name", "use", "text")}

    def decide(self, form: ClauseForm) -> str:
        actions.change(clause=self.clause, wording=form.wording(), by=self.person)
        return "The clause was saved. Letters that hold it keep the words that were put into them."


class ClauseArchive(OfClause, DecisionButton):
    def decide(self) -> str:
        actions.archive(clause=self.clause, by=self.person)
        return f"“{self.clause}” is archived; the composer does not offer it."


class ClauseRestore(OfClause, DecisionButton):
    def decide(self) -> str:
        actions.restore(clause=self.clause, by=self.person)
        return f"“{self.clause}” is offered again."


class ClausesTakeIn(DecisionButton):
    """Add the clauses of the program that are not there."""

    permission_required = CHANGE

    def decide(self) -> str:
        added = actions.seed(texts=clauses(), by=self.person)
        return f"{counted(len(added), 'clause')} of the program added."

    def get_success_url(self) -> str:
        return reverse("letters:clauses")
