"""The first page: the campaigns, and what waits for this person."""

from typing import Any

from django.views.generic import TemplateView

from campaigns.models import Campaign
from campaigns.views.shell import StaffPage


class Home(StaffPage, TemplateView):
    permission_required = "campaigns.view_campaign"
    template_name = "staff/home.html"
    title = "Home"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            campaigns=Campaign.objects.filter(archived_at=None), **kwargs
        )
