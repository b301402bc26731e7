"""The ready-made blocks: numbered demands and cited grounds as safe HTML."""

import re
from collections.abc import Iterable, Mapping

from markupsafe import Markup, escape

from letters.merge.typography import typeset

Entry = Mapping[str, object]


def demands(entries: Iterable[Entry]) -> Markup:
    """An ordered list with the demands' own numbers; a short demand never breaks."""
    items = (
        Markup('<li style="counter-set: list-item {}"{}>{}</li>\n').format(
            int(str(entry["number"])),
            Markup(' class="short"') if len(str(entry["text"])) <= _SHORT else "",
            paragraphs(str(entry["text"])),
        )
        for entry in entries
    )
    return Markup('<ol class="demands">\n{}</ol>\n').format(Markup("").join(items))


def grounds(entries: Iterable[Entry]) -> Markup:
    """A list of names, each with its citation and the regulations under it."""
    items = (
        Markup("<li>{}, {}{}</li>\n").format(
            typeset(str(entry["name"])),
            typeset(str(entry["citation"])),
            typeset(f"; {entry['regulations']}" if entry.get("regulations") else ""),
        )
        for entry in entries
    )
    return Markup('<ul class="grounds">\n{}</ul>\n').format(Markup("").join(items))


def paragraphs(text: str) -> Markup:
    """Typed text: a blank line starts a paragraph, a line break stays one."""
    parts = re.split(r"\n\s*\n", text.strip())
    return Markup("").join(Markup("<p>{}</p>").format(lines(part)) for part in parts)


def lines(text: str) -> Markup:
    return Markup("<br>").join(escape(typeset(line.strip())) for line in text.split("\n"))


# About four lines of print.
_SHORT = 340
