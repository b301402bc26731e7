"""The list of campaigns, and the details of one: what, on which grounds, by when."""

import zoneinfo
from typing import Any

from django import forms
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.views.generic import ListView, TemplateView

from campaigns import agency, checklist
from campaigns.actions import campaign as actions
from campaigns.models import Campaign, Ground
from campaigns.views.decisions import DecisionButton, DecisionForm, OfCampaign
from campaigns.views.fields import BlockField, LineField, RowsField
from campaigns.views.shell import StaffPage

PAGE = 50
TIMEZONES = (
    ("America/New_York", "Eastern Time"),
    ("America/Chicago", "Central Time"),
    ("America/Denver", "Mountain Time"),
    ("America/Phoenix", "Arizona Time"),
    ("America/Los_Angeles", "Pacific Time"),
    ("America/Anchorage", "Alaska Time"),
    ("Pacific/Honolulu", "Hawaii Time"),
    ("America/Puerto_Rico", "Atlantic Time"),
)


class CampaignForm(forms.ModelForm):
    title = LineField(max_length=200, help_text="As staff and recipients read it.")
    matter = BlockField(
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="What the campaign is about, for staff, in a paragraph.",
    )
    reference_prefix = LineField(
        max_length=6,
        help_text="Two to six capital letters without I and O. Begins every reference number, "
        "for example CNF in CNF-2026-0137-B.",
    )
    timezone = forms.ChoiceField(label="Time zone", choices=TIMEZONES)

    class Meta:
        model = Campaign
        fields = (
            "title",
            "matter",
            "reference_prefix",
            "deadline_days",
            "deadline_unit",
            "deadline_anchor",
            "deadline_rolls",
            "deadline_time",
            "timezone",
            "conduct_on",
            "conduct_continues",
        )
        labels = {
            "deadline_days": "Days to answer",
            "deadline_unit": "Counted in",
            "deadline_anchor": "Counted from",
            "deadline_time": "Due at",
            "deadline_rolls": "A deadline on a weekend or federal holiday moves to the next "
            "business day",
            "conduct_continues": "The conduct goes on, so that no time limit runs yet",
        }
        widgets = {
            "deadline_time": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            "conduct_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }

    def clean_reference_prefix(self) -> str:
        return self.cleaned_data["reference_prefix"].upper()

    def clean_timezone(self) -> str:
        return zoneinfo.ZoneInfo(self.cleaned_data["timezone"]).key

    def details(self) -> actions.Details:
        return actions.Details(**self.cleaned_data)


class CampaignList(StaffPage, ListView):
    permission_required = "campaigns.view_campaign"
    template_name = "staff/campaign_list.html"
    title = "Campaigns"
    paginate_by = PAGE
    context_object_name = "campaigns"

    def get_queryset(self) -> QuerySet[Campaign]:
        campaigns = Campaign.objects.annotate(
            recipient_count=Count("recipients", distinct=True),
            demand_count=Count("demands", distinct=True),
        ).order_by("-pk")
        if words := self.request.GET.get("q", "").strip():
            campaigns = campaigns.filter(
                Q(title__icontains=words)
                | Q(matter__icontains=words)
                | Q(reference_prefix__iexact=words)
            )
        if self.request.GET.get("archived"):
            return campaigns.exclude(archived_at=None)
        return campaigns.filter(archived_at=None)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        asked = {"q": self.request.GET.get("q", ""), "archived": self.request.GET.get("archived")}
        return super().get_context_data(**asked, **kwargs)


class CampaignNew(DecisionForm):
    permission_required = "campaigns.add_campaign"
    title = "New campaign"
    submit = "Create the campaign"
    form_class = CampaignForm
    template_name = "staff/campaign_form.html"
    created: Campaign

    def decide(self, form: CampaignForm) -> str:
        self.created = actions.create(details=form.details(), by=self.person)
        return f"“{self.created.title}” was created. Next: pick its grounds and write its demands."

    def get_success_url(self) -> str:
        return reverse("campaigns:campaign", args=[self.created.pk])

    def get_back_url(self) -> str:
        return reverse("campaigns:campaigns")


class CampaignDetails(OfCampaign, TemplateView):
    """Details, grounds and demands of one campaign, and what is still to do."""

    permission_required = "campaigns.view_campaign"
    template_name = "staff/campaign_details.html"
    tab = "campaigns:campaign"
    title = "Details"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        today = timezone.localdate()
        grounds = [
            (ground, ground.is_due_for_review(today)) for ground in self.campaign.grounds.all()
        ]
        return super().get_context_data(
            steps=checklist.standings(self.campaign),
            grounds=grounds,
            agency_clock=agency.clock(self.campaign, [one for one, _ in grounds], today),
            estimate=agency.ESTIMATE,
            demands=self.campaign.demands.prefetch_related("grounds"),
            timezone_name=dict(TIMEZONES).get(self.campaign.timezone, self.campaign.timezone),
            **kwargs,
        )


class CampaignEdit(OfCampaign, DecisionForm):
    permission_required = "campaigns.change_campaign"
    template_name = "staff/campaign_form.html"
    tab = "campaigns:campaign"
    title = "Edit the details"
    form_class = CampaignForm

    def get_form_kwargs(self) -> dict[str, Any]:
        # A form that is refused leaves its text on its instance; the page keeps its own.
        edited = Campaign.objects.get(pk=self.campaign.pk)
        return {**super().get_form_kwargs(), "instance": edited}

    def decide(self, form: CampaignForm) -> str:
        actions.change(campaign=self.campaign, details=form.details(), by=self.person)
        return "The details were saved."

    def get_success_url(self) -> str:
        return reverse("campaigns:campaign", args=[self.campaign.pk])


class GroundsForm(forms.Form):
    grounds = RowsField(
        queryset=Ground.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, campaign: Campaign, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        picked = Exists(
            Campaign.grounds.through.objects.filter(campaign=campaign, ground=OuterRef("pk"))
        )
        self.fields["grounds"].queryset = Ground.objects.annotate(is_picked=picked).filter(  # type: ignore[attr-defined]
            Q(archived_at=None) | Q(is_picked=True)
        )


class CampaignGrounds(OfCampaign, DecisionForm):
    """Pick the grounds of a campaign from the catalogue."""

    permission_required = "campaigns.change_campaign"
    template_name = "staff/campaign_grounds.html"
    tab = "campaigns:campaign"
    title = "Grounds"
    form_class = GroundsForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "campaign": self.campaign}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        today, form = timezone.localdate(), context["form"]
        ticked = {str(pk) for pk in form.data.getlist("grounds")} if form.is_bound else None
        context["choices"] = [
            (
                ground,
                ground.is_picked if ticked is None else str(ground.pk) in ticked,
                ground.is_due_for_review(today),
            )
            for ground in form.fields["grounds"].queryset
        ]
        return context

    def decide(self, form: GroundsForm) -> str:
        grounds = form.cleaned_data["grounds"]
        actions.set_grounds(campaign=self.campaign, grounds=grounds, by=self.person)
        return f"The campaign cites {len(grounds)} ground{'' if len(grounds) == 1 else 's'}."

    def get_success_url(self) -> str:
        return reverse("campaigns:campaign", args=[self.campaign.pk])


class CampaignArchive(OfCampaign, DecisionButton):
    permission_required = "campaigns.change_campaign"

    def decide(self) -> str:
        actions.archive(campaign=self.campaign, by=self.person)
        return f"“{self.campaign.title}” is archived. Its record stays as it is."

    def get_success_url(self) -> str:
        return reverse("campaigns:campaigns")


class CampaignReopen(OfCampaign, DecisionButton):
    permission_required = "campaigns.change_campaign"

    def decide(self) -> str:
        actions.reopen(campaign=self.campaign, by=self.person)
        return f"“{self.campaign.title}” is open again."

    def get_success_url(self) -> str:
        return reverse("campaigns:campaign", args=[self.campaign.pk])
