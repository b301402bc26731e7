"""From the Markdown tree to a Liquid template whose own text cannot contain Liquid.

Braces in the text leave here as character references, and every tag is written anew from
what the registry knows of it; nothing that was typed is ever read as Liquid.
"""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from markdown_it.token import Token
from markupsafe import escape
from rapidfuzz import process

from letters.merge import markdown
from letters.merge.fields import BLOCKS, ENTRIES, FILTERS, Field
from letters.merge.tags import Lifted, Problem, Tag
from letters.merge.typography import typeset

_FIELD = re.compile(r"([A-Za-z_]\w*)(?:\.(\w+))?\s*((?:\|\s*\w+\s*)*)")
_CONDITION = re.compile(r"([A-Za-z_]\w*)(?:\.(\w+))?")
_LOOP = re.compile(r"([A-Za-z_]\w*)\s+in\s+([A-Za-z_]\w*)")
_KEYWORDS = ("if", "unless", "elsif", "else", "endif", "endunless", "for", "endfor")
_HEADINGS = ("h1", "h2", "h3")
_HIGHEST_START = 999


def literal(text: str) -> str:
    """Typed text as HTML that holds no brace, and therefore no Liquid."""
    return str(escape(typeset(text))).replace("{", "&#123;").replace("}", "&#125;")


@dataclass
class _Open:
    """An opened {% if %}, {% unless %} or {% for %}, and the block it stands in."""

    keyword: str
    tag: Tag
    inside: int
    entry: str = ""
    items: str = ""
    had_else: bool = False


