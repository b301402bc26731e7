"""The standing of one recipient, set by hand and back to the rule."""

from typing import Any

from django import forms
from django.utils import timezone

from campaigns.actions import standing as actions
from campaigns.models import Recipient
from campaigns.standing import by_rule
from campaigns.views.addressees import RecipientPage
from campaigns.views.decisions import DecisionForm
from campaigns.views.fields import LineField


class OverrideForm(forms.Form):
    standing = forms.ChoiceField(choices=[("", "Choose"), *Recipient.Override.choices])
    reason = LineField(
        max_length=500, help_text="Stands beside it on the recipient’s page, and on record."
    )


class ReasonForm(forms.Form):
    reason = LineField(max_length=500, help_text="Stays on record.")


class _StandingPage(RecipientPage, DecisionForm):
    permission_required = "campaigns.override_standing"
    template_name = "staff/recipient_standing.html"

    def get_success_url(self) -> str:
        return self.recipient.get_absolute_url()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        one = Recipient.objects.filter(pk=self.recipient.pk)
        ruled = by_rule(one, timezone.now())[self.recipient.pk]
        return super().get_context_data(by_rule=ruled, **kwargs)


class Override(_StandingPage):
    submit = "Set the standing"
    form_class = OverrideForm

    def get_title(self) -> str:
        return f"Standing of {self.recipient.institution.name}"

    def get_initial(self) -> dict[str, Any]:
        return {"standing": self.recipient.override_standing}

    def decide(self, form: OverrideForm) -> str:
        recipient = actions.override(
            recipient=self.recipient, now=timezone.now(), by=self.person, **form.cleaned_data
        )
        return f"It stands as “{recipient.get_override_standing_display()}”, set by hand."


class ToRule(_StandingPage):
    submit = "Let the rule decide"
    form_class = ReasonForm

    def get_title(self) -> str:
        return f"Standing of {self.recipient.institution.name}: back to the rule"

    def decide(self, form: ReasonForm) -> str:
        actions.to_rule(
            recipient=self.recipient, now=timezone.now(), by=self.person, **form.cleaned_data
        )
        return "The rule decides again."
