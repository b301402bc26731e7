"""The steps of setting up a campaign that are about its letters."""

from campaigns import checklist
from campaigns.checklist import Step
from letters.models import LetterVersion, Mailing, Sender


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
        Step(
            "Mailing",
            "Prepare the letters, check them, and have them approved.",
            "letters:mailings",
            lambda campaign: (
                Mailing.objects.filter(campaign=campaign)
                .exclude(status=Mailing.Status.CANCELLED)
                .exists()
            ),
            order=70,
        ),
    )
