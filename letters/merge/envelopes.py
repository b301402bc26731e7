"""Envelopes to print, for letters that go into one without a window.

The reference stands in the return address, so that a letter that comes back names itself
unopened. The upper right corner and the lower edge stay empty, for postage, the label of
certified mail and the carrier's bar code.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.template.loader import render_to_string

from letters.merge import envelope
from letters.merge.document import Document, refuse_missing_characters

_MOST_PAGES = 3  # of an address that does not fit on one
_NAME = 120  # characters that tell one address from the others


@dataclass(frozen=True)
class Piece:
    """What stands on one envelope. `small` is for an address of many or long lines."""

    return_lines: tuple[str, ...]
    postal_lines: tuple[str, ...]
    small: bool = False

    @property
    def name(self) -> str:
        return f"“{', '.join(self.postal_lines)[:_NAME]}” ({self.return_lines[1]})"


def piece(data: Mapping[str, Any]) -> Piece:
    """The envelope of a letter, from its frozen data."""
    letterhead = data["letterhead"]
    sender = (letterhead["organisation"], f"Ref. {data['reference']}", *letterhead["address_lines"])
    return Piece(sender, tuple(data["postal_lines"]))


def profile_of(data: Mapping[str, Any]) -> envelope.Profile:
    return envelope.PROFILES[data["letterhead"].get("envelope", envelope.DEFAULT)]


def make(pieces: Sequence[Piece], size: tuple[float, float], typeface: str) -> Document:
    """One page for each envelope whose address fits, in the order given. Raises RenderRefused."""
    source = render_to_string(
        "documents/envelopes.html",
        {"pieces": pieces, "width": f"{size[0]:.4f}", "height": f"{size[1]:.4f}", "face": typeface},
    )
    refuse_missing_characters(source, typeface)
    return Document(source, {}, typeface, annex_pages=_MOST_PAGES * len(pieces))
