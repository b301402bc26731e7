"""Decisions on who sends: letterheads, their pictures, and the sender of a campaign."""

import dataclasses
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from campaigns import audit, filestore
from campaigns.actions import Refused
from campaigns.actions.campaign import locked
from campaigns.models import Campaign, User
from letters import images
from letters.merge import context
from letters.models import CoSigning, Letterhead, Sender, Signer

# Two rows of two, which still leave room for the text that stays with them.
MOST_CO_SIGNERS = 3


class LetterheadRefused(Refused):
    """What was typed cannot be printed as a letterhead."""


class LetterheadInUse(Refused):
    """A campaign that is not archived sends on the letterhead."""


class SignerOfAnother(Refused):
    """The signer signs on another letterhead."""


class SignsTwice(Refused):
    """The same person was chosen for two places under the letter."""


class TooManySigners(Refused):
    """More people than the foot of a letter has room for."""


class SenderIsArchived(Refused):
    """An archived letterhead or signer sends nothing new."""


@dataclasses.dataclass(frozen=True)
class Details:
    """What a letterhead prints besides its logo. `side_column` is one line each."""

    name: str
    organisation: str
    street: str
    city: str
    state: str
    postal_code: str
    street2: str = ""
    phone: str = ""
    email: str = ""
    website: str = ""
    side_column: str = ""
    typeface: str = Letterhead.Typeface.NOTO_SERIF
    block_style: str = Letterhead.BlockStyle.FULL
    envelope: str = Letterhead.Envelope.NUMBER_10


@transaction.atomic
def add(*, details: Details, by: User) -> Letterhead:
    letterhead = Letterhead(**dataclasses.asdict(details))
    _refuse_unfit(letterhead)
    letterhead.save()
    _record("added", letterhead, by)
    return letterhead


@transaction.atomic
def change(*, letterhead: Letterhead, details: Details, by: User) -> Letterhead:
    """Change what is printed. Letters already made keep the letterhead they were made with."""
    letterhead = Letterhead.objects.select_for_update().get(pk=letterhead.pk)
    changes = {
        name: [getattr(letterhead, name), value]
        for name, value in dataclasses.asdict(details).items()
        if getattr(letterhead, name) != value
    }
    if not changes:
        return letterhead
    for name in changes:
        setattr(letterhead, name, getattr(details, name))
    _refuse_unfit(letterhead)
    letterhead.save()
    _record("changed", letterhead, by, changes=changes)
    return letterhead


@transaction.atomic
def archive(*, letterhead: Letterhead, by: User) -> Letterhead:
    """Offer the letterhead no more."""
    campaigns = letterhead.senders.filter(campaign__archived_at=None).select_related("campaign")
    if campaigns:
        titles = ", ".join(f"“{sender.campaign.title}”" for sender in campaigns)
        raise LetterheadInUse(
            f"{titles} sends on this letterhead. Give it another sender first; nothing was changed."
        )
    letterhead.archived_at = timezone.now()
    letterhead.save(update_fields=["archived_at"])
    _record("archived", letterhead, by)
    return letterhead


@transaction.atomic
def set_logo(*, letterhead: Letterhead, content: bytes, by: User) -> Letterhead:
    """Print this picture at the top of page 1. Raises the refusals of `letters.images`."""
    printed = images.for_print(content, millimetres=images.LOGO_MILLIMETRES)
    letterhead.logo_sha256 = filestore.put(printed)
    letterhead.save(update_fields=["logo_sha256"])
    _record("set the logo of", letterhead, by, verb="logo_set", sha256=letterhead.logo_sha256)
    return letterhead


@transaction.atomic
def remove_logo(*, letterhead: Letterhead, by: User) -> Letterhead:
    sha256, letterhead.logo_sha256 = letterhead.logo_sha256, ""
    letterhead.save(update_fields=["logo_sha256"])
    _record("removed the logo of", letterhead, by, verb="logo_removed", sha256=sha256)
    return letterhead


@transaction.atomic
def set_sender(
    *,
    campaign: Campaign,
    letterhead: Letterhead,
    signer: Signer,
    by: User,
    co_signers: Sequence[Signer] = (),
) -> Sender:
    """Say in whose name, and with whose signatures, the letters of a campaign go out.

    Who signs beside the signer may belong to another letterhead: two organisations may write
    one letter.
    """
    campaign = locked(campaign)
    if signer.letterhead_id != letterhead.pk:
        raise SignerOfAnother(
            f"{signer.name} does not sign on {letterhead}. Choose one of its own signers."
        )
    if letterhead.archived_at:
        raise SenderIsArchived(f"{letterhead} is archived and sends nothing new. Choose another.")
    for one in (signer, *co_signers):
        if one.archived_at:
            raise SenderIsArchived(f"{one.name} is archived and signs nothing new. Choose another.")
    if len({signer, *co_signers}) <= len(co_signers):
        raise SignsTwice("Nobody signs a letter twice. Choose each signer once.")
    if len(co_signers) > MOST_CO_SIGNERS:
        raise TooManySigners(f"At most {MOST_CO_SIGNERS + 1} people sign a letter.")
    sender, _ = Sender.objects.update_or_create(
        campaign=campaign, defaults={"letterhead": letterhead, "signer": signer}
    )
    sender.co_signings.all().delete()
    CoSigning.objects.bulk_create(
        CoSigning(sender=sender, signer=one, position=position)
        for position, one in enumerate(co_signers, start=1)
    )
    audit.record(
        "campaign.sender_set",
        subject=campaign,
        by=by,
        campaign=campaign,
        sentence=f"set the sender of “{campaign.title}”: {sender}.",
        letterhead=letterhead.pk,
        signer=signer.pk,
        co_signers=[one.pk for one in co_signers],
    )
    return sender


def _refuse_unfit(letterhead: Letterhead) -> None:
    try:
        letterhead.full_clean()
    except ValidationError as refusal:
        raise LetterheadRefused(" ".join(refusal.messages)) from refusal
    if problems := context.return_problems(letterhead):
        raise LetterheadRefused(
            f"{' '.join(problems)} Shorten it, or choose an envelope with one window or none."
        )


def _record(did: str, letterhead: Letterhead, by: User, *, verb: str = "", **data: Any) -> None:
    audit.record(
        f"letterhead.{verb or did}",
        subject=letterhead,
        by=by,
        sentence=f"{did} the letterhead “{letterhead.name}”.",
        **data,
    )
