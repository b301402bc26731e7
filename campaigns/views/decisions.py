"""Pages that lead to one decision: a form, or a button. A refusal is shown, never a crash."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.views.generic import FormView, View

from campaigns.actions import Refused
from campaigns.models import Campaign
from campaigns.text import with_one_stop
from campaigns.views.fields import cleaned_notes
from campaigns.views.shell import StaffPage


class OfCampaign(StaffPage):
    """A page of one campaign; its URL takes the campaign's key."""

    campaign: Campaign

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)  # type: ignore[misc]
        self.campaign = self.find_campaign(kwargs["pk"])

    def find_campaign(self, pk: int) -> Campaign:
        return get_object_or_404(Campaign, pk=pk)


class DecisionForm(StaffPage, FormView):
    """A page with one form. `decide` calls the action and says in a sentence what was done."""

    template_name = "staff/decision_form.html"
    submit = "Save"
    back_url = ""

    def decide(self, form: Any) -> str:
        raise NotImplementedError

    def form_valid(self, form: forms.BaseForm) -> HttpResponse:
        try:
            done = self.decide(form)
        except Refused as refusal:
            form.add_error(None, str(refusal))
            return self.form_invalid(form)
        messages.success(self.request, with_one_stop(done))
        for note in cleaned_notes(form):
            messages.info(self.request, note)
        return HttpResponseRedirect(self.return_to or self.get_success_url())

    def get_back_url(self) -> str:
        return self.back_url or self.get_success_url()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        more = {"submit": self.submit, "back_url": self.return_to or self.get_back_url()}
        return super().get_context_data(**{**more, **kwargs})


class DecisionButton(StaffPage, View):
    """A button. `decide` calls the action and says in a sentence what was done."""

    http_method_names = ["post"]

    def decide(self) -> str:
        raise NotImplementedError

    def get_success_url(self) -> str:
        raise NotImplementedError

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        try:
            messages.success(request, with_one_stop(self.decide()))
        except Refused as refusal:
            messages.error(request, str(refusal))
        return HttpResponseRedirect(self.return_to or self.get_success_url())
