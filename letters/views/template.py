"""The letters of a campaign: the list, a new one, and what changed between versions."""

from typing import Any

from django import forms
from django.db.models import Max, OuterRef, QuerySet, Subquery
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.generic import ListView, TemplateView

from campaigns.models import Campaign, User
from campaigns.views.decisions import DecisionForm, OfCampaign
from campaigns.views.fields import LineField, whole_number
from letters.actions import draft
from letters.models import LetterTemplate, LetterVersion
from letters.redline import redline
from letters.starters import starters

TAB = "letters:templates"


class TemplateList(OfCampaign, ListView):
    """The letters of a campaign, each with its latest version."""

    permission_required = "letters.view_lettertemplate"
    template_name = "staff/template_list.html"
    tab = TAB
    title = "Letter"
    context_object_name = "templates"

    def get_queryset(self) -> QuerySet[LetterTemplate]:
        latest = LetterVersion.objects.filter(template=OuterRef("pk")).order_by("-number")
        return self.campaign.templates.annotate(
            latest_number=Subquery(latest.values("number")[:1]),
            saved_at=Subquery(latest.values("created_at")[:1]),
            saved_by=Subquery(latest.values("author")[:1]),
            used_at=Max("versions__frozen_at"),
        ).order_by("name")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        authors = User.objects.in_bulk({each.saved_by for each in context["templates"]} - {None})
        for each in context["templates"]:
            each.saver = authors.get(each.saved_by)
        return context


class NewTemplateForm(forms.Form):
    name = LineField(max_length=120, initial="First letter", help_text="How staff call it.")
    purpose = forms.ChoiceField(choices=LetterTemplate.Purpose.choices)
    start = forms.ChoiceField(label="Start from", required=False)

    def __init__(self, *args: Any, campaign: Campaign, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        letters = LetterTemplate.objects.exclude(versions=None).select_related("campaign")
        own = [(f"copy:{each.pk}", each.name) for each in letters if each.campaign == campaign]
        others = [
            (f"copy:{each.pk}", f"{each.campaign.title}: {each.name}")
            for each in letters
            if each.campaign != campaign
        ]
        self.fields["start"].choices = [  # type: ignore[attr-defined]
            ("", "An empty page"),
            ("Texts", [(f"text:{key}", text.title) for key, text in starters().items()]),
            *([("This campaign", own)] if own else []),
            *([("Other campaigns", others)] if others else []),
        ]


class TemplateNew(OfCampaign, DecisionForm):
    """Name a letter, and choose the words it begins with."""

    permission_required = "letters.change_lettertemplate"
    tab = TAB
    title = "New letter"
    submit = "Begin the letter"
    form_class = NewTemplateForm
    begun: LetterTemplate

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "campaign": self.campaign}

    def decide(self, form: NewTemplateForm) -> str:
        source, _, key = form.cleaned_data["start"].partition(":")
        about = {
            "campaign": self.campaign,
            "name": form.cleaned_data["name"],
            "purpose": form.cleaned_data["purpose"],
            "by": self.person,
        }
        if source == "copy":
            original = get_object_or_404(LetterTemplate, pk=key)
            self.begun = draft.copy_template(template=original, **about)
        elif source == "text":
            begin = starters()[key]
            text = draft.Text(subject=begin.subject, body=begin.body, closing=begin.closing)
            reason = f"Started from “{begin.title}”."
            self.begun = draft.start_template(text=text, reason=reason, **about)
        else:
            self.begun = draft.create_template(**about)
        return f"“{self.begun.name}” was begun."

    def get_success_url(self) -> str:
        return reverse("letters:template", args=[self.begun.pk])

    def get_back_url(self) -> str:
        return reverse("letters:templates", args=[self.campaign.pk])


class OfTemplate(OfCampaign):
    """A page of one letter template; its URL takes the template's key."""

    permission_required = "letters.view_lettertemplate"
    tab = TAB
    template: LetterTemplate

    def find_campaign(self, pk: int) -> Campaign:
        templates = LetterTemplate.objects.select_related("campaign")
        self.template = get_object_or_404(templates, pk=pk)
        return self.template.campaign

    def get_title(self) -> str:
        return self.template.name


class CopyForm(forms.Form):
    campaign = forms.ModelChoiceField(
        Campaign.objects.filter(archived_at=None).order_by("title"),
        label="To the campaign",
        empty_label=None,
    )
    name = LineField(max_length=120, help_text="How staff call it there.")


class TemplateCopy(OfTemplate, DecisionForm):
    """The latest version, with what goes out with it, as a new letter of any campaign."""

    permission_required = "letters.change_lettertemplate"
    submit = "Copy it"
    form_class = CopyForm
    copy: LetterTemplate

    def get_title(self) -> str:
        return f"Copy “{self.template.name}”"

    def get_initial(self) -> dict[str, Any]:
        others = CopyForm.base_fields["campaign"].queryset  # type: ignore[attr-defined]
        return {
            "campaign": others.exclude(pk=self.campaign.pk).last(),
            "name": self.template.name,
        }

    def decide(self, form: CopyForm) -> str:
        self.copy = draft.copy_template(
            template=self.template,
            campaign=form.cleaned_data["campaign"],
            name=form.cleaned_data["name"],
            purpose=self.template.purpose,
            by=self.person,
        )
        return (
            f"“{self.copy.name}” was begun in “{self.copy.campaign}” with the same words, and what "
            "goes out with them."
        )

    def get_success_url(self) -> str:
        return self.copy.get_absolute_url()

    def get_back_url(self) -> str:
        return self.template.get_absolute_url()


class Compare(OfTemplate, TemplateView):
    """What changed between two versions, word by word."""

    template_name = "staff/template_compare.html"
    FIELDS = (
        ("subject", "RE line"),
        ("label", "Label"),
        ("body", "Text"),
        ("closing", "Closing"),
        ("enclosures", "Enclosures"),
    )

    def get_title(self) -> str:
        return f"{self.template.name}: what changed"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        versions = list(self.template.versions.select_related("author"))
        new = self._version("new", versions, 0)
        old = self._version("old", versions, min(1, len(versions) - 1))
        changes = [
            (label, redline(getattr(old, name), getattr(new, name)))
            for name, label in self.FIELDS
            if getattr(old, name) or getattr(new, name)
        ]
        return super().get_context_data(
            letter=self.template, versions=versions, old=old, new=new, changes=changes, **kwargs
        )

    def _version(self, name: str, versions: list[LetterVersion], otherwise: int) -> LetterVersion:
        number = whole_number(self.request.GET.get(name, ""))
        if number is not None:
            return get_object_or_404(self.template.versions, number=number)
        if not versions:
            return get_object_or_404(self.template.versions, number=0)
        return versions[otherwise]
