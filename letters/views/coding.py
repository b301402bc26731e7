"""What several people read in one letter, side by side; and how far they agree over a campaign."""

from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.generic import TemplateView

from campaigns.actions.answer import Respondent
from campaigns.views.decisions import DecisionButton, OfCampaign
from campaigns.views.shell import StaffPage
from letters.actions import coding as actions
from letters.answer_forms import RespondentForm
from letters.models import Coding, CodingItem, Incoming
from letters.reports import agreement
from letters.views.incoming import find


@dataclass(frozen=True)
class Line:
    """One demand: what each person read on it, in the order of the people."""

    number: int
    title: str
    read: list[CodingItem | None]

    @property
    def agree(self) -> bool:
        return len({item.outcome if item else "" for item in self.read}) == 1


class CodingsPage(StaffPage, TemplateView):
    """The codings of one letter, for who has coded it or gave up doing so."""

    permission_required = "letters.view_response"
    template_name = "staff/codings.html"
    item: Incoming

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.item = find(kwargs["pk"])

    def get_title(self) -> str:
        return f"Codings: {self.item.recipient or self.item}"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        item, recipient = self.item, self.item.recipient
        # Once it is recorded nobody codes it any more, and nothing has to be hidden.
        shown = actions.may_see(item, self.person) or not item.is_waiting
        made = (
            list(item.codings.select_related("by").prefetch_related("items__demand"))
            if shown
            else []
        )
        titles = (
            dict(recipient.campaign.demands.values_list("number", "title")) if recipient else {}
        )
        read = [{one.demand.number: one for one in coding.items.all()} for coding in made]
        return super().get_context_data(
            item=item,
            count=item.codings.count(),
            shown=shown,
            codings=made,
            lines=[
                Line(number, title, [each.get(number) for each in read])
                for number, title in titles.items()
            ],
            agreement=agreement.agreement(agreement.between(made, list(titles))),
            respondent=RespondentForm(initial={"name": item.sender_name}),
            can_record=self.request.user.has_perm("letters.record_response"),
            **kwargs,
        )


class LookAtCodings(DecisionButton):
    """Compare without coding."""

    permission_required = "letters.record_response"

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.item = find(kwargs["pk"])

    def decide(self) -> str:
        actions.look(incoming=self.item, by=self.person)
        return "You see what others read in it."

    def get_success_url(self) -> str:
        return reverse("letters:codings", args=[self.item.pk])


class DecideCoding(DecisionButton):
    """Make one of them the recorded answer."""

    permission_required = "letters.record_response"

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        found = Coding.objects.select_related(
            "by", "incoming__recipient__campaign", "incoming__letter"
        )
        self.coding = get_object_or_404(found, pk=kwargs["pk"])

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        form = RespondentForm(request.POST)
        form.fields["name"].required = False  # the action says whom it has to name
        if not form.is_valid():
            for error in (error for found in form.errors.values() for error in found):
                messages.error(request, str(error))
            return HttpResponseRedirect(self.get_success_url())
        self.respondent: Respondent = form.respondent()
        return super().post(request, **kwargs)

    def decide(self) -> str:
        now = timezone.now()
        recipient = self.coding.incoming.recipient
        assert recipient  # noqa: S101 - nothing is coded before it is known whose it is
        response = actions.decide(
            coding=self.coding,
            respondent=self.respondent,
            now=now,
            on=now.astimezone(ZoneInfo(recipient.campaign.timezone)).date(),
            by=self.person,
        )
        return f"What {self.coding.by} read is recorded as {response.receipt}."

    def get_success_url(self) -> str:
        return reverse("letters:codings", args=[self.coding.incoming_id])


class AgreementPage(OfCampaign, TemplateView):
    """How far people agree who coded the same letters of one campaign."""

    permission_required = "letters.view_response"
    template_name = "staff/agreement.html"
    title = "Agreement of codings"
    tab = "letters:responses"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(report=agreement.of_campaign(self.campaign), **kwargs)
