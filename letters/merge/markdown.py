"""The Markdown of letters: CommonMark without HTML, images and code, with merge tags.

What is left out is not ignored but refused, so that nobody sends a letter in which it
silently reads otherwise than it was meant.
"""

import re

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.image import image
from markdown_it.token import Token

from letters.merge.tags import BLOCK_MARK, FIELD_MARK, MARK

# Beyond its own limit markdown-it drops text without a word; ours is reached first.
DEEPEST = 10

# More than HTML's tags, so that no long search decides it; "x < y" has a space and is text.
_HTML = re.compile(r"</?[A-Za-z][A-Za-z0-9-]*|<[!?]")
_STRUCK = re.compile(r"~~(?=\S).+?~~", re.DOTALL)
_TABLE = re.compile(r":?-{3,}:?[ \t]*\|")  # the line below the head of a table
_CODE = re.compile(r"(?<!`)(`+)(?!`).+?(?<!`)\1(?!`)", re.DOTALL)


def parse(text: str) -> list[Token]:
    """The token tree of a text whose tags were lifted out by `tags.lift`."""
    return _PARSER.parse(text)


def parse_line(text: str) -> list[Token]:
    """The inline tokens of one line in which only merge tags and quotes mean anything."""
    return _LINE_PARSER.parse(text)[1].children or []


def _merge_field(state: StateInline, silent: bool) -> bool:
    """A tag in running text. Its content is a letter, so that quotes curl around it."""
    found = MARK.match(state.src, state.pos)
    if not found:
        return False
    if not silent:
        token = state.push("merge_block" if found[1] == BLOCK_MARK else "merge_field", "", 0)
        token.content = "x"
        token.meta = {"tag": int(found[2])}
    state.pos = found.end()
    return True


def _merge_block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A {% tag %} alone on its line."""
    line = state.src[state.bMarks[start] + state.tShift[start] : state.eMarks[start]].strip()
    found = MARK.fullmatch(line)
    if not found or found[1] != BLOCK_MARK:
        return False
    if not silent:
        token = state.push("merge_block", "", 0)
        token.map = [start, start + 1]
        token.meta = {"tag": int(found[2])}
        state.line = start + 1
    return True


def _refused(state: StateInline, silent: bool) -> bool:
    """Code, images, tables, struck-out words and HTML, kept with their place for the message."""
    start, why = state.pos, ""
    if found := _CODE.match(state.src, start):
        why, end = "code", found.end()
    elif found := _HTML.match(state.src, start):
        why, end = "HTML", found.end()
    elif found := _STRUCK.match(state.src, start):
        why, end = "strike", found.end()
    elif found := _TABLE.match(state.src, start):
        why, end = "tables", found.end()
    elif state.src.startswith("![", start) and image(state, True):
        why, end = "images", state.pos
    if not why:
        return False
    if not silent:
        token = state.push("refused", "", 0)
        token.content = state.src[start:end]
        token.meta = {"position": start, "why": why}
    state.pos = end
    return True


def _make() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "typographer": True})
    # Indented text is a paragraph and a line of dashes a rule: in a letter nobody means
    # code or a heading by them. Entities could spell characters that are refused as typed.
    # What a link may lead to is the compiler's question: here it would pass as text.
    parser.validateLink = lambda url: True  # type: ignore[method-assign]
    parser.disable(["code", "lheading", "html_block"])
    parser.disable(["backticks", "image", "html_inline", "entity"])
    parser.enable("smartquotes")
    _accept_tags(parser)
    parser.inline.ruler.after("autolink", "refused", _refused)
    parser.block.ruler.before(
        "fence",
        "merge_block",
        _merge_block,
        {"alt": ["paragraph", "reference", "blockquote", "list"]},
    )
    return parser


def _make_line() -> MarkdownIt:
    parser = MarkdownIt("zero", {"typographer": True})
    parser.enable("smartquotes")
    _accept_tags(parser)
    return parser


def _accept_tags(parser: MarkdownIt) -> None:
    parser.inline.add_terminator_char(FIELD_MARK)
    parser.inline.add_terminator_char(BLOCK_MARK)
    parser.inline.ruler.before("text", "merge_field", _merge_field)


_PARSER = _make()
_LINE_PARSER = _make_line()
