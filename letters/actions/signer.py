"""Decisions on who signs on a letterhead."""

import dataclasses
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from campaigns import audit, filestore
from campaigns.actions import Refused
from campaigns.models import User
from letters import images
from letters.models import Letterhead, Sender, Signer


class SignerRefused(Refused):
    """What was typed cannot be printed under a letter."""


class SignerInUse(Refused):
    """A campaign that is not archived has this signer."""


@dataclasses.dataclass(frozen=True)
class Details:
    """What is printed under the signature."""

    name: str
    title: str
    organisation: str = ""
    bar_number: str = ""


@transaction.atomic
def add(*, letterhead: Letterhead, details: Details, by: User) -> Signer:
    signer = Signer(letterhead=letterhead, **dataclasses.asdict(details))
    _refuse_unfit(signer)
    signer.save()
    _record("added", signer, by)
    return signer


@transaction.atomic
def change(*, signer: Signer, details: Details, by: User) -> Signer:
    """Change what is printed. Letters already made keep what they were made with."""
    signer = Signer.objects.select_for_update().get(pk=signer.pk)
    changes = {
        name: [getattr(signer, name), value]
        for name, value in dataclasses.asdict(details).items()
        if getattr(signer, name) != value
    }
    if not changes:
        return signer
    for name in changes:
        setattr(signer, name, getattr(details, name))
    _refuse_unfit(signer)
    signer.save()
    _record("changed", signer, by, changes=changes)
    return signer


@transaction.atomic
def archive(*, signer: Signer, by: User) -> Signer:
    """Offer the signer no more."""
    signing = Q(signer=signer) | Q(co_signings__signer=signer)
    senders = (
        Sender.objects.filter(signing, campaign__archived_at=None)
        .select_related("campaign")
        .distinct()
    )
    if senders:
        titles = ", ".join(f"“{sender.campaign.title}”" for sender in senders)
        raise SignerInUse(
            f"{signer.name} signs the letters of {titles}. Give it another sender first; nothing "
            "was changed."
        )
    signer.archived_at = timezone.now()
    signer.save(update_fields=["archived_at"])
    _record("archived", signer, by)
    return signer


@transaction.atomic
def set_signature(*, signer: Signer, content: bytes, by: User) -> Signer:
    """Print this picture as the signature. Raises the refusals of `letters.images`."""
    printed = images.for_print(content, millimetres=images.SIGNATURE_MILLIMETRES)
    signer.signature_sha256 = filestore.put(printed)
    signer.save(update_fields=["signature_sha256"])
    _record(
        "set the signature of", signer, by, verb="signature_set", sha256=signer.signature_sha256
    )
    return signer


@transaction.atomic
def remove_signature(*, signer: Signer, by: User) -> Signer:
    sha256, signer.signature_sha256 = signer.signature_sha256, ""
    signer.save(update_fields=["signature_sha256"])
    _record("removed the signature of", signer, by, verb="signature_removed", sha256=sha256)
    return signer


def _refuse_unfit(signer: Signer) -> None:
    try:
        signer.full_clean()
    except ValidationError as refusal:
        raise SignerRefused(" ".join(refusal.messages)) from refusal


def _record(did: str, signer: Signer, by: User, *, verb: str = "", **data: Any) -> None:
    audit.record(
        f"signer.{verb or did}",
        subject=signer.letterhead,
        by=by,
        sentence=f"{did} the signer {signer.name} of “{signer.letterhead}”.",
        signer=signer.pk,
        **data,
    )
