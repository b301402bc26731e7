"""What the glyphs of a font in the file stand for, and what room they take.

The texts are those of the file's own map, as for every reader of the PDF, and the shapes those
of the font program in it: a glyph that has none is not there to be seen.
"""

import math
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from struct import error as StructError
from struct import unpack, unpack_from

from letters.pdf_frame import Frame, Unknown, unpacked

_FONT = re.compile(
    rb"<</Type /Font/Subtype /Type0/BaseFont /[\w+-]+/ToUnicode (\d+) 0 R/Encoding /Identity-H"
    rb"/DescendantFonts \[(\d+) 0 R\]>>"
)
_GLYPHS = re.compile(
    rb"<</Type /Font/Subtype /CIDFontType2/BaseFont /[\w+-]+/CIDSystemInfo <</Registry \(Adobe\)"
    rb"/Ordering \(Identity\)/Supplement 0>>/CIDToGIDMap /Identity/W \[([\d \[\]]+)\]"
    rb"/FontDescriptor (\d+) 0 R>>"
)
_PROGRAM = re.compile(
    rb"<</Type /FontDescriptor/FontName /[\w+-]+/FontFamily \([\w ]+\)/Flags \d+"
    rb"/FontBBox \[[\d -]+\]/ItalicAngle -?\d+/Ascent -?\d+/Descent -?\d+/CapHeight -?\d+"
    rb"/StemV -?\d+/StemH -?\d+/FontFile2 (\d+) 0 R>>"
)
_WIDTHS = re.compile(rb" ?(\d+) \[(\d+(?: \d+)*)\]")
_MAP = re.compile(
    rb"/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n/CIDSystemInfo\n"
    rb"<< /Registry \(Adobe\)\n/Ordering \(UCS\)\n/Supplement 0\n>> def\n"
    rb"/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n1 begincodespacerange\n<0000> <ffff>\n"
    rb"endcodespacerange\n"
    rb"((?:\d+ beginbfchar\n(?:<[0-9a-f]{4}> <(?:[0-9a-f]{4})+>\n)+endbfchar\n)+)"
    rb"endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend"
)
_ENTRY = re.compile(rb"<(.{4})> <(.+)>")
# Written from right to left, or telling the reader to: PDFium puts their lines in order.
_TURNED = frozenset(
    {"R", "AL", "AN", "RLE", "RLO", "RLI", "LRE", "LRO", "LRI", "FSI", "PDF", "PDI"}
)
_UNREADABLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_SOFT_HYPHEN = "\u00ad"
_NO_SHAPE = (math.inf, math.inf, -math.inf, -math.inf)


@dataclass(frozen=True, eq=False)
class Font:
    """Of each glyph that is known its text, and in thousandths of an em how wide it is.

    `lows` and `highs` say from where to where above the base line it reaches, `lefts` how far
    right of its place it begins, and `rights` how far right of the next one's it ends.
    """

    texts: dict[int, str]
    widths: dict[int, int]
    lows: dict[int, float]
    highs: dict[int, float]
    lefts: dict[int, float]
    rights: dict[int, float]


def font(frame: Frame, number: int) -> Font:
    """Raises Unknown. Remembered under all that the file says of the font."""
    written = frame.thing(number)
    glyphs = frame.thing(_number_in(_FONT, written, 2))
    program = frame.thing(_number_in(_GLYPHS, glyphs, 2))
    found = _font(
        glyphs,
        frame.packed(_number_in(_FONT, written, 1)),
        frame.stream(_number_in(_PROGRAM, program, 1)).packed,
    )
    if found is None:
        raise Unknown("a font of another kind")
    return found


def _number_in(known: re.Pattern[bytes], written: bytes, group: int) -> int:
    found = known.fullmatch(written)
    if not found:
        raise Unknown("a font that is written otherwise")
    return int(found[group])


@lru_cache(maxsize=64)
def _font(glyphs: bytes, mapped: bytes, program: bytes) -> Font | None:
    try:
        texts, widths = _texts(unpacked(mapped)), _widths(glyphs)
        shapes = _shapes(unpacked(program), max(widths))
    except (Unknown, StructError, KeyError):
        return None
    texts = {code: text for code, text in texts.items() if code in widths and _is_readable(text)}
    lefts, lows, rights, highs = (
        {code: shapes.get(code, _NO_SHAPE)[side] for code in texts} for side in range(4)
    )
    rights = {code: right - widths[code] for code, right in rights.items()}
    return Font(texts, widths, lows, highs, lefts, rights)


def _texts(mapped: bytes) -> dict[int, str]:
    blocks = _MAP.fullmatch(mapped)
    if not blocks:
        raise Unknown("a map that is written otherwise")
    entries: list[tuple[bytes, bytes]] = []
    for block in blocks[1].split(b"endbfchar\n")[:-1]:
        count, _, listed = block.partition(b" beginbfchar\n")
        found = _ENTRY.findall(listed)
        if len(found) != int(count):
            raise Unknown("a map of another length")
        entries += found
    texts = {int(code, 16): _text(said) for code, said in entries}
    if len(texts) != len(entries):
        raise Unknown("a glyph with two texts")
    return texts


def _text(said: bytes) -> str:
    return "".join([chr(int(said[at : at + 4], 16)) for at in range(0, len(said), 4)])


def _is_readable(text: str) -> bool:
    return all(
        unicodedata.bidirectional(char) not in _TURNED
        and (unicodedata.category(char) not in _UNREADABLE or char == _SOFT_HYPHEN)
        for char in text
    )


def _widths(glyphs: bytes) -> dict[int, int]:
    found = _GLYPHS.fullmatch(glyphs)
    listed = found[1] if found else b""
    if _WIDTHS.sub(b"", listed).strip():
        raise Unknown("widths that are written otherwise")
    widths: dict[int, int] = {}
    for first, run in _WIDTHS.findall(listed):
        widths.update(enumerate(map(int, run.split()), start=int(first)))
    if not widths:
        raise Unknown("a font without widths")
    return widths


def _shapes(program: bytes, last: int) -> dict[int, tuple[float, float, float, float]]:
    """Left, foot, right and head of each glyph that has a shape."""
    tables = _tables(program)
    em, is_long = unpack_from(">H", tables["head"], 18)[0], unpack_from(">h", tables["head"], 50)[0]
    if not em:
        raise Unknown("a font without an em")
    per_mille = 1000 / em
    found = {}
    for glyph, (start, end) in enumerate(pairwise(_places(tables["loca"], is_long))):
        if start < end and glyph <= last:
            left, low, right, high = unpack_from(">4h", tables["glyf"], start + 2)
            found[glyph] = (
                left * per_mille,
                low * per_mille,
                right * per_mille,
                high * per_mille,
            )
    return found


def _tables(program: bytes) -> dict[str, bytes]:
    (count,) = unpack_from(">H", program, 4)
    listed = [unpack_from(">4s4xLL", program, 12 + 16 * number) for number in range(count)]
    return {
        name.decode("latin-1"): program[start : start + length] for name, start, length in listed
    }


def _places(listed: bytes, is_long: int) -> list[int]:
    """Where the drawing of each glyph begins, and the last one ends."""
    if is_long:
        return [*unpack(f">{len(listed) // 4}L", listed)]
    return [2 * half for half in unpack(f">{len(listed) // 2}H", listed)]
