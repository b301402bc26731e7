"""What holds for every request: the shell's content policy, and addresses without a NUL."""

from collections.abc import Callable

from csp.constants import NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse

SHELL_PREFIXES = ("/admin/", "/staff/")
# unfold's Alpine evaluates expressions and sets style attributes; under the strict policy
# its login button is covered by a modal. Nothing that came from outside is ever shown as
# HTML inside the shell.
SHELL_POLICY = {
    "script-src": [SELF, UNSAFE_EVAL],
    "style-src": [SELF, UNSAFE_INLINE],
    "connect-src": [SELF],
    "img-src": [SELF, "data:"],
    "font-src": [SELF],
    "form-action": [SELF],
    "frame-ancestors": [NONE],
    "base-uri": [NONE],
    "default-src": [NONE],
}


class StaffShellPolicy:
    """Give HTML pages of the staff shell the policy that the shell needs; nothing else."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        is_page = response.headers.get("Content-Type", "").startswith("text/html")
        if is_page and request.path.startswith(SHELL_PREFIXES):
            response._csp_replace = SHELL_POLICY  # type: ignore[attr-defined]
        return response


class RefuseNul:
    """Answer an address that holds a NUL with 400. No page makes one, and PostgreSQL crashes on it.

    Forms refuse it in what is posted; what an address asks is read by every list page.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\0" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            raise BadRequest("The address holds a character that no address has.")
        return self.get_response(request)
