"""One thing that came in: the document on the left, what a person reads in it on the right."""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.generic import TemplateView, View

from campaigns import audit, filestore
from campaigns.actions import Refused
from campaigns.models import Outcome, Recipient
from campaigns.text import fold
from campaigns.views.decisions import DecisionButton
from campaigns.views.fields import the_line, whole_number
from campaigns.views.shell import StaffPage
from letters.actions import coding as codings
from letters.actions import incoming as actions
from letters.inbound.match import is_known
from letters.inbound.suggest import Suggested, Suggestion, suggest
from letters.merge.reference import normalise
from letters.models import Incoming, IncomingFile, Letter, ReadFile, Response, ScannedFile
from letters.uploads import download_name
from letters.views.inbox import InboxFilter
from letters.views.incoming_forms import IncomingPaper
from letters.views.letter import private

_FOUND_MOST = 20


@dataclass(frozen=True)
class Sheet:
    """One page of a document as it is shown: `number` counts through all that came."""

    number: int
    url: str  # of its picture; empty where there is none
    pieces: list[tuple[str, bool]]  # its text, and whether a phrase in it suggested an answer


@dataclass(frozen=True)
class Document:
    """One file of an item, with its pages where they could be made."""

    name: str
    size: int
    url: str
    sheets: list[Sheet]
    problem: str = ""
    active: str = ""
    has_text: bool = True


def find(pk: int) -> Incoming:
    found = Incoming.objects.select_related(
        "recipient__institution", "recipient__campaign", "letter", "taken_by", "read_by",
        "decided_by", "added_by", "response", "alike",
    )  # fmt: skip
    return get_object_or_404(found, pk=pk)


class IncomingPage(StaffPage, TemplateView):
    """Opening it changes nothing; the form records, and leads to the next that waits."""

    permission_required = "letters.view_response"
    template_name = "staff/incoming.html"
    item: Incoming

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.item = find(kwargs["pk"])
        self.now = timezone.now()

    def has_permission(self) -> bool:
        if self.request.method == "POST" and not self.request.user.has_perm(
            "letters.record_response"
        ):
            return False
        return super().has_permission()

    def get_title(self) -> str:
        return str(self.item.recipient or self.item.sender or self.item)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self._show(self._paper(None))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        blind = request.POST.get("act") == "code"
        if self.item.recipient is None:
            messages.error(request, "Say first whose it is.")
            return HttpResponseRedirect(self.item.get_absolute_url())
        paper = self._paper(request.POST, blind=blind)
        if paper is None or not paper.is_valid():
            return self._show(paper, status=422)
        following = request.POST.get("following", "")
        try:
            self._code(paper) if blind else self._record(paper)
        except Refused as refusal:
            messages.error(request, str(refusal))
            return self._show(paper, status=422)
        if blind:
            return HttpResponseRedirect(reverse("letters:codings", args=[self.item.pk]))
        return HttpResponseRedirect(ours(following) or reverse("letters:inbox"))

    def _paper(self, data: Any, *, blind: bool = False) -> IncomingPaper | None:
        if self.item.recipient is None:
            return None
        self.suggested, self.texts = suggestions(self.item)
        today = self.now.astimezone(ZoneInfo(self.item.recipient.campaign.timezone)).date()
        taken = {} if data else wanted(self.suggested, self.request.GET.get("use", ""))
        return IncomingPaper(self.item, today, data, taken, blind=blind)

    def _record(self, paper: IncomingPaper) -> None:
        arrival = paper.arrival.cleaned_data
        response = actions.record(
            incoming=self.item,
            kind=arrival["kind"],
            received_on=arrival["received_on"],
            letter=arrival["letter"],
            items=paper.items(),
            respondent=paper.respondent.respondent(),
            email=paper.respondent.cleaned_data["email"],
            note=arrival["note"],
            now=self.now,
            on=paper.arrival.today,
            by=self.person,
        )
        messages.success(self.request, f"{self.item.recipient}: recorded as {response.receipt}.")

    def _code(self, paper: IncomingPaper) -> None:
        codings.code(
            incoming=self.item,
            kind=paper.arrival.cleaned_data["kind"],
            items=paper.items(),
            now=self.now,
            by=self.person,
        )
        messages.success(self.request, "Kept as what you read. Nothing is recorded by it.")

    def _show(self, paper: IncomingPaper | None, status: int = 200) -> HttpResponse:
        item = self.item
        held = held_of(item)
        context = self.get_context_data(
            item=item,
            paper=paper,
            rows=rows_of_demands(paper, self.suggested) if paper else [],
            suggested=self.suggested if paper else None,
            held=held,
            asked_from=f"?incoming={item.pk}",
            documents=documents_of(item, self.texts if paper else {}, held),
            mail=self.texts.get("", []) if paper else [(item.text, False)],
            is_known=bool(item.recipient and item.is_email)
            and is_known(item.sender_email, item.recipient),  # type: ignore[arg-type]
            candidates=[] if item.recipient else _candidates(item),
            found=_search(self.request.GET.get("find", "")),
            find=self.request.GET.get("find", ""),
            like_it=_like_it(item),
            coded=item.codings.count(),
            can_record=self.request.user.has_perm("letters.record_response"),
            events=audit.history(item),
            **neighbours(self, ("incoming", item.pk)),
        )
        return self.render_to_response(context, status=status)


