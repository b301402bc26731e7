"""The recipient answers: type, check, submit, receipt. Only the last POST records anything."""

import datetime
from zoneinfo import ZoneInfo

from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from campaigns import filestore
from campaigns.actions import Refused
from letters.actions import respond
from letters.models import PortalKey, Response
from letters.portal.door import PATH, SeeOther, opened
from letters.portal.forms import AnswerPage, Draft, field_names
from letters.portal.letter import about


@require_http_methods(["GET", "HEAD", "POST"])
@opened
def answer(request: HttpRequest, key: PortalKey) -> HttpResponse:
    """One address for all steps, so that going back never meets a page that is gone."""
    demands = list(key.letter.recipient.campaign.demands.all())
    if request.method != "POST":
        return _ask(request, key, AnswerPage(demands, Draft(), bound=False))
    try:
        draft = _draft(request, key)
    except signing.BadSignature:
        return _ask(request, key, AnswerPage(demands, Draft(), bound=False), started_over=True)
    step = request.POST.get("step")
    if step == "change":
        return _ask(request, key, AnswerPage(demands, draft))
    page = AnswerPage(demands, draft, today=_today(key), files=request.FILES)
    if not page.is_valid():
        return _ask(request, key, page, status=422)
    if step != "submit":
        return _check(request, key, page)
    if not request.POST.get("confirmed"):
        return _check(request, key, page, problem="Confirm that you may give these answers.")
    return _submit(request, key, page)


@require_safe
@opened
def receipt(request: HttpRequest, key: PortalKey, number: str) -> HttpResponse:
    response = _response(key, number)
    context = {
        **about(key.letter, timezone.now()),
        "response": response,
        "items": response.items.select_related("entry__answer__demand"),
    }
    return render(request, "portal/receipt.html", context)


@require_safe
@opened
def receipt_text(request: HttpRequest, key: PortalKey, number: str) -> HttpResponse:
    """The receipt as kept: the bytes whose hash the receipt page shows."""
    response = _response(key, number)
    kept = HttpResponse(
        filestore.get(response.receipt_sha256), content_type="text/plain; charset=utf-8"
    )
    kept["Content-Disposition"] = f'attachment; filename="{response.receipt}.txt"'
    return kept


def _today(key: PortalKey) -> datetime.date:
    return timezone.localdate(timezone=ZoneInfo(key.letter.recipient.campaign.timezone))


def _draft(request: HttpRequest, key: PortalKey) -> Draft:
    """What was carried here under our signature, or on the form itself what was typed."""
    sealed = request.POST.get("draft", "")
    if request.POST.get("step") == "check":
        return _typed(request, key, sealed)
    return Draft.unsealed(sealed, key)


def _typed(request: HttpRequest, key: PortalKey, sealed: str) -> Draft:
    """The fields as they were posted, and the documents that were attached before.

    A new submission each time: whoever goes back and changes the answer after submitting it
    gives another one; only one and the same check page submits the same one twice.
    """
    try:
        attached = Draft.unsealed(sealed, key).files
    except signing.BadSignature:  # too old; what was typed is worth more than that
        attached = ()
    names = field_names(list(key.letter.recipient.campaign.demands.all()))
    dropped = set(request.POST.getlist("drop"))
    return Draft(
        {name: request.POST.get(name, "") for name in names},
        tuple(file for file in attached if file.sha256 not in dropped),
    )


def _ask(
    request: HttpRequest,
    key: PortalKey,
    page: AnswerPage,
    *,
    status: int = 200,
    started_over: bool = False,
) -> HttpResponse:
    context = {
        **about(key.letter, timezone.now()),
        "page": page,
        "errors": page.errors() if status != 200 else [],
        "draft": page.draft.sealed(key),
        "started_over": started_over,
    }
    return render(request, "portal/answer.html", context, status=status)


def _check(
    request: HttpRequest, key: PortalKey, page: AnswerPage, *, problem: str = ""
) -> HttpResponse:
    context = {
        **about(key.letter, timezone.now()),
        "page": page,
        "draft": page.draft.sealed(key),
        "problem": problem,
    }
    return render(request, "portal/check.html", context, status=422 if problem else 200)


def _submit(request: HttpRequest, key: PortalKey, page: AnswerPage) -> HttpResponse:
    try:
        response = respond.answer_by_portal(
            letter=key.letter,
            items=page.items(),
            respondent=page.respondent.respondent(),
            email=page.respondent.cleaned_data["email"],
            documents=page.draft.files,
            submission=page.draft.submission,
            now=timezone.now(),
        )
    except Refused as refusal:
        return _check(request, key, page, problem=str(refusal))
    return SeeOther(f"{PATH}receipt/{response.receipt}/")


def _response(key: PortalKey, number: str) -> Response:
    response = Response.objects.filter(letter=key.letter, receipt=number).first()
    if response is None:
        raise Http404("There is no such receipt for this letter.")
    return response
