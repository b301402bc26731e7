"""Letters that share a layout: the characters that their fonts hold, and the proof.

The press may set a letter by the layout of another that breaks into lines at the same places.
Before counsel sees the mailing some of these letters are set once more, each by itself, and
have to be the same file byte for byte. One that is not stops the sharing for the whole
mailing: all its letters that shared a layout are made again.
"""

import datetime
import random
import time
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone

from campaigns import audit
from campaigns.filestore import sha256_of
from letters.actions.freshness import unrender
from letters.actions.outcome import counted
from letters.merge import context, press, typefaces
from letters.merge.language import MissingValue, TemplateRefused
from letters.models import Letter, Mailing

SAMPLE = 30
_AT_ONCE = 200  # letters, whose data is not all held in memory
_REASONS = 12  # as many as a person reads
# What our own words and nearly every name are written with, so that one more name seldom
# changes the fonts of letters that are made already.
ALWAYS = frozenset(map(chr, range(0x20, 0x7F))) | frozenset("\u00a0§¶•–—‘’“”…")
_WORDS = ("subject", "body", "closing", "label", "enclosures")
_NAMES = ("addressee", "institution_name", "salutation")


def freeze_characters(mailing: Mailing, letters: Iterable[Letter]) -> None:
    """Note every character that its `letters` may print; what was noted stays."""
    texts = {text for letter in letters for text in _texts(letter.merge_data)}
    said = {char for text in texts for char in _shown(text)}
    said.update(*(getattr(mailing.version, name) for name in _WORDS))
    known = frozenset(mailing.characters)
    needed = {char for char in ALWAYS | said if typefaces.any_has(char) and char.isprintable()}
    needed.add("\u00a0")
    if not needed <= known:
        mailing.characters = "".join(sorted(needed | known))
        mailing.save(update_fields=["characters"])


def _shown(text: str) -> str:
    """The text and, as fonts draw a letter with its accent as one, what it is composed to."""
    return text if text.isascii() else text + unicodedata.normalize("NFC", text)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)


def may_share(mailing: Mailing) -> bool:
    return settings.LETTERS_SHARE_LAYOUTS and bool(mailing.characters) and not mailing.plainly


def is_proven(mailing: Mailing) -> bool:
    """Whether every comparison that the mailing needs was made."""
    shared = mailing.letters.filter(status=Letter.Status.RENDERED).exclude(set_by="")
    if mailing.sampled_at is None:
        return not shared.exists()
    return not shared.filter(comparison=Letter.Comparison.CHOSEN).exists()


def prove(*, mailing_pk: int, until: float) -> bool:
    """Compare until the monotonic clock says `until`; whether nothing is left to do here.

    Each worker takes one after another at random. Two that compare the same letter do no harm.
    """
    mailing = Mailing.objects.select_related("campaign", "version__template").get(pk=mailing_pk)
    if mailing.status != Mailing.Status.RENDERING:
        return True
    if mailing.letters.filter(status=Letter.Status.DRAFT).exists():
        return True  # in another worker's hand, which will be back here
    _choose(mailing, timezone.now())
    chosen = mailing.letters.filter(comparison=Letter.Comparison.CHOSEN)
    keys = list(chosen.values_list("pk", flat=True))
    random.shuffle(keys)
    for key in keys:
        letter = chosen.filter(pk=key).first()
        if letter is None:  # another worker compared it meanwhile
            continue
        letter.mailing = mailing
        if why := _difference(letter):
            stop_sharing(mailing=mailing, letter=letter, why=why)
            return False
        Letter.objects.filter(pk=letter.pk, pdf_sha256=letter.pdf_sha256).update(
            comparison=Letter.Comparison.SAME
        )
        Mailing.objects.filter(pk=mailing.pk).update(compared_at=timezone.now())
        if time.monotonic() >= until:
            return False
    return True


@transaction.atomic
def _choose(mailing: Mailing, now: datetime.datetime) -> None:
    """A random sample, and of each layout the letter with the most to say of its recipient."""
    shared = mailing.letters.filter(status=Letter.Status.RENDERED).exclude(set_by="")
    free = Mailing.objects.filter(pk=mailing.pk, sampled_at=None)
    if not shared.exists() or not free.update(sampled_at=now, compared_at=now):
        return
    keys: list[int] = []
    longest: dict[str, tuple[int, int]] = {}
    for pk, set_by, data in shared.values_list("pk", "set_by", "merge_data").iterator(_AT_ONCE):
        keys.append(pk)
        size = sum(len(str(data.get(name, ""))) for name in _NAMES)
        size += sum(map(len, data.get("address_lines", ())))
        longest[set_by] = max(longest.get(set_by, (0, 0)), (size, pk))
    at_random = random.SystemRandom().sample(keys, min(SAMPLE, len(keys)))
    chosen = {*at_random, *(pk for _size, pk in longest.values())}
    mailing.letters.filter(pk__in=chosen).update(comparison=Letter.Comparison.CHOSEN)


def _difference(letter: Letter) -> str:
    """What is otherwise when the letter is set by itself; nothing where it is the same file."""
    try:
        alone = press.render(context.content(letter))
    except (MissingValue, TemplateRefused, press.RenderRefused) as refusal:
        return f"set by itself it is refused: {refusal}"
    except (press.RenderTimedOut, press.RenderCrashed) as failure:
        return f"set by itself it failed: {failure}"
    if sha256_of(alone.pdf) != letter.pdf_sha256:
        return "set by itself it is another file"
    return ""


@transaction.atomic
def stop_sharing(*, mailing: Mailing, letter: Letter, why: str) -> None:
    """Give back every letter that shared a layout, to be set by itself."""
    reason = f"Letter {letter.reference} was set by the layout of others, and {why}."
    free = Mailing.objects.filter(pk=mailing.pk, plainly="")
    is_first = bool(free.update(plainly=reason, sampled_at=None))
    shared = mailing.letters.filter(status=Letter.Status.RENDERED).exclude(set_by="")
    again = unrender(shared)
    if not is_first:  # it was stopped before, and these were still in a worker's hand
        return
    audit.record(
        "mailing.set_plainly",
        subject=mailing,
        by=None,
        campaign=mailing.campaign,
        sentence=f"{reason} {counted(again).capitalize()} of “{mailing}” will be made again, "
        "each by itself.",
        letters=again,
    )


@dataclass(frozen=True)
class Summary:
    """How a mailing's letters were set. `alone` are the reasons, with how many letters each."""

    shared: int
    layouts: int
    compared: int
    to_compare: int
    alone: list[tuple[str, int]]


def summary(mailing: Mailing) -> Summary:
    """In two queries, whatever the size of the mailing."""
    made = mailing.letters.filter(status__in=[Letter.Status.RENDERED, Letter.Status.SEALED])
    chosen, same = Letter.Comparison.CHOSEN, Letter.Comparison.SAME
    counts = made.aggregate(
        shared=Count("pk", filter=~Q(set_by="")),
        layouts=Count("set_by", distinct=True, filter=~Q(set_by="")),
        compared=Count("pk", filter=Q(comparison=same)),
        to_compare=Count("pk", filter=Q(comparison=chosen)),
    )
    alone = (
        made.exclude(set_alone="")
        .values_list("set_alone")
        .annotate(number=Count("pk"))
        .order_by("-number", "set_alone")
    )
    return Summary(**counts, alone=list(alone[:_REASONS]))
