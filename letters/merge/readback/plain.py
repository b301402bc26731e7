"""Text without what setting it changes: what was meant and what was read are compared so."""

import unicodedata
from typing import NamedTuple

# Line breaks, and hyphens, which are read back otherwise where a line ends in one.
_UNCERTAIN = dict.fromkeys(map(ord, " -\u00ad\u2010\u2011\ufffe\x02"))


class Line(NamedTuple):
    """`is_loose` where it is not sure which spaces the line has; those of `text` may be wrong."""

    text: str
    squeezed: str = ""
    is_loose: bool = False


class Sheet(NamedTuple):
    """One page: all its text without spaces and hyphens, and its lines where these are sure."""

    squeezed: str
    lines: list[Line] | None


def plain(text: str) -> str:
    """One line, with composed accents, straight quotes and single spaces."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text).replace("’", "'").replace("\u00ad", "")
    return " ".join(text.split())


def squeezed(plain_text: str) -> str:
    return plain_text.translate(_UNCERTAIN)
