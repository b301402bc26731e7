"""The language of letters: Markdown with merge tags, in; safe HTML, out.

Markdown is read first, then values go into the finished tree, escaped, in one pass, and are
never read again. Merging first and reading then let an institution's name add headings and
links to the letter; this order makes that impossible rather than unlikely.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from liquid import BoundTemplate, Environment, StrictUndefined
from liquid.exceptions import ResourceLimitError
from markupsafe import escape

from campaigns.text import UnsafeText, clean_block, clean_line, look_alikes
from letters.merge import blanks, blocks, typefaces
from letters.merge.compiler import Compiler
from letters.merge.fields import ENTRIES, FIELDS, FILTERS, Field, long_date, with_grounds
from letters.merge.liquid_tags import TagWriter
from letters.merge.tags import Problem, lift
from letters.merge.typography import typeset

__all__ = [
    "MissingValue",
    "Problem",
    "Template",
    "TemplateRefused",
    "check",
    "parse",
    "unprintable",
]

# After a value that ends in a full stop, "Esq." or "Inc.": a sentence that ends there needs no
# second one. A private-use character, which no text and no value can hold.
_STOPPED = "\ue004"
_ONE_STOP = re.compile(rf"{_STOPPED}((?:</\w+>)*)\.(?!\.)")
LONGEST = 60_000  # characters; about twenty pages
_LARGEST = 2_000_000  # characters of HTML
# What stands in a letter once cannot stand in what one recipient reads besides.
_NOT_IN_A_PART = ("own_text", "response", "no_response")


class TemplateRefused(Exception):
    """The text cannot be a letter. `problems` says why and where."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(" ".join(str(problem) for problem in self.problems))


class MissingValue(Exception):
    """The letter's text needs a value that this recipient does not have."""

    def __init__(self, field: str) -> None:
        self.field = field
        super().__init__(f"The letter uses {field}, which is not known for this recipient.")


Known = tuple[tuple[str, Any], ...]


@dataclass(frozen=True, eq=False)
class Template:
    """A text that was read without problems. `fields` are the names it uses."""

    fields: frozenset[str]
    _compiled: BoundTemplate
    _plain: frozenset[str]

    def merge(self, values: Mapping[str, Any]) -> str:
        """Safe HTML with the values of one recipient.

        `values` by name of the registry: text is `str`, dates are `date`, flags `bool`,
        lists are dicts of `str`, `own_text` is safe HTML that was made here before. Raises
        MissingValue for a required value that is empty and would have been printed,
        TemplateRefused where the loops make it longer than any letter.
        """
        known = tuple([(name, self._asked(name, values.get(name, ""))) for name in self.fields])
        merged = _form(self, known).filled(_Printed(values))
        if len(merged) > _LARGEST:
            raise _too_long()
        if _STOPPED in merged:
            merged = _ONE_STOP.sub(r"\1", merged).replace(_STOPPED, "")
        return merged

    def _asked(self, name: str, value: Any) -> Any:
        """All that the form depends on: of text no more than that there is some."""
        if name in self._plain and isinstance(value, str) and value.strip():
            return blanks.blank(name)
        if name in ENTRIES:
            return tuple([tuple(entry.items()) for entry in value or ()])
        return value


