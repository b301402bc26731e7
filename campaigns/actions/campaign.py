"""Decisions on a campaign: its details, its grounds, its end."""

import dataclasses
import datetime
from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from campaigns import audit
from campaigns.actions import Refused
from campaigns.models import Campaign, Demand, Ground, User


class CampaignRefused(Refused):
    """What was typed cannot be the details of a campaign."""


class CampaignIsArchived(Refused):
    """An archived campaign stays as it was."""


class PrefixIsPrinted(Refused):
    """Letters exist that carry the prefix."""


class GroundIsArchived(Refused):
    """A ground that was archived is cited no more."""


@dataclasses.dataclass(frozen=True)
class Details:
    """What a person decides about a campaign besides its grounds and demands."""

    title: str
    matter: str
    reference_prefix: str
    deadline_days: int = 30
    deadline_unit: str = Campaign.Unit.CALENDAR
    deadline_anchor: str = Campaign.Anchor.LETTER_DATE
    deadline_rolls: bool = True
    deadline_time: datetime.time = datetime.time(17)
    timezone: str = "America/New_York"
    conduct_on: datetime.date | None = None
    conduct_continues: bool = False


@transaction.atomic
def create(*, details: Details, by: User) -> Campaign:
    campaign = Campaign(**dataclasses.asdict(details), created_by=by)
    _refuse_unfit(campaign)
    campaign.save()
    audit.record(
        "campaign.created",
        subject=campaign,
        by=by,
        campaign=campaign,
        sentence=f"created the campaign “{campaign.title}”.",
    )
    return campaign


@transaction.atomic
def change(*, campaign: Campaign, details: Details, by: User) -> Campaign:
    """Change what was typed; nothing is recorded where nothing differs."""
    campaign = locked(campaign)
    changes = {
        name: [str(getattr(campaign, name)), str(value)]
        for name, value in dataclasses.asdict(details).items()
        if getattr(campaign, name) != value
    }
    if not changes:
        return campaign
    if campaign.has_letters and "reference_prefix" in changes:
        raise PrefixIsPrinted(
            f"Letters of this campaign already carry references that begin with "
            f"{campaign.reference_prefix}, so the prefix stays. Nothing was changed."
        )
    for name in changes:
        setattr(campaign, name, getattr(details, name))
    _refuse_unfit(campaign)
    campaign.save()
    labels = [str(Campaign._meta.get_field(name).verbose_name) for name in changes]  # type: ignore[union-attr]
    audit.record(
        "campaign.changed",
        subject=campaign,
        by=by,
        campaign=campaign,
        sentence=f"changed {', '.join(labels)} of “{campaign.title}”.",
        changes=changes,
    )
    return campaign


@transaction.atomic
def archive(*, campaign: Campaign, by: User) -> Campaign:
    """End a campaign. Its record stays; nothing new is prepared in it."""
    campaign = locked(campaign)
    campaign.archived_at = timezone.now()
    campaign.save(update_fields=["archived_at"])
    audit.record(
        "campaign.archived",
        subject=campaign,
        by=by,
        campaign=campaign,
        sentence=f"archived the campaign “{campaign.title}”.",
    )
    return campaign


@transaction.atomic
def reopen(*, campaign: Campaign, by: User) -> Campaign:
    """Take an archived campaign up again."""
    campaign = Campaign.objects.select_for_update().get(pk=campaign.pk)
    if campaign.archived_at is None:
        return campaign
    campaign.archived_at = None
    campaign.save(update_fields=["archived_at"])
    audit.record(
        "campaign.reopened",
        subject=campaign,
        by=by,
        campaign=campaign,
        sentence=f"reopened the campaign “{campaign.title}”.",
    )
    return campaign


@transaction.atomic
def set_grounds(*, campaign: Campaign, grounds: Iterable[Ground], by: User) -> Campaign:
    """Say which grounds the letters of the campaign may cite."""
    campaign = locked(campaign)
    before, after = set(campaign.grounds.all()), set(grounds)
    for ground in after - before:
        if ground.archived_at:
            raise GroundIsArchived(
                f"{ground.name} is archived and cannot be picked. Nothing was changed."
            )
    if before == after:
        return campaign
    campaign.grounds.set(after)
    Demand.grounds.through.objects.filter(
        demand__campaign=campaign, ground__in=before - after
    ).delete()
    audit.record(
        "campaign.grounds_set",
        subject=campaign,
        by=by,
        campaign=campaign,
        sentence=f"set the grounds of “{campaign.title}”: {_names(after) or 'none'}.",
        added=sorted(ground.key for ground in after - before),
        removed=sorted(ground.key for ground in before - after),
    )
    return campaign


def letters_made(*, campaign: Campaign, on: datetime.datetime) -> None:
    """Called by `letters` when letters get their references: the prefix stands from the first on.

    Like `letters_sealed` it writes no event of its own; the mailing does.
    """
    Campaign.objects.filter(pk=campaign.pk, first_letters_at=None).update(first_letters_at=on)


def letters_sealed(*, campaign: Campaign, on: datetime.datetime) -> None:
    """Called by `letters` when letters are sealed: the demands stand from the first on.

    Not earlier, because counsel who returns a mailing may well want a demand in other words.
    """
    Campaign.objects.filter(pk=campaign.pk, first_sealed_at=None).update(first_sealed_at=on)


def locked(campaign: Campaign) -> Campaign:
    """The campaign as it is now, held until the transaction ends. Raises CampaignIsArchived."""
    campaign = Campaign.objects.select_for_update().get(pk=campaign.pk)
    if campaign.archived_at:
        raise CampaignIsArchived(
            f"“{campaign.title}” is archived. Reopen it before you change anything in it."
        )
    return campaign


def _refuse_unfit(campaign: Campaign) -> None:
    try:
        campaign.full_clean()
    except ValidationError as refusal:
        raise CampaignRefused(" ".join(refusal.messages)) from refusal


def _names(grounds: Iterable[Ground]) -> str:
    return "; ".join(sorted(ground.name for ground in grounds))
