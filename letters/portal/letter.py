"""The recipient reads its letter: pages, deadline, demands, and what is on record."""

import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from campaigns import filestore
from campaigns.deadlines import printed, relative
from campaigns.models import Answer, Campaign, Channel
from letters.actions import saved_answer
from letters.merge import context, pages
from letters.models import Letter, PortalKey, Request, Response
from letters.portal.door import opened

_NEVER = datetime.datetime.min.replace(tzinfo=datetime.UTC)


@require_safe
@opened
def letter(request: HttpRequest, key: PortalKey) -> HttpResponse:
    pdf = filestore.get(key.letter.pdf_sha256)
    shown = {
        **about(key.letter, timezone.now()),
        "pages": range(1, (key.letter.page_count or 0) + 1),
        "text": pages.text(pdf),
        "wishes": _wishes(key.letter),
        "receipts": key.letter.responses.filter(
            channel=Channel.PORTAL, kind=Response.Kind.ANSWER
        ).order_by("-pk"),
    }
    return render(request, "portal/letter.html", shown)


@require_safe
@opened
def letter_page(request: HttpRequest, key: PortalKey, number: int) -> HttpResponse:
    """One page of the sealed letter as a picture."""
    pdf = filestore.get(key.letter.pdf_sha256)
    try:
        picture = pages.page_png(pdf, number, width=1200)
    except pages.NoSuchPage as error:
        raise Http404(str(error)) from error
    return HttpResponse(picture, content_type="image/png")


@require_safe
@opened
def letter_pdf(request: HttpRequest, key: PortalKey) -> HttpResponse:
    """The sealed bytes."""
    response = HttpResponse(filestore.get(key.letter.pdf_sha256), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{key.letter.reference}.pdf"'
    return response


def about(letter: Letter, now: datetime.datetime) -> dict[str, Any]:
    """What every page of an open letter says: who wrote, to whom, on what, by when."""
    campaign = letter.recipient.campaign
    ends_at, asks = due_at(letter), letter.mailing.version.asks_for_an_answer
    demands, answers = list(campaign.demands.all()), _on_record(letter)
    saved = saved_answer.find(letter=letter, now=now)
    answered = {answer.demand_id for answer in answers}
    return {
        "letter": letter,
        "campaign": campaign,
        "recipient": letter.recipient,
        "letterhead": context.letterhead(letter),
        "signer": context.signer(letter),
        "asks": asks,
        "deadline": printed(ends_at, campaign.timezone) if asks else "",
        "days_left": relative(ends_at, now, campaign.timezone),
        "is_over": asks and ends_at < now,
        "demands": demands,
        "answers": answers,
        "saved": saved,
        "saved_at": saved and _clock(saved.saved_at, campaign),
        "kept_until": saved and _clock(saved.expires_at, campaign),
        "open_demands": [demand for demand in demands if demand.pk not in answered],
    }


def due_at(letter: Letter) -> datetime.datetime:
    """When an answer is asked for: as printed in this letter, or later."""
    return max(letter.printed_deadline, letter.recipient.due_at or _NEVER)


def _clock(moment: datetime.datetime, campaign: Campaign) -> datetime.datetime:
    return moment.astimezone(ZoneInfo(campaign.timezone))


def _wishes(letter: Letter) -> list[Request]:
    """What was asked for on this letter's page, newest first."""
    return list(
        Request.objects.filter(response__letter=letter, response__channel=Channel.PORTAL)
        .select_related("response", "extension__recipient__campaign")
        .order_by("-pk")
    )


def _on_record(letter: Letter) -> list[Answer]:
    """What the institution has answered so far, by whichever of its people."""
    return list(
        letter.recipient.answers.filter(current_entry__isnull=False)
        .select_related("demand", "current_entry")
        .prefetch_related("entries")
        .order_by("demand__number")
    )
