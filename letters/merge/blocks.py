"""The ready-made blocks: numbered demands and cited grounds as safe HTML."""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import cast

from markupsafe import Markup, escape

from campaigns import citations
from letters.merge.fields import long_date
from letters.merge.typography import typeset

# Where the panel "How to respond" goes; `document` puts it there. No typed text can make it.
RESPONSE = Markup("<!--response-->")
NO_RESPONSE = Markup("<!--no response-->")

Entry = Mapping[str, object]


def demands(entries: Iterable[Entry]) -> Markup:
    """An ordered list with the demands' own numbers; a short demand never breaks."""
    items = (
        Markup('<li style="counter-set: list-item {}; counter-increment: none"{}>{}</li>\n').format(
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
            cited(str(entry["citation"])),
            Markup("").join(
                Markup("; {}").format(cited(one)) for one in _listed(entry, "regulations", "; ")
            ),
        )
        for entry in entries
    )
    return Markup('<ul class="grounds">\n{}</ul>\n').format(Markup("").join(items))


def facts(entries: Iterable[Entry]) -> Markup:
    """A numbered list of what was seen: about what, the words, where, when, which exhibit."""
    items = Markup("").join(Markup("<li>{}</li>\n").format(_fact(entry)) for entry in entries)
    return Markup('<ol class="facts">\n{}</ol>\n').format(items) if items else Markup("")


def _fact(entry: Entry) -> Markup:
    about = Markup("<strong>{}.</strong> ").format(typeset(str(entry["programme"])))
    exhibit = Markup("; Exhibit\u00a0{}").format(str(entry["exhibit"]))
    return Markup("<p>{}“{}” ({}, seen {}{})</p>").format(
        about if entry.get("programme") else "",
        lines(str(entry["quotation"])),
        str(entry["source"]),
        typeset(long_date(cast("date", entry["seen_on"]))),
        exhibit if entry.get("exhibit") else "",
    )


def cases(entries: Iterable[Entry]) -> Markup:
    """The cases of all grounds, each once, as a list; nothing where there is none."""
    named = dict.fromkeys(one for entry in entries for one in _listed(entry, "cases", "\n"))
    if not named:
        return Markup("")
    items = (Markup("<li>{}</li>\n").format(cited(one)) for one in named)
    return Markup('<ul class="grounds">\n{}</ul>\n').format(Markup("").join(items))


def cited(text: str) -> Markup:
    """A citation by rule: the name of a case in italics, and no break where none belongs."""
    record = citations.read(text)
    if isinstance(record, citations.Other):
        return escape(typeset(record.text))
    return Markup("").join(
        Markup("<em>{}</em>").format(piece.text) if piece.italic else escape(piece.text)
        for piece in record.pieces()
    )


def _listed(entry: Entry, name: str, between: str) -> list[str]:
    return [part for part in str(entry.get(name, "")).split(between) if part]


def paragraphs(text: str) -> Markup:
    """Typed text: a blank line starts a paragraph, a line break stays one."""
    parts = re.split(r"\n\s*\n", text.strip())
    return Markup("").join(Markup("<p>{}</p>").format(lines(part)) for part in parts)


def lines(text: str) -> Markup:
    """Typed prose, with the apostrophe that the letter's own text has."""
    curled = re.sub(r"(?<=\w)'(?=\w)", "’", text)
    return Markup("<br>").join(escape(typeset(line.strip())) for line in curled.split("\n"))


# About four lines of print.
_SHORT = 340
