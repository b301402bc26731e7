"""The dates of campaigns as a calendar: what a calendar program reads under a secret address.

Deadlines are moments, in UTC, which every program shows in its own zone; days are days. One
event tells of all who share a deadline or a promised day, since a campaign has thousands.
"""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import icalendar
from django.conf import settings
from django.urls import reverse

from campaigns import agency, deadlines
from campaigns.models import Answer, Campaign, Extension, Outcome, Recipient, Task, User

# What lies longer back is history, and the board's to tell.
PAST = datetime.timedelta(days=90)
_NAMES_AT_MOST = 30


@dataclass(frozen=True)
class Event:
    """One entry. `key` is the same every time it is written, and of no other event."""

    key: str
    when: datetime.datetime | datetime.date
    summary: str
    text: str
    path: str


def written(
    name: str, person: User, campaigns: Sequence[Campaign], now: datetime.datetime
) -> bytes:
    """The calendar of these campaigns for this person, as RFC 5545 wants it."""
    made = icalendar.Calendar()
    made.add("prodid", "-//Countersign//Calendar//EN")
    made.add("version", "2.0")
    made.add("x-wr-calname", name)
    made.add("x-published-ttl", "PT1H")
    for event in events(person, campaigns, now):
        made.add_component(_component(event, now))
    return bytes(made.to_ical())


def events(person: User, campaigns: Sequence[Campaign], now: datetime.datetime) -> Iterator[Event]:
    """All that falls due, in a fixed number of queries."""
    by_key = {campaign.pk: campaign for campaign in campaigns}
    yield from _deadlines(by_key, now)
    yield from _promises(by_key, now)
    yield from _tasks(person, by_key)
    for campaign in campaigns:
        yield from _limits(campaign, now)


def _component(event: Event, now: datetime.datetime) -> icalendar.Event:
    made = icalendar.Event()
    made.add("uid", f"{event.key}@{urlsplit(settings.SITE_URL).hostname}")
    made.add("dtstamp", now.astimezone(datetime.UTC))
    made.add("dtstart", event.when)
    made.add("summary", event.summary)
    made.add("description", event.text)
    made.add("url", f"{settings.SITE_URL}{event.path}")
    made.add("transp", "TRANSPARENT")  # it takes up nobody's time
    return made


def _deadlines(campaigns: dict[int, Campaign], now: datetime.datetime) -> Iterator[Event]:
    """Whose answer is still awaited: together by moment, and each that was given more time."""
    granted = dict(
        Extension.objects.granted()
        .filter(recipient__campaign__in=campaigns, until__gte=now - PAST)
        .order_by("until")
        .values_list("recipient_id", "until")
    )
    awaited = Recipient.objects.unanswered().filter(
        campaign__in=campaigns,
        reach=Recipient.Reach.REACHED,
        counsel_appeared_on=None,
        due_at__gte=now - PAST,
    )
    together: dict[tuple[int, datetime.datetime], list[str]] = defaultdict(list)
    rows = awaited.order_by("due_at", "institution__name").values_list(
        "pk", "campaign_id", "due_at", "institution__name"
    )
    for recipient, campaign, due_at, name in rows:
        assert due_at  # noqa: S101 - the filter lets no empty one through
        if granted.get(recipient) == due_at:
            yield Event(
                key=f"more-time-{recipient}",
                when=due_at.astimezone(datetime.UTC),
                summary=f"More time ends: {name}",
                text=_due(campaigns[campaign], due_at),
                path=reverse("letters:deadline", args=[recipient]),
            )
        else:
            together[campaign, due_at].append(name)
    for (campaign, due_at), names in together.items():
        yield Event(
            key=f"deadline-{campaign}-{int(due_at.timestamp())}",
            when=due_at.astimezone(datetime.UTC),
            summary=f"Answers due: {_counted(names)}",
            text=f"{_due(campaigns[campaign], due_at)}\n{_named(names)}",
            path=reverse("letters:board", args=[campaign]),
        )


def _due(campaign: Campaign, due_at: datetime.datetime) -> str:
    return f"{campaign.title}: no answer yet. Due {deadlines.printed(due_at, campaign.timezone)}."


def _promises(campaigns: dict[int, Campaign], now: datetime.datetime) -> Iterator[Event]:
    rows = (
        Answer.objects.filter(
            recipient__campaign__in=campaigns,
            recipient__withdrawn_at=None,
            outcome=Outcome.WILL_COMPLY,
            current_entry__promised_on__gte=(now - PAST).date(),
        )
        .order_by("recipient__institution__name", "demand__number")
        .values_list(
            "recipient__campaign_id",
            "current_entry__promised_on",
            "recipient__institution__name",
            "demand__number",
        )
    )
    together: dict[tuple[int, datetime.date], list[str]] = defaultdict(list)
    for campaign, promised_on, name, number in rows:
        assert promised_on  # noqa: S101 - the filter lets no empty one through
        together[campaign, promised_on].append(f"{name} (demand {number})")
    for (campaign, promised_on), names in sorted(together.items()):
        yield Event(
            key=f"promise-{campaign}-{promised_on.isoformat()}",
            when=promised_on,
            summary=f"Promised for today: {names[0] if len(names) == 1 else f'{len(names):,}'}",
            text=f"{campaigns[campaign].title}: said that they will comply by this day.\n"
            f"{_named(names)}",
            path=reverse("letters:board", args=[campaign]),
        )


def _tasks(person: User, campaigns: dict[int, Campaign]) -> Iterator[Event]:
    mine = Task.objects.unsettled().filter(
        assignee=person, due_on__isnull=False, recipient__campaign__in=campaigns
    )
    for task in mine.select_related("recipient__institution").order_by("due_on", "pk"):
        yield Event(
            key=f"task-{task.pk}",
            when=task.due_on or task.opened_at.date(),
            summary=f"Task: {task.get_kind_display()}, {task.recipient.institution.name}",
            text=task.about,
            path=reverse("letters:recipient", args=[task.recipient_id]),
        )


def _limits(campaign: Campaign, now: datetime.datetime) -> Iterator[Event]:
    today = now.astimezone(ZoneInfo(campaign.timezone)).date()
    clock = agency.clock(campaign, campaign.grounds.all(), today)
    for limit in clock.limits:
        if limit.last >= today - PAST:
            yield Event(
                key=f"limit-{campaign.pk}-{limit.ground.pk}-{limit.kind}",
                when=limit.last,
                summary=f"Last day, estimated: {limit.what} ({limit.ground.name})",
                text=f"{campaign.title}. {limit.rule} {agency.ESTIMATE}",
                path=reverse("campaigns:campaign", args=[campaign.pk]),
            )


def _counted(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{len(names):,} recipients"


def _named(names: Iterable[str]) -> str:
    listed = list(names)
    shown = "; ".join(listed[:_NAMES_AT_MOST])
    more = len(listed) - _NAMES_AT_MOST
    return f"{shown}; and {more:,} more." if more > 0 else f"{shown}."
