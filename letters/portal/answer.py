"""The recipient answers: type, check, submit, receipt. Only the last POST records anything.

What was typed can be saved on the way, and continued by whoever has the code.
"""

import datetime
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from django.core import signing
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from campaigns.actions import Refused
from letters.actions import saved_answer
from letters.actions.saved_answer import InProgress, SavedMeanwhile
from letters.models import PortalKey
from letters.portal.door import PATH, SeeOther, opened, signed_in
from letters.portal.forms import AnswerPage, Draft, SignForm, field_names
from letters.portal.letter import about


@require_http_methods(["GET", "HEAD", "POST"])
@opened
def answer(request: HttpRequest, key: PortalKey) -> HttpResponse:
    """One address for all steps, so that going back never meets a page that is gone."""
    if request.method != "POST":
        return _ask(request, key, _page(key, _saved(key), bound=False))
    try:
        draft = _draft(request, key)
    except signing.BadSignature:
        return _ask(request, key, _page(key, _saved(key), bound=False), started_over=True)
    step = request.POST.get("step")
    if step == "change":
        return _ask(request, key, _page(key, _with_what_is_kept(key, draft)))
    if step in ("save", "keep"):
        return _save(request, key, _page(key, draft, files=request.FILES))
    page = _page(key, draft, today=_today(key), files=request.FILES)
    if not page.is_valid():
        return _ask(request, key, page, status=422)
    if step != "submit":
        return _check(request, key, page, _sign(key, page))
    sign = _sign(key, page, request.POST)
    if not sign.is_valid():
        return _check(request, key, page, sign, status=422)
    return _submit(request, key, page, sign)


def _today(key: PortalKey) -> datetime.date:
    return timezone.localdate(timezone=ZoneInfo(key.letter.recipient.campaign.timezone))


def _page(key: PortalKey, draft: Draft, **more: Any) -> AnswerPage:
    return AnswerPage(key.letter, list(key.letter.recipient.campaign.demands.all()), draft, **more)


def _saved(key: PortalKey) -> Draft:
    """What somebody saved to be continued, or an empty form."""
    saved = saved_answer.find(letter=key.letter, now=timezone.now())
    return Draft(saved_answer.read(saved)) if saved else Draft()


def _with_what_is_kept(key: PortalKey, draft: Draft) -> Draft:
    """Without the files that are gone; that they are was said when the answer was submitted."""
    files = saved_answer.still_kept(letter=key.letter, files=draft.typed.files, now=timezone.now())
    return replace(draft, typed=replace(draft.typed, files=files))


def _draft(request: HttpRequest, key: PortalKey) -> Draft:
    """What was carried here under our signature, or on the form itself what was typed."""
    sealed = request.POST.get("draft", "")
    if request.POST.get("step") in ("check", "save"):
        return _typed(request, key, sealed)
    return Draft.unsealed(sealed, key)


def _typed(request: HttpRequest, key: PortalKey, sealed: str) -> Draft:
    """The fields as they were posted, and the documents that were attached before.

    A new submission each time: whoever goes back and changes the answer after submitting it
    gives another one; only one and the same check page submits the same one twice.
    """
    try:
        before = Draft.unsealed(sealed, key).typed
    except signing.BadSignature:  # too old; what was typed is worth more than that
        before = InProgress()
    names = field_names(list(key.letter.recipient.campaign.demands.all()))
    dropped = set(request.POST.getlist("drop"))
    files = tuple(file for file in before.files if file.sha256 not in dropped)
    return Draft(
        InProgress({name: request.POST.get(name, "") for name in names}, files, before.saved_at)
    )


def _save(request: HttpRequest, key: PortalKey, page: AnswerPage) -> HttpResponse:
    """Keep it for later. Nothing is judged but the files: it need not be finished."""
    is_kept = page.keep_documents()
    shown = _page(key, page.draft, bound=False)
    shown.documents = page.documents
    if not is_kept:
        return _ask(request, key, shown, status=422)
    try:
        saved_answer.save(letter=key.letter, typed=page.draft.typed, now=timezone.now())
    except SavedMeanwhile as refusal:
        shown.draft = _after(_saved(key), page.draft)  # saving once more takes its place
        return _ask(request, key, shown, status=409, refusal=str(refusal))
    except Refused as refusal:
        return _ask(request, key, shown, status=422, refusal=str(refusal))
    return SeeOther(f"{PATH}saved/")


def _after(saved: Draft, draft: Draft) -> Draft:
    return replace(draft, typed=replace(draft.typed, saved_at=saved.typed.saved_at))


def _ask(
    request: HttpRequest,
    key: PortalKey,
    page: AnswerPage,
    *,
    status: int = 200,
    started_over: bool = False,
    refusal: str = "",
) -> HttpResponse:
    context = {
        **about(key.letter, timezone.now()),
        "page": page,
        "errors": page.errors() if status != 200 else [],
        "draft": page.draft.sealed(key),
        "started_over": started_over,
        "refusal": refusal,
        "is_saved": bool(page.draft.typed.saved_at),
    }
    return render(request, "portal/answer.html", context, status=status)


def _sign(key: PortalKey, page: AnswerPage, data: QueryDict | None = None) -> SignForm:
    name = page.respondent.cleaned_data["name"]
    return SignForm(data, recipient=key.letter.recipient, name=name)


def _check(
    request: HttpRequest,
    key: PortalKey,
    page: AnswerPage,
    sign: SignForm,
    *,
    status: int = 200,
    problem: str = "",
) -> HttpResponse:
    context = {
        **about(key.letter, timezone.now()),
        "page": page,
        "sign": sign,
        "draft": page.draft.sealed(key),
        "problem": problem,
    }
    return render(request, "portal/check.html", context, status=status)


def _submit(request: HttpRequest, key: PortalKey, page: AnswerPage, sign: SignForm) -> HttpResponse:
    try:
        response = saved_answer.submit(
            letter=key.letter,
            typed=page.draft.typed,
            items=page.items(),
            respondent=page.respondent.respondent(),
            email=page.respondent.cleaned_data["email"],
            submission=page.draft.submission,
            now=timezone.now(),
            signed_as=sign.cleaned_data["signature"],
            signed_in=signed_in(request),
        )
    except Refused as refusal:
        return _check(request, key, page, sign, status=422, problem=str(refusal))
    return SeeOther(f"{PATH}receipt/{response.receipt}/")