def ours(address: str) -> str:
    """An address of the inbox, or nothing where it is another."""
    return address if address.startswith(reverse("letters:inbox")) else ""


def suggestions(item: Incoming) -> tuple[Suggested, dict[str, list[Any]]]:
    """What the rules read in it, and every text cut where a phrase did; "" is the e-mail's own."""
    assert item.recipient  # noqa: S101
    kept = [file.sha256 for file in item.files.all() if file.sha256]
    read = {one.sha256: one for one in ReadFile.objects.filter(sha256__in=kept)}
    places = [("", item.text)] if item.is_email else []
    for sha256 in kept:
        if sha256 in read:
            places += [(f"{sha256} {n}", text) for n, text in enumerate(read[sha256].texts)]
    titles = dict(item.recipient.campaign.demands.values_list("number", "title"))
    suggested = suggest([text for _, text in places], titles)
    every = [one for found in suggested.by_demand.values() for one in found]
    return suggested, {
        place: cut(text, [one for one in every if one.page == page])
        for page, (place, text) in enumerate(places, start=1)
    }


def cut(text: str, found: list[Suggestion]) -> list[tuple[str, bool]]:
    """The text in pieces, each with whether it is a phrase that suggested an answer."""
    pieces, at = [], 0
    for start, end in sorted({(one.start, one.end) for one in found}):
        if start >= at:
            pieces += [(text[at:start], False), (text[start:end], True)]
            at = end
    return [piece for piece in (*pieces, (text[at:], False)) if piece[0]]


def wanted(suggested: Suggested, use: str) -> dict[int, Suggestion]:
    """The suggestions that the person wants in the form: all that are clear, or one by one."""
    clear = {number: suggested.best(number) for number in suggested.by_demand}
    if use == "all":
        return {number: one for number, one in clear.items() if one}
    number, _, place = use.partition(".")
    which = whole_number(number), whole_number(place or "0")
    if which[0] is None or which[1] is None:
        return {}
    found = suggested.by_demand.get(which[0], [])
    return {which[0]: found[which[1]]} if which[1] < len(found) else {}


def rows_of_demands(paper: IncomingPaper, suggested: Suggested) -> list[dict[str, Any]]:
    """Each demand's form with what the rules read on it, each with its place for `use`."""
    return [
        {
            "form": form,
            "found": [
                {
                    "use": f"{form.demand.number}.{place}",
                    "outcome": Outcome(one.outcome).label,
                    "one": one,
                    "is_clear": one is suggested.best(form.demand.number),
                }
                for place, one in enumerate(suggested.by_demand.get(form.demand.number, []))
            ],
        }
        for form in paper.demands
    ]


def held_of(item: Incoming) -> dict[str, str]:
    """Its files that nobody is given now: hash to the virus that was found, or to nothing yet."""
    return ScannedFile.objects.held([item.sha256, *(file.sha256 for file in item.files.all())])


def documents_of(
    item: Incoming, cut_texts: dict[str, list[Any]], held: Mapping[str, str]
) -> list[Document]:
    """The files of an item with their pages. The e-mail itself is page 1 where there is one."""
    files = list(item.files.all())
    read = {
        one.sha256: one
        for one in ReadFile.objects.filter(sha256__in=[file.sha256 for file in files])
    }
    page, shown = int(item.is_email), []
    for file in files:
        found = read.get(file.sha256)
        before, page = page, page + (len(found.pages) if found else 0)
        url, problem = "", file.refused
        if file.sha256 in held:
            found, problem = None, f"Held: {why_held(held[file.sha256])}"
        elif file.sha256:
            url = reverse("letters:incoming_file", args=[file.pk])
        shown.append(document(file.file_name, file.size, url, found, before, cut_texts, problem))
    return shown


