"""From the Markdown tree to a Liquid template whose own text cannot contain Liquid.

Braces in the text leave here as character references, and every tag is written anew by
`liquid_tags` from what the registry knows of it; nothing that was typed is read as Liquid.
"""

import re
from dataclasses import dataclass

from markdown_it.token import Token
from markupsafe import escape

from letters.merge import markdown
from letters.merge.liquid_tags import TagWriter
from letters.merge.tags import Lifted, Problem
from letters.merge.typography import typeset

_HEADINGS = ("h1", "h2", "h3")
_HIGHEST_START = 999


def literal(text: str) -> str:
    """Typed text as HTML that holds no brace, and therefore no Liquid."""
    return str(escape(typeset(text))).replace("{", "&#123;").replace("}", "&#125;")


@dataclass
class Compiler:
    """One walk over one text. Problems are gathered, not raised, so that all are shown."""

    lifted: Lifted
    tags: TagWriter

    def __post_init__(self) -> None:
        self.problems = self.tags.problems
        self._out: list[str] = []
        self._containers: list[int] = [-1]
        self._levels: list[int] = []
        self._link: tuple[str, int] | None = None

    def body(self) -> str:
        """The Liquid source of a whole letter."""
        tokens = markdown.parse(self.lifted.text)
        self._levels = sorted({int(t.tag[1]) for t in tokens if t.type == "heading_open"})
        for index, token in enumerate(tokens):
            self._block(index, token)
        self.tags.finish()
        self._refuse_lost_tags()
        return "".join(self._out)

    def line(self) -> str:
        """The Liquid source of one line of plain text, such as the RE line."""
        tokens = markdown.parse_line(self.lifted.text)
        for token in tokens:
            if token.type == "merge_field":
                self._out.append(self.tags.field(self.lifted.take(token.meta["tag"])))
            elif token.type == "merge_block":
                tag = self.lifted.take(token.meta["tag"])
                self.tags.refuse(tag, "This line takes {{ fields }} only.")
            else:
                self._out.append(literal(token.content))
        return "".join(self._out)

    # --- Blocks ------------------------------------------------------------------------

    def _block(self, index: int, token: Token) -> None:
        if token.level >= markdown.DEEPEST:
            self._refuse_at(token, "Lists and quotations are nested too deeply here.")
        if token.nesting == -1:
            self.tags.leave(self._containers.pop())
        if token.type == "inline":
            for child in token.children or []:
                self._inline(child, token)
        elif token.type == "merge_block":
            tag = self.lifted.take(token.meta["tag"])
            self._out.append(self.tags.block(tag, inside=self._containers[-1]))
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
        number = token.attrGet("start")
        start = 1 if number is None else int(number)
        if start > _HIGHEST_START:
            self._refuse_at(
                token,
                f"This line would become item {start} of a list. Write {start}\\. to keep "
                "the number as text.",
            )
        style = f' style="counter-reset: list-item {start - 1}"' if start != 1 else ""
        self._out.append(f"<ol{style}>\n")

    # --- Running text ------------------------------------------------------------------

    def _inline(self, token: Token, block: Token) -> None:
        if token.level >= markdown.DEEPEST:
            self._refuse_at(block, "Emphasis is nested too deeply here.")
        if token.type == "text":
            self._out.append(literal(token.content))
        elif token.type == "merge_field":
            self._out.append(self.tags.field(self.lifted.take(token.meta["tag"])))
        elif token.type == "merge_block":
            tag = self.lifted.take(token.meta["tag"])
            self.tags.refuse(
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

    # --- Problems ----------------------------------------------------------------------

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

    def _refuse_lost_tags(self) -> None:
        for index in sorted(self.lifted.left):
            self.tags.refuse(
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
    "tables": "Tables are not used in letters. Say it in sentences or in a list.",
    "strike": "Struck-out words are not used in letters. Take them out.",
    "code": "Code is not used in letters. To print ` as it stands, write \\`.",
    "HTML": "HTML is not used in letters. To print < as it stands, write \\<.",
    "images": "Images are not used in letters.",
}
