"""Where a whole campaign stands: figures, each of which leads to the rows that it counts."""

from typing import Any, cast
from zoneinfo import ZoneInfo

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.generic import TemplateView

from campaigns import agency
from campaigns.deadlines import printed
from campaigns.models import Campaign, Outcome
from campaigns.models.institution import US_STATES
from campaigns.views.shell import StaffPage
from letters.models import Letter
from letters.reports import charts
from letters.reports.figures import Board, Group, board, steps_of
from letters.reports.letter_rows import letter_rows, letters_of
from letters.reports.steps import Step

PER_PAGE = 50


class BoardPage(StaffPage, TemplateView):
    permission_required = "campaigns.view_recipient"
    template_name = "staff/board.html"
    title = "Board"
    tab = "letters:board"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.campaign = get_object_or_404(Campaign, pk=kwargs["pk"])
        if request.GET:  # a filter, from when the list stood on this page
            listed = reverse("letters:board_list", args=[self.campaign.pk])
            return redirect(f"{listed}?{request.GET.urlencode()}")
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        assert self.campaign  # noqa: S101 - set by get()
        now = timezone.now()
        figures = board(self.campaign, now)
        today = timezone.localdate(now, timezone=ZoneInfo(self.campaign.timezone))
        return super().get_context_data(
            **figures_of(self.campaign, figures),
            agency_clock=agency.clock(self.campaign, self.campaign.grounds.all(), today),
            estimate=agency.ESTIMATE,
            **kwargs,
        )


def figures_of(campaign: Campaign, figures: Board) -> dict[str, Any]:
    """What the templates of the figures show, on the page and in the printed report."""
    places = figures.by_place()
    periods = figures.over_time()
    return {
        "board": figures,
        "funnel": figures.funnel(),
        "standings": list(figures.by_standing().items()),
        "steps": list(figures.steps.items()),
        "matrix": [(demand, list(counts.items())) for demand, counts in figures.matrix],
        "outcomes": list(Outcome),
        "found": list(figures.found.items()),
        "places": places,
        "tiles": _tiles(places),
        "controls": figures.by_control(),
        "kinds": figures.by_kind(),
        "periods": periods,
        "chart": charts.over_time(periods),
        "deadlines": [
            (each, printed(each.due_at, campaign.timezone)) for each in figures.by_deadline()
        ],
    }


class BoardLetters(StaffPage, TemplateView):
    """The letters behind a number of the board."""

    permission_required = "letters.view_letter"
    template_name = "staff/board_letters.html"
    title = "Letters"
    tab = "letters:board"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.campaign = get_object_or_404(Campaign, pk=kwargs["pk"])
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        assert self.campaign  # noqa: S101 - set by get()
        steps = steps_of(self.campaign)
        asked = self.request.GET.get("step", "")
        step = asked if asked in list(Step) else ""
        page = Paginator(letters_of(self.campaign, step), PER_PAGE).get_page(
            self.request.GET.get("page")
        )
        return super().get_context_data(
            steps=list(steps.items()),
            step=step,
            total=sum(steps.values()),
            page_obj=page,
            letters=letter_rows(cast("QuerySet[Letter]", page.object_list)),
            **kwargs,
        )


# These get a tile on the map only where they have a recipient; the states always have one.
TERRITORIES = frozenset({"AS", "FM", "GU", "MH", "MP", "PR", "PW", "VI"})


def _tiles(places: list[Group]) -> list[tuple[str, Group | None]]:
    by_place = {each.key: each for each in places}
    return [
        (state, by_place.get(state))
        for state in US_STATES
        if state in by_place or state not in TERRITORIES
    ]
