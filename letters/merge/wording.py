"""What a letter says besides the names of its recipient, so that letters can be compared.

Two letters of a mailing read alike when only names, addresses and references differ. A
conditional paragraph, or text of the recipient's own, makes a letter deviate, and counsel
is shown which letters those are. What many letters say alike is worked out once for all.
"""

import hashlib
import re
from dataclasses import dataclass, field
from functools import lru_cache
from html import unescape
from typing import Any

from letters.merge.assemble import Data, Words, fields_of, merge, values_of
from letters.merge.codes import Codes
from letters.merge.fields import FIELDS
from letters.merge.language import MissingValue

# The values by which every letter of a mailing differs from every other.
_NAMES = (
    "salutation",
    "addressee",
    "addressee_name",
    "addressee_title",
    "institution_name",
    "institution_city",
    "first_letter_reference",
    "reference",
)
_BLOCK = re.compile(r"</(?:p|li|h\d|blockquote|ol|ul)>|<br\s*/?>")


@dataclass(frozen=True)
class _Said:
    """Words and the values that stand in them. Of two with the same `key` the same is said."""

    subject: str
    body: str
    key: str
    values: dict[str, Any] = field(compare=False)


def wording(words: Words, data: Data) -> str:
    """RE line and body as plain paragraphs, with “‹institution_name›” where the name stands.

    The letter is merged once more with the names of the fields for its values. Replacing the
    values in the finished text would find the town of Meridian in “Meridian Review”.
    """
    return _wording(_said(words, data))


def lacking(words: Words, data: Data) -> list[str]:
    """Labels of the values that the words would print and that are not known."""
    return list(_lacking(_said(words, data)))


def _said(words: Words, data: Data) -> _Said:
    """No condition asks more of a name than whether it is there, so most letters say the same."""
    named = {name: f"‹{name}›" for name in _NAMES if str(data.get(name, "")).strip()}
    values = values_of({**data, **named}, Codes("‹response_url›", "‹response_code›"))
    key = repr([(name, values.get(name)) for name in sorted(fields_of(words, values))])
    return _Said(words.subject, words.body, key, values)


@lru_cache(maxsize=64)
def _wording(said: _Said) -> str:
    subject, body = merge(said, said.values)
    text = f"{subject}\n\n{_BLOCK.sub(chr(10), body)}"
    plain = unescape(re.sub(r"<[^>]+>", "", text)).replace("\u00a0", " ")
    lines = (" ".join(line.split()) for line in plain.split("\n"))
    return "\n".join(line for line in lines if line)


@lru_cache(maxsize=64)
def _lacking(said: _Said) -> tuple[str, ...]:
    values, found = dict(said.values), list[str]()
    while True:
        try:
            merge(said, values)
        except MissingValue as missing:
            found.append(FIELDS[missing.field].label if missing.field in FIELDS else missing.field)
            if missing.field not in FIELDS:  # a part of an entry, which cannot be filled below
                return tuple(found)
            values[missing.field] = "-"
        else:
            return tuple(found)


def sha256(said: str) -> str:
    return hashlib.sha256(said.encode()).hexdigest()
