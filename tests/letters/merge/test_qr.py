"""QR codes that are put together are those that segno reckons."""

import random

import pytest
import segno
from defusedxml import ElementTree

from letters.merge import qr

_ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"


def by_segno(url: str) -> str:
    code = segno.make(url, error="m", boost_error=False, mask=3, micro=False)
    drawn: str = code.svg_inline(
        border=0, omitsize=True, svgclass=None, lineclass=None, title=f"QR code of {url}"
    )
    return drawn


def addresses(count: int, seed: int = 1):
    chance = random.Random(seed)
    for _ in range(count):
        code = "".join(chance.choice(_ALPHABET) for _ in range(26))
        yield f"https://letters.example.org/respond/c/{code}/"


def test_what_is_put_together_is_what_is_reckoned():
    codes = qr.QrCodes()
    for url in addresses(200):
        assert codes.draw(url) == by_segno(url)
    assert codes._changes


@pytest.mark.parametrize(
    "url",
    [
        "https://letters.example.org/respond/c/preview/",
        "https://letters.example.org/respond/c/UPPERCASEUPPERCASEUPPERCAS/",
        "https://letters.example.org/respond/c/abcdefghijklmnopqrstuvwxy!/",
        "https://letters.example.org/elsewhere/abcdefghijklmnopqrstuvwxyz/",
        "https://other.example/a?b=c&d",
        "1234567890",
    ],
)
def test_an_address_unlike_the_others_is_reckoned_by_itself(url):
    codes = qr.QrCodes()
    for usual in addresses(70):
        codes.draw(usual)
    assert codes.draw(url) == by_segno(url)
    for usual in addresses(3, seed=2):
        assert codes.draw(usual) == by_segno(usual)


def test_a_drawing_is_well_formed():
    root = ElementTree.fromstring(qr.QrCodes().draw("https://letters.example.org/a?b&c"))
    assert root[0].text == "QR code of https://letters.example.org/a?b&c"
