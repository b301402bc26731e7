"""QR codes that are put together are those that segno reckons."""

import random
import re

import pytest
import segno
from defusedxml import ElementTree

from letters.merge import qr

_ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"


def by_segno(url: str) -> set[tuple[int, int]]:
    code = segno.make(url, error="m", boost_error=False, mask=3, micro=False)
    return {(x, y) for y, row in enumerate(code.matrix) for x, dark in enumerate(row) if dark & 1}


def drawn(svg: str) -> set[tuple[int, int]]:
    """The dark modules, each drawn once."""
    bars = re.findall(r"M(\d+) (\d+)L(\d+) \2(?!\d)", svg)
    modules = [(x, int(y)) for begin, y, end in bars for x in range(int(begin), int(end))]
    assert len(modules) == len(set(modules))
    return set(modules)


def addresses(count: int, seed: int = 1):
    chance = random.Random(seed)
    for _ in range(count):
        code = "".join(chance.choice(_ALPHABET) for _ in range(26))
        yield f"https://letters.example.org/respond/c/{code}/"


def test_what_is_put_together_is_what_is_reckoned():
    codes = qr.QrCodes()
    for url in addresses(200):
        assert drawn(codes.draw(url)) == by_segno(url)
    assert codes.noted


@pytest.mark.parametrize(
    "url",
    [
        "https://letters.example.org/respond/c/preview/",
        "https://letters.example.org/respond/c/UPPERCASEUPPERCASEUPPERCAS/",
        "https://letters.example.org/respond/c/abcdefghijklmnopqrstuvwxy!/",
        "https://letters.example.org/elsewhere/abcdefghijklmnopqrstuvwxyz/",
        "https://other.example/a?b=c&d",
        "1234567890",
        "https://letters.example.org/respond/c/short/",
        "https://letters.example.org/respond/c/",
        "https://letters.example.org/respond/c/abcdefghijklmnopqrstuvwxyz2/",
    ],
)
def test_an_address_unlike_the_others_is_reckoned_by_itself(url):
    codes = qr.QrCodes()
    for usual in addresses(70):
        codes.draw(usual)
    assert drawn(codes.draw(url)) == by_segno(url)
    for usual in addresses(3, seed=2):
        assert drawn(codes.draw(usual)) == by_segno(usual)


def test_a_drawing_is_well_formed():
    root = ElementTree.fromstring(qr.QrCodes().draw("https://letters.example.org/a?b&c"))
    assert root[0].text == "QR code of https://letters.example.org/a?b&c"


def test_a_bar_ends_with_its_row():
    svg = qr.QrCodes().draw("https://letters.example.org/a?b&c")
    size = int(re.search(r'viewBox="0 -0.5 (\d+)', svg)[1])
    assert all(x < size and y < size for x, y in drawn(svg))


def test_what_another_thread_notes_meanwhile_is_not_mixed_with_what_was_noted():
    codes = qr.QrCodes()
    for url in addresses(60):
        codes.draw(url)
    one, longer = codes.noted, qr._noted("https://letters.example.org/elsewhere/c/abcdefgh/")
    assert one and longer

    class Changing(qr.QrCodes):
        """Gives another note at every look."""

        looks = 0

        @property
        def noted(self):
            self.looks += 1
            return (one, longer)[self.looks % 2]

        @noted.setter
        def noted(self, value):
            pass

    changing = Changing()
    for url in addresses(4):
        assert drawn(changing.draw(url)) == by_segno(url)
