"""Whose is it? By what only the recipient can know it; else by what anybody could have written.

In order: the code in the address it was sent to, the message it replies to, a reference number
whose check character is right. Who it says it is from is easily forged, and is only ever a
suggestion that a person follows or not.
"""

import re
from collections.abc import Iterable

from django.db.models import Q

from campaigns.models import Recipient
from letters.actions.incoming import Match
from letters.merge import codes
from letters.merge.reference import is_valid, normalise
from letters.models import Dispatch, Letter

_REFERENCE = re.compile(
    r"(?<![A-Za-z0-9])[A-HJ-NP-Z]{2,6}\s?[-‐‑‒–—]\s?\d{4}\s?[-‐‑‒–—]\s?\d{4,6}\s?[-‐‑‒–—]\s?"
    r"(?:XX|[0-9A-Z])(?![A-Za-z0-9])",
    re.I,
)
_MOST = 10  # candidates that a person is shown
# Mail that everybody can have says nothing of where its owner works.
_EVERYBODYS = frozenset(
    {"gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com", "msn.com"}
    | {"yahoo.com", "aol.com", "icloud.com", "me.com", "proton.me", "protonmail.com"}
    | {"gmx.com", "mail.com", "comcast.net", "att.net"}
)


def match(
    *, to: Iterable[str], answers: Iterable[str], texts: Iterable[str], sender: str
) -> tuple[Match, Dispatch | None]:
    """Whose it is, and the dispatch whose message it answers, where it answers one."""
    answered = _answered(answers)
    signs = [
        (_by_address(to), "It was sent to the reply address of {letter}."),
        ([answered.letter] if answered else [], "It answers our e-mail of {letter}."),
        (_by_reference(texts), "It names the reference {letter}."),
    ]
    found = [(letter, why.format(letter=letter)) for letters, why in signs for letter in letters]
    if not found:
        return Match(candidates=_by_sender(sender)), answered
    whose = {letter.recipient_id for letter, _ in found}
    if len(whose) > 1:
        candidates = {letter.recipient: because for letter, because in reversed(found)}
        return Match(candidates=tuple(candidates.items())[-_MOST:]), answered
    letter, because = found[0]
    return Match(letter.recipient, letter, because), answered


def references(text: str) -> list[str]:
    """Reference numbers in a text whose check character is right, each once, as printed."""
    found = (normalise(printed) for printed in _REFERENCE.findall(text))
    return list(dict.fromkeys(one for one in found if is_valid(one)))


def _letters(**which: object) -> list[Letter]:
    letters = Letter.objects.filter(status=Letter.Status.SEALED, **which)
    return list(letters.select_related("recipient__institution", "recipient__campaign"))


def _by_address(to: Iterable[str]) -> list[Letter]:
    named = [reference for address in to if (reference := codes.answered(address))]
    return _letters(reference__in=named)


def _answered(message_ids: Iterable[str]) -> Dispatch | None:
    rows = Dispatch.objects.filter(message_id__in=list(message_ids)).exclude(message_id="")
    return rows.select_related(
        "letter__recipient__institution", "letter__recipient__campaign"
    ).first()


def _by_reference(texts: Iterable[str]) -> list[Letter]:
    return _letters(reference__in={one for text in texts for one in references(text)})


def _by_sender(sender: str) -> tuple[tuple[Recipient, str], ...]:
    """Recipients in open campaigns who are reached at that address, or at that domain."""
    domain = sender.rpartition("@")[2].lower()
    if not domain:
        return ()
    recipients = Recipient.objects.filter(withdrawn_at=None, campaign__archived_at=None)
    recipients = recipients.select_related("institution", "campaign").distinct().order_by("-pk")
    exact = recipients.filter(
        Q(institution__contacts__email__iexact=sender) | Q(letters__email__iexact=sender)
    )
    if known := tuple((each, f"{sender} is known there.") for each in exact[:_MOST]):
        return known
    if domain in _EVERYBODYS:
        return ()
    site = re.escape(domain)
    there = recipients.filter(
        Q(institution__contacts__email__iendswith=f"@{domain}")
        | Q(institution__website__iregex=rf"^(https?://)?([a-z0-9-]+\.)*{site}(/|$)")
    )
    return tuple((each, f"Its addresses are at {domain}.") for each in there[:_MOST])


def is_known(sender: str, recipient: Recipient) -> bool:
    """Whether the address is one of the recipient's, or at a domain of its."""
    return any(one == recipient for one, _ in _by_sender(sender))