def why_held(found: str) -> str:
    if found:
        return f"the scanner found {found}. Ask for the file again."
    return "the virus scanner has not looked at it yet. It is tried every two minutes."


def document(
    name: str,
    size: int,
    url: str,
    found: ReadFile | None,
    before: int,
    cut_texts: dict[str, list[Any]],
    refused: str = "",
    active: str = "",
) -> Document:
    """One file as it is shown, its pages numbered on from `before`."""
    sheets = [
        Sheet(
            before + index + 1,
            reverse("letters:inbox_page", args=[found.pk, index + 1]) if page["picture"] else "",
            cut_texts.get(f"{found.sha256} {index}", [(page["text"], False)]),
        )
        for index, page in enumerate(found.pages)
    ] if found else []  # fmt: skip
    problem = refused
    if found and found.refused:
        problem = f"Its pages cannot be shown: {found.refused}. Download it instead."
    elif found and found.left_out:
        problem = f"{found.left_out} more pages are not shown. Download it to read them."
    elif found is None and not refused:
        problem = "Its pages are not made yet. That takes half a minute; or download it."
    return Document(
        name, size, url, sheets, problem, active, has_text=found is None or found.has_text
    )


def _candidates(item: Incoming) -> list[tuple[Recipient, str]]:
    said = {one["recipient"]: one["because"] for one in item.candidates}
    found = Recipient.objects.filter(pk__in=said).select_related("institution", "campaign")
    return [(recipient, said[recipient.pk]) for recipient in found]


def _search(words: str) -> QuerySet[Recipient] | None:
    """Recipients by name, or by the reference of a letter to them."""
    if not words.strip():
        return None
    by_name = Q()
    for word in words.split():
        by_name &= Q(institution__search_key__contains=fold(word))
    by_letter = Q(letters__reference=normalise(words))
    found = Recipient.objects.filter(by_name | by_letter, campaign__archived_at=None)
    return found.select_related("institution", "campaign").distinct()[:_FOUND_MOST]


def _like_it(item: Incoming) -> int:
    first = item.alike_id or item.pk
    group = Incoming.objects.waiting().filter(Q(pk=first) | Q(alike=first))
    return group.exclude(pk=item.pk).count()


def neighbours(page: StaffPage, key: tuple[str, int]) -> dict[str, Any]:
    """The addresses before and after in the inbox as it is filtered, and where one stands."""
    form = InboxFilter(page.request.GET, person=page.person)
    keys = [(source, pk) for source, pk, *_ in form.ordered()]
    query = page.request.GET.copy()
    for name in ("use", "find", "page"):
        query.pop(name, None)
    tail = f"?{query.urlencode()}" if query else ""
    at = keys.index(key) if key in keys else -1
    after = [one for one in keys[at + 1 :] if one != key]
    return {
        "place": at + 1,
        "of": len(keys),
        "previous": address(keys[at - 1]) + tail if at > 0 else "",
        "following": address(after[0]) + tail if after else "",
        "back": reverse("letters:inbox") + tail,
        "tail": tail,
    }


def address(key: tuple[str, int]) -> str:
    source, pk = key
    name = "letters:incoming" if source == "incoming" else "letters:inbox_response"
    return reverse(name, args=[pk])


class IncomingAct(DecisionButton):
    """A button on the page of one item."""

    permission_required = "letters.record_response"
    item: Incoming

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.item = find(kwargs["pk"])

    def get_success_url(self) -> str:
        return ours(self.request.POST.get("following", "")) or self.item.get_absolute_url()


class ChooseRecipient(IncomingAct):
    def decide(self) -> str:
        key = whole_number(self.request.POST.get("recipient", "")) or 0
        recipients = Recipient.objects.select_related("institution", "campaign")
        recipient = get_object_or_404(recipients, pk=key)
        sealed = list(recipient.letters.filter(status=Letter.Status.SEALED)[:2])
        actions.choose_recipient(
            incoming=self.item,
            recipient=recipient,
            letter=sealed[0] if len(sealed) == 1 else None,
            by=self.person,
        )
        return f"It is of {recipient}. Now say what it says."


class SetAside(IncomingAct):
    def decide(self) -> str:
        reason = the_line(self.request.POST.get("reason", ""))
        actions.set_aside(incoming=self.item, reason=reason, now=timezone.now(), by=self.person)
        return f"“{self.item}” is set aside. It stays under “Set aside”."


