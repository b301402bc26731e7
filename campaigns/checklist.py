"""What a campaign needs before its letters go out: a list that each app fills when it is ready."""

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse

from campaigns.models import Campaign


@dataclass(frozen=True)
class Step:
    """One thing to do. `is_done` asks the rows; `hint` says what to do while it is not."""

    title: str
    hint: str
    url_name: str
    is_done: Callable[[Campaign], bool]
    order: int = 100


@dataclass(frozen=True)
class Standing:
    """How far one campaign is with one step."""

    title: str
    hint: str
    link: str
    is_done: bool


_steps: list[Step] = []


def add(*steps: Step) -> None:
    for step in steps:
        if step not in _steps:
            _steps.append(step)


def standings(campaign: Campaign) -> list[Standing]:
    """Every step of one campaign, in order."""
    return [
        Standing(
            title=step.title,
            hint=step.hint,
            link=reverse(step.url_name, args=[campaign.pk]),
            is_done=step.is_done(campaign),
        )
        for step in sorted(_steps, key=lambda step: step.order)
    ]


def add_own() -> None:
    """The steps of this app; `letters.checklist` adds those of letters."""
    add(
        Step(
            "Details",
            "Say what the matter is, and by when an answer is due.",
            "campaigns:campaign_edit",
            lambda campaign: True,
            order=10,
        ),
        Step(
            "Grounds",
            "Pick what the letters may cite.",
            "campaigns:campaign_grounds",
            lambda campaign: campaign.grounds.exists(),
            order=20,
        ),
        Step(
            "Demands",
            "Write, one by one, what every recipient is asked.",
            "campaigns:demand_new",
            lambda campaign: campaign.demands.exists(),
            order=30,
        ),
        Step(
            "Recipients",
            "Choose who is written to.",
            "campaigns:choose",
            lambda campaign: campaign.recipients.exists(),
            order=50,
        ),
    )
