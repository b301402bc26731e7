"""Where a whole campaign stands: figures that lead to their rows, a list, a map, exports."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.generic import TemplateView, View

from campaigns.deadlines import printed
from campaigns.models import Campaign, Institution, Outcome, Recipient
from campaigns.models.institution import US_STATES
from campaigns.standing import Standing
from campaigns.views.shell import StaffPage
from letters.actions.export import export_board
from letters.reports.exports import CONTENT_TYPES, Format
from letters.reports.figures import Board, PlaceFigures, board
from letters.reports.selection import ANSWERED, RECEIVED, SILENT, SORTS, Selection, select
from letters.reports.steps import Step

PER_PAGE = 50


class SelectionForm(forms.Form):
    """The filters of the list. What is not a choice is left out, and the page says so."""

    q = forms.CharField(required=False, label="Search", max_length=200)
    standing = forms.ChoiceField(required=False)
    place = forms.ChoiceField(required=False, label="State or country")
    control = forms.ChoiceField(required=False)
    reach = forms.ChoiceField(required=False)
    step = forms.ChoiceField(required=False, label="Last letter")
    answered = forms.ChoiceField(required=False, label="Answer")
    demand = forms.TypedChoiceField(required=False, coerce=int, empty_value=None)
    outcome = forms.ChoiceField(required=False)
    due = forms.CharField(required=False, widget=forms.HiddenInput)
    overdue = forms.BooleanField(required=False, label="Overdue only")
    sort = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: QueryDict, campaign_board: Board) -> None:
        super().__init__(data)
        places = sorted({row.place for row in campaign_board.rows if row.place})
        demands = [(each.number, str(each)) for each in campaign_board.demands]
        choices: dict[str, list[tuple[Any, Any]]] = {
            "standing": [(each.value, each.label) for each in Standing],
            "place": [(place, place) for place in places],
            "control": list(Institution.Control.choices),
            "reach": list(Recipient.Reach.choices),
            "step": [(each.value, each.label) for each in Step],
            "answered": [
                (ANSWERED, "Answered"),
                (SILENT, "Not answered"),
                (RECEIVED, "Received, not answered"),
            ],
            "demand": demands,
            "outcome": list(Outcome.choices),
        }
        for name, own in choices.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101
            field.choices = [("", "Any"), *own]

    @property
    def is_filtering(self) -> bool:
        return any(value for name, value in self.data.items() if name not in ("sort", "page"))

    def selection(self) -> Selection:
        self.full_clean()
        chosen = {name: value for name, value in self.cleaned_data.items() if value}
        chosen["words"] = chosen.pop("q", "")
        if chosen.get("sort", "").removeprefix("-") not in SORTS:
            chosen.pop("sort", None)
        return Selection(**chosen)


class BoardPage(StaffPage, TemplateView):
    permission_required = "campaigns.view_recipient"
    template_name = "staff/board.html"
    title = "Board"
    tab = "letters:board"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.campaign = get_object_or_404(Campaign, pk=kwargs["pk"])
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        campaign = self.campaign
        assert campaign  # noqa: S101 - set by get()
        now = timezone.now()
        figures = board(campaign, now)
        form = SelectionForm(self.request.GET, figures)
        selection = form.selection()
        chosen = select(figures, selection)
        places = figures.by_place()
        return super().get_context_data(
            board=figures,
            standings=list(figures.by_standing().items()),
            steps=list(figures.by_step().items()),
            matrix=[(demand, list(counts.items())) for demand, counts in figures.by_demand()],
            outcomes=list(Outcome),
            places=places,
            tiles=_tiles(places),
            deadlines=[
                (each, printed(each.due_at, campaign.timezone)) for each in figures.by_deadline()
            ],
            form=form,
            selection=selection,
            page_obj=Paginator(chosen, PER_PAGE).get_page(self.request.GET.get("page")),
            columns=_columns(selection.sort),
            **kwargs,
        )


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
        figures = board(self.campaign, timezone.now())
        step = self.request.GET.get("step", "")
        letters = [letter for letter in figures.letters if step in ("", letter.step)]
        return super().get_context_data(
            steps=list(figures.by_step().items()),
            step=step,
            total=len(figures.letters),
            page_obj=Paginator(letters, PER_PAGE).get_page(self.request.GET.get("page")),
            **kwargs,
        )


class BoardExport(StaffPage, View):
    """The chosen rows as a file. A POST, since it is put on record who took what out."""

    permission_required = "campaigns.view_recipient"
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int, form: str) -> HttpResponse | FileResponse:
        if form not in list(Format):
            raise Http404(f"There is no export as {form}.")
        campaign = get_object_or_404(Campaign, pk=pk)
        now = timezone.now()
        figures = board(campaign, now)
        exported = export_board(
            campaign=campaign,
            board=figures,
            selection=SelectionForm(request.GET, figures).selection(),
            form=Format(form),
            by=self.person,
        )
        day = timezone.localdate(now).isoformat()
        return FileResponse(
            exported.file,
            as_attachment=True,
            filename=f"{campaign.reference_prefix}-board-{day}.{form}",
            content_type=CONTENT_TYPES[Format(form)],
        )


@dataclass(frozen=True)
class Column:
    """A heading that sorts: which way now, and which way when pressed."""

    title: str
    key: str
    direction: str
    pressed: str


COLUMNS = {
    "name": "Institution",
    "state": "State",
    "control": "Control",
    "standing": "Standing",
    "due": "Deadline",
    "letter": "Last letter",
}


def _columns(sort: str) -> list[Column]:
    columns = []
    for key, title in COLUMNS.items():
        direction = {key: "ascending", f"-{key}": "descending"}.get(sort, "")
        columns.append(Column(title, key, direction, f"-{key}" if sort == key else key))
    return columns


# These get a tile on the map only where they have a recipient; the states always have one.
TERRITORIES = frozenset({"AS", "FM", "GU", "MH", "MP", "PR", "PW", "VI"})


def _tiles(places: list[PlaceFigures]) -> list[tuple[str, PlaceFigures | None]]:
    by_place = {each.place: each for each in places}
    return [
        (state, by_place.get(state))
        for state in US_STATES
        if state in by_place or state not in TERRITORIES
    ]
