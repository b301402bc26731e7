"""The record: who did what when, of the whole house or of one campaign, and whether it holds."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.generic import TemplateView, View

from campaigns import audit
from campaigns.models import AuditEvent, Campaign, User
from campaigns.views.shell import StaffPage

PER_PAGE = 50


class EventFilter(forms.Form):
    q = forms.CharField(required=False, label="Search", max_length=200)
    campaign = forms.ModelChoiceField(
        Campaign.objects.order_by("title"), required=False, empty_label="Any"
    )
    actor = forms.ModelChoiceField(
        User.objects.order_by("last_name", "username"),
        required=False,
        label="Who",
        empty_label="Anyone",
    )
    verb = forms.ChoiceField(required=False, label="What")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        verbs = AuditEvent.objects.order_by("verb").values_list("verb", flat=True).distinct()
        field = self.fields["verb"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101
        field.choices = [("", "Anything"), *((verb, verb) for verb in verbs)]

    @property
    def is_filtering(self) -> bool:
        return any(value for name, value in self.data.items() if name != "page")

    def choose(self, events: QuerySet[AuditEvent]) -> QuerySet[AuditEvent]:
        self.full_clean()
        chosen = self.cleaned_data
        if words := chosen.get("q"):
            events = events.filter(sentence__icontains=words)
        if campaign := chosen.get("campaign"):
            events = events.filter(campaign_id=campaign.pk)
        if actor := chosen.get("actor"):
            events = events.filter(actor=actor)
        if verb := chosen.get("verb"):
            events = events.filter(verb=verb)
        return events


class AuditLog(StaffPage, TemplateView):
    permission_required = "campaigns.view_auditevent"
    template_name = "staff/audit.html"
    title = "Audit log"

    def events(self) -> QuerySet[AuditEvent]:
        return AuditEvent.objects.order_by("-sequence")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        form = EventFilter(self.request.GET)
        if self.campaign:
            del form.fields["campaign"]
        events = form.choose(self.events())
        return super().get_context_data(
            form=form,
            page_obj=Paginator(events, PER_PAGE).get_page(self.request.GET.get("page")),
            **kwargs,
        )


class CampaignHistory(AuditLog):
    title = "History"
    tab = "campaigns:campaign_history"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.campaign = get_object_or_404(Campaign, pk=kwargs["pk"])
        return super().get(request, *args, **kwargs)

    def events(self) -> QuerySet[AuditEvent]:
        assert self.campaign  # noqa: S101 - set by get()
        return audit.campaign_history(self.campaign)


class AuditVerify(StaffPage, View):
    """Walk the whole chain now, and say what was found. It changes nothing."""

    permission_required = "campaigns.view_auditevent"
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        verdict = audit.verify()
        if verdict.holds:
            messages.success(
                request,
                f"All {verdict.checked:,} events hold: none was changed, and none is missing. "
                f"The last hash is {verdict.head}.",
            )
        else:
            messages.error(
                request,
                f"The log was tampered with, or damaged, at event {verdict.bad_sequence}: "
                f"{verdict.reason}. The {verdict.checked:,} events before it hold. Keep the "
                "database as it is and tell the person who runs this installation.",
            )
        return redirect("campaigns:audit")
