"""Who may see a recipient's pages, and how every one of them leaves the server.

The code in the address is exchanged for a signed cookie at once, so that it stands in no
address bar, history or Referer after that. The cookie names the key, not the letter: a code
that is revoked closes the pages that it opened.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone

from campaigns.models import User
from letters.actions import portal_key
from letters.actions.portal_key import CodeNotValid
from letters.models import PortalKey

COOKIE = "countersign_letter"
PATH = "/respond/"
_SALT = "letters.portal"
# A day: no committee's lunch costs anybody what was typed.
SECONDS = 24 * 60 * 60

View = Callable[..., HttpResponse]


class SeeOther(HttpResponseRedirect):
    """Go there with a GET; coming back and reloading posts nothing again."""

    status_code = 303


def public(view: View) -> View:
    """A page that anyone may open and that leaves nothing behind in caches or search engines."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response["Cache-Control"] = "no-store"
        response["X-Robots-Tag"] = "noindex, nofollow"
        response["Cross-Origin-Resource-Policy"] = "same-origin"
        # Nothing leaves for another host. "no-referrer" would also hide the origin of our own
        # forms, and a POST without an origin cannot be told from a forged one.
        response.setdefault("Referrer-Policy", "same-origin")
        return response

    return login_not_required(wrapped)


def opened(view: View) -> View:
    """A page behind a code: the view is given the `PortalKey` that is open."""

    @public
    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            key = _open_key(request)
        except CodeNotValid:
            return not_valid(request)
        if request.POST.get("letter", key.letter.reference) != key.letter.reference:
            return _another_letter(request, key)
        return view(request, key, *args, **kwargs)

    return wrapped


def open_letter(key: PortalKey) -> HttpResponse:
    """To the letter, with the cookie that opens it."""
    response = SeeOther(f"{PATH}letter/")
    response.set_signed_cookie(
        COOKIE,
        str(key.pk),
        salt=_SALT,
        max_age=SECONDS,
        path=PATH,
        httponly=True,
        samesite="Lax",  # a link in an e-mail has to work
        secure=settings.SESSION_COOKIE_SECURE,
    )
    return response


def close_letter() -> HttpResponse:
    response = SeeOther(PATH)
    response.delete_cookie(COOKIE, path=PATH, samesite="Lax")
    return response


def signed_in(request: HttpRequest) -> User | None:
    """The member of staff who is signed in in this browser. No recipient is."""
    return request.user if request.user.is_authenticated else None


def not_valid(request: HttpRequest) -> HttpResponse:
    """The one page for a code that is unknown, expired, revoked, or was never given."""
    response = render(request, "portal/not_valid.html", status=404)
    # Django writes the path of each 404 into the log, and this path may hold a code.
    response._has_been_logged = True  # type: ignore[attr-defined]
    return response


def _another_letter(request: HttpRequest, key: PortalKey) -> HttpResponse:
    """A browser has one letter open. Whoever answers for two institutions, in two windows, must
    not put the words of one on record for the other, nor show them to its people."""
    context = {"meant": request.POST["letter"][:60], "is_open": key.letter}
    return render(request, "portal/another_letter.html", context, status=409)


def _open_key(request: HttpRequest) -> PortalKey:
    cookie = request.get_signed_cookie(COOKIE, default="", salt=_SALT, max_age=SECONDS)
    if not cookie:
        raise CodeNotValid
    return portal_key.find_again(int(cookie), timezone.now())
