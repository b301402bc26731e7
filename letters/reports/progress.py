"""How far each open campaign has come, for the home page, in two queries."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, Min, OuterRef, Q

from campaigns.models import Answer, Campaign, Recipient


@dataclass(frozen=True)
class Progress:
    campaign: Campaign
    recipients: int = 0
    reached: int = 0
    answered: int = 0
    overdue: int = 0
    next_deadline: datetime.datetime | None = None


def progress(now: datetime.datetime) -> list[Progress]:
    """Each campaign that is not archived, the newest first. The withdrawn are not counted."""
    answered = Exists(Answer.objects.filter(recipient=OuterRef("pk"), current_entry__isnull=False))
    overdue = Recipient.objects.overdue(now).values("pk")
    counted: Iterable[Any] = (
        Recipient.objects.active()
        .filter(campaign__archived_at=None)
        .annotate(is_answered=answered)
        .order_by()
        .values("campaign")
        .annotate(
            recipients=Count("pk"),
            reached=Count("pk", filter=Q(reach=Recipient.Reach.REACHED)),
            answered=Count("pk", filter=Q(is_answered=True)),
            overdue=Count("pk", filter=Q(pk__in=overdue)),
            next_deadline=Min("due_at", filter=Q(due_at__gte=now, is_answered=False)),
        )
    )
    figures = {row.pop("campaign"): row for row in counted}
    return [
        Progress(campaign, **figures.get(campaign.pk, {}))
        for campaign in Campaign.objects.filter(archived_at=None).order_by("-pk")
    ]
