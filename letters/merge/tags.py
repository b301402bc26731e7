"""Merge tags are taken out of the text before Markdown can touch them.

Each tag is replaced by a mark of the same length that Markdown reads as a word, so columns
stay right and `**{{ field }}**` is bold. A mark that Markdown then puts anywhere but into
running text, or alone on a line, is found out because nobody took it off the list.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

# Private-use characters, which `clean_block` refuses in typed text, so no text holds a mark.
FIELD_MARK, BLOCK_MARK, _END, _PAD = "\ue000", "\ue001", "\ue002", "\ue003"
MARK = re.compile(f"([{FIELD_MARK}{BLOCK_MARK}])(\\d+){_PAD}*{_END}")

# A backslash before the braces makes them text.
_TAG = re.compile(r"(?<!\\)(?:\{\{(?P<field>[^{}]*)\}\}|\{%(?P<block>[^{}]*)%\})")
_OPENING = re.compile(r"(?<!\\)\{[{%]")
MOST_TAGS = 500


@dataclass(frozen=True, order=True)
class Problem:
    """One reason why a text is refused, and where; lines and columns count from 1."""

    line: int
    column: int
    message: str

    def __str__(self) -> str:
        return f"Line {self.line}, column {self.column}: {self.message}"


@dataclass(frozen=True)
class Tag:
    """`{{ inner }}`, or `{% inner %}` where `is_block`, as typed."""

    inner: str
    is_block: bool
    line: int
    column: int

    def problem(self, message: str) -> Problem:
        return Problem(self.line, self.column, message)


@dataclass
class Lifted:
    """The text with its tags taken out; `left` holds those not yet met again."""

    lines: list[str]
    tags: list[Tag]
    problems: list[Problem]
    left: set[int] = field(default_factory=set)

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    def take(self, index: int) -> Tag:
        self.left.discard(index)
        return self.tags[index]

    def take_all(self, text: str) -> None:
        """Count every mark in `text` as met: a problem was already reported for it."""
        for mark in MARK.finditer(text):
            self.left.discard(int(mark[2]))


def lift(source: str) -> Lifted:
    """Take the tags out of `source`, whose line breaks are plain ones."""
    lifted = Lifted(lines=[], tags=[], problems=[])
    for number, line in enumerate(source.split("\n"), start=1):
        lifted.lines.append(_lift_line(line, number, lifted))
    lifted.left = set(range(len(lifted.tags)))
    lifted.problems.extend(_never_closed(lifted.lines))
    return lifted


def _lift_line(line: str, number: int, lifted: Lifted) -> str:
    def mark(found: re.Match[str]) -> str:
        is_block = found["block"] is not None
        inner = (found["block"] if is_block else found["field"]).strip()
        tag = Tag(inner, is_block, number, found.start() + 1)
        if not inner or len(lifted.tags) >= MOST_TAGS:
            lifted.problems.append(
                tag.problem(f"At most {MOST_TAGS} tags." if inner else "This tag is empty.")
            )
            return " " * len(found[0])
        lifted.tags.append(tag)
        start = BLOCK_MARK if is_block else FIELD_MARK
        index = str(len(lifted.tags) - 1)
        return start + index + _PAD * (len(found[0]) - len(index) - 2) + _END

    return _TAG.sub(mark, line)


def _never_closed(lines: list[str]) -> Iterator[Problem]:
    for number, line in enumerate(lines, start=1):
        for found in _OPENING.finditer(line):
            closing = "}}" if found[0] == "{{" else "%}"
            yield Problem(
                number,
                found.start() + 1,
                f"{found[0]} is not closed by {closing} on its line. To print it as it "
                f"stands, write \\{found[0]}.",
            )
