"""What every staff page has: a permission, a title, the menu, and the tabs of its campaign."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
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

    def get_title(self) -> str:
        return self.title

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = {
            **admin.site.each_context(self.request),
            "title": self.get_title(),
            "campaign": self.campaign,
        }
        if self.campaign:
            context["tabs"] = campaign_tabs(self.campaign.pk, self.tab)
        return super().get_context_data(**{**context, **kwargs})
