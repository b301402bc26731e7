"""The counsel of one recipient: recorded, past whom letters may go, and no more."""

from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone

from campaigns.actions import counsel as actions
from campaigns.models import Contact, Recipient
from campaigns.views.addressees import RecipientPage
from campaigns.views.decisions import DecisionButton, DecisionForm
from campaigns.views.fields import LineField


def counsel_of(recipient: Recipient) -> QuerySet[Contact]:
    """Lawyers on record at the institution and the one above it."""
    institution = recipient.institution
    return Contact.objects.filter(
        Q(institution=institution) | Q(institution=institution.parent_id),
        role__in=Contact.COUNSEL_ROLES,
        archived_at=None,
        suppressed_at=None,
    ).order_by("institution", "role", "pk")


class AppearanceForm(forms.Form):
    counsel = forms.ModelChoiceField(
        Contact.objects.none(),
        empty_label=None,
        help_text="Somebody who is missing here is first added as a contact of the institution, "
        "with the role of general or outside counsel.",
    )
    on = forms.DateField(
        label="Appeared on",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, *args: Any, recipient: Recipient, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["counsel"].queryset = counsel_of(recipient)  # type: ignore[attr-defined]


class ReasonForm(forms.Form):
    reason = LineField(max_length=500, help_text="Stays on record.")


class _CounselPage(RecipientPage):
    permission_required = "campaigns.record_answer"

    def get_success_url(self) -> str:
        return self.recipient.get_absolute_url()


class Appearance(_CounselPage, DecisionForm):
    submit = "Record counsel"
    form_class = AppearanceForm
    template_name = "staff/recipient_counsel.html"

    def get_title(self) -> str:
        return f"Counsel for {self.recipient.institution.name}"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "recipient": self.recipient}

    def get_initial(self) -> dict[str, Any]:
        return {"on": timezone.localdate()}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(has_counsel=counsel_of(self.recipient).exists(), **kwargs)

    def decide(self, form: AppearanceForm) -> str:
        actions.appear(recipient=self.recipient, by=self.person, **form.cleaned_data)
        return "On record. From now on letters go to counsel only."


class CounselLeft(_CounselPage, DecisionForm):
    permission_required = "campaigns.allow_direct_letter"
    submit = "Record that counsel left"
    form_class = ReasonForm

    def get_title(self) -> str:
        return f"{self.recipient.institution.name} is represented no more"

    def decide(self, form: ReasonForm) -> str:
        actions.leave(recipient=self.recipient, reason=form.cleaned_data["reason"], by=self.person)
        return "On record. Choose by hand to whom its letters go."


class AllowDirect(_CounselPage, DecisionForm):
    permission_required = "campaigns.allow_direct_letter"
    submit = "Allow letters past counsel"
    form_class = ReasonForm

    def get_title(self) -> str:
        return f"Letters to {self.recipient.institution.name} past its counsel"

    def decide(self, form: ReasonForm) -> str:
        actions.allow_direct(
            recipient=self.recipient, reason=form.cleaned_data["reason"], by=self.person
        )
        return "Allowed. The reason stands beside every such letter."


class ForbidDirect(_CounselPage, DecisionButton):
    permission_required = "campaigns.allow_direct_letter"

    def decide(self) -> str:
        actions.forbid_direct(recipient=self.recipient, by=self.person)
        return "Letters go to counsel only."
