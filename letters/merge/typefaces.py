"""The typefaces that ship with the project; a letter never uses another font.

Whole files, one per style, so that a letter is the same bytes on every machine, and so that
a character that none of them has is refused by name instead of printed as a box.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fontTools.ttLib import TTFont

FOLDER = Path(__file__).parent / "fonts"
_STYLES = ("Regular", "Bold", "Italic", "BoldItalic")
# Characters that leave no mark of their own and are therefore no font's business.
_UNSEEN = frozenset("\n")


@dataclass(frozen=True)
class Typeface:
    """A family in four styles. `key` is what a letterhead stores."""

    key: str
    family: str
    stem: str

    @property
    def files(self) -> list[Path]:
        return [FOLDER / f"{self.stem}-{style}.ttf" for style in _STYLES]


TYPEFACES = {
    typeface.key: typeface
    for typeface in (
        Typeface("noto-serif", "Noto Serif", "NotoSerif"),
        Typeface("liberation-serif", "Liberation Serif", "LiberationSerif"),
    )
}
DEFAULT = "noto-serif"


def missing(text: str, key: str) -> Iterator[str]:
    """The characters of `text` that the typeface lacks in any style, each once, in order."""
    has = _characters(key)
    return (char for char in dict.fromkeys(text) if ord(char) not in has and char not in _UNSEEN)


def has_all(text: str, key: str) -> bool:
    """Whether nothing of `text` is missing: the same as `missing`, quicker and without names."""
    beyond = text.encode().translate(None, delete=_ascii(key)).decode()
    return all(ord(char) in _characters(key) for char in beyond)


def any_has(char: str) -> bool:
    return char in _UNSEEN or any(ord(char) in _characters(key) for key in TYPEFACES)


def width(text: str, key: str) -> float:
    """How wide the text is in ems of the upright style, without kerning."""
    advances = _advances(key)
    return sum(advances.get(ord(char), 1.0) for char in text)


@cache
def sha256(key: str) -> str:
    """One SHA-256 (hex) over the files of the typeface."""
    digest = hashlib.sha256()
    for path in TYPEFACES[key].files:
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


@cache
def _characters(key: str) -> frozenset[int]:
    styles = []
    for path in TYPEFACES[key].files:
        with TTFont(path, lazy=True) as font:
            styles.append(frozenset(font.getBestCmap()))
    return frozenset.intersection(*styles)


@cache
def _ascii(key: str) -> bytes:
    """What of ASCII the typeface has, or needs not to have."""
    return bytes(code for code in range(128) if code in _characters(key) or chr(code) in _UNSEEN)


@cache
def _advances(key: str) -> dict[int, float]:
    with TTFont(TYPEFACES[key].files[0], lazy=True) as font:
        widths, em = font["hmtx"].metrics, font["head"].unitsPerEm
        return {char: widths[glyph][0] / em for char, glyph in font.getBestCmap().items()}
