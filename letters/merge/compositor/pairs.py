"""Whether a font sets plain text letter by letter, with no more than a look at the next one.

Shaping is in general a matter of the whole line. In the fonts of letters it is not: kerning
moves a letter for the sake of the one behind it, a few letters are joined, and nothing reaches
across a space. Where the rules of a font say so, a line is put together from what each of its
letters becomes before the next, which Pango has to tell only once. Where they say anything else,
no line is.
"""

import io
from collections.abc import Iterable, Iterator
from typing import Any

from fontTools.ttLib import TTFont

# Nothing of these is written from right to left, stands above another letter, or is of a script
# of its own: text that has one of the letters at all is one run of Latin to Pango.
_PLAIN = (
    *map(chr, range(0x20, 0x7F)),
    *"\u00a0§¶–—‘’“”…",
    *(chr(code) for code in range(0xC0, 0x180) if chr(code).isalpha()),
)
# The rules that HarfBuzz follows without being asked.
_UNASKED = frozenset(
    (
        "abvm",
        "blwm",
        "calt",
        "ccmp",
        "clig",
        "curs",
        "dist",
        "kern",
        "liga",
        "locl",
        "ltra",
        "ltrm",
        "mark",
        "mkmk",
        "rand",
        "rclt",
        "rlig",
        "rvrn",
    )
)
_SCRIPTS = frozenset({"DFLT", "latn"})
_EXTENSIONS = {"GSUB": 7, "GPOS": 9}
_SUBSTITUTE_ONE, _SUBSTITUTE_JOINED = 1, 4
_MOVE_ONE, _MOVE_PAIR, _MOVE_MARKS = 1, 2, (4, 5, 6)
_ADVANCE = 4  # the one thing of a pair that kerning changes: how far the first letter reaches


class Pairs:
    """What `file` does with plain text: `characters` that it sets pair by pair, but for `joined`.

    None are where its rules look further.
    """

    def __init__(self, file: bytes) -> None:
        font = TTFont(io.BytesIO(file), lazy=True)
        names = font.getBestCmap()
        known = {names[ord(char)]: char for char in reversed(_PLAIN) if ord(char) in names}
        self.joined: frozenset[tuple[str, str]] = frozenset()
        self.characters: frozenset[str] = frozenset()
        glyphs, joined = _closed(font, frozenset(known))
        if all(_is_of_pairs(font, glyphs, names[ord(" ")])):
            self.characters = frozenset(char for char in _PLAIN if ord(char) in names)
            self.joined = frozenset(
                (one, other)
                for one in self.characters
                for other in self.characters
                if (names[ord(one)], names[ord(other)]) in joined
            )


def _rules(font: TTFont, tag: str) -> Iterator[Any]:
    """The subtables that may touch Latin text which asks for nothing."""
    if tag not in font:
        return
    table = font[tag].table
    wanted: set[int] = set()
    for record in table.ScriptList.ScriptRecord:
        if record.ScriptTag in _SCRIPTS:
            systems = [one.LangSys for one in record.Script.LangSysRecord]
            for system in filter(None, [record.Script.DefaultLangSys, *systems]):
                features = map(table.FeatureList.FeatureRecord.__getitem__, system.FeatureIndex)
                for feature in features:
                    if feature.FeatureTag in _UNASKED:
                        wanted.update(feature.Feature.LookupListIndex)
    for index in wanted:
        for rule in table.LookupList.Lookup[index].SubTable:
            yield rule.ExtSubTable if rule.LookupType == _EXTENSIONS[tag] else rule


def _closed(
    font: TTFont, glyphs: frozenset[str]
) -> tuple[frozenset[str], frozenset[tuple[str, str]]]:
    """The glyphs with all that may take their place, and the pairs that begin a joined one."""
    found, joined = set(glyphs), set()
    rules = list(_rules(font, "GSUB"))
    before = 0
    while before != len(found):
        before = len(found)
        for rule in rules:
            if rule.LookupType == _SUBSTITUTE_ONE:
                found.update(new for old, new in rule.mapping.items() if old in found)
            elif rule.LookupType == _SUBSTITUTE_JOINED:
                for first, ligatures in rule.ligatures.items():
                    for one in ligatures:
                        if found.issuperset([first, *one.Component]):
                            found.add(one.LigGlyph)
                            joined.add((first, one.Component[0]))
    return frozenset(found), frozenset(joined)


def _is_of_pairs(font: TTFont, glyphs: frozenset[str], space: str) -> Iterator[bool]:
    """For each rule, whether it looks at no more of these glyphs than one and the next."""
    yield "GPOS" in font and any(rule.LookupType == _MOVE_PAIR for rule in _rules(font, "GPOS"))
    for rule in _rules(font, "GSUB"):
        if rule.LookupType not in (_SUBSTITUTE_ONE, _SUBSTITUTE_JOINED):
            yield not _may_meet(rule, glyphs)
    for rule in _rules(font, "GPOS"):
        if rule.LookupType == _MOVE_PAIR:
            yield _kerns(rule) and not _kerns_spaces(rule, space)
        elif rule.LookupType in _MOVE_MARKS:
            marks = getattr(rule, "MarkCoverage", None) or rule.Mark1Coverage
            yield glyphs.isdisjoint(marks.glyphs)
        elif rule.LookupType != _MOVE_ONE:
            yield not _may_meet(rule, glyphs)


def _may_meet(rule: Any, glyphs: frozenset[str]) -> bool:
    """Whether a rule with a context may find all that it looks for among the glyphs."""
    if getattr(rule, "Format", 0) != 3:
        return True
    sides = ("BacktrackCoverage", "InputCoverage", "LookAheadCoverage", "Coverage")
    looked_for: Iterable[Any] = (one for side in sides for one in _listed(rule, side))
    return not any(glyphs.isdisjoint(one.glyphs) for one in looked_for)


def _listed(rule: Any, side: str) -> list[Any]:
    found = getattr(rule, side, None) or []
    return found if isinstance(found, list) else [found]


def _kerns(rule: Any) -> bool:
    """Whether all that the rule changes is how far the first of two letters reaches."""
    return rule.ValueFormat1 in (0, _ADVANCE) and rule.ValueFormat2 == 0


def _kerns_spaces(rule: Any, space: str) -> bool:
    if space in rule.Coverage.glyphs:
        return True
    if rule.Format == 1:
        seconds = (pair.SecondGlyph for pairs in rule.PairSet for pair in pairs.PairValueRecord)
        return space in seconds
    behind = rule.ClassDef2.classDefs.get(space, 0)
    values = (record.Class2Record[behind].Value1 for record in rule.Class1Record)
    return any(getattr(value, "XAdvance", 0) for value in values)
