"""What every staff page has: a permission, a title, the menu, and the tabs of its campaign."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.generic.base import ContextMixin

from campaigns.menu import campaign_tabs
from campaigns.models import Campaign, User


class StaffPage(PermissionRequiredMixin, ContextMixin):
    """A page inside the staff shell. Templates extend `staff/base.html`.

    `permission_required` is what opening the page needs; a person without it gets 403, a
    visitor the login page. A page of a campaign sets `self.campaign` and `tab`.
    """

    request: HttpRequest
    title = ""
    tab = ""
    campaign: Campaign | None = None

    def handle_no_permission(self) -> Any:
        self.raise_exception = self.request.user.is_authenticated
        return super().handle_no_permission()

    @property
    def person(self) -> User:
        """The member of staff whose decision it is; every page here needs a login."""
        if not isinstance(self.request.user, User):
            raise PermissionDenied
        return self.request.user

    @property
    def return_to(self) -> str:
        """The page of ours that sent the person here to put something right, or nothing."""
        asked = self.request.POST.get("next") or self.request.GET.get("next", "")
        ours = url_has_allowed_host_and_scheme(
            asked, {self.request.get_host()}, require_https=self.request.is_secure()
        )
        return asked if ours and asked.startswith("/") else ""

    def get_title(self) -> str:
        return self.title

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = {
            **admin.site.each_context(self.request),
            "title": self.get_title(),
            "campaign": self.campaign,
            "return_to": self.return_to,
        }
        if self.campaign:
            context["tabs"] = campaign_tabs(self.campaign.pk, self.tab)
        return super().get_context_data(**{**context, **kwargs})
