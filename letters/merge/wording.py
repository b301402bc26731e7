"""What a letter says besides the names of its recipient, so that letters can be compared.

Two letters of a mailing read alike when only names, addresses and references differ. A
conditional paragraph, or text of the recipient's own, makes a letter deviate, and counsel
is shown which letters those are.
"""

import hashlib
import re
from html import unescape

from letters.merge.assemble import Data, Words, assemble
from letters.merge.codes import Codes

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


def wording(words: Words, data: Data) -> str:
    """RE line and body as plain paragraphs, with “‹institution_name›” where the name stands.

    The letter is merged once more with the names of the fields for its values. Replacing the
    values in the finished text would find the town of Meridian in “Meridian Review”.
    """
    named = {name: f"‹{name}›" for name in _NAMES if data.get(name)}
    content = assemble(words, {**data, **named}, Codes("‹response_url›", "‹response_code›"))
    text = f"{content.subject}\n\n{_BLOCK.sub(chr(10), content.body)}"
    plain = unescape(re.sub(r"<[^>]+>", "", text)).replace("\u00a0", " ")
    lines = (" ".join(line.split()) for line in plain.split("\n"))
    return "\n".join(line for line in lines if line)


def sha256(said: str) -> str:
    return hashlib.sha256(said.encode()).hexdigest()