class _Printed(dict[str, str]):
    """What stands in each blank of a form, by field and filters."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values

    def __missing__(self, blank: str) -> str:
        name, _, filters = blank.partition("|")
        printed = self[blank] = str(escape(_print(self._values[name], name, filters)))
        return printed


@lru_cache(maxsize=64)
def _form(template: Template, asked: Known) -> blanks.Form:
    """The text for all whose conditions and lists are the same."""
    known = dict(asked)
    for name in ENTRIES:
        known[name] = [_with_yes(dict(entry)) for entry in known.get(name) or ()]
    ready = {
        "demands": blocks.demands(known["demands"]),
        "open_demands": blocks.demands(known["open_demands"]) if known["open_demands"] else "",
        "grounds": blocks.grounds(known["grounds"]),
        "cases": blocks.cases(known["grounds"]),
        "facts": blocks.facts(known["facts"]),
        "own_text": known.get("own_text") or "",
        "response": blocks.RESPONSE,
        "no_response": blocks.NO_RESPONSE,
    }
    try:
        return blanks.Form(template._compiled.render(**_with_yes(known), ready=ready))
    except ResourceLimitError as error:
        raise _too_long() from error


def _too_long() -> TemplateRefused:
    message = "The loops of this text make it longer than any letter is."
    return TemplateRefused([Problem(1, 1, message)])


def check(
    source: str, *, subject: bool = False, grounds: Iterable[str] = (), own: bool = False
) -> list[Problem]:
    """Everything that keeps the text from being a letter's body, or its RE line.

    `grounds` are the keys of the campaign's grounds, each of which gives a flag. `own` is the
    text of one recipient, which is a part of a body.
    """
    return list(_read(source, subject, tuple(grounds), own)[1])


def parse(
    source: str, *, subject: bool = False, grounds: Iterable[str] = (), own: bool = False
) -> Template:
    """Read the text once, to merge it many times. Raises TemplateRefused."""
    template, problems = _read(source, subject, tuple(grounds), own)
    if template is None:
        raise TemplateRefused(problems)
    return template


@lru_cache(maxsize=64)
def _read(
    source: str, subject: bool, grounds: tuple[str, ...], own: bool
) -> tuple[Template | None, tuple[Problem, ...]]:
    source = source.replace("\r\n", "\n").replace("\r", "\n")
    if problems := _unfit(source, subject):
        return None, tuple(problems)
    lifted = lift(source)
    barred = _NOT_IN_A_PART if own else ()
    tags = TagWriter(with_grounds({key: key for key in grounds}), barred)
    compiler = Compiler(lifted, tags)
    liquid = compiler.line() if subject else compiler.body()
    if problems := sorted({*lifted.problems, *tags.problems}):
        return None, tuple(problems)
    plain = {name for name in tags.used if _is_plain(FIELDS.get(name))}
    return Template(frozenset(tags.used), _ENVIRONMENT.from_string(liquid), frozenset(plain)), ()


def _is_plain(field: Field | None) -> bool:
    """Whether a text can do no more with the field than print it, or ask whether it is there."""
    return field is not None and field.kind == "text" and not field.choices


def _unfit(source: str, subject: bool) -> list[Problem]:
    """What is wrong with the text whatever it says."""
    if not source.strip():
        return [Problem(1, 1, "There is no text.")]
    try:
        (clean_line if subject else clean_block)(source, limit=LONGEST)
    except UnsafeText as refused:
        return [Problem(1, 1, str(refused))]
    if subject and "\n" in source:
        return [Problem(2, 1, "This is one line.")]
    return list(unprintable(source))


def unprintable(text: str) -> Iterator[Problem]:
    """Characters that no letter prints, and words that read as others."""
    for number, line in enumerate(text.split("\n"), start=1):
        for column, char in enumerate(line, start=1):
            if not typefaces.any_has(char):
                yield Problem(number, column, f"None of our typefaces has the character {char}.")
        for word in look_alikes(line):
            message = f"“{word[0]}” mixes letters of two alphabets that look alike. Type it anew."
            yield Problem(number, word.start() + 1, message)


def _print(value: object, name: str, filters: str) -> str:
    """The Liquid filter through which every value passes."""
    if value == blanks.blank(name):
        return blanks.blank(f"{name}|{filters}")
    if not value or (isinstance(value, str) and not value.strip()):
        if name in _OPTIONAL:
            return ""
        raise MissingValue(name)
    chosen = [FILTERS[filter_name] for filter_name in filters.split()]
    if isinstance(value, date):
        text = chosen.pop(0).apply(value) if chosen else long_date(value)
    else:
        text = str(value)
    for kept in chosen:
        text = kept.apply(text)
    return typeset(text) + (_STOPPED if text.endswith(".") else "")


_OPTIONAL = frozenset(
    f"{entry}.{part.name}"
    for entry, parts in ENTRIES.values()
    for part in parts.values()
    if not part.required
)


def _with_yes(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values, and for conditions whether each is there: Liquid holds "" for true."""
    return {**values, "yes": {name: bool(value) for name, value in values.items()}}


class _Environment(Environment):
    """No loader, no other tags or filters than the compiler writes, and hard limits."""

    loop_iteration_limit = 5_000
    output_stream_limit = _LARGEST
    block_nesting_limit = 20


# The three that letters have, and the three by which python-liquid itself reads a text.
_LIQUID_TAGS = ("if", "unless", "for", "content", "output", "illegal")


def _environment() -> Environment:
    environment = _Environment(undefined=StrictUndefined, autoescape=True)
    environment.filters.clear()
    environment.add_filter("print", _print)
    kept = {
        name: environment.tags[name]
        for name in ("if", "unless", "for", "content", "output", "illegal")
    }
    environment.tags.clear()
    environment.tags.update(kept)
    return environment


_ENVIRONMENT = _environment()
