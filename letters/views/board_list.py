"""Recipient by demand: the list behind every figure of the board, its exports, and the report."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.generic import TemplateView, View

from campaigns.actions import Refused
from campaigns.models import Campaign, Institution, Outcome, Recipient, User
from campaigns.standing import Standing
from campaigns.views.shell import StaffPage
from letters.actions import status_report
from letters.actions.export import export_board
from letters.models import SavedFilter
from letters.reports.exports import CONTENT_TYPES, Format
from letters.reports.rows import rows
from letters.reports.selection import (
    ANSWERED,
    NOWHERE,
    PROMISED,
    RECEIVED,
    SILENT,
    SORTS,
    STAGE_NAMES,
    TIMED,
    Selection,
    select,
)
from letters.reports.steps import Step

PER_PAGE = 50


class SelectionForm(forms.Form):
    """The filters of the list. What is not a choice is left out, and the page says so."""

    q = forms.CharField(required=False, label="Search", max_length=200)
    standing = forms.ChoiceField(required=False)
    place = forms.ChoiceField(required=False, label="State or country")
    answered = forms.ChoiceField(required=False, label="Answer")
    overdue = forms.BooleanField(required=False, label="Overdue only")
    demand = forms.TypedChoiceField(required=False, coerce=int, empty_value=None)
    outcome = forms.ChoiceField(required=False)
    promised = forms.ChoiceField(required=False, label="Promise")
    stage = forms.ChoiceField(required=False, label="Came as far as")
    step = forms.ChoiceField(required=False, label="Last letter")
    reach = forms.ChoiceField(required=False)
    control = forms.ChoiceField(required=False)
    kind = forms.ChoiceField(required=False)
    since = forms.DateField(
        required=False, label="First answered from", widget=forms.DateInput({"type": "date"})
    )
    until = forms.DateField(
        required=False, label="First answered until", widget=forms.DateInput({"type": "date"})
    )
    due = forms.CharField(required=False, widget=forms.HiddenInput)
    sort = forms.CharField(required=False, widget=forms.HiddenInput)

    FIRST = ("q", "standing", "place", "answered", "overdue")

    def __init__(self, data: QueryDict, campaign: Campaign) -> None:
        super().__init__(data)
        self.demands = list(campaign.demands.order_by("number"))
        choices: dict[str, list[tuple[Any, Any]]] = {
            "standing": [(each.value, each.label) for each in Standing],
            "place": _places(campaign),
            "answered": [
                (ANSWERED, "Answered"),
                (SILENT, "Not answered"),
                (RECEIVED, "Received, not answered"),
                (TIMED, "Answered after a letter left"),
            ],
            "demand": [(each.number, str(each)) for each in self.demands],
            "outcome": list(Outcome.choices),
            "promised": list(PROMISED.items()),
            "stage": list(STAGE_NAMES.items()),
            "step": [(each.value, each.label) for each in Step],
            "reach": list(Recipient.Reach.choices),
            "control": list(Institution.Control.choices),
            "kind": list(Institution.Kind.choices),
        }
        for name, own in choices.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101
            field.choices = [("", "Any"), *own]

    @property
    def first(self) -> list[forms.BoundField]:
        return [self[name] for name in self.FIRST]

    @property
    def further(self) -> list[forms.BoundField]:
        return [field for field in self.visible_fields() if field.name not in self.FIRST]

    @property
    def is_filtering(self) -> bool:
        return any(value for name, value in self.data.items() if name not in ("sort", "page"))

    @property
    def is_filtering_further(self) -> bool:
        return any(self.data.get(field.name) for field in self.further)

    def selection(self) -> Selection:
        self.full_clean()
        chosen = {name: value for name, value in self.cleaned_data.items() if value}
        chosen["words"] = chosen.pop("q", "")
        if chosen.get("sort", "").removeprefix("-") not in SORTS:
            chosen.pop("sort", None)
        return Selection(**chosen)


def _saved(campaign: Campaign, person: User) -> list[SavedFilter]:
    found = SavedFilter.objects.filter(campaign=campaign).for_person(person)
    return list(found.select_related("owner"))


def _places(campaign: Campaign) -> list[tuple[str, str]]:
    found = campaign.recipients.order_by().values_list("institution__country", "institution__state")
    places = {state if country == "US" else country for country, state in found.distinct()}
    named = [(place, place) for place in sorted(places - {""})]
    return [*named, (NOWHERE, "Not known")] if "" in places else named


class BoardList(StaffPage, TemplateView):
    permission_required = "campaigns.view_recipient"
    template_name = "staff/board_list.html"
    title = "Who stands where"
    tab = "letters:board"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.campaign = get_object_or_404(Campaign, pk=kwargs["pk"])
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        campaign, now = self.campaign, timezone.now()
        assert campaign  # noqa: S101 - set by get()
        form = SelectionForm(self.request.GET, campaign)
        selection = form.selection()
        chosen = select(campaign, selection, now).select_related("institution")
        page = Paginator(chosen, PER_PAGE).get_page(self.request.GET.get("page"))
        return super().get_context_data(
            form=form,
            page_obj=page,
            rows=rows(campaign, list(page), form.demands, now),
            demands=form.demands,
            columns=_columns(selection.sort),
            saved=_saved(campaign, self.person),
            address=self.request.get_full_path(),
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
        exported = export_board(
            campaign=campaign,
            selection=SelectionForm(request.GET, campaign).selection(),
            form=Format(form),
            now=now,
            by=self.person,
        )
        day = timezone.localdate(now).isoformat()
        return FileResponse(
            exported.file,
            as_attachment=True,
            filename=f"{campaign.reference_prefix}-board-{day}.{form}",
            content_type=CONTENT_TYPES[Format(form)],
        )


class StatusReport(StaffPage, View):
    """The board on paper. A POST, since it is put on record who took what out."""

    permission_required = "campaigns.view_recipient"
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse | FileResponse:
        campaign = get_object_or_404(Campaign, pk=pk)
        now = timezone.now()
        try:
            made = status_report.report(campaign=campaign, now=now, by=self.person)
        except Refused as refusal:
            messages.error(request, str(refusal))
            return redirect("letters:board", pk)
        day = timezone.localdate(now).isoformat()
        return FileResponse(
            made.file,
            as_attachment=True,
            filename=f"{campaign.reference_prefix}-status-{day}.pdf",
            content_type="application/pdf",
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