@dataclass
class Compiler:
    """One walk over one text. Problems are gathered, not raised, so that all are shown."""

    lifted: Lifted
    fields: Mapping[str, Field]
    used: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._out: list[str] = []
        self._open: list[_Open] = []
        self._containers: list[int] = [-1]
        self._levels: list[int] = []
        self._link: tuple[str, int] | None = None

    def body(self) -> str:
        """The Liquid source of a whole letter."""
        tokens = markdown.parse(self.lifted.text)
        self._levels = sorted({int(t.tag[1]) for t in tokens if t.type == "heading_open"})
        for index, token in enumerate(tokens):
            self._block(index, token)
        for still_open in self._open:
            self._refuse(still_open.tag, f"{{% {still_open.keyword} %}} is never closed.")
        self._refuse_lost_tags()
        return "".join(self._out)

    def line(self) -> str:
        """The Liquid source of one line of plain text, such as the RE line."""
        tokens = markdown.parse_line(self.lifted.text)
        for token in tokens:
            if token.type == "merge_field":
                self._field(self.lifted.take(token.meta["tag"]))
            elif token.type == "merge_block":
                tag = self.lifted.take(token.meta["tag"])
                self._refuse(tag, "This line takes {{ fields }} only.")
            else:
                self._out.append(literal(token.content))
        return "".join(self._out)

    # --- Blocks ------------------------------------------------------------------------

    def _block(self, index: int, token: Token) -> None:
        if token.level >= markdown.DEEPEST:
            self._refuse_at(token, "Lists and quotations are nested too deeply here.")
        if token.nesting == -1:
            self._leave_container()
        if token.type == "inline":
            for child in token.children or []:
                self._inline(child, token)
        elif token.type == "merge_block":
            self._block_tag(self.lifted.take(token.meta["tag"]))
        elif token.type in ("heading_open", "heading_close"):
            self._heading(token)
        elif token.type == "ordered_list_open":
            self._ordered_list(token)
        elif token.type in _BLOCK_HTML:
            if not token.hidden:
                self._out.append(_BLOCK_HTML[token.type])
        else:
            self._refuse_at(token, _REFUSED["code"])
            self.lifted.take_all(token.content + token.info)
        if token.nesting == 1:
            self._containers.append(index)

    def _heading(self, token: Token) -> None:
        rank = self._levels.index(int(token.tag[1]))
        if rank >= len(_HEADINGS):
            if token.nesting == 1:
                self._refuse_at(token, "A letter has at most three levels of headings.")
            return
        # The highest level used is the first, so that the tagged PDF skips none.
        name = _HEADINGS[rank]
        self._out.append(f"<{name}>" if token.nesting == 1 else f"</{name}>\n")

    def _ordered_list(self, token: Token) -> None:
        start = int(token.attrGet("start") or 1)
        if start > _HIGHEST_START:
            self._refuse_at(
                token,
                f"This line would become item {start} of a list. Write {start}\\. to keep "
                "the number as text.",
            )
        style = f' style="counter-reset: list-item {start - 1}"' if start != 1 else ""
        self._out.append(f"<ol{style}>\n")

    def _leave_container(self) -> None:
        closing = self._containers.pop()
        while self._open and self._open[-1].inside == closing:
            left = self._open.pop()
            self._refuse(
                left.tag,
                f"{{% {left.keyword} %}} is not closed within the list or quotation in which "
                "it stands.",
            )

    # --- Running text ------------------------------------------------------------------

    def _inline(self, token: Token, block: Token) -> None:
        if token.level >= markdown.DEEPEST:
            self._refuse_at(block, "Emphasis is nested too deeply here.")
        if token.type == "text":
            self._out.append(literal(token.content))
        elif token.type == "merge_field":
            self._field(self.lifted.take(token.meta["tag"]))
        elif token.type == "merge_block":
            tag = self.lifted.take(token.meta["tag"])
            self._refuse(
                tag,
                "A {% tag %} stands alone on its line, after at most three spaces, and opens "
                "or closes whole paragraphs.",
            )
        elif token.type == "refused":
            self.lifted.take_all(token.content)
            line, column = self._place(block, token.meta["position"])
            self.problems.append(Problem(line, column, _REFUSED[token.meta["why"]]))
        elif token.type == "link_open":
            self._open_link(token, block)
        elif token.type == "link_close":
            self._close_link()
        else:
            self._out.append(_INLINE_HTML[token.type])

    def _open_link(self, token: Token, block: Token) -> None:
        href = str(token.attrGet("href") or "")
        if not re.match(r"(?:https?://|mailto:)[^\s]", href):
            self._refuse_at(
                block, f"A link leads to https://, http:// or mailto:, not to {href or 'nothing'}."
            )
        self._out.append(f'<a href="{literal(href)}">')
        self._link = (href, len(self._out))

    def _close_link(self) -> None:
        """On paper a link is only its text, so the address follows where it differs."""
        href, start = self._link or ("", 0)
        shown = href.removeprefix("mailto:")
        text = "".join(self._out[start:])
        self._out.append("</a>")
        if literal(shown) != text:
            self._out.append(f" ({literal(shown)})")
        self._link = None

    # --- Tags --------------------------------------------------------------------------

    def _field(self, tag: Tag) -> None:
        match = _FIELD.fullmatch(tag.inner)
        if not match:
            self._refuse(tag, "Write {{ field }} or {{ field | filter }}.")
            return
        found = self._look_up(tag, match[1], match[2])
        if not found:
            return
        path, spec = found
        if spec.kind in ("flag", "list"):
            self._refuse(
                tag,
                f"{spec.name} cannot be printed; it is used in "
                + ("{% if %}." if spec.kind == "flag" else "{% for %}."),
            )
            return
        filters = [part.strip() for part in match[3].split("|") if part.strip()]
        for name in filters:
            self._check_filter(tag, name, spec)
        self._out.append(f'{{{{ {path} | print: "{path}", "{" ".join(filters)}" }}}}')

    def _check_filter(self, tag: Tag, name: str, spec: Field) -> None:
        fitting = [kept.name for kept in FILTERS.values() if kept.kind == spec.kind]
        if name not in FILTERS:
            self._unknown(tag, "filter", name, fitting)
        elif name not in fitting:
            self._refuse(tag, f"The filter {name} is not for {spec.name}.")

    def _look_up(self, tag: Tag, name: str, part: str | None) -> tuple[str, Field] | None:
        """The Liquid path and the registry's entry of `name` or `entry.part`."""
        if part is None:
            spec = self.fields.get(name)
            if spec:
                self.used.add(name)
                return name, spec
            self._unknown(tag, "field", name, self.fields)
            return None
        items = {opened.entry: opened.items for opened in self._open if opened.entry}
        if name not in items:
            self._refuse(
                tag,
                f"{name}.{part} is only known inside {{% for {name} in … %}}."
                if name in {entry for entry, _ in ENTRIES.values()}
                else f"There is no field {name}.{part}.",
            )
            return None
        parts = ENTRIES[items[name]][1]
        if part not in parts:
            self._unknown(tag, "field", f"{name}.{part}", [f"{name}.{known}" for known in parts])
            return None
        return f"{name}.{part}", parts[part]

    def _block_tag(self, tag: Tag) -> None:
        keyword, _, rest = tag.inner.partition(" ")
        rest = rest.strip()
        if keyword in BLOCKS and not rest:
            self._ready_block(tag, keyword)
            return
        act = self._keyword(keyword)
        if act is None:
            self._unknown(tag, "tag", keyword, [*_KEYWORDS, *BLOCKS])
        else:
            act(tag, keyword, rest)

    def _ready_block(self, tag: Tag, name: str) -> None:
        if name in self.fields:
            self.used.add(name)
        printed = f"{{{{ ready.{name} }}}}"
        if name == "response" and printed in self._out:
            self._refuse(tag, "The response panel stands in a letter once.")
        self._out.append(printed)

    def _keyword(self, keyword: str) -> Callable[[Tag, str, str], None] | None:
        acts: dict[str, Callable[[Tag, str, str], None]] = {
            "if": self._open_condition,
            "unless": self._open_condition,
            "for": self._open_loop,
            "elsif": self._branch,
            "else": self._branch,
            "endif": self._close,
            "endunless": self._close,
            "endfor": self._close,
        }
        return acts.get(keyword)

    def _open_condition(self, tag: Tag, keyword: str, rest: str) -> None:
        condition = self._condition(tag, rest)
        self._open.append(_Open(keyword, tag, self._containers[-1]))
        self._out.append(f"{{% {keyword} {condition} %}}")

    def _condition(self, tag: Tag, rest: str) -> str:
        match = _CONDITION.fullmatch(rest)
        if not match:
            self._refuse(tag, "Write one field after it: {% if is_public %}.")
            return "true"
        found = self._look_up(tag, match[1], match[2])
        if not found:
            return "true"
        owner, _, name = found[0].rpartition(".")
        return f"{owner}.yes.{name}" if owner else f"yes.{name}"

    def _open_loop(self, tag: Tag, keyword: str, rest: str) -> None:
        match = _LOOP.fullmatch(rest)
        items = match[2] if match else ""
        opened = _Open(keyword, tag, self._containers[-1])
        self._open.append(opened)
        if match and items in ENTRIES and match[1] == ENTRIES[items][0]:
            opened.items, opened.entry = items, match[1]
            self.used.add(items)
            self._out.append(f"{{% for {opened.entry} in {items} %}}")
            return
        ways = " or ".join(f"{{% for {entry} in {name} %}}" for name, (entry, _) in ENTRIES.items())
        self._refuse(tag, f"Write {ways}.")

    def _branch(self, tag: Tag, keyword: str, rest: str) -> None:
        opened = self._matching(tag, keyword, ("if", "unless"))
        if opened is None:
            return
        if opened.had_else:
            self._refuse(tag, f"{{% {keyword} %}} comes after {{% else %}}.")
        if keyword == "else":
            opened.had_else = True
            self._out.append("{% else %}")
            if rest:
                self._refuse(tag, "{% else %} stands alone.")
        else:
            self._out.append(f"{{% elsif {self._condition(tag, rest)} %}}")

    def _close(self, tag: Tag, keyword: str, rest: str) -> None:
        opened = self._matching(tag, keyword, (keyword.removeprefix("end"),))
        if opened is None:
            return
        self._open.remove(opened)
        self._out.append(f"{{% {keyword} %}}\n")
        if rest:
            self._refuse(tag, f"{{% {keyword} %}} stands alone.")

    def _matching(self, tag: Tag, keyword: str, wanted: tuple[str, ...]) -> _Open | None:
        """What `tag` continues or closes, or None, with the problem reported."""
        opened = self._open[-1] if self._open else None
        if opened is None:
            self._refuse(tag, f"{{% {keyword} %}} closes nothing that is open.")
        elif opened.inside != self._containers[-1]:
            self._refuse(
                tag,
                f"{{% {keyword} %}} stands in another list or quotation than the "
                f"{{% {opened.keyword} %}} of line {opened.tag.line}; a tag cannot split one.",
            )
        elif opened.keyword not in wanted:
            self._refuse(
                tag,
                f"{{% {keyword} %}} does not belong to the {{% {opened.keyword} %}} of line "
                f"{opened.tag.line}.",
            )
        else:
            return opened
        return None

    # --- Problems ----------------------------------------------------------------------

    def _refuse(self, tag: Tag, message: str) -> None:
        self.problems.append(tag.problem(message))

    def _refuse_at(self, block: Token, message: str) -> None:
        self.problems.append(Problem(*self._place(block, 0), message))

    def _place(self, block: Token, position: int) -> tuple[int, int]:
        """Line and column of a position within the text of a block."""
        first = block.map[0] if block.map else 0
        before = block.content[:position].split("\n")
        index = first + len(before) - 1
        inner = block.content.split("\n")[len(before) - 1] if block.content else ""
        indent = max(self.lifted.lines[index].rfind(inner.strip()), 0) if inner else 0
        lead = len(inner) - len(inner.lstrip())
        return index + 1, indent + len(before[-1]) - lead + 1

    def _unknown(self, tag: Tag, kind: str, name: str, known: Collection[str]) -> None:
        near = process.extractOne(name, list(known), score_cutoff=60)
        hint = f" Did you mean {near[0]}?" if near else ""
        self._refuse(tag, f"There is no {kind} {name}.{hint}")

    def _refuse_lost_tags(self) -> None:
        for index in sorted(self.lifted.left):
            self._refuse(
                self.lifted.tags[index],
                "A merge tag cannot stand in a link address, a link title or code.",
            )


_BLOCK_HTML = {
    "paragraph_open": "<p>",
    "paragraph_close": "</p>\n",
    "bullet_list_open": "<ul>\n",
    "bullet_list_close": "</ul>\n",
    "ordered_list_close": "</ol>\n",
    "list_item_open": "<li>",
    "list_item_close": "</li>\n",
    "blockquote_open": "<blockquote>\n",
    "blockquote_close": "</blockquote>\n",
    "hr": "<hr>\n",
}
_INLINE_HTML = {
    "em_open": "<em>",
    "em_close": "</em>",
    "strong_open": "<strong>",
    "strong_close": "</strong>",
    "softbreak": "\n",
    "hardbreak": "<br>\n",
}
_REFUSED = {
    "code": "Code is not used in letters. To print ` as it stands, write \\`.",
    "HTML": "HTML is not used in letters. To print < as it stands, write \\<.",
    "images": "Images are not used in letters.",
}
