"""What an envelope's windows show of a page that was set: measured, and as a picture.

`envelope` says where things belong; here the finished page is looked at, because a letterhead
of many lines or a large logo can reach into a window that its own lines know nothing of.
"""

import io

from PIL import Image, ImageDraw

from letters.merge import pages
from letters.merge.envelope import Box, Profile, Window
from letters.merge.pages import Mark
from letters.merge.readback import own
from letters.pdf_frame import Unknown

# An accent upon an accent may reach so far out of its line, in inches.
_TOLERANCE = 0.02
_SHOWN, _SAFE, _WRONG = (70, 120, 200, 255), (30, 140, 70, 70), (200, 30, 30, 255)


def problems(pdf: bytes, profile: Profile) -> list[str]:
    """What is wrong with page 1 in this envelope, each in a sentence."""
    if not profile.windows or _fits(pdf, profile):
        return []
    return _problems(pages.marks(pdf), profile)


def _fits(pdf: bytes, profile: Profile) -> bool:
    """Whether all is well by our own reading, which takes marks to be a little larger."""
    try:
        return not _problems([Mark("", box) for box in own.boxes(pdf)], profile)
    except Unknown:
        return False


def _problems(found: list[Mark], profile: Profile) -> list[str]:
    return [
        sentence for window in profile.windows for sentence in _problems_of(found, profile, window)
    ]


def _problems_of(found: list[Mark], profile: Profile, window: Window) -> list[str]:
    what = "return address" if window is profile.sender_window else "address"
    zones = _zones(profile, window)
    seen = profile.seen(window)
    shown = [mark for mark in found if mark.box.meets(seen)]
    strays = [mark for mark in shown if not _is_inside(mark, zones)]
    sentences = [
        f"{f'“{mark.text}”' if mark.text else 'A line or a picture'} stands where the window for "
        f"the {what} can show it, outside of the part that it always shows."
        for mark in strays
    ]
    if not any(_is_inside(mark, zones[:1]) for mark in shown):
        sentences.append(f"The window for the {what} shows nothing.")
    return sentences


def _zones(profile: Profile, window: Window) -> list[Box]:
    """Where something may stand in this window; the address itself first."""
    if window is profile.sender_window:
        zones = [profile.sender_zone]
    else:
        zones = [profile.address_zone, profile.reference_zone]
    return [zone for zone in zones if zone]


def _is_inside(mark: Mark, zones: list[Box]) -> bool:
    return any(zone.within(-_TOLERANCE).holds(mark.box) for zone in zones)


def overlay(pdf: bytes, profile: Profile, width: int = 900) -> bytes:
    """Page 1 as a PNG with each window in all its positions, and the part it always shows."""
    picture = Image.open(io.BytesIO(pages.page_png(pdf, 1, width))).convert("RGBA")
    scale = width / profile.paper.width
    layer = Image.new("RGBA", picture.size)
    draw = ImageDraw.Draw(layer)
    for window in profile.windows:
        draw.rectangle(_pixels(profile.safe(window), scale), fill=_SAFE)
        for position in profile.positions(window):
            draw.rectangle(_pixels(position, scale), outline=_SHOWN, width=2)
        for mark in pages.marks(pdf):
            if mark.box.meets(profile.seen(window)) and not _is_inside(
                mark, _zones(profile, window)
            ):
                draw.rectangle(_pixels(mark.box, scale), outline=_WRONG, width=2)
    drawn = io.BytesIO()
    Image.alpha_composite(picture, layer).convert("RGB").save(drawn, "PNG")
    return drawn.getvalue()


def _pixels(box: Box, scale: float) -> list[float]:
    return [box.left * scale, box.top * scale, box.right * scale, box.bottom * scale]
