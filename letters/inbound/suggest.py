"""Which answer a reply seems to give, by phrases that can be looked up. It decides nothing.

Each suggestion names the phrase, the sentence and the page, so that a person sees at once
whether the rule read it right. Where a reply numbers the demands, each sentence counts for the
demand it is about; a sentence about none counts for all, and says so.
"""

import calendar
import datetime
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

import yaml

_RULES = Path(__file__).with_name("rules") / "phrases.yaml"
# What ends with a full stop and no sentence: titles, and the number at the beginning of a line.
_GOES_ON = r"(?<!\bMr\.)(?<!\bMs\.)(?<!\bDr\.)(?<!\bNo\.)(?<!\bSt\.)(?<!\n\d\.)(?<!\n\d\d\.)"
_SENTENCE_END = re.compile(
    rf"{_GOES_ON}(?<=[.!?])[\"”')]*\s+(?=[A-Z0-9\"“(•-])|\n\s*\n|\n(?=\s*(?:\(?\d{{1,2}}[.):]|[•*-])\s)",
)
_CLAUSE_END = re.compile(
    r";|,?\s+\b(?:but|however|whereas|although|while|and yet)\b"
    r"|,?\s+and\s+(?=(?:we|will|shall|decline|confirm|dispute)\b)",
    re.I,
)
_WORDS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_ORDINALS = (
    *("first", "second", "third", "fourth", "fifth"),
    *("sixth", "seventh", "eighth", "ninth", "tenth"),
)
_NUMBER = rf"(?:\d{{1,2}}|{'|'.join(_WORDS)})"
_THING = r"(?:demands?|items?|requests?|questions?|points?|paragraphs?)"
_NAMED = re.compile(
    rf"\b{_THING}\s*(?:no\.?|nos\.?|numbers?|#)?\s*({_NUMBER}(?:\s*(?:,|and|&|or|,\s*and)\s*{_NUMBER})*)\b",
    re.I,
)
_ORDINAL = re.compile(rf"\b({'|'.join(_ORDINALS)})\s+{_THING}\b", re.I)
_LISTED = re.compile(r"^\s*\(?(\d{1,2})[.):]\s")
_HEAD = re.compile(
    rf"^\s*(?:\(?\d{{1,2}}[.)]\s+)?(?:(?:as to|as for|regarding|concerning|with respect to|"
    rf"with regard to|in response to|response to|re:?)\s+)?(?:your\s+|the\s+)?"
    rf"(?:{_THING}\s*(?:no\.?|#)?\s*{_NUMBER}|(?:{'|'.join(_ORDINALS)})\s+{_THING})\b",
    re.I,
)
_DATE = re.compile(
    r"\b(January|February|March|April|May|June|July|August|September|October|November|December)"
    r"\s+(\d{1,2}),?\s+(20\d\d)\b",
    re.I,
)
_NEAR = 6  # words between a negation and what it denies


@dataclass(frozen=True)
class Suggestion:
    """One phrase that points to an answer. `page` counts from 1; `start` and `end` are in it."""

    outcome: str
    phrase: str
    quotation: str
    page: int
    start: int
    end: int
    negated: bool = False
    promised_on: datetime.date | None = None
    of_the_whole: bool = False


@dataclass(frozen=True)
class Hint:
    """What the letter seems to be, or to ask for besides: words for a person, with the phrase."""

    what: str
    phrase: str
    page: int


@dataclass(frozen=True)
class Suggested:
    by_demand: dict[int, list[Suggestion]] = field(default_factory=dict)
    kinds: tuple[Hint, ...] = ()
    notes: tuple[Hint, ...] = ()

    def best(self, number: int) -> Suggestion | None:
        """The one to begin with: none where the phrases point to different answers."""
        found = self.by_demand.get(number, [])
        return found[0] if len({one.outcome for one in found}) == 1 else None


@dataclass(frozen=True)
class _Phrase:
    expression: re.Pattern[str]
    denies: bool  # it holds its own negation


@dataclass(frozen=True)
class _Rule:
    value: str
    phrases: tuple["_Phrase", ...]
    negated: str = ""
    needs_positive: bool = False
    about: str = ""


@dataclass(frozen=True)
class _Rules:
    outcomes: tuple[_Rule, ...]
    kinds: tuple[_Rule, ...]
    notes: tuple[_Rule, ...]
    positive: tuple[_Phrase, ...]
    negation: re.Pattern[str]


def suggest(pages: Sequence[str], titles: Mapping[int, str]) -> Suggested:
    """What the pages of a reply say on each demand; `titles` are the demands' by their numbers."""
    rules, numbers = _rules(), list(titles)
    of_one: dict[int, list[Suggestion]] = {}
    of_all: list[Suggestion] = []
    current: list[int] = []  # the demand whose part of the letter this is
    for page, text in enumerate(pages, start=1):
        for at, sentence in _pieces(_SENTENCE_END, f"\n{text}"):
            if _HEAD.match(sentence) or _LISTED.match(sentence):
                current = _named(sentence, numbers)
            for offset, clause in _pieces(_CLAUSE_END, sentence):
                rule, found = _read(rules, clause, sentence, page, at + offset)
                if rule is None or found is None:
                    continue
                about = _named(clause, numbers) or current
                if not about and rule.about:
                    about = [one for one in numbers if rule.about in titles[one].lower()]
                for number in about:
                    of_one.setdefault(number, []).append(found)
                if not about and not rule.about:
                    of_all.append(replace(found, of_the_whole=True))
    by_demand = {number: of_one.get(number) or of_all for number in numbers}
    return Suggested(
        {number: found for number, found in by_demand.items() if found},
        tuple(_hints(rules.kinds, pages)),
        tuple(_hints(rules.notes, pages)),
    )


