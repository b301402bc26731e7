"""What a letter says besides the names of its recipient, so that letters can be compared.

Two letters of a mailing read alike when only names, addresses and references differ. A
conditional paragraph, or text of the recipient's own, makes a letter deviate, and counsel
is shown which letters those are.
"""

import hashlib
import re
from collections.abc import Mapping
from html import unescape
from typing import Any

from letters.merge.content import LetterContent

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


def wording(content: LetterContent, data: Mapping[str, Any]) -> str:
    """RE line and body as plain paragraphs, with “‹institution_name›” where the name stood."""
    text = f"{content.subject}\n\n{_BLOCK.sub(chr(10), content.body)}"
    plain = unescape(re.sub(r"<[^>]+>", "", text)).replace("\u00a0", " ")
    lines = (" ".join(line.split()) for line in plain.split("\n"))
    said = "\n".join(line for line in lines if line)
    for secret in (content.response.url, content.response.short_code):
        said = said.replace(secret, "‹response›")
    values = {name: str(data.get(name) or "").replace("\u00a0", " ") for name in _NAMES}
    for name, value in sorted(values.items(), key=lambda one: -len(one[1])):
        if len(value) > 1:
            said = re.sub(rf"(?<!\w){re.escape(value)}(?!\w)", f"‹{name}›", said)
    return said


def sha256(said: str) -> str:
    return hashlib.sha256(said.encode()).hexdigest()
