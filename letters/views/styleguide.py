"""Every component of the staff pages on one page, with the pill of every status."""

from typing import Any

from django import forms
from django.apps import apps
from django.core.paginator import Paginator
from django.views.generic import TemplateView

from campaigns import pills
from campaigns.models import AnswerEntry, AuditEvent, Verification
from campaigns.standing import Standing
from campaigns.views.shell import StaffPage


class SpecimenForm(forms.Form):
    title = forms.CharField(help_text="As it appears in every list.")
    note = forms.CharField(widget=forms.Textarea, required=False)
    unit = forms.ChoiceField(choices=[("calendar", "Calendar days"), ("business", "Business days")])
    letter_date = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}))
    scan = forms.FileField(required=False)
    channel = forms.ChoiceField(
        widget=forms.RadioSelect, choices=[("post", "Certified mail"), ("email", "E-mail")]
    )
    rolls = forms.BooleanField(
        label="A deadline on a weekend moves to the next business day", required=False
    )


class Styleguide(StaffPage, TemplateView):
    permission_required = "campaigns.view_campaign"
    template_name = "staff/styleguide.html"
    title = "Styleguide"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            pill_fields=[_labelled(name, tones) for name, tones in pills.fields().items()],
            standings=list(Standing),
            verifications=list(Verification),
            entries=[AnswerEntry(respondent_authority="For the board of trustees"), AnswerEntry()],
            form=SpecimenForm(),
            refused_form=SpecimenForm({"refused-title": ""}, prefix="refused"),
            page_obj=Paginator(range(1, 209), 50).get_page(self.request.GET.get("page")),
            events=AuditEvent.objects.order_by("-sequence")[:3],
            states=["CA", "TX", "NY", "FL", "IL"],
            **kwargs,
        )


def _labelled(name: str, tones: Any) -> tuple[str, list[tuple[str, str]]]:
    """The field's name, and the tone and the label of each of its values."""
    app_label, model, field = name.split(".")
    choices = apps.get_model(app_label, model)._meta.get_field(field).choices or ()
    return name, [(tones[value], str(label)) for value, label in choices]
