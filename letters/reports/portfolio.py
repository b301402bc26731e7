"""All open campaigns side by side, with the figures of their boards, in five queries."""

import datetime
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.db.models import Count, Min, Q

from campaigns.models import Answer, Campaign, Recipient
from campaigns.standing import ANSWERED, BY_MARK, Standing, in_force, mark_by_rule
from letters.models import Dispatch, Response
from letters.reports.selection import CONFIRMED, promised


@dataclass(frozen=True)
class Line:
    """One campaign; the withdrawn are left out, as in the funnel of its board."""

    campaign: Campaign
    recipients: int
    sent: int
    reached: int
    answered: int
    confirmed: int
    disputed: int
    declined: int
    overdue: int
    promise_passed: int
    median_days: int | None
    timed: int


def portfolio(now: datetime.datetime) -> list[Line]:
    """The newest campaign first."""
    campaigns = list(Campaign.objects.filter(archived_at=None).order_by("-pk"))
    standing = _standing(now)
    passed = _promises_passed(campaigns, now)
    written, days = _pace()
    return [
        _line(
            campaign,
            standing.get(campaign.pk, Counter()),
            passed.get(campaign.pk, 0),
            written[campaign.pk],
            days[campaign.pk],
        )
        for campaign in campaigns
    ]


# The standing that counts, whether it answered, and whether it was reached.
_Key = tuple[Standing, bool, bool]


def _line(
    campaign: Campaign, counted: Counter[_Key], passed: int, sent: int, days: Sequence[int]
) -> Line:
    standing: Counter[Standing] = Counter()
    for (each, _, _), count in counted.items():
        standing[each] += count
    return Line(
        campaign=campaign,
        recipients=counted.total(),
        sent=sent,
        reached=sum(count for (_, _, reached), count in counted.items() if reached),
        answered=sum(count for (_, answered, _), count in counted.items() if answered),
        confirmed=sum(standing[each] for each in CONFIRMED),
        disputed=standing[Standing.DISPUTED],
        declined=standing[Standing.DECLINED],
        overdue=standing[Standing.NO_RESPONSE],
        promise_passed=passed,
        median_days=round(statistics.median(days)) if days else None,
        timed=len(days),
    )


def _standing(now: datetime.datetime) -> Mapping[int, Counter[_Key]]:
    found: dict[int, Counter[_Key]] = defaultdict(Counter)
    grouped = (
        Recipient.objects.active()
        .filter(campaign__archived_at=None)
        .order_by()
        .annotate(mark=mark_by_rule(now))
        .values_list("campaign", "mark", "override_standing", "reach")
        .annotate(Count("pk"))
    )
    for campaign, mark, override, reach, count in grouped:
        ruled = BY_MARK[mark]
        key = in_force(ruled, override), ruled in ANSWERED, reach == Recipient.Reach.REACHED
        found[campaign][key] += count
    return found


def _promises_passed(campaigns: Sequence[Campaign], now: datetime.datetime) -> Mapping[int, int]:
    """A day has passed where the campaign is."""
    passed = Q(pk__in=())
    for campaign in campaigns:
        today = now.astimezone(ZoneInfo(campaign.timezone)).date()
        passed |= Q(demand__campaign=campaign) & promised("passed", today)
    counted = Answer.objects.filter(passed, recipient__withdrawn_at=None).order_by()
    return dict(counted.values_list("demand__campaign").annotate(Count("recipient", distinct=True)))


def _pace() -> tuple[Mapping[int, int], Mapping[int, Sequence[int]]]:
    """Each campaign's recipients that were written to, and the days to each first answer."""
    written_on = dict(_written_on())
    sent = Counter(campaign for campaign, _ in written_on)
    days: dict[int, list[int]] = defaultdict(list)
    answers = Response.objects.filter(
        kind=Response.Kind.ANSWER,
        recipient__withdrawn_at=None,
        recipient__campaign__archived_at=None,
    )
    first = answers.order_by().values_list("recipient__campaign", "recipient")
    for campaign, recipient, answered_on in first.annotate(Min("received_on")):
        if on := written_on.get((campaign, recipient)):
            days[campaign].append((answered_on - on).days)
    return sent, days


def _written_on() -> Iterator[tuple[tuple[int, int], datetime.date]]:
    """Campaign and recipient, with the earliest date that a letter bears which left."""
    left = Dispatch.objects.filter(
        status__in=Dispatch.LEFT,
        letter__recipient__withdrawn_at=None,
        letter__recipient__campaign__archived_at=None,
    )
    dated = left.order_by().values_list("letter__recipient__campaign", "letter__recipient")
    for campaign, recipient, on in dated.annotate(Min("letter__mailing__letter_date")):
        yield (campaign, recipient), on
