"""The recipient asks for something that is no answer: type, check, submit, receipt."""

from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from campaigns.actions import Refused
from letters.actions import request as requests
from letters.actions.saved_answer import InProgress
from letters.models import PortalKey
from letters.portal.door import PATH, SeeOther, opened, signed_in
from letters.portal.forms import Draft
from letters.portal.letter import about, due_at
from letters.portal.wishes import FORMS, MoreTimeForm, WhoAsksForm, WishForm


class AskPage:
    """The form of one kind of wish, and who asks."""

    def __init__(self, key: PortalKey, kind: str, draft: Draft, *, bound: bool) -> None:
        data = draft.typed.fields if bound else None
        made = FORMS[kind]
        more = {"ends_on": _ends_on(key)} if made is MoreTimeForm else {}
        self.wish: WishForm = made(data, **more)
        self.who = WhoAsksForm(data)
        self.draft = draft

    @property
    def forms(self) -> list[forms.Form]:
        return [self.wish, self.who]

    def is_valid(self) -> bool:
        return not self.errors()

    def errors(self) -> list[tuple[str, str]]:
        return [
            (form[name].auto_id, str(message))
            for form in self.forms
            for name, messages in form.errors.items()
            for message in messages
        ]


@require_http_methods(["GET", "HEAD", "POST"])
@opened
def ask(request: HttpRequest, key: PortalKey, kind: str) -> HttpResponse:
    """One address for all steps of one kind, as where an answer is given."""
    if kind not in FORMS:
        raise Http404("Nothing of that kind can be asked for here.")
    if request.method != "POST":
        return _ask(request, key, AskPage(key, kind, Draft(), bound=False))
    try:
        draft = _draft(request, key, kind)
    except signing.BadSignature:
        return _ask(request, key, AskPage(key, kind, Draft(), bound=False), started_over=True)
    page = AskPage(key, kind, draft, bound=True)
    step = request.POST.get("step")
    if not page.is_valid():
        return _ask(request, key, page, status=422)
    if step == "change":
        return _ask(request, key, page)
    if step != "submit":
        return _check(request, key, page)
    return _submit(request, key, page)


def _ends_on(key: PortalKey) -> Any:
    """The day on which the time there is ends, or today where it has ended."""
    zone = ZoneInfo(key.letter.recipient.campaign.timezone)
    return max(due_at(key.letter), timezone.now()).astimezone(zone).date()


def _draft(request: HttpRequest, key: PortalKey, kind: str) -> Draft:
    """What was carried here under our signature, or on the form itself what was typed."""
    if request.POST.get("step") != "check":
        return Draft.unsealed(request.POST.get("draft", ""), key)
    names = [
        form.add_prefix(name)
        for form in AskPage(key, kind, Draft(), bound=False).forms
        for name in form.fields
    ]
    return Draft(InProgress({name: request.POST.get(name, "") for name in names}))


def _ask(
    request: HttpRequest,
    key: PortalKey,
    page: AskPage,
    *,
    status: int = 200,
    started_over: bool = False,
) -> HttpResponse:
    context = {
        **about(key.letter, timezone.now()),
        "page": page,
        "errors": page.errors() if status != 200 else [],
        "started_over": started_over,
    }
    return render(request, "portal/ask.html", context, status=status)


def _check(
    request: HttpRequest, key: PortalKey, page: AskPage, *, problem: str = ""
) -> HttpResponse:
    context = {
        **about(key.letter, timezone.now()),
        "page": page,
        "draft": page.draft.sealed(key),
        "problem": problem,
    }
    return render(request, "portal/ask_check.html", context, status=422 if problem else 200)


def _submit(request: HttpRequest, key: PortalKey, page: AskPage) -> HttpResponse:
    try:
        response = requests.ask(
            letter=key.letter,
            wish=page.wish.wish(),
            respondent=page.who.respondent(),
            email=page.who.cleaned_data["email"],
            submission=page.draft.submission,
            now=timezone.now(),
            signed_in=signed_in(request),
        )
    except Refused as refusal:
        return _check(request, key, page, problem=str(refusal))
    return SeeOther(f"{PATH}receipt/{response.receipt}/")
