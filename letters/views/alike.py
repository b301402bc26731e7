"""Replies that say the same: found when they came in, looked at and recorded together."""

from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.generic import TemplateView

from campaigns.actions import Refused
from campaigns.models import Campaign, Outcome
from campaigns.views.fields import whole_number
from letters.actions import record_alike as actions
from letters.inbound.suggest import suggest
from letters.models import Incoming
from letters.redline import Piece, redline
from letters.views.inbox import PER_PAGE, Outcomes
from letters.views.incoming import rows_of_demands, wanted
from letters.views.incoming_forms import IncomingPaper

MOST = 200  # rows of one group on its page


@dataclass(frozen=True)
class Member:
    item: Incoming
    is_same: bool
    ticked: bool
    pieces: list[Piece]


class Alike(Outcomes, TemplateView):
    """The groups of which more than one waits, largest first."""

    permission_required = "letters.view_response"
    template_name = "staff/inbox_alike.html"
    title = "Replies that say the same"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        groups = (
            Incoming.objects.waiting()
            .annotate(first=Coalesce("alike", "pk"))
            .order_by()
            .values("first")
            .annotate(count=Count("pk"), same=Count("pk", filter=Q(alike=None) | Q(likeness=100)))
            .filter(count__gt=1)
            .order_by("-count", "first")
        )
        page = Paginator(groups, PER_PAGE).get_page(self.request.GET.get("page"))
        shown = list(page.object_list)
        firsts = Incoming.objects.select_related("recipient__institution").in_bulk(
            [group["first"] for group in shown]
        )
        return super().get_context_data(
            page_obj=page,
            groups=[(firsts[group["first"]], group["count"], group["same"]) for group in shown],
            **kwargs,
        )


class AlikeGroup(Outcomes, TemplateView):
    """One group: what differs in each, and one form for all that say the same."""

    permission_required = "letters.view_response"
    template_name = "staff/inbox_group.html"
    first: Incoming

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        found = get_object_or_404(Incoming.objects.select_related("alike"), pk=kwargs["pk"])
        self.first = found.alike or found
        self.now = timezone.now()
        group = Incoming.objects.waiting().filter(Q(pk=self.first.pk) | Q(alike=self.first))
        self.waiting = list(
            group.select_related("recipient__institution", "recipient__campaign", "taken_by")
            .prefetch_related("files")
            .order_by("-likeness", "pk")[:MOST]
        )
        # Whose demands the form is about: those of most of them.
        self.example = self._example()

    def has_permission(self) -> bool:
        if self.request.method == "POST" and not self.request.user.has_perm(
            "letters.record_response"
        ):
            return False
        return super().has_permission()

    def get_title(self) -> str:
        return f"{len(self.waiting)} replies that say the same"

    def _example(self) -> Incoming | None:
        known = [one for one in self.waiting if one.recipient]
        return next((one for one in known if one.wording == self.first.wording), None)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self._show(self._paper(None), None)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        same, near = (
            {whole_number(typed) for typed in request.POST.getlist(name)}
            for name in ("row", "near")
        )
        chosen = [one for one in self.waiting if one.pk in same | near]
        paper = self._paper(request.POST)
        if paper is None or not paper.is_valid():
            return self._show(paper, same | near, status=422)
        assert self.example and self.example.recipient  # noqa: S101 - or there is no paper
        try:
            outcomes = actions.record_alike(
                first=self.first,
                incoming=chosen,
                compared=[one.pk for one in chosen if one.pk in near],
                campaign=self.example.recipient.campaign,
                kind=paper.arrival.cleaned_data["kind"],
                items=paper.items(),
                respondent=paper.respondent.respondent(),
                count=whole_number(request.POST.get("count", "").strip()) or 0,
                now=self.now,
                on=paper.arrival.today,
                by=self.person,
            )
        except Refused as refusal:
            messages.error(request, str(refusal))
            return self._show(paper, same | near, status=422)
        return self.answer_for("What was recorded", outcomes)

    def _paper(self, data: Any) -> IncomingPaper | None:
        if self.example is None or self.example.recipient is None:
            return None
        campaign: Campaign = self.example.recipient.campaign
        today = self.now.astimezone(ZoneInfo(campaign.timezone)).date()
        titles = dict(campaign.demands.values_list("number", "title"))
        self.suggested = suggest(actions.texts_of(self.example), titles)
        taken = {} if data else wanted(self.suggested, self.request.GET.get("use", ""))
        paper = IncomingPaper(self.example, today, data, taken)
        paper.respondent.initial = {}
        paper.respondent.fields["name"].required = False
        paper.respondent.fields["name"].help_text = "Only for those that do not say who wrote them."
        paper.respondent.fields.pop("email")
        for name in ("received_on", "letter", "note"):
            paper.arrival.fields.pop(name)  # each has its own
        for form in paper.demands:
            _without_promise(form.fields["outcome"])
        return paper

    def _show(
        self, paper: IncomingPaper | None, ticked: set[int | None] | None, status: int = 200
    ) -> HttpResponse:
        members = []
        for one in self.waiting:
            is_same = one.wording == self.first.wording
            on = is_same if ticked is None else one.pk in ticked
            pieces = [] if is_same else redline(self.first.wording, one.wording)
            members.append(Member(one, is_same, on, pieces))
        context = self.get_context_data(
            members=members,
            first=self.first,
            example=self.example,
            text="\n\n".join(actions.texts_of(self.example)) if self.example else "",
            paper=paper,
            suggested=bool(paper and self.suggested.by_demand),
            rows=rows_of_demands(paper, self.suggested) if paper else [],
            can_record=self.request.user.has_perm("letters.record_response"),
            typed_count=self.request.POST.get("count", ""),
        )
        return self.render_to_response(context, status=status)


def _without_promise(outcome: Any) -> None:
    """The days that they name were not compared, so a promise is recorded one by one."""
    outcome.choices = [choice for choice in outcome.choices if choice[0] != Outcome.WILL_COMPLY]
