"""The linter: words in a letter's text that threaten, imitate government or call a standard law.

Rules are data (`rules/wording.yaml`), and so is what single states forbid (`rules/states.yaml`).
Pure: text in, hits with line and column out. It finds words and not intent, so that a person
decides about each hit.
"""

import datetime
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import yaml

_FOLDER = Path(__file__).parent / "rules"
# How a character reads: curled as straight, and a letter of another alphabet as its likeness.
_READS = {
    **dict(zip("’‘‐‑ı", "''--i", strict=True)),
    **dict(zip("аеорсухіјѕԁһӏԛԝгѵ", "aeopcyxijsdhlqwrv", strict=True)),
    **dict(zip("АВЕКМНОРСТХІЈЅҮ", "ABEKMHOPCTXIJSY", strict=True)),
    **dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧοινκα", "ABEZHIKMNOPTYXoivka", strict=True)),
}
# What is not printed: marks of emphasis, headings, quotations, links and line breaks. A line of
# underscores is a blank to fill in, and what stands in a tag is a name.
_MARKS = re.compile(
    r"""\*
    | (?<![\w_])_(?=\w) | (?<=\w)_(?![\w_])
    | ^(?:[ ]{0,3}>)+[ ]? | ^[ ]{0,3}\#{1,6}(?=[ ])
    | \[(?=[^\[\]]*\]\() | \]\([^()\n]*\)
    | \\(?=[!-/:-@\[-`{-~\n])
    | (?<=\w)\{\{[^{}]*\}\}(?=\w)  # a field within a word may print nothing""",
    re.MULTILINE | re.VERBOSE,
)

_CAPITAL = re.compile(r"(?<!\\)[A-Z]")  # but for \W and the like


@dataclass(frozen=True)
class Rule:
    """`check` is the code of the check that reports it; `kind` is what states forbid.

    `source` is the law or standard that the rule follows; empty where it is craft alone.
    """

    check: str
    kind: str
    what: str
    why: str
    source: str
    patterns: tuple[re.Pattern[str], ...]


@dataclass(frozen=True)
class StateRule:
    """What the conduct rules of one state forbid to threaten with."""

    state: str
    rule: str
    forbids: frozenset[str]
    note: str
    source: str
    seen_on: datetime.date


@dataclass(frozen=True)
class Hit:
    """Words that a rule found. `line` and `column` count from 1."""

    rule: Rule
    said: str
    line: int
    column: int

    def sentence(self, where: str, states: Iterable[str] = ()) -> str:
        """The hit in words; `where` names the text, `states` whose rules may bind."""
        forbidding = [one for one in state_rules(states) if self.rule.kind in one.forbids]
        also = "".join(f" {one.rule} forbids it ({one.note})." for one in forbidding)
        source = f" ({self.rule.source})" if self.rule.source else ""
        return (
            f"{where}, line {self.line}, column {self.column}: “{self.said}” {self.rule.what}. "
            f"{self.rule.why}{source}.{also}"
        )


def hits(text: str, check: str) -> list[Hit]:
    """What the rules of one check find in a text, in the order of the text."""
    if not text:
        return []
    read, places = _read_out(text)
    if not _any_of(check).search(read.lower()):  # as in hardly any of thousands of names
        return []
    return sorted(
        (
            _hit(text, rule, read[start:end], places[start])
            for rule in rules()
            if rule.check == check
            for start, end in _spans(read, rule)
        ),
        key=lambda one: (one.line, one.column),
    )


def sentences(text: str, where: str, checks: Iterable[str]) -> list[str]:
    """What the rules of these checks find in a text, in words."""
    return [hit.sentence(where) for check in checks for hit in hits(text, check)]


@lru_cache(maxsize=64)
def _read_out(text: str) -> tuple[str, Sequence[int]]:
    """The text as its reader reads it, and where in the text each character of that stands."""
    if text.isascii() and not _MARKS.search(text):
        return text, range(len(text))
    unprinted = {at for mark in _MARKS.finditer(text) for at in range(*mark.span())}
    read: list[str] = []
    places: list[int] = []
    for at, char in enumerate(text):
        if at not in unprinted:
            said = _READS.get(char) or _unaccented(char)
            read.append(said)
            places.extend([at] * len(said))
    return "".join(read), places


def _unaccented(char: str) -> str:
    """The letters that are read: without accents, ligatures taken apart, nothing that is unseen."""
    if char.isascii():
        return char
    apart = unicodedata.normalize("NFKD", char)
    return "".join(one for one in apart if unicodedata.category(one) not in ("Mn", "Cf"))


def _spans(text: str, rule: Rule) -> Iterator[tuple[int, int]]:
    """Where the rule finds something. What overlaps is one thing, found by several patterns."""
    start = end = 0
    found = sorted(match.span() for pattern in rule.patterns for match in pattern.finditer(text))
    for begins, ends in found:
        if begins >= end:
            if end:
                yield start, end
            start = begins
        end = max(end, ends)
    if end:
        yield start, end


def _hit(text: str, rule: Rule, said: str, start: int) -> Hit:
    before = text[:start]
    return Hit(
        rule,
        " ".join(said.split()),
        before.count("\n") + 1,
        len(before) - (before.rfind("\n") + 1) + 1,
    )


@cache
def rules() -> tuple[Rule, ...]:
    return tuple(
        Rule(**{**entry, "patterns": tuple(_compiled(one) for one in entry["patterns"])})
        for entry in _read("wording.yaml")
    )


@cache
def _any_of(check: str) -> re.Pattern[str]:
    """What finds something, in small letters, wherever a rule of the check does.

    A search that heeds no case takes four times as long.
    """
    patterns = (one.pattern for rule in rules() if rule.check == check for one in rule.patterns)
    return re.compile("|".join(f"(?:{_in_small_letters(pattern)})" for pattern in patterns))


def _in_small_letters(pattern: str) -> str:
    return _CAPITAL.sub(lambda found: found[0].lower(), pattern)


def state_rules(states: Iterable[str]) -> list[StateRule]:
    """The rules of these states, by state."""
    wanted = set(states)
    return [rule for rule in _state_rules() if rule.state in wanted]


@cache
def _state_rules() -> tuple[StateRule, ...]:
    found = (
        StateRule(**{**entry, "forbids": frozenset(entry["forbids"])})
        for entry in _read("states.yaml")
    )
    return tuple(sorted(found, key=lambda rule: rule.state))


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern.replace(" ", r"(?:[\s\-]+)"), re.IGNORECASE)


def _read(name: str) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = yaml.safe_load((_FOLDER / name).read_text())
    return entries
