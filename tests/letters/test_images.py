"""Uploaded pictures: what is taken, what is refused, and what is kept."""

import io

import pytest
from PIL import Image, ImageDraw

from letters import images


def picture(mode="RGBA", size=(400, 200), kind="PNG", ink=True, **options) -> bytes:
    drawn = Image.new("RGB" if mode == "P" else mode, size)
    if ink:
        colour = {"L": 90, "I;16": 30000, "1": 1}.get(
            drawn.mode, (10, 20, 90, 255)[: len(drawn.getbands())]
        )
        ImageDraw.Draw(drawn).ellipse((60, 60, 300, 150), fill=colour)
    stored = io.BytesIO()
    drawn.convert(mode).save(stored, kind, **options)
    return stored.getvalue()


def printed(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(images.for_print(content, millimetres=images.LOGO_MILLIMETRES)))


@pytest.mark.parametrize("mode", ["RGBA", "RGB", "LA", "L", "P", "1", "I;16"])
def test_every_kind_of_png_becomes_opaque_rgb(mode):
    kept = printed(picture(mode))
    assert (kept.format, kept.mode) == ("PNG", "RGB")
    assert kept.size == (378, 189)


def test_a_transparent_ground_becomes_white_paper():
    assert printed(picture()).getpixel((0, 0)) == (255, 255, 255)


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
def test_a_jpeg_is_taken_in_any_colours(mode):
    assert printed(picture(mode, kind="JPEG")).mode == "RGB"


def test_a_large_picture_is_brought_to_print_size():
    kept = printed(picture(size=(4000, 1000)))
    assert kept.size == (756, 189)  # 16 mm high at 300 dpi
    assert round(kept.info["dpi"][0]) == 300


def test_the_same_picture_is_kept_as_the_same_bytes():
    assert images.for_print(picture(), millimetres=(80, 25)) == images.for_print(
        picture(), millimetres=(80, 25)
    )


def test_nothing_hidden_in_the_file_is_kept():
    exif = Image.Exif()
    exif[0x010E] = "secret description"
    kept = images.for_print(picture("RGB", kind="JPEG", exif=exif), millimetres=(80, 25))
    assert b"secret" not in kept


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"GIF89a" + b"\0" * 60,
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"%PDF-1.7\n",
        b"MZ\x90\x00 named logo.png",
        b"\x89PNG\r\n\x1a\n" + b"\0" * 40,
        picture()[:200],
        b"junk before" + picture(),
    ],
    ids=["empty", "gif", "svg", "pdf", "program", "broken png", "cut png", "png with a prefix"],
)
def test_a_file_that_is_not_a_picture_is_refused(content):
    with pytest.raises(images.NotAnImage, match="PNG or a JPEG"):
        images.for_print(content, millimetres=(80, 25))


def test_a_picture_that_unfolds_to_gigabytes_is_refused_before_it_does():
    bomb = picture("1", size=(20_000, 20_000), ink=False)
    assert len(bomb) < 100_000
    with pytest.raises(images.ImageTooLarge, match="pixels"):
        images.for_print(bomb, millimetres=(80, 25))


def test_a_file_that_is_too_large_is_refused():
    with pytest.raises(images.ImageTooLarge, match="MB"):
        images.for_print(b"\0" * (images.MAX_BYTES + 1), millimetres=(80, 25))


def test_a_picture_too_small_to_print_is_refused():
    with pytest.raises(images.ImageTooSmall, match="30 × 30"):
        images.for_print(picture(size=(30, 30), ink=False), millimetres=(80, 25))


def test_white_ink_on_nothing_is_refused():
    white = Image.new("RGBA", (200, 80), (255, 255, 255, 0))
    ImageDraw.Draw(white).line((10, 10, 190, 70), fill=(255, 255, 255, 255), width=5)
    stored = io.BytesIO()
    white.save(stored, "PNG")
    with pytest.raises(images.ImageIsBlank, match="one colour"):
        images.for_print(stored.getvalue(), millimetres=(80, 25))
