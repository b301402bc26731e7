"""An institution asks for something by post, e-mail or phone: put on record, with its task."""

from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.generic import TemplateView

from campaigns.actions import Refused
from campaigns.models import Recipient
from campaigns.views.fields import whole_number
from campaigns.views.shell import StaffPage
from letters.actions import incoming as incoming_actions
from letters.actions import request as actions
from letters.models import Incoming, Response
from letters.views.request_forms import FORMS, RequestPaper


class RequestNew(StaffPage, TemplateView):
    """One kind of wish. `incoming` in the address names the item of the inbox that says so."""

    permission_required = "letters.record_response"
    template_name = "staff/request_new.html"
    tab = "letters:responses"
    recipient: Recipient
    kind: str
    incoming: Incoming | None

    def _find(self, pk: int, kind: str) -> None:
        if kind not in FORMS:
            raise Http404("Nothing of that kind can be asked for.")
        recipients = Recipient.objects.select_related("campaign", "institution")
        self.recipient = get_object_or_404(recipients, pk=pk)
        self.campaign, self.kind, self.now = self.recipient.campaign, kind, timezone.now()
        self.incoming = self._incoming()

    def _incoming(self) -> Incoming | None:
        if not (named := self.request.GET.get("incoming")):
            return None
        return get_object_or_404(self.recipient.incoming, pk=whole_number(named) or 0)

    def get_title(self) -> str:
        return f"{self.recipient} {FORMS[self.kind].title}"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self._find(**kwargs)
        return self._show(self._paper(bound=False))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self._find(**kwargs)
        paper = self._paper(bound=True)
        if not paper.is_valid():
            return self._show(paper, status=422)
        try:
            response = self._record(paper)
        except Refused as refusal:
            messages.error(request, str(refusal))
            return self._show(paper, status=422)
        messages.success(request, f"Recorded as {response.receipt}. {paper.wish.then}")
        return redirect(response)

    def _paper(self, *, bound: bool) -> RequestPaper:
        self.today = self.now.astimezone(ZoneInfo(self.recipient.campaign.timezone)).date()
        data, files = (self.request.POST, self.request.FILES) if bound else (None, None)
        return RequestPaper(self.recipient, self.kind, self.today, data, files, self.incoming)

    def _show(self, paper: RequestPaper, status: int = 200) -> HttpResponse:
        context = self.get_context_data(
            recipient=self.recipient, incoming=self.incoming, paper=paper
        )
        return self.render_to_response(context, status=status)

    def _record(self, paper: RequestPaper) -> Response:
        arrival = paper.arrival.cleaned_data
        said: dict[str, Any] = {
            "wish": paper.wish.wish(),
            "received_on": arrival["received_on"],
            "letter": arrival["letter"],
            "respondent": paper.who.respondent(),
            "email": paper.who.cleaned_data["email"],
            "note": arrival["note"],
            "now": self.now,
            "on": self.today,
            "by": self.person,
        }
        if self.incoming:
            return incoming_actions.record_request(incoming=self.incoming, **said)
        return actions.take_down(
            recipient=self.recipient,
            channel=arrival["channel"],
            scans=paper.scans.kept,
            submission=str(arrival["submission"]),
            **said,
        )
