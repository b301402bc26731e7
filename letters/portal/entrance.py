"""The way in: by the code in the web address, or by reference and short code."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from letters.actions import portal_key
from letters.actions.portal_key import CodeNotValid, TooManyTries
from letters.portal.door import close_letter, not_valid, open_letter, public
from letters.portal.forms import EntranceForm

_NO_LETTER = (
    "No letter opens with this reference and short code. Check both against your letter; "
    "capital letters, spaces and dashes do not matter."
)


@require_http_methods(["GET", "HEAD", "POST"])
@public
def start(request: HttpRequest) -> HttpResponse:
    """Ask for the reference and the short code."""
    form = EntranceForm(request.POST or None)
    status, refusal = 200, ""
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                return open_letter(
                    portal_key.find_by_reference_and_short_code(
                        form.cleaned_data["reference"],
                        form.cleaned_data["short_code"],
                        timezone.now(),
                    )
                )
            except CodeNotValid:
                status, refusal = 404, _NO_LETTER
            except TooManyTries as locked:
                status, refusal = 429, str(locked)
    return render(request, "portal/start.html", {"form": form, "refusal": refusal}, status=status)


@require_safe
@public
def enter(request: HttpRequest, code: str) -> HttpResponse:
    """Exchange the code for the cookie. Changes nothing: mail scanners open links."""
    try:
        response = open_letter(portal_key.find_by_code(code, timezone.now()))
    except CodeNotValid:
        response = not_valid(request)
    response["Referrer-Policy"] = "no-referrer"  # this address holds the code
    return response


@require_POST
@public
def leave(request: HttpRequest) -> HttpResponse:
    """Close the letter on this device."""
    return close_letter()