class TakeUpAgain(IncomingAct):
    def decide(self) -> str:
        actions.take_up_again(incoming=self.item, by=self.person)
        return "It waits again."


class TakeOn(IncomingAct):
    def decide(self) -> str:
        if self.item.taken_by == self.person:
            actions.hand_back(incoming=self.item, by=self.person)
            return "Handed back: whoever opens it next may take it on."
        if self.request.POST.get("back"):
            actions.hand_back(incoming=self.item, by=self.person)
            return "Handed back."
        actions.take_on(incoming=self.item, by=self.person)
        return "It is yours."


class MarkIncoming(IncomingAct):
    def decide(self) -> str:
        return _mark(self.request, self.item, self.person)


def _mark(request: HttpRequest, item: Incoming | Response, person: Any) -> str:
    read = request.POST.get("read") != "no"
    actions.mark(item=item, read=read, by=person, now=timezone.now())
    return "Marked as read." if read else "Marked as unread."


class InboxResponse(StaffPage, TemplateView):
    """A response on record as the inbox shows it: its documents beside what it says."""

    permission_required = "letters.view_response"
    template_name = "staff/inbox_response.html"
    response: Response

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        found = Response.objects.select_related(
            "recipient__institution", "recipient__campaign", "letter", "read_by", "recorded_by"
        )
        self.response = get_object_or_404(found, pk=kwargs["pk"])

    def get_title(self) -> str:
        return str(self.response.recipient)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        documents = list(self.response.documents.all())
        read = {
            one.sha256: one
            for one in ReadFile.objects.filter(sha256__in=[each.sha256 for each in documents])
        }
        shown = []
        page = 0
        for each in documents:
            url = "" if each.is_held else reverse("letters:response_document", args=[each.pk])
            problem = "Held: the scanner has not passed it." if each.is_held else ""
            found = None if each.is_held else read.get(each.sha256)
            shown.append(
                document(each.file_name, each.size, url, found, page, {}, problem, each.active)
            )
            page += len(found.pages) if found else 0
        return super().get_context_data(
            response=self.response,
            mail=Incoming.objects.filter(response=self.response).first(),
            documents=shown,
            answered=self.response.items.select_related("entry__answer__demand").order_by(
                "entry__answer__demand__number"
            ),
            can_record=self.request.user.has_perm("letters.record_response"),
            **neighbours(self, ("response", self.response.pk)),
            **kwargs,
        )


class MarkResponse(DecisionButton):
    permission_required = "letters.record_response"

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        found = Response.objects.select_related("recipient__institution", "recipient__campaign")
        self.response = get_object_or_404(found, pk=kwargs["pk"])

    def decide(self) -> str:
        return _mark(self.request, self.response, self.person)

    def get_success_url(self) -> str:
        following = ours(self.request.POST.get("following", ""))
        return following or reverse("letters:inbox_response", args=[self.response.pk])


class InboxPicture(StaffPage, View):
    """One page of a file from outside as a picture that we made of it."""

    permission_required = "letters.view_response"

    def get(self, request: HttpRequest, pk: int, number: int) -> HttpResponse:
        found = get_object_or_404(ReadFile, pk=pk)
        if not 1 <= number <= len(found.pages) or not found.pages[number - 1]["picture"]:
            raise Http404
        picture = filestore.get(found.pages[number - 1]["picture"])
        return private(HttpResponse(picture, content_type="image/jpeg"))


class IncomingDownload(StaffPage, View):
    """The bytes as they came: only ever a download, and inert if a browser opens it."""

    permission_required = "letters.view_response"

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        item = get_object_or_404(Incoming, pk=pk)
        return _download(request, item, item.sha256, item.file_name, item.media_type)


class IncomingFileDownload(StaffPage, View):
    permission_required = "letters.view_response"

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        kept = IncomingFile.objects.select_related("incoming").exclude(sha256="")
        file = get_object_or_404(kept, pk=pk)
        return _download(request, file.incoming, file.sha256, file.file_name, file.media_type)


def _download(
    request: HttpRequest, item: Incoming, sha256: str, name: str, media_type: str
) -> HttpResponseBase:
    held = ScannedFile.objects.held([sha256])
    if sha256 in held:
        messages.error(request, f"{name} is held: {why_held(held[sha256])}")
        return HttpResponseRedirect(item.get_absolute_url())
    answer = FileResponse(
        io.BytesIO(filestore.get(sha256)),
        as_attachment=True,
        filename=download_name(name, media_type),
        content_type=media_type,
    )
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-store"
    return answer
