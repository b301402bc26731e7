"""An answer that was saved: how to come back to it, and how to have it erased."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from letters.actions import saved_answer
from letters.models import PortalKey
from letters.portal.door import PATH, SeeOther, opened
from letters.portal.letter import about


@require_http_methods(["GET", "HEAD", "POST"])
@opened
def saved(request: HttpRequest, key: PortalKey) -> HttpResponse:
    """A POST erases what was saved. Without anything saved it leads to the letter."""
    now = timezone.now()
    if request.method == "POST":
        saved_answer.forget(letter=key.letter)
    if not saved_answer.find(letter=key.letter, now=now):
        return SeeOther(f"{PATH}letter/")
    return render(request, "portal/saved.html", about(key.letter, now))
