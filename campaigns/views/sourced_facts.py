"""What was seen at the recipients: the campaign's list, one recipient's, and the file."""

from typing import Any

from django import forms
from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.generic import FormView, ListView, TemplateView

from campaigns import audit
from campaigns.actions import Refused
from campaigns.actions import sourced_fact as actions
from campaigns.directory import sourced_facts as files
from campaigns.directory.reading import MAX_BYTES, Unreadable
from campaigns.models import Campaign, Recipient, SourcedFact
from campaigns.text import fold
from campaigns.views.addressees import RecipientPage
from campaigns.views.decisions import DecisionButton, DecisionForm, OfCampaign
from campaigns.views.fields import BlockField, LineField

VIEW, CHANGE = "campaigns.view_recipient", "campaigns.change_sourcedfact"
_SHOWN = 500  # rows of a plan that a page lists; the counts are of all


class FactForm(forms.Form):
    programme = LineField(
        label="Program, page or article", required=False, max_length=200, help_text="If any."
    )
    quotation = BlockField(
        max_length=files.LONGEST_QUOTATION,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="The words as they were found. They are printed between quotation marks.",
    )
    source = LineField(max_length=500, help_text="The web address, or the document.")
    seen_on = forms.DateField(
        label="Day it was seen", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    exhibit = LineField(required=False, max_length=20, help_text="Its letter, for example A.")

    def particulars(self) -> files.Particulars:
        return files.Particulars(**self.cleaned_data)


class SourcedFacts(OfCampaign, ListView):
    """The recipients with the number of facts of each."""

    permission_required = VIEW
    template_name = "staff/sourced_facts.html"
    tab = "campaigns:recipients"
    title = "Sourced facts"
    paginate_by = 100
    context_object_name = "recipients"

    def get_queryset(self) -> QuerySet[Recipient]:
        standing = Q(sourced_facts__archived_at=None)
        found = self.campaign.recipients.active().select_related("institution")
        for word in fold(self.request.GET.get("q", "")).split():
            found = found.filter(institution__search_key__contains=word)
        found = found.annotate(fact_count=Count("sourced_facts", filter=standing))
        if not self.request.GET.get("all"):
            found = found.filter(fact_count__gt=0)
        return found.order_by("institution__name", "pk")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            q=self.request.GET.get("q", ""), all=self.request.GET.get("all", ""), **kwargs
        )


class RecipientFacts(RecipientPage, TemplateView):
    """What was seen at one recipient, and what happened to it."""

    permission_required = VIEW
    template_name = "staff/recipient_facts.html"

    def get_title(self) -> str:
        return f"{self.recipient.institution.name}: sourced facts"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        events = audit.history(self.recipient).filter(verb__startswith="sourced_fact")
        return super().get_context_data(
            facts=self.recipient.sourced_facts.filter(archived_at=None),
            events=events[:30],
            **kwargs,
        )


class FactNew(RecipientPage, DecisionForm):
    permission_required = CHANGE
    submit = "Add the fact"
    form_class = FactForm

    def get_title(self) -> str:
        return f"{self.recipient.institution.name}: add a sourced fact"

    def decide(self, form: FactForm) -> str:
        actions.add(recipient=self.recipient, particulars=form.particulars(), by=self.person)
        return "The fact was added. Letters with the block “facts” state it."

    def get_success_url(self) -> str:
        return reverse("campaigns:recipient_facts", args=[self.recipient.pk])


class _FactPage(RecipientPage):
    """A page of one fact; the address takes the fact's key."""

    permission_required = CHANGE
    fact: SourcedFact

    def find_campaign(self, pk: int) -> Campaign:
        facts = SourcedFact.objects.select_related("recipient__campaign", "recipient__institution")
        self.fact = get_object_or_404(facts, pk=pk, archived_at=None)
        self.recipient = self.fact.recipient
        return self.recipient.campaign

    def get_success_url(self) -> str:
        return reverse("campaigns:recipient_facts", args=[self.recipient.pk])


class FactEdit(_FactPage, DecisionForm):
    form_class = FactForm

    def get_title(self) -> str:
        return f"{self.recipient.institution.name}: change a sourced fact"

    def get_initial(self) -> dict[str, Any]:
        return {name: getattr(self.fact, name) for name in FactForm.base_fields}

    def decide(self, form: FactForm) -> str:
        actions.change(fact=self.fact, particulars=form.particulars(), by=self.person)
        return "The fact was saved. Letters that are sealed keep the words they were made with."


class FactRemove(_FactPage, DecisionButton):
    def decide(self) -> str:
        actions.remove(fact=self.fact, by=self.person)
        return "The fact was removed; no new letter states it."


class FileForm(forms.Form):
    """A file, or its rows as text. What a file held is text in the page until it is taken in."""

    file = forms.FileField(required=False, help_text="CSV or XLSX.")
    rows = forms.CharField(
        required=False,
        strip=False,
        max_length=MAX_BYTES // 10,
        label="Or its rows, pasted",
        widget=forms.Textarea(attrs={"rows": 8, "class": "cs-mono", "spellcheck": "false"}),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("file") and not (cleaned.get("rows") or "").strip():
            raise forms.ValidationError("Choose a file, or paste its rows.")
        return cleaned

    def text(self) -> str:
        """The rows as CSV. Raises Unreadable."""
        file = self.cleaned_data["file"]
        return files.as_text(file.read()) if file else self.cleaned_data["rows"]


class TakeIn(OfCampaign, FormView):
    """A file of facts: `look` says what would become of each row, `take` adds what is new."""

    permission_required = CHANGE
    template_name = "staff/sourced_facts_file.html"
    tab = "campaigns:recipients"
    title = "Take in sourced facts"
    form_class = FileForm

    def form_valid(self, form: FileForm) -> HttpResponse:
        takes = "take" in self.request.POST
        try:
            text = form.text()
            rows = files.rows(text.encode())
            if takes:
                planned = actions.take_in(campaign=self.campaign, rows=rows, by=self.person)
            else:
                planned = actions.plan(self.campaign, rows)
        except (Unreadable, Refused) as refusal:
            form.add_error(None, str(refusal))
            return self.form_invalid(form)
        shown = FileForm(initial={"rows": text})
        return self.render_to_response(
            self.get_context_data(form=shown, taken=takes, **_counted(planned))
        )

    def form_invalid(self, form: FileForm) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form))


def _counted(planned: list[actions.Planned]) -> dict[str, Any]:
    """The refused rows first, since they are what somebody has to look at."""
    order = {"refused": 0, "new": 1, "same": 2}
    shown = sorted(planned, key=lambda one: (order[one.verdict], one.row.line))
    return {
        "planned": shown[:_SHOWN],
        "total": len(planned),
        "counts": {key: sum(one.verdict == key for one in planned) for key in order},
    }
