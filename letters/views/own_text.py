"""What a letter says to one recipient alone: who has such a text, and its form."""

from typing import Any

from django import forms
from django.db.models import Exists, F, OuterRef, QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.generic import ListView

from campaigns.models import Campaign, Recipient
from campaigns.text import fold
from campaigns.views.decisions import DecisionForm
from campaigns.views.fields import BlockField, LineField
from letters.actions import own_text as actions
from letters.models import OwnText
from letters.views.template import OfTemplate


class OwnTextForm(forms.Form):
    text = BlockField(
        label="What this recipient reads besides",
        required=False,
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 12, "class": "cs-mono", "spellcheck": "true"}),
        help_text="Markdown, as in the letter. Empty takes it away.",
    )
    reason = LineField(
        label="Why it deviates", max_length=300, help_text="Counsel reads it before approving."
    )


class OwnTexts(OfTemplate, ListView):
    """The recipients of the campaign, those with a text of their own first."""

    template_name = "staff/own_texts.html"
    paginate_by = 100
    context_object_name = "recipients"

    def get_title(self) -> str:
        return f"{self.template.name}: own texts"

    def get_queryset(self) -> QuerySet[Recipient]:
        own = OwnText.objects.filter(template=self.template, recipient=OuterRef("pk"))
        found = self.campaign.recipients.active().select_related("institution")
        for word in fold(self.request.GET.get("q", "")).split():
            found = found.filter(institution__search_key__contains=word)
        return found.annotate(
            has_own=Exists(own.exclude(text="")), own_reason=own.values("reason")[:1]
        ).order_by(F("has_own").desc(), "institution__name", "pk")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        version = self.template.versions.first()
        return super().get_context_data(
            letter=self.template,
            version=version,
            q=self.request.GET.get("q", ""),
            count=self.template.own_texts.exclude(text="").count(),
            **kwargs,
        )


class OwnTextEdit(OfTemplate, DecisionForm):
    permission_required = "letters.change_lettertemplate"
    template_name = "staff/own_text_form.html"
    form_class = OwnTextForm
    recipient: Recipient

    def find_campaign(self, pk: int) -> Campaign:
        campaign = super().find_campaign(pk)
        self.recipient = get_object_or_404(
            campaign.recipients.select_related("institution"), pk=self.kwargs["recipient_pk"]
        )
        return campaign

    def get_title(self) -> str:
        return f"{self.template.name}: own text of {self.recipient.institution.name}"

    def get_initial(self) -> dict[str, Any]:
        own = self.template.own_texts.filter(recipient=self.recipient).first()
        return {"text": own.text, "reason": own.reason} if own else {}

    def decide(self, form: OwnTextForm) -> str:
        own = actions.write(
            template=self.template,
            recipient=self.recipient,
            text=form.cleaned_data["text"],
            reason=form.cleaned_data["reason"],
            by=self.person,
        )
        if not own.text:
            return "The own text was taken away."
        return "The own text was saved. It is printed where the letter has {% own_text %}."

    def get_success_url(self) -> str:
        return reverse("letters:own_texts", args=[self.template.pk])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        version = self.template.versions.first()
        return super().get_context_data(
            letter=self.template, recipient=self.recipient, version=version, **kwargs
        )
