"""The import: upload, read, look at the plan row by row, confirm, and see what became of it."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.views.generic import DetailView, FormView, ListView

from campaigns import audit, filestore
from campaigns.actions import Refused
from campaigns.actions import directory as actions
from campaigns.directory import plan, profiles
from campaigns.directory.delimited import ENCODINGS
from campaigns.directory.reading import Reading, Unreadable, read
from campaigns.models import DirectoryImport, ImportRow, Institution
from campaigns.text import UnsafeText, clean_line
from campaigns.views.decisions import DecisionButton
from campaigns.views.directory_forms import MappingForm, ReadingForm, UploadForm
from campaigns.views.fields import whole_number
from campaigns.views.shell import StaffPage

_FILES = "files_to_import"  # in the session: the names of files that this person uploaded
_KEPT = 10


class ImportList(StaffPage, ListView):
    permission_required = "campaigns.import_institutions"
    template_name = "staff/import_list.html"
    queryset = DirectoryImport.objects.select_related("planned_by")
    context_object_name = "imports"
    paginate_by = 50
    title = "Imports"


class UploadFile(StaffPage, FormView):
    """Keep the bytes and go on to reading them. Nothing is planned or written yet."""

    permission_required = "campaigns.import_institutions"
    template_name = "staff/import_upload.html"
    form_class = UploadForm
    title = "Import institutions"

    def form_valid(self, form: UploadForm) -> HttpResponse:
        file = form.cleaned_data["file"]
        sha256 = filestore.put(file.read())
        files = {sha256: _file_name(file.name or ""), **self.request.session.get(_FILES, {})}
        self.request.session[_FILES] = dict(list(files.items())[:_KEPT])
        return redirect("campaigns:import_read", sha256)


class ReadFile(StaffPage, FormView):
    """How the file is read and which column is which; planning it is the POST."""

    permission_required = "campaigns.import_institutions"
    template_name = "staff/import_read.html"
    form_class = MappingForm

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.problem = ""
        self.sha256 = kwargs["sha256"]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if self.has_permission() and not self.file_name:
            messages.error(request, "Upload the file again; it is no longer at hand.")
            return redirect("campaigns:import_new")
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def file_name(self) -> str:
        return str(self.request.session.get(_FILES, {}).get(self.sha256, ""))

    @cached_property
    def content(self) -> bytes:
        return filestore.get(self.sha256)

    @cached_property
    def how(self) -> dict[str, str]:
        """Encoding, delimiter and sheet, as far as the address names them."""
        return {name: self.request.GET.get(name, "") for name in ("encoding", "delimiter", "sheet")}

    @cached_property
    def reading(self) -> Reading | None:
        try:
            return read(self.content, **self.how)
        except Unreadable as unreadable:
            self.problem = str(unreadable)
            return None

    @cached_property
    def profile(self) -> str:
        asked = self.request.GET.get("profile", "")
        if asked in profiles.PROFILES:
            return asked
        return profiles.suggest(self.reading.headings) if self.reading else profiles.GENERIC

    def get_title(self) -> str:
        return f"Read {self.file_name}"

    def get_form(self, form_class: Any = None) -> Any:
        if self.reading is None:
            return None
        return MappingForm(
            self.request.POST or None,
            reading=self.reading,
            profile=self.profile,
            initial=MappingForm.initial_of(
                self.reading,
                self.profile,
                self.file_name,
                actions.suggested_mapping(self.reading.headings),
            ),
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        reading = self.reading
        is_workbook = self.content.startswith(b"PK\x03\x04")
        found = {"profile": self.profile, **self.how}
        if reading:
            found["sheet"] = reading.sheet
        return super().get_context_data(
            reading=reading,
            problem=self.problem,
            reading_form=ReadingForm(
                found, sheets=reading.sheets if reading else (), is_workbook=is_workbook
            ),
            read_as=ENCODINGS.get(reading.encoding.removesuffix("-sig"), "") if reading else "",
            preview=reading.rows[:5] if reading else (),
            is_ipeds=self.profile == profiles.IPEDS,
            query=self.request.GET.urlencode(),
            **kwargs,
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = self.get_form()
        if form is None or not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form))
        try:
            planned = actions.plan_import(
                content=self.content,
                choices=form.choices(self.file_name, self.how),
                by=self.person,
                reading=self.reading,
            )
        except Refused as refused:
            form.add_error(None, str(refused))
            return self.render_to_response(self.get_context_data(form=form))
        return redirect(planned)


class ImportPage(StaffPage, DetailView):
    """The plan of a file, or what became of it: counts, reasons, and every row."""

    permission_required = "campaigns.import_institutions"
    template_name = "staff/import_page.html"
    queryset = DirectoryImport.objects.select_related("planned_by")
    context_object_name = "import"

    def get_title(self) -> str:
        said = {"planned": "Plan of", "applied": "Import of", "discarded": "Discarded plan of"}
        return f"{said[self.object.status]} {self.object.file_name}"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found: DirectoryImport = self.object
        kept = list(found.rows.values_list("pk", "verdict", "notes"))
        clean = not any(notes for _, _, notes in kept)
        shown = self.request.GET.get("show", "all" if clean else "")
        reason = self.request.GET.get("reason", "")
        pks = [pk for pk, verdict, notes in kept if _is_shown(shown, reason, verdict, notes)]
        page = Paginator(pks, 50).get_page(self.request.GET.get("page"))
        writes = found.counts.get("new", 0) + found.counts.get("changed", 0)
        return super().get_context_data(
            counts=[
                (verdict, label, found.counts.get(verdict, 0))
                for verdict, label in ImportRow.Verdict.choices
            ],
            total=len(kept),
            not_clean=sum(1 for _, _, notes in kept if notes),
            reasons=_reasons(kept),
            reason=reason,
            show=shown,
            page_obj=page,
            rows=_rows(list(page.object_list)),
            writes=writes,
            unsettled=found.counts.get("ambiguous", 0) + found.counts.get("refused", 0),
            is_planned=found.status == DirectoryImport.Status.PLANNED,
            is_applied=found.status == DirectoryImport.Status.APPLIED,
            profile=profiles.PROFILES[found.profile],
            NEW=plan.NEW,
            history=audit.history(found),
            **kwargs,
        )


def _is_shown(show: str, reason: str, verdict: str, notes: list[str]) -> bool:
    if reason:
        return any(_reason(note) == reason for note in notes)
    if show == "all":
        return True
    if show:
        return verdict == show
    return bool(notes)


def _reason(note: str) -> str:
    """What a note says without the value it is about, or which column it is about."""
    what = note.partition(": ")[0]
    return f"{what} cannot be read as it is" if what.startswith("“") else what


def _reasons(kept: list[tuple[int, str, list[str]]]) -> list[tuple[str, int]]:
    counts: dict[str, int] = {}
    for _, _, notes in kept:
        for reason in dict.fromkeys(map(_reason, notes)):
            counts[reason] = counts.get(reason, 0) + 1
    return sorted(counts.items(), key=lambda one: (-one[1], one[0]))


def _rows(pks: list[int]) -> list[tuple[ImportRow, list[Institution]]]:
    """The rows of a page, each with what an ambiguous one may be."""
    found = ImportRow.objects.select_related("institution").in_bulk(pks)
    rows = [found[pk] for pk in pks]
    wanted = {pk for row in rows for pk in row.candidates}
    institutions = Institution.objects.in_bulk(wanted)
    return [
        (row, [institutions[pk] for pk in row.candidates if pk in institutions]) for row in rows
    ]


class _OfImport(DecisionButton):
    permission_required = "campaigns.import_institutions"
    found: DirectoryImport

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.found = get_object_or_404(DirectoryImport, pk=kwargs["pk"])

    def get_success_url(self) -> str:
        return self.found.get_absolute_url()


class ApplyImport(_OfImport):
    def decide(self) -> str:
        done = actions.apply_import(
            directory_import=self.found, digest=self.request.POST.get("digest", ""), by=self.person
        )
        new, changed = done.counts["new"], done.counts["changed"]
        return f"Imported: {new:,} new, {changed:,} changed. Every row is accounted for below."


class PlanAgain(_OfImport):
    def decide(self) -> str:
        actions.plan_again(directory_import=self.found, by=self.person)
        return "Planned again, against the directory as it is now."


class DiscardImport(_OfImport):
    def decide(self) -> str:
        actions.discard(directory_import=self.found, by=self.person)
        return f"The plan of {self.found.file_name} was discarded. Nothing was written."


class DecideRow(_OfImport):
    """Say what an ambiguous row is."""

    def decide(self) -> str:
        chosen = whole_number(self.request.POST.get("institution", ""))
        if chosen is None:
            raise Refused("Choose which institution the row is, or that it is one of its own.")
        line = self.kwargs["line"]
        actions.decide_row(
            directory_import=self.found, line=line, institution_pk=chosen, by=self.person
        )
        return f"Line {line} was decided, and the file planned again."

    def get_success_url(self) -> str:
        return reverse("campaigns:import", args=[self.found.pk]) + "?show=ambiguous"


def _file_name(raw: str) -> str:
    """The name as it is shown. It is never a path."""
    try:
        return clean_line(raw.replace("\\", "/").rsplit("/", 1)[-1], limit=255).text or "file"
    except UnsafeText:
        return "file"
