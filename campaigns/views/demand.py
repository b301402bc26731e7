"""The forms and buttons of a campaign's demands."""

from typing import Any

from django import forms
from django.shortcuts import get_object_or_404
from django.urls import reverse

from campaigns.actions import demand as actions
from campaigns.models import Campaign, Demand
from campaigns.views.decisions import DecisionButton, DecisionForm, OfCampaign
from campaigns.views.fields import BlockField, LineField, RowsField, whole_number


class DemandForm(forms.ModelForm):
    title = LineField(max_length=120, help_text="A few words, for tables.")
    text = BlockField(
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="One verifiable thing, printed as typed: fields are not filled in here.",
    )
    guidance = BlockField(
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="How to comply, shown to the recipient beside the demand on the response page.",
    )

    class Meta:
        model = Demand
        fields = ("title", "text", "guidance", "grounds")
        field_classes = {"grounds": RowsField}
        widgets = {"grounds": forms.CheckboxSelectMultiple}

    def __init__(self, *args: Any, campaign: Campaign, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["grounds"].queryset = campaign.grounds.all()  # type: ignore[attr-defined]
        self.fields["grounds"].label = "Rests on"
        if not campaign.grounds.exists():
            self.fields["grounds"].help_text = "The campaign has picked no ground yet."

    def wording(self) -> actions.Wording:
        names = ("title", "text", "guidance")
        return actions.Wording(**{name: self.cleaned_data[name] for name in names})


class _DemandPage(OfCampaign):
    """A page of one demand; the address takes the demand's key."""

    permission_required = "campaigns.change_campaign"
    tab = "campaigns:campaign"
    demand: Demand

    def find_campaign(self, pk: int) -> Campaign:
        self.demand = get_object_or_404(Demand.objects.select_related("campaign"), pk=pk)
        return self.demand.campaign

    def get_success_url(self) -> str:
        return reverse("campaigns:campaign", args=[self.campaign.pk]) + "#demands"


class DemandNew(OfCampaign, DecisionForm):
    permission_required = "campaigns.change_campaign"
    template_name = "staff/demand_form.html"
    tab = "campaigns:campaign"
    title = "Add a demand"
    submit = "Add the demand"
    form_class = DemandForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "campaign": self.campaign}

    def decide(self, form: DemandForm) -> str:
        demand = actions.add(
            campaign=self.campaign,
            wording=form.wording(),
            grounds=form.cleaned_data["grounds"],
            by=self.person,
        )
        return f"Demand {demand.number} was added."

    def get_success_url(self) -> str:
        return reverse("campaigns:campaign", args=[self.campaign.pk]) + "#demands"


class DemandEdit(_DemandPage, DecisionForm):
    template_name = "staff/demand_form.html"
    form_class = DemandForm

    def get_title(self) -> str:
        return f"Demand {self.demand.number}"

    def get_form_kwargs(self) -> dict[str, Any]:
        edited = Demand.objects.get(pk=self.demand.pk)
        return {**super().get_form_kwargs(), "campaign": self.campaign, "instance": edited}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(demand=self.demand, **kwargs)

    def decide(self, form: DemandForm) -> str:
        actions.change(
            demand=self.demand,
            wording=form.wording(),
            grounds=form.cleaned_data["grounds"],
            by=self.person,
        )
        return f"Demand {self.demand.number} was saved."


class DemandMove(_DemandPage, DecisionButton):
    """One place up or down: the button sends the number that the demand is to have."""

    def decide(self) -> str:
        wanted = whole_number(self.request.POST.get("number", ""))
        number = self.demand.number if wanted is None else wanted
        demand = actions.move(demand=self.demand, number=number, by=self.person)
        return f"“{demand.title}” is demand {demand.number} now."


class DemandRemove(_DemandPage, DecisionButton):
    def decide(self) -> str:
        actions.remove(demand=self.demand, by=self.person)
        return f"Demand {self.demand.number}, “{self.demand.title}”, was removed."
