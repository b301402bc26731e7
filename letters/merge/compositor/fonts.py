"""One font subset for all letters of a mailing.

WeasyPrint puts into each file what of its fonts that file uses, so that two letters with the
same words but for a name would hold two different fonts. Here the characters of the whole
mailing, frozen when its rendering starts, are noted in every font before the letter is drawn:
the fonts of all its letters are the same bytes, and are made once.

What a letter's own text uses besides is added as ever, so a character that nobody foresaw
costs a subset of its own and nothing else. And what it uses a glyph for is what that glyph is read
as: an accent may be typed by itself, and two kinds of hyphens look the same.
"""

import io
from collections.abc import Iterator
from typing import Any

from fontTools.ttLib import TTFont

from letters.merge.compositor.kept import Kept
from letters.merge.compositor.pairs import Pairs

NO_BREAK_SPACE = "\u00a0"  # which is drawn as a space is, and read as one
_TYPED_LIGATURES = frozenset(map(chr, range(0xFB00, 0xFB07)))
_LIGATURES, _EXTENSION = 4, 7
_PER_MILLE = 1000 / 1024  # Pango measures in 1024ths of a pixel, PDF in thousandths of an em


class SharedFonts:
    """Makes WeasyPrint note `characters` in each font that it puts into a file."""

    def __init__(self) -> None:
        self.characters = ""
        self._noted: Kept[tuple[Any, ...], tuple[dict[int, str], dict[int, int]]] = Kept(64)
        self._cut: Kept[tuple[Any, ...], bytes] = Kept(64)
        self._pairs: Kept[bytes, Pairs] = Kept(16)

    def install(self) -> None:
        """From now on in this process."""
        from weasyprint.pdf import stream

        stream.Font = self._kind(stream.Font)

    def _kind(self, plain: Any) -> Any:
        shared = self

        class Font(plain):
            def __init__(self, pango_font: Any, description: Any, font_size: float) -> None:
                super().__init__(pango_font, description, font_size)
                self.foreseen: dict[int, str] = {}
                self._whole = bytes(self.file_content)
                if shared.characters:
                    texts, widths = shared._noted.get(
                        (self.hash, font_size, shared.characters),
                        lambda: _note(self, pango_font, shared.characters),
                    )
                    self.to_unicode, self.widths = _Texts(texts), dict(widths)
                    self.foreseen = texts

            @property
            def pairs(self) -> Pairs:
                return shared._pairs.get(self._whole, lambda: Pairs(self._whole))

            def subset(self, to_unicode: dict[int, str], hinting: bool) -> None:
                def cut() -> bytes:
                    plain.subset(self, to_unicode, hinting)
                    return bytes(self.file_content)

                key = (self.hash, self.index, hinting, bool(self.missing), *sorted(to_unicode))
                self.file_content = shared._cut.get(key, cut)

        return Font


class _Texts(dict[int, str]):
    """Which text each glyph is read as: what was foreseen, until the letter uses it."""

    def __init__(self, foreseen: dict[int, str]) -> None:
        super().__init__(foreseen)
        self._used: set[int] = set()

    def __contains__(self, glyph: object) -> bool:
        return glyph in self._used

    def __setitem__(self, glyph: int, text: str) -> None:
        self._used.add(glyph)
        super().__setitem__(glyph, _as_read(text))


def _as_read(text: str) -> str:
    return " " if text == NO_BREAK_SPACE else text


def read_back(foreseen: dict[int, str]) -> frozenset[str]:
    """The characters that stand in a file as they were typed, where none forms another."""
    return frozenset([*foreseen.values(), NO_BREAK_SPACE])


def _note(font: Any, pango_font: Any, characters: str) -> tuple[dict[int, str], dict[int, int]]:
    """Text and width of each glyph, the width as WeasyPrint would note it at its first use."""
    from weasyprint.text.ffi import ffi, pango

    texts = dict(glyphs(bytes(font.file_content), characters))
    ink, logical = ffi.new("PangoRectangle *"), ffi.new("PangoRectangle *")
    widths = {}
    for glyph in texts:
        pango.pango_font_get_glyph_extents(pango_font, glyph, ink, logical)
        widths[glyph] = round(logical.width * _PER_MILLE / font.font_size)
    return texts, widths


def glyphs(file: bytes, characters: str) -> Iterator[tuple[int, str]]:
    """Each glyph that the characters, or ligatures of them, are drawn with, and its text."""
    font = TTFont(io.BytesIO(file), lazy=True)
    names = font.getBestCmap()
    texts: dict[str, str] = {}
    for char in sorted({*characters} - _TYPED_LIGATURES):  # what is usual before what looks like it
        if ord(char) in names:
            texts.setdefault(names[ord(char)], _as_read(char))
    for parts, ligature in _ligatures(font):
        if ligature not in texts and all(part in texts for part in parts):
            texts[ligature] = "".join(texts[part] for part in parts)
    for char in sorted(_TYPED_LIGATURES.intersection(characters)):
        if ord(char) in names:
            texts.setdefault(names[ord(char)], char)
    for name, text in texts.items():
        yield font.getGlyphID(name), text


def _ligatures(font: TTFont) -> Iterator[tuple[list[str], str]]:
    """The glyphs that are drawn as one where they follow each other, by any rule of the font."""
    lookups = font["GSUB"].table.LookupList.Lookup if "GSUB" in font else []
    for lookup in lookups:
        for table in lookup.SubTable:
            inner = table.ExtSubTable if table.LookupType == _EXTENSION else table
            if inner.LookupType == _LIGATURES:
                for first, found in inner.ligatures.items():
                    for one in found:
                        yield [first, *one.Component], one.LigGlyph
