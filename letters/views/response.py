"""What came back: the list of a campaign, one response, recording one, its documents."""

import io
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.generic import TemplateView, View

from campaigns import audit, filestore
from campaigns.actions import Refused
from campaigns.models import (
    Campaign,
    Channel,
    Outcome,
    Recipient,
    Verification,
    VerificationEntry,
)
from campaigns.text import fold
from campaigns.views.shell import StaffPage
from letters.actions import respond
from letters.models import Response, ResponseDocument
from letters.uploads import download_name
from letters.views.response_forms import ResponsePaper

PER_PAGE = 50


class ResponseFilter(forms.Form):
    q = forms.CharField(required=False, label="Search", max_length=200)
    kind = forms.ChoiceField(
        required=False, label="What it is", choices=[("", "Any"), *Response.Kind.choices]
    )
    channel = forms.ChoiceField(
        required=False, label="Came by", choices=[("", "Any"), *Channel.choices]
    )
    outcome = forms.ChoiceField(
        required=False, label="Answer", choices=[("", "Any"), *Outcome.choices[1:]]
    )

    @property
    def is_filtering(self) -> bool:
        return any(value for name, value in self.data.items() if name != "page")

    def choose(self, responses: QuerySet[Response]) -> QuerySet[Response]:
        self.full_clean()
        chosen = self.cleaned_data
        for word in chosen.get("q", "").split():
            responses = responses.filter(
                Q(recipient__institution__search_key__contains=fold(word))
                | Q(respondent_name__icontains=word)
                | Q(receipt__icontains=word)
            )
        if kind := chosen.get("kind"):
            responses = responses.filter(kind=kind)
        if channel := chosen.get("channel"):
            responses = responses.filter(channel=channel)
        if outcome := chosen.get("outcome"):
            said_so = Response.objects.filter(items__entry__outcome=outcome).values("pk")
            responses = responses.filter(pk__in=said_so)
        return responses


class ResponsesPage(StaffPage, TemplateView):
    permission_required = "letters.view_response"
    template_name = "staff/response_list.html"
    title = "Responses"
    tab = "letters:responses"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.campaign = get_object_or_404(Campaign, pk=kwargs["pk"])
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        form = ResponseFilter(self.request.GET)
        responses = form.choose(
            Response.objects.filter(recipient__campaign=self.campaign)
            .select_related("recipient__institution", "recorded_by")
            .prefetch_related("items__entry__answer__demand")
            .annotate(document_count=Count("documents"))
            .order_by("-received_on", "-pk")
        )
        return super().get_context_data(
            form=form,
            page_obj=Paginator(responses, PER_PAGE).get_page(self.request.GET.get("page")),
            **kwargs,
        )


class ResponsePage(StaffPage, TemplateView):
    permission_required = "letters.view_response"
    template_name = "staff/response.html"
    tab = "letters:responses"
    response: Response

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.response = get_object_or_404(
            Response.objects.select_related(
                "letter", "recorded_by", "recipient__institution", "recipient__campaign"
            ),
            pk=kwargs["pk"],
        )
        self.campaign = self.response.recipient.campaign
        return super().get(request, *args, **kwargs)

    def get_title(self) -> str:
        return f"Response of {self.response.recipient}"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        last = VerificationEntry.objects.filter(entry=OuterRef("entry")).order_by("-number")
        items = (
            self.response.items.select_related("entry__answer__demand")
            .annotate(
                found=Coalesce(Subquery(last.values("status")[:1]), Value(Verification.UNVERIFIED))
            )
            .order_by("entry__answer__demand__number")
        )
        return super().get_context_data(
            response=self.response,
            items=items,
            documents=self.response.documents.all(),
            has_scanner=bool(settings.CLAMD),
            receipt=filestore.get(self.response.receipt_sha256).decode(),
            events=audit.history(self.response),
            **kwargs,
        )


class ResponseNew(StaffPage, TemplateView):
    """Record what came by post, e-mail or phone."""

    permission_required = "letters.record_response"
    template_name = "staff/response_new.html"
    tab = "letters:responses"
    recipient: Recipient

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.now = timezone.now()

    def get_title(self) -> str:
        return f"Record a response of {self.recipient}"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self._show(self._paper(kwargs["pk"]))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        paper = self._paper(kwargs["pk"], bound=True)
        if not paper.is_valid():
            return self._show(paper, status=422)
        try:
            response = self._record(paper)
        except Refused as refusal:
            messages.error(request, str(refusal))
            return self._show(paper, status=422)
        messages.success(request, f"Recorded as {response.receipt}.")
        return redirect(response)

    def _paper(self, pk: int, *, bound: bool = False) -> ResponsePaper:
        self.recipient = get_object_or_404(
            Recipient.objects.select_related("campaign", "institution"), pk=pk
        )
        self.campaign = self.recipient.campaign
        today = self.now.astimezone(ZoneInfo(self.campaign.timezone)).date()
        if bound:
            return ResponsePaper(self.recipient, today, self.request.POST, self.request.FILES)
        return ResponsePaper(self.recipient, today, None, None)

    def _show(self, paper: ResponsePaper, status: int = 200) -> HttpResponse:
        context = self.get_context_data(recipient=self.recipient, paper=paper)
        return self.render_to_response(context, status=status)

    def _record(self, paper: ResponsePaper) -> Response:
        arrival = paper.arrival.cleaned_data
        return respond.record_response(
            recipient=self.recipient,
            letter=arrival["letter"],
            kind=arrival["kind"],
            channel=arrival["channel"],
            received_on=arrival["received_on"],
            items=paper.items(),
            respondent=paper.respondent.respondent(),
            email=paper.respondent.cleaned_data["email"],
            note=arrival["note"],
            scans=paper.scans.kept,
            submission=str(arrival["submission"]),
            on=paper.arrival.today,
            by=self.request.user,  # type: ignore[arg-type]  # the page needs a login
        )


class DocumentDownload(StaffPage, View):
    """A file that came from outside: only ever a download, and inert if a browser opens it."""

    permission_required = "letters.view_response"

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        document = get_object_or_404(ResponseDocument.objects.select_related("response"), pk=pk)
        if document.is_held:
            messages.error(request, f"{document} is held: the scanner has not passed it.")
            return redirect(document.response)
        response = FileResponse(
            io.BytesIO(filestore.get(document.sha256)),
            as_attachment=True,
            filename=download_name(document.file_name, document.media_type),
            content_type=document.media_type,
        )
        response["Content-Security-Policy"] = "default-src 'none'; sandbox"
        response["X-Content-Type-Options"] = "nosniff"
        response["Cache-Control"] = "private, no-store"
        return response
