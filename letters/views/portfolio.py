"""All campaigns side by side; each number leads to the rows that it counts."""

from typing import Any

from django.utils import timezone
from django.views.generic import TemplateView

from campaigns.views.shell import StaffPage
from letters.reports.portfolio import portfolio


class Portfolio(StaffPage, TemplateView):
    permission_required = "campaigns.view_recipient"
    template_name = "staff/portfolio.html"
    title = "Portfolio"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(lines=portfolio(timezone.now()), **kwargs)
