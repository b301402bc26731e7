"""The first page: what waits for this person, and how far each campaign has come."""

from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.views.generic import TemplateView

from campaigns.deadlines import printed
from campaigns.models import Campaign, Ground, Institution
from campaigns.views.shell import StaffPage
from letters.models import Letterhead
from letters.reports.progress import Progress, progress
from letters.reports.waiting import waiting_for


@dataclass(frozen=True)
class Beginning:
    """One of the first things to do in an empty house."""

    what: str
    why: str
    url_name: str
    done: bool


class Home(StaffPage, TemplateView):
    permission_required = "campaigns.view_campaign"
    template_name = "staff/home.html"
    title = "Home"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        now = timezone.now()
        campaigns = progress(now)
        return super().get_context_data(
            tasks=waiting_for(self.person, now),
            campaigns=[(each, _deadline(each)) for each in campaigns],
            beginnings=[] if campaigns else _beginnings(),
            **kwargs,
        )


def _deadline(each: Progress) -> str:
    if each.next_deadline is None:
        return ""
    return printed(each.next_deadline, each.campaign.timezone)


def _beginnings() -> list[Beginning]:
    return [
        Beginning(
            "Import a directory of institutions",
            "A CSV or XLSX file. The plan is shown row by row before anything is written.",
            "campaigns:import_new",
            Institution.objects.exists(),
        ),
        Beginning(
            "Have counsel check the grounds you will cite",
            "Each ground says when it was last verified; none is until a person does.",
            "campaigns:grounds",
            Ground.objects.exclude(verified_on=None).exists(),
        ),
        Beginning(
            "Make a letterhead with its signer",
            "In whose name, and with whose signature, the letters go out.",
            "letters:letterheads",
            Letterhead.objects.exists(),
        ),
        Beginning(
            "Create a campaign",
            "One matter: its grounds, its numbered demands, and when an answer is due.",
            "campaigns:campaign_new",
            Campaign.objects.exists(),
        ),
    ]
