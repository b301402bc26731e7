"""A text that is rendered once with blanks where values differ, and filled for each letter.

Two letters of a mailing differ in some names. Rendering their template for each gives, but for
these, the same text again.
"""

import re
from collections.abc import Mapping

# Private-use characters, which no text and no value can hold.
_START, _END = "\ue005", "\ue006"
_BLANK = re.compile(f"{_START}([^{_END}]*){_END}")


def blank(name: str) -> str:
    """What is put in place of a value before the text is rendered."""
    return f"{_START}{name}{_END}"


class Form:
    """A text that was rendered with blanks."""

    def __init__(self, rendered: str) -> None:
        self._parts = _BLANK.split(rendered)
        self._names = self._parts[1::2]

    def filled(self, values: Mapping[str, str]) -> str:
        """The text with `values`, which have to be what its template would have written."""
        parts = self._parts.copy()
        parts[1::2] = [values[name] for name in self._names]
        return "".join(parts)
