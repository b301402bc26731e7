"""The steps of setting up a campaign that are about its letters."""

from campaigns import checklist
from campaigns.checklist import Step
from letters.models import LetterVersion, Sender


def add_own() -> None:
    checklist.add(
        Step(
            "Sender",
            "Say on which letterhead, and with whose signature.",
            "letters:sender",
            lambda campaign: Sender.objects.filter(campaign=campaign).exists(),
            order=40,
        ),
        Step(
            "Letter",
            "Write the text, and read it as a recipient will.",
            "letters:templates",
            lambda campaign: LetterVersion.objects.filter(template__campaign=campaign).exists(),
            order=60,
        ),
    )
