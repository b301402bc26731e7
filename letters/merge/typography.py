"""Spaces that must not break: a line never ends on a section sign or between Dr. and a name.

Only plain spaces change, into no-break ones, so the printed words are the typed words.
"""

import re
from functools import lru_cache

_NBSP = "\u00a0"
_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_BEFORE_SPACE = re.compile(
    r"(?:"
    r"[§¶]"
    r"|\b(?:Nos?|pts?|subpts?|ch|arts?|amends?|pp?|vol|cl)\.(?= [\dA-Z(]| $)"
    r"|\b(?:Dr|Mr|Mrs|Ms|Mx|Prof|Rev|Hon|St)\.(?= [A-Z]| $)"
    r"|\b\d+(?= (?:U\.S\.C|C\.F\.R|U\.S\.|F\.\dd|F\.4th|Fed\.))"
    r"|\b(?:U\.S\.C|C\.F\.R|U\.S|F\.\dd|F\.4th|Fed\. Reg)\.?(?= [§\d]| pts?\.)"
    rf"|\b(?:{_MONTHS})(?= \d)"
    r"|\bet(?= seq\.)"
    r"|\d(?= [ap]\.m\.)"
    r") "
)


@lru_cache(maxsize=2_000)  # a name stands in several places of one letter
def typeset(text: str) -> str:
    """The same text with no-break spaces inside citations, dates and names with a title."""
    return _BEFORE_SPACE.sub(lambda found: found[0][:-1] + _NBSP, text)
