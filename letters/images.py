"""Logos and signatures: uploaded pictures checked by content and made ready for print.

What is stored is never the uploaded file but a picture encoded again by us: opaque RGB PNG at
300 dots per inch, so nothing hidden in the file survives, the renderer meets one kind of
picture only, and a transparent edge cannot make two thousand PDFs slow and large.
"""

import io
import struct
import warnings
import zlib
from collections.abc import Iterable
from typing import Any

from PIL import Image, ImageOps

from campaigns.actions import Refused

DOTS_PER_INCH = 300
# As large as the layout of the letter prints them.
LOGO_MILLIMETRES = (72, 16)
SIGNATURE_MILLIMETRES = (77, 14)
MAX_BYTES = 8 * 1024 * 1024
MAX_PIXELS = 40_000_000  # a picture of a few kilobytes can unfold to gigabytes
MIN_PIXELS = 40  # on either side; less prints as a smudge

_DAMAGED = (OSError, SyntaxError, ValueError, EOFError, struct.error, zlib.error)


class NotAnImage(Refused):
    """The file is not a PNG or JPEG picture, whatever it is called."""


class ImageTooLarge(Refused):
    """The file or the picture in it is larger than a letterhead can need."""


class ImageTooSmall(Refused):
    """The picture has too few pixels to be printed."""


class ImageIsBlank(Refused):
    """The picture shows one colour only once it is on white paper."""


def for_print(content: bytes, *, millimetres: tuple[int, int]) -> bytes:
    """The picture as PNG that fits `millimetres` (width, height) at print resolution.

    Raises NotAnImage, ImageTooLarge, ImageTooSmall or ImageIsBlank.
    """
    if len(content) > MAX_BYTES:
        raise ImageTooLarge(
            f"The file has {len(content) / 1024 / 1024:.1f} MB; at most "
            f"{MAX_BYTES // 1024 // 1024} MB are taken. Save the picture smaller."
        )
    picture = _on_white(_loaded(content))
    bands: Iterable[Any] = picture.getextrema()  # a pair for each of red, green and blue
    if all(darkest == lightest for darkest, lightest in bands):
        raise ImageIsBlank(
            "On white paper the picture shows nothing: it has one colour only. Upload it in dark "
            "ink on a white or transparent background."
        )
    picture.thumbnail(_box(millimetres), Image.Resampling.LANCZOS)
    printed = io.BytesIO()
    picture.save(printed, "PNG", optimize=True, dpi=(DOTS_PER_INCH, DOTS_PER_INCH))
    return printed.getvalue()


def _loaded(content: bytes) -> Image.Image:
    """The decoded picture. Its kind is read from the content; the name is never asked."""
    try:
        with warnings.catch_warnings():
            # Our own limit is checked below, before anything is unfolded.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            Image.open(io.BytesIO(content), formats=("PNG", "JPEG")).verify()
            picture = Image.open(io.BytesIO(content), formats=("PNG", "JPEG"))
            _refuse_size(picture)
            picture.load()
        return ImageOps.exif_transpose(picture)
    except Image.DecompressionBombError as refusal:
        raise ImageTooLarge("The picture has far too many pixels for a letterhead.") from refusal
    except _DAMAGED as refusal:
        raise NotAnImage(
            "The file is not a picture that can be read. Upload a PNG or a JPEG file; what counts "
            "is what the file holds, not what it is called."
        ) from refusal


def _refuse_size(picture: Image.Image) -> None:
    width, height = picture.size
    if width * height > MAX_PIXELS:
        raise ImageTooLarge(
            f"The picture has {width:,} × {height:,} pixels; at most {MAX_PIXELS:,} in all are "
            "taken. Save it smaller."
        )
    if min(width, height) < MIN_PIXELS:
        raise ImageTooSmall(
            f"The picture has {width:,} × {height:,} pixels; it needs at least {MIN_PIXELS} on "
            "either side to be printed."
        )


def _on_white(picture: Image.Image) -> Image.Image:
    """Opaque RGB: transparency becomes paper."""
    if picture.mode.startswith(("I", "F")):  # 16-bit grey: keep the upper eight bits
        picture = picture.convert("I").point(lambda level: level / 256).convert("L")
    if not picture.has_transparency_data:
        return picture.convert("RGB")
    layered = picture.convert("RGBA")
    paper = Image.new("RGB", layered.size, "white")
    paper.paste(layered, mask=layered.getchannel("A"))
    return paper


def _box(millimetres: tuple[int, int]) -> tuple[int, int]:
    width, height = millimetres
    return round(width / 25.4 * DOTS_PER_INCH), round(height / 25.4 * DOTS_PER_INCH)
