"""Each merge tag as Liquid, written anew from the registry, and the blocks that are open.

The grammar is small on purpose: one field with filters; a condition of a few terms, each of
which asks whether a field is there or what a choice is; one loop over a known list. Whatever
else a template language could do, a letter does not need.
"""

import dataclasses
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rapidfuzz import fuzz, process

from letters.merge.fields import BLOCKS, ENTRIES, FILTERS, Field
from letters.merge.tags import Problem, Tag

_FIELD = re.compile(r"([A-Za-z_]\w*)(?:\.(\w+))?\s*((?:\|\s*\w+\s*)*)")
_TERM = re.compile(
    r"""(?P<not>not\s+)?(?P<name>[A-Za-z_]\w*)(?:\.(?P<part>\w+))?"""
    r"""(?:\s*(?P<operator>==|!=)\s*["'“”‘’](?P<value>[^"'“”‘’]*)["'“”‘’])?"""
)
_BETWEEN_TERMS = re.compile(r"\s+(and|or)\s+")
# Names less alike than this are no misspellings of each other, in percent.
_ALIKE = 75
_LISTED = "“All fields and tags”, beside the text, says what there is."
# What other template languages have, and what this one has in its place.
_OTHERWISE = {
    **dict.fromkeys(("elif", "elseif"), "Write {% elsif … %}."),
    **dict.fromkeys(
        ("case", "when", "switch"), 'Write {% if … == "…" %}, {% elsif … %} and {% endif %}.'
    ),
    **dict.fromkeys(("end", "fi", "done"), "Write {% endif %}, {% endunless %} or {% endfor %}."),
    **dict.fromkeys(
        ("include", "render", "extends"), "Put a clause in as text, by “Put in a clause”."
    ),
    **dict.fromkeys(
        ("assign", "capture", "set", "increment", "macro"),
        "A letter holds no variables; write the words where they belong.",
    ),
    **dict.fromkeys(
        ("comment", "raw"), "All that is written is printed; to print braces, write \\{%."
    ),
}
MOST_TERMS = 10
DEEPEST = 8  # conditions and loops within one another
_LOOP = re.compile(r"([A-Za-z_]\w*)\s+in\s+([A-Za-z_]\w*)")


@dataclass
class _Open:
    """An opened {% if %}, {% unless %} or {% for %}, and the container it stands in."""

    keyword: str
    tag: Tag
    inside: int
    entry: str = ""
    items: str = ""
    had_else: bool = False


