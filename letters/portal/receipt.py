"""The receipt of an answer: a page, the text as it is kept, and a PDF."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from campaigns import filestore
from letters.models import PortalKey, Request, Response
from letters.portal.door import opened
from letters.portal.letter import about


@require_safe
@opened
def receipt(request: HttpRequest, key: PortalKey, number: str) -> HttpResponse:
    response = _response(key, number)
    context = {
        **about(key.letter, timezone.now()),
        "response": response,
        "wish": Request.objects.filter(response=response).first(),
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


@require_safe
@opened
def receipt_pdf(request: HttpRequest, key: PortalKey, number: str) -> HttpResponse:
    """The receipt as a worker has set it."""
    response = _response(key, number)
    if not response.receipt_pdf_sha256:
        raise Http404("The receipt is not set as PDF yet.")
    made = HttpResponse(filestore.get(response.receipt_pdf_sha256), content_type="application/pdf")
    made["Content-Disposition"] = f'attachment; filename="{response.receipt}.pdf"'
    return made


def _response(key: PortalKey, number: str) -> Response:
    response = Response.objects.filter(letter=key.letter, receipt=number).first()
    if response is None:
        raise Http404("There is no such receipt for this letter.")
    return response
