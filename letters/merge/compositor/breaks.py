"""Where a line of text may end, as Pango finds it, mostly without asking it."""

import re
from array import array
from functools import lru_cache
from itertools import accumulate, repeat
from string import ascii_letters, digits

# Words that a line may break after wherever a space does, and nowhere else: what stands beside
# the space, brackets, quotation marks and dashes, can forbid it or allow more.
_SIMPLY = re.compile(r"[A-Za-zÀ-ɏ0-9](?:[A-Za-zÀ-ɏ0-9’]*[.,;:]?)")
_BOUNDED = re.compile(r"[A-Za-zÀ-ɏ0-9].*[A-Za-zÀ-ɏ0-9.,;:]")
# Which letter or digit it is does not matter, so that each new reference is no new word.
_CLASSES = str.maketrans(ascii_letters + digits, "a" * len(ascii_letters) + "0" * len(digits))


def breaks(text: str, language: str) -> list[int]:
    """Where a line may end, and the end."""
    found = None if text.endswith(" ") else free_breaks(text, language)
    return [*all_breaks(text, language), len(text)] if found is None else found


def free_breaks(text: str, language: str) -> list[int] | None:
    """Where a line may end, whatever stands around the text; None where that matters.

    A text that ends in a space goes on behind it with such a text.
    """
    words = text.translate(_CLASSES).split(" ")
    is_open = not words[-1]
    if is_open:
        words.pop()
    inner = [*map(_inner_breaks, words, repeat(language))]
    if None in inner:
        return None
    ends = [*accumulate([len(word) + 1 for word in words])]
    if not is_open:
        ends[-1] -= 1
    if not any(inner):
        return ends
    begun = zip([0, *ends], inner, strict=False)
    within = [start + place for start, places in begun for place in places or ()]
    return sorted([*ends, *within])


@lru_cache(maxsize=20_000)
def _inner_breaks(word: str, language: str) -> tuple[int, ...] | None:
    """Where a word of these classes may be broken; None where what stands around it matters."""
    if _SIMPLY.fullmatch(word):
        return ()
    if not _BOUNDED.fullmatch(word):
        return None
    return all_breaks(word, language)


@lru_cache(maxsize=2_000)  # what stands around a name is the same in each letter
def all_breaks(text: str, language: str) -> tuple[int, ...]:
    """Where Pango breaks the text, but for its end."""
    from weasyprint.text.ffi import ffi
    from weasyprint.text.line_break import get_log_attrs

    attributes = array("I")
    attributes.frombytes(ffi.buffer(get_log_attrs(text, language)))
    return tuple([place for place in range(1, len(text)) if attributes[place] & 1])
