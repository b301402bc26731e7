"""The decision how a campaign follows up: its ladder, saved as a whole."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from django.db import transaction

from campaigns import audit
from campaigns.actions import Refused
from campaigns.actions.campaign import locked
from campaigns.models import Campaign, User
from letters.models import Ladder, LadderStep, LetterTemplate

Kind, Segment = LadderStep.Kind, LadderStep.Segment
_ORDER = tuple(Kind)


class NotAFollowUp(Refused):
    """A step's text is one that asks again, of this campaign, and has been written."""


class TextTwice(Refused):
    """Each step has a text of its own: a letter of it tells that the step was taken."""


class OutOfOrder(Refused):
    """The steps of those who stand alike are in the order of their kinds."""


@dataclass(frozen=True)
class Pace:
    """How the letters of a ladder are paced; each is a field of `Ladder`."""

    lead_days: int = 2
    apart_days: int = 10
    emails_a_day: int = 20


@dataclass(frozen=True)
class StepWords:
    """One step as it is to be; each is a field of `LadderStep`."""

    kind: str
    days: int
    template: LetterTemplate
    segment: str = Segment.NOTHING
    unit: str = Campaign.Unit.CALENDAR
    way: str = LadderStep.Way.ANY

    def __str__(self) -> str:
        return (
            f"{Kind(self.kind).label} {self.days} {Campaign.Unit(self.unit).label} after the "
            f"effective deadline to {Segment(self.segment).label}, from “{self.template}”"
        )


@transaction.atomic
def save(*, campaign: Campaign, pace: Pace, steps: Sequence[StepWords], by: User) -> Ladder:
    """The ladder from now on. Letters that were prepared by an earlier one stay as they are."""
    campaign = locked(campaign)
    for number, step in enumerate(steps, start=1):
        _refuse_text(campaign, number, step)
    _refuse_twice(steps)
    _refuse_disorder(steps)
    ladder, _ = Ladder.objects.update_or_create(campaign=campaign, defaults=asdict(pace))
    ladder.steps.all().delete()
    LadderStep.objects.bulk_create(
        LadderStep(ladder=ladder, position=position, **vars(step))
        for position, step in enumerate(steps, start=1)
    )
    audit.record(
        "ladder.saved",
        subject=campaign,
        by=by,
        campaign=campaign,
        sentence=f"set the follow-ups of {campaign}: {_in_words(steps)}.",
        pace=asdict(pace),
        steps=[{**vars(step), "template": step.template.pk} for step in steps],
    )
    return ladder


def _in_words(steps: Sequence[StepWords]) -> str:
    count = f"{len(steps)} step{'' if len(steps) == 1 else 's'}"
    return f"{count}, {'; '.join(map(str, steps))}" if steps else "none"


def _refuse_text(campaign: Campaign, number: int, step: StepWords) -> None:
    if step.template.campaign_id != campaign.pk:
        raise NotAFollowUp(f"Step {number}: “{step.template}” is a letter of another campaign.")
    if step.template.purpose not in LetterTemplate.ASK_AGAIN:
        purpose = step.template.get_purpose_display().lower()
        raise NotAFollowUp(
            f"Step {number}: “{step.template}” has the purpose “{purpose}”. Choose the text of a "
            "reminder or final notice."
        )
    if not step.template.versions.exists():
        raise NotAFollowUp(f"Step {number}: “{step.template}” has no text yet. Write it first.")


def _refuse_twice(steps: Sequence[StepWords]) -> None:
    seen: dict[int, int] = {}
    for number, step in enumerate(steps, start=1):
        if (first := seen.setdefault(step.template.pk, number)) != number:
            raise TextTwice(
                f"Steps {first} and {number} both send “{step.template}”. Give each step a text "
                "of its own: a letter of it is how it is known that the step was taken."
            )


def _refuse_disorder(steps: Sequence[StepWords]) -> None:
    furthest: dict[str, int] = {}
    for number, step in enumerate(steps, start=1):
        rank = _ORDER.index(Kind(step.kind))
        before = furthest.get(step.segment, rank)
        if rank < before:
            raise OutOfOrder(
                f"Step {number}, {Kind(step.kind).label.lower()}, comes after a "
                f"{_ORDER[before].label.lower()} to {Segment(step.segment).label}. Put it before."
            )
        furthest[step.segment] = rank
