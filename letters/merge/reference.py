"""Reference numbers: PREFIX-YEAR-NUMBER-CHECK, for example CNF-2026-0137-B.

They are typed from paper and read out over the phone, so the last character checks the
others (ISO 7064 mod 37,2): any single wrong character and any two exchanged neighbours are
found. That scheme's thirty-seventh check character is an asterisk, which no letter should
print and no file name may hold; it is printed as XX.
"""

import re

from stdnum.iso7064 import mod_37_2

_PREFIX = re.compile(r"[A-HJ-NP-Z]{2,6}")
_PRINTED = re.compile(r"([A-HJ-NP-Z]{2,6})-(\d{4})-(\d{4,6})-([0-9A-Z]|XX)")
_TYPED = re.compile(r"([A-Z]{2,6})([0-9OI]{4})([0-9OI]{4,6})([0-9A-Z]|XX)")


def make(prefix: str, year: int, number: int) -> str:
    """The reference of the `number`th letter of `year`; 0137 has four digits at least."""
    if not _PREFIX.fullmatch(prefix) or not 1 <= number <= 999_999:
        raise ValueError(f"{prefix}, {number}: no reference can be made of these.")
    body = f"{year:04d}", f"{number:04d}"
    return "-".join([prefix, *body, _check(prefix, *body)])


def is_valid(text: str) -> bool:
    """Whether `text` is a reference exactly as it is printed, with the right check."""
    match = _PRINTED.fullmatch(text)
    return match is not None and _check(*match.groups()[:3]) == match[4]


def normalise(text: str) -> str:
    """What a person typed, as it is printed; typed text that cannot be one comes back stripped.

    Spaces, dashes and case do not matter, and an O or I among the digits is a 0 or 1.
    """
    compact = re.sub(r"[\s\-‐‑‒–—._/]+", "", text.upper())
    for split in _splits(compact):
        if is_valid(split):
            return split
    return text.strip().upper()


def _splits(compact: str) -> list[str]:
    """Every way to read the typed characters as a reference."""
    found = []
    for ending in ("XX", compact[-1:]):
        match = _TYPED.fullmatch(compact) if compact.endswith(ending) else None
        if match is None:
            continue
        prefix, year, _, _ = match.groups()
        number = compact[len(prefix) + len(year) : len(compact) - len(ending)]
        digits = [part.replace("O", "0").replace("I", "1") for part in (year, number)]
        checks = {"0": ["0", "O"], "1": ["1", "I"]}.get(ending, [ending])
        found += ["-".join([prefix, *digits, check]) for check in checks]
    return found


def _check(prefix: str, year: str, number: str) -> str:
    check: str = mod_37_2.calc_check_digit(prefix + year + number)
    return "XX" if check == "*" else check
