"""The calibration sheet: folds, windows and measures of one envelope, on its own paper."""

from dataclasses import dataclass

from django.template.loader import render_to_string
from django.utils.safestring import mark_safe

from letters.merge import envelope, typefaces
from letters.merge.document import Document
from letters.merge.envelope import Profile

_BELOW_FOLD = 0.35  # inches from the first fold to the instructions


@dataclass(frozen=True)
class Drawn:
    """A frame or a line on the sheet, and what stands beside it."""

    kind: str
    style: str
    says: str = ""


def sheet(profile: Profile) -> Document:
    """A page with an address as large as the window may show."""
    source = render_to_string(
        "documents/calibration.html",
        {
            "profile": profile,
            "paper": mark_safe(envelope.css(profile)),  # noqa: S308 - numbers only
            "boxes": _boxes(profile),
            "text_top": f"{profile.folds[0] - profile.top_margin + _BELOW_FOLD:.4f}in",
            "folds": [_measure(fold) for fold in profile.folds],
            "creases": [_crease(fold, profile) for fold in profile.folds],
            "lines": envelope.sample_lines(profile, typefaces.DEFAULT),
            "return_lines": ["A line of the return address"] * profile.sender_block.most_lines,
        },
    )
    return Document(source, {}, typefaces.DEFAULT)


def _boxes(profile: Profile) -> list[Drawn]:
    return [
        Drawn(kind, envelope.placed(profile, box))
        for window in profile.windows
        for kind, box in (("seen", profile.seen(window)), ("safe", profile.safe(window)))
    ]


def _crease(fold: float, profile: Profile) -> Drawn:
    return Drawn("crease", f"top: {fold - profile.top_margin:.4f}in", _measure(fold))


def _measure(inches: float) -> str:
    return f"{inches:.2f} in ({inches * 25.4:.0f} mm)"
