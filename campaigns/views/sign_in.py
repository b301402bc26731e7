"""The form of the sign-in page: unfold's, with a limit on guesses."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone
from unfold.forms import AuthenticationForm

from campaigns.actions import sign_in


class SignInForm(AuthenticationForm):
    request: HttpRequest

    def clean(self) -> dict[str, Any]:
        name = self.cleaned_data.get("username", "")
        if not name or not self.cleaned_data.get("password"):
            return super().clean()
        try:
            this_try = sign_in.begin(
                name=name, address=address_of(self.request), now=timezone.now()
            )
        except sign_in.TooManySignIns as locked:
            raise ValidationError(str(locked), code="locked") from locked
        try:
            cleaned = super().clean()
        except ValidationError:
            sign_in.fail(this_try, name=name)
            raise
        sign_in.succeed(this_try)
        return cleaned


def address_of(request: HttpRequest) -> str:
    """Whence the request came. Behind our proxy its last word counts; all before it is hearsay."""
    direct = str(request.META.get("REMOTE_ADDR", ""))
    if not settings.BEHIND_PROXY:
        return direct
    return request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip() or direct
