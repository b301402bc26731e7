"""Decisions on the numbered demands of a campaign.

From the first sealed letter on, the wording and the numbers stand: recipients answer the
demand that their paper shows. A demand may still be added at the end.
"""

import dataclasses
from collections.abc import Iterable

from django.db import transaction
from django.db.models import F, Max

from campaigns import audit
from campaigns.actions import Refused
from campaigns.actions.campaign import locked
from campaigns.models import Answer, Campaign, Demand, Ground, User
from campaigns.text import MERGE_TAG, look_alikes


class DemandIsPrinted(Refused):
    """Sealed letters print the demand."""


class DemandIsAnswered(Refused):
    """Somebody has answered the demand already."""


class DemandIsEmpty(Refused):
    """A demand without words cannot be asked of anybody."""


class DemandIsPlainText(Refused):
    """A demand is printed as it stands, the same for everybody."""


class GroundOutsideCampaign(Refused):
    """A demand rests on grounds of its campaign."""


@dataclasses.dataclass(frozen=True)
class Wording:
    """What a demand says: `title` for tables, `text` for the letter, `guidance` beside it."""

    title: str
    text: str
    guidance: str = ""


@transaction.atomic
def add(
    *, campaign: Campaign, wording: Wording, grounds: Iterable[Ground] = (), by: User
) -> Demand:
    """Add a demand at the end, unanswered by every recipient the campaign already has."""
    campaign, grounds = locked(campaign), set(grounds)
    _refuse_unfit(campaign, wording, grounds)
    last = campaign.demands.aggregate(last=Max("number"))["last"] or 0
    demand = Demand.objects.create(
        campaign=campaign, number=last + 1, **dataclasses.asdict(wording)
    )
    demand.grounds.set(grounds)
    Answer.objects.bulk_create(
        (Answer(recipient=recipient, demand=demand) for recipient in campaign.recipients.all()),
        batch_size=500,
    )
    _record("added", demand, by)
    return demand


@transaction.atomic
def change(*, demand: Demand, wording: Wording, grounds: Iterable[Ground] = (), by: User) -> Demand:
    """Change a demand. Guidance and grounds may change at any time; the printed words not."""
    campaign, grounds = locked(demand.campaign), set(grounds)
    demand = Demand.objects.get(pk=demand.pk)
    _refuse_unfit(campaign, wording, grounds)
    changes = {
        name: [getattr(demand, name), value]
        for name, value in dataclasses.asdict(wording).items()
        if getattr(demand, name) != value
    }
    if {"title", "text"} & set(changes):
        _refuse_printed(campaign, f"The words of demand {demand.number} stay")
    grounds_differ = set(demand.grounds.all()) != grounds
    if not changes and not grounds_differ:
        return demand
    for name in changes:
        setattr(demand, name, getattr(wording, name))
    demand.save()
    demand.grounds.set(grounds)
    _record("changed", demand, by, changes=changes, grounds=sorted(g.key for g in grounds))
    return demand


@transaction.atomic
def move(*, demand: Demand, number: int, by: User) -> Demand:
    """Give a demand another number; the others close up."""
    campaign = locked(demand.campaign)
    _refuse_printed(campaign, "The order of the demands stays")
    order = list(campaign.demands.exclude(pk=demand.pk))
    order.insert(max(number, 1) - 1, demand)
    if [entry.pk for entry in order] == list(campaign.demands.values_list("pk", flat=True)):
        return demand
    _number(campaign, order)
    demand.refresh_from_db()
    _record("moved", demand, by)
    return demand


@transaction.atomic
def remove(*, demand: Demand, by: User) -> None:
    """Take a demand out before any letter prints it."""
    campaign = locked(demand.campaign)
    _refuse_printed(campaign, f"Demand {demand.number} stays")
    if demand.answers.filter(current_entry__isnull=False).exists():
        raise DemandIsAnswered(
            f"Demand {demand.number} has answers on record, so it stays. Nothing was removed."
        )
    _record("removed", demand, by, text=demand.text)
    demand.answers.all().delete()
    demand.delete()
    _number(campaign, list(campaign.demands.all()))


def _number(campaign: Campaign, order: list[Demand]) -> None:
    """Number the demands in this order; first out of the way, because a number is there once."""
    highest = campaign.demands.aggregate(last=Max("number"))["last"] or 0
    campaign.demands.update(number=F("number") + highest)
    for number, demand in enumerate(order, start=1):
        Demand.objects.filter(pk=demand.pk).update(number=number)


def _refuse_printed(campaign: Campaign, what_stays: str) -> None:
    if campaign.has_sealed_letters:
        raise DemandIsPrinted(
            f"{what_stays}: approved letters of this campaign print the demands as they are, and "
            "recipients answer what their letter says. You may add a demand at the end."
        )


def _refuse_unfit(campaign: Campaign, wording: Wording, grounds: set[Ground]) -> None:
    if not wording.title.strip() or not wording.text.strip():
        raise DemandIsEmpty("A demand needs a title and a text. Nothing was saved.")
    for words in (wording.title, wording.text):
        if tag := MERGE_TAG.search(words):
            raise DemandIsPlainText(
                f"A demand is printed as it stands: the letter would show {tag[0]} and what "
                "follows it. Write it without merge tags. Nothing was saved."
            )
        if word := next(look_alikes(words), None):
            raise DemandIsPlainText(
                f"“{word[0]}” mixes letters of two alphabets that look alike. Type it anew. "
                "Nothing was saved."
            )
    outside = grounds - set(campaign.grounds.all())
    if outside:
        names = ", ".join(sorted(ground.name for ground in outside))
        raise GroundOutsideCampaign(
            f"{names} is not a ground of this campaign. Pick it for the campaign first."
        )


def _record(past: str, demand: Demand, by: User, **data: object) -> None:
    audit.record(
        f"demand.{past}",
        subject=demand,
        by=by,
        campaign=demand.campaign,
        sentence=f"{past} demand {demand.number}, “{demand.title}”.",
        **data,
    )