def _pieces(end: re.Pattern[str], text: str) -> Iterator[tuple[int, str]]:
    """The parts between what ends one, each with where it begins."""
    at = 0
    for found in end.finditer(text):
        if text[at : found.start()].strip():
            yield at, text[at : found.start()]
        at = found.end()
    if text[at:].strip():
        yield at, text[at:]


def _named(words: str, numbers: Sequence[int]) -> list[int]:
    """The demands that the words name, by figure, by word, as first or second, or as in a list."""
    found = [
        int(one) if one.isdigit() else _WORDS.index(one.lower()) + 1
        for named in _NAMED.findall(words)
        for one in re.findall(_NUMBER, named, re.I)
    ]
    found += [_ORDINALS.index(one.lower()) + 1 for one in _ORDINAL.findall(words)]
    if not found and (listed := _LISTED.match(words)):
        found = [int(listed[1])]
    return [number for number in dict.fromkeys(found) if number in numbers]


def _read(
    rules: _Rules, clause: str, sentence: str, page: int, at: int
) -> tuple[_Rule, Suggestion] | tuple[None, None]:
    """What the clause says, by the first rule that fits."""
    is_positive = any(one.expression.search(clause) for one in rules.positive)
    for rule in rules.outcomes:
        if rule.needs_positive and not is_positive:
            continue
        for phrase in rule.phrases:
            found = phrase.expression.search(clause)
            if found is None:
                continue
            negated = not phrase.denies and _is_negated(rules, clause, found)
            if negated and not rule.negated:
                continue
            return rule, Suggestion(
                outcome=rule.negated if negated else rule.value,
                phrase=" ".join(found[0].split()),
                quotation=" ".join(sentence.split()),
                page=page,
                start=at + found.start() - 1,  # a line break was put before the text
                end=at + found.end() - 1,
                negated=negated,
                promised_on=_date(sentence) if rule.value == "will_comply" else None,
            )
    return None, None


def _is_negated(rules: _Rules, clause: str, found: re.Match[str]) -> bool:
    """Whether something denies the phrase, shortly before it or between its words."""
    before = clause[: found.start()].split()[-_NEAR:]
    return bool(rules.negation.search(" ".join([*before, found[0]]).replace("’", "'")))


def _date(sentence: str) -> datetime.date | None:
    """The day it names, where it names one."""
    found = _DATE.search(sentence)
    if found is None:
        return None
    month = list(calendar.month_name).index(found[1].capitalize())
    try:
        return datetime.date(int(found[3]), month, int(found[2]))
    except ValueError:
        return None


def _hints(rules: tuple[_Rule, ...], pages: Sequence[str]) -> Iterator[Hint]:
    """One for each rule that fits, with the first phrase that does."""
    for rule in rules:
        for page, text in enumerate(pages, start=1):
            if found := next(
                filter(None, (one.expression.search(text) for one in rule.phrases)), None
            ):
                yield Hint(rule.value, " ".join(found[0].split()), page)
                break


@cache
def _rules() -> _Rules:
    read = yaml.safe_load(_RULES.read_text())
    words = "|".join(read["negations"].split())
    negation = re.compile(rf"\b(?:{words})\b|\b\w+n't\b", re.I)
    return _Rules(
        outcomes=tuple(
            _Rule(
                one["outcome"],
                _phrases(one["phrases"], negation),
                one.get("negated", ""),
                one.get("needs") == "positive",
                one.get("about", ""),
            )
            for one in read["outcomes"]
        ),
        kinds=tuple(
            _Rule(one["kind"], _phrases(one["phrases"], negation)) for one in read["kinds"]
        ),
        notes=tuple(
            _Rule(one["note"], _phrases(one["phrases"], negation)) for one in read["notes"]
        ),
        positive=_phrases(read["positive"], negation),
        negation=negation,
    )


def _phrases(phrases: list[str], negation: re.Pattern[str]) -> tuple[_Phrase, ...]:
    return tuple(
        _Phrase(re.compile(_pattern(one), re.I), bool(negation.search(one))) for one in phrases
    )


def _pattern(phrase: str) -> str:
    """A phrase of the rules as an expression: words, "/" for one of them, "…" for a few between."""
    made = ""
    for part in phrase.split():
        if part == "…":
            made += r"(?:\s+[^\s]+){0,4}?"
            continue
        either = "|".join(map(re.escape, part.split("/")))
        made += (r"\s+" if made else "") + f"(?:{either})"
    return rf"\b{made}\b"