@dataclass
class TagWriter:
    """Writes the tags of one text in their order. Problems are gathered, not raised.

    A container is a list, an item or a quotation, named by a number; what is opened in one
    is closed in the same one.
    """

    fields: Mapping[str, Field]
    barred: Collection[str] = ()
    used: set[str] = dataclasses.field(default_factory=set)
    problems: list[Problem] = dataclasses.field(default_factory=list)
    _open: list[_Open] = dataclasses.field(default_factory=list)
    _has_panel: bool = False

    def field(self, tag: Tag) -> str:
        """{{ field | filter }}"""
        match = _FIELD.fullmatch(tag.inner)
        if not match:
            return self.refuse(tag, "Write {{ field }} or {{ field | filter }}.")
        found = self._look_up(tag, match[1], match[2])
        if not found:
            return ""
        path, spec = found
        if spec.kind in ("flag", "choice", "list"):
            use = "{% for %}" if spec.kind == "list" else "{% if %}"
            return self.refuse(tag, f"{spec.name} cannot be printed; it is used in {use}.")
        filters = [part.strip() for part in match[3].split("|") if part.strip()]
        for name in filters:
            self._check_filter(tag, name, spec)
        return f'{{{{ {path} | print: "{path}", "{" ".join(filters)}" }}}}'

    def block(self, tag: Tag, *, inside: int) -> str:
        """A {% tag %} alone on its line, in the container `inside`."""
        keyword, _, rest = tag.inner.partition(" ")
        rest = rest.strip()
        if keyword in BLOCKS and not rest:
            return self._ready_block(tag, keyword)
        if keyword in _OTHERWISE:
            return self.refuse(tag, f"There is no tag {keyword}. {_OTHERWISE[keyword]}")
        if keyword not in self._keywords:
            return self._unknown(tag, "tag", keyword, [*self._keywords, *BLOCKS])
        return self._keywords[keyword](self, tag, keyword, rest, inside)

    def leave(self, container: int) -> None:
        """The container ends; whatever was opened in it should have been closed."""
        while self._open and self._open[-1].inside == container:
            left = self._open.pop()
            self.refuse(
                left.tag,
                f"{{% {left.keyword} %}} is not closed within the list or quotation in which "
                "it stands.",
            )

    def finish(self) -> None:
        for left in self._open:
            self.refuse(left.tag, f"{{% {left.keyword} %}} is never closed.")

    def refuse(self, tag: Tag, message: str) -> str:
        """Keep the problem; what stands in place of the tag is nothing."""
        self.problems.append(tag.problem(message))
        return ""

    # --- Names ---------------------------------------------------------------------------

    def _look_up(self, tag: Tag, name: str, part: str | None) -> tuple[str, Field] | None:
        """The Liquid path and the registry's entry of `name` or `entry.part`."""
        if part is not None:
            return self._look_up_part(tag, name, part)
        if name in self.fields:
            self.used.add(name)
            return name, self.fields[name]
        self._unknown(tag, "field", name, self.fields)
        return None

    def _look_up_part(self, tag: Tag, name: str, part: str) -> tuple[str, Field] | None:
        loops = {opened.entry: opened.items for opened in self._open if opened.entry}
        if name not in loops:
            known = name in {entry for entry, _ in ENTRIES.values()}
            self.refuse(
                tag,
                f"{name}.{part} is only known inside {{% for {name} in … %}}."
                if known
                else f"There is no field {name}.{part}.",
            )
            return None
        parts = ENTRIES[loops[name]][1]
        if part in parts:
            return f"{name}.{part}", parts[part]
        self._unknown(tag, "field", f"{name}.{part}", [f"{name}.{known}" for known in parts])
        return None

    def _check_filter(self, tag: Tag, name: str, spec: Field) -> None:
        fitting = [kept.name for kept in FILTERS.values() if kept.kind == spec.kind]
        if name not in FILTERS:
            self._unknown(tag, "filter", name, fitting)
        elif name not in fitting:
            self.refuse(tag, f"The filter {name} is not for {spec.name}.")

    def _unknown(self, tag: Tag, kind: str, name: str, known: Collection[str]) -> str:
        near = _nearest(name, known)
        hint = f"Did you mean {near}?" if near else _LISTED
        return self.refuse(tag, f"There is no {kind} {name}. {hint}")

    # --- Blocks --------------------------------------------------------------------------

    def _ready_block(self, tag: Tag, name: str) -> str:
        if name in self.barred:
            return self.refuse(tag, f"{{% {name} %}} has its place in the letter, not in a part.")
        if name in self.fields:
            self.used.add(name)
        if name == "cases":
            self.used.add("grounds")
        if name in ("response", "no_response"):
            if self._has_panel:
                return self.refuse(
                    tag, "The response panel stands in a letter once, or is left out once."
                )
            self._has_panel = True
        return f"{{{{ ready.{name} }}}}"

    def _condition(self, tag: Tag, rest: str) -> str:
        """The Liquid condition of terms that are joined by `and`, or by `or`, never by both."""
        first, *more = _BETWEEN_TERMS.split(rest)
        words, terms = set(more[::2]), [first, *more[1::2]]
        if len(words) > 1:
            self.refuse(
                tag, "A condition takes and, or it takes or; put one {% if %} into another."
            )
        if len(terms) > MOST_TERMS:
            self.refuse(tag, f"A condition has at most {MOST_TERMS} terms.")
        return f" {''.join(words) or 'and'} ".join(self._term(tag, term) for term in terms)

    def _term(self, tag: Tag, term: str) -> str:
        match = _TERM.fullmatch(term.strip())
        if not match or (match["not"] and match["operator"]):
            self.refuse(
                tag,
                "Write a field after it, {% if is_public %} or {% if not is_public %}, or what a "
                'field is, {% if institution_state == "IL" %}; terms are joined by and, or by or.',
            )
            return "true"
        found = self._look_up(tag, match["name"], match["part"])
        if not found:
            return "true"
        path, spec = found
        if match["operator"]:
            return self._comparison(tag, path, spec, match["operator"], match["value"].strip())
        if spec.kind == "choice":
            known = " or ".join(f'"{choice}"' for choice in spec.choices[:3])
            self.refuse(tag, f"Say what {path} should be: {path} == {known} …")
            return "true"
        owner, _, name = path.rpartition(".")
        there = f"{owner}.yes.{name}" if owner else f"yes.{name}"
        return f"{there} == {'false' if match['not'] else 'true'}"

    def _comparison(self, tag: Tag, path: str, spec: Field, operator: str, value: str) -> str:
        """Only with a value that the field can have: a misspelt one would never be true."""
        if not spec.choices:
            known = [field.name for field in self.fields.values() if field.choices]
            self.refuse(tag, f"{path} cannot be compared; {', '.join(known[:3])} and facts can.")
        elif value not in spec.choices:
            near = _nearest(value, spec.choices)
            self.refuse(
                tag,
                f"{path} is never “{value}”."
                + (f" Did you mean {near}?" if near else f" It may be {_some(spec.choices)}."),
            )
        else:
            return f'{path} {operator} "{value}"'
        return "true"

    def _push(self, opened: _Open) -> None:
        self._open.append(opened)
        if len(self._open) == DEEPEST + 1:
            self.refuse(opened.tag, f"Conditions and loops are nested at most {DEEPEST} deep.")

    def _open_condition(self, tag: Tag, keyword: str, rest: str, inside: int) -> str:
        condition = self._condition(tag, rest)
        self._push(_Open(keyword, tag, inside))
        return f"{{% {keyword} {condition} %}}"

    def _open_loop(self, tag: Tag, keyword: str, rest: str, inside: int) -> str:
        match = _LOOP.fullmatch(rest)
        items = match[2] if match else ""
        opened = _Open(keyword, tag, inside)
        outer = next((other for other in self._open if other.keyword == keyword), None)
        self._push(opened)
        if outer:
            return self.refuse(tag, f"This loop stands in that of line {outer.tag.line}; close it.")
        if match and items in ENTRIES and match[1] == ENTRIES[items][0]:
            opened.items, opened.entry = items, match[1]
            self.used.add(items)
            return f"{{% for {opened.entry} in {items} %}}"
        ways = " or ".join(f"{{% for {entry} in {name} %}}" for name, (entry, _) in ENTRIES.items())
        return self.refuse(tag, f"Write {ways}.")

    def _branch(self, tag: Tag, keyword: str, rest: str, inside: int) -> str:
        opened = self._matching(tag, keyword, ("if", "unless"), inside)
        if opened is None:
            return ""
        if opened.had_else:
            return self.refuse(tag, f"{{% {keyword} %}} comes after {{% else %}}.")
        if keyword == "elsif":
            return f"{{% elsif {self._condition(tag, rest)} %}}"
        opened.had_else = True
        if rest:
            return self.refuse(
                tag, "{% else %} stands alone; to ask again, write {% elsif … %} in its place."
            )
        return "{% else %}"

    def _close(self, tag: Tag, keyword: str, rest: str, inside: int) -> str:
        opened = self._matching(tag, keyword, (keyword.removeprefix("end"),), inside)
        if opened is None:
            return ""
        self._open.remove(opened)
        if rest:
            return self.refuse(tag, f"{{% {keyword} %}} stands alone.")
        return f"{{% {keyword} %}}\n"

    def _matching(
        self, tag: Tag, keyword: str, wanted: tuple[str, ...], inside: int
    ) -> _Open | None:
        """What `tag` continues or closes, or None, with the problem reported."""
        opened = self._open[-1] if self._open else None
        if opened is None and keyword in ("else", "elsif"):
            self.refuse(
                tag, f"{{% {keyword} %}} has its place between {{% if … %}} and {{% endif %}}."
            )
        elif opened is None:
            self.refuse(tag, f"{{% {keyword} %}} closes nothing that is open.")
        elif opened.inside != inside:
            self.refuse(
                tag,
                f"{{% {keyword} %}} stands in another list or quotation than the "
                f"{{% {opened.keyword} %}} of line {opened.tag.line}; a tag cannot split one.",
            )
        elif opened.keyword not in wanted:
            self.refuse(
                tag,
                f"{{% {keyword} %}} does not belong to the {{% {opened.keyword} %}} of line "
                f"{opened.tag.line}.",
            )
        else:
            return opened
        return None

    _keywords: ClassVar[Mapping[str, Callable[["TagWriter", Tag, str, str, int], str]]] = {
        "if": _open_condition,
        "unless": _open_condition,
        "elsif": _branch,
        "else": _branch,
        "endif": _close,
        "endunless": _close,
        "for": _open_loop,
        "endfor": _close,
    }


def _nearest(name: str, known: Collection[str]) -> str:
    """What the name may be a misspelling of; nothing where none is close."""
    near = process.extractOne(name, list(known), scorer=fuzz.ratio, score_cutoff=_ALIKE)
    return near[0] if near else ""


def _some(choices: Sequence[str]) -> str:
    return ", ".join(choices) if len(choices) < 12 else f"{', '.join(choices[:5])} and others"
