"""Checks of what every letter of a mailing has in common: sender, demands, version."""

from collections.abc import Iterator

from letters.models import LetterVersion, Mailing, Sender
from letters.preflight.check import AMBER, RED, Batch, Check, Family, MailingCheck, Mend, Said


def _sender(mailing: Mailing, batch: Batch) -> Iterator[str | Said]:
    if not Sender.objects.filter(campaign=mailing.campaign_id).exists():
        yield "The campaign has no sender: choose letterhead and signer."


def _demands(mailing: Mailing, batch: Batch) -> Iterator[str | Said]:
    if not mailing.campaign.demands.exists():
        yield "The campaign has no demand, so nothing could be answered."


def _newest_version(mailing: Mailing, batch: Batch) -> Iterator[str | Said]:
    version = mailing.version
    newer = LetterVersion.objects.filter(template=version.template, number__gt=version.number)
    if latest := newer.order_by("-number").first():
        yield (
            f"This mailing uses version {version.number}; version {latest.number} was saved since."
        )


MAILING_CHECKS: tuple[MailingCheck, ...] = (
    Check(
        code="no-sender",
        family=Family.CAMPAIGN,
        severity=RED,
        title="No sender",
        looks="Whether the campaign has a letterhead and a signer.",
        passes="The campaign has a sender.",
        mend=Mend.SENDER,
        look=_sender,
    ),
    Check(
        code="no-demands",
        family=Family.CAMPAIGN,
        severity=RED,
        title="No demand",
        looks="Whether the campaign asks anything that could be answered.",
        passes="The campaign has demands.",
        mend=Mend.CAMPAIGN,
        look=_demands,
    ),
    Check(
        code="newer-version",
        family=Family.TEXT,
        severity=AMBER,
        title="Newer text",
        looks="Whether the mailing uses the newest version of its text.",
        passes="The newest version of the text is used.",
        mend=Mend.MAILING,
        look=_newest_version,
    ),
)
