"""Replies that say the same: the form letter of one counsel comes from many institutions.

Compared is what is left without greetings, names, numbers and dates, word by word. A new item
joins the first earlier one that it is like, so that nothing has to be compared when the page opens.
"""

import calendar
import re

from rapidfuzz.distance import Indel

from campaigns.text import fold
from letters.models import Incoming

LIKE = 85  # percent of the words, in the same order; less is another letter
_FEW = 12  # words; below that anything is like anything
_EARLIER = 2000
_DEAR = re.compile(
    r"^[^\S\n]*(dear\b.*|to whom it may concern.*|(good )?(morning|afternoon).*)$", re.I | re.M
)
_CLOSING = re.compile(
    r"^[^\S\n]*(sincerely|(best|kind|warm) regards|regards|respectfully|very truly yours)\b.*",
    re.I | re.M | re.S,
)
_NUMBERED = re.compile(r"[0-9@]")
_MONTHS = frozenset(name.casefold() for name in calendar.month_name if name)


def wording(text: str, names: tuple[str, ...] = ()) -> str:
    """What a letter says, without whom it is from and to. `names` are taken out as well."""
    words = _CLOSING.sub("", _DEAR.sub("", text)).split()
    folded = f" {fold(' '.join(word for word in words if not _NUMBERED.search(word)))} "
    for name in filter(None, map(fold, names)):
        folded = folded.replace(f" {name} ", " ")
    return " ".join(word for word in folded.split() if word not in _MONTHS)


def earlier_like(wording: str) -> tuple[Incoming | None, int]:
    """The first earlier item that says the same, and how much of it, in percent."""
    words = wording.split()
    if len(words) < _FEW:
        return None, 0
    first = Incoming.objects.filter(alike=None).exclude(wording="").order_by("-pk")
    best, share = None, LIKE / 100
    for pk, other in first.values_list("pk", "wording")[:_EARLIER]:
        likeness = Indel.normalized_similarity(words, other.split(), score_cutoff=share)
        if likeness >= share:
            best, share = pk, likeness
    return (Incoming.objects.get(pk=best), int(share * 100)) if best else (None, 0)
