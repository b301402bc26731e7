"""Words that directories write where a name belongs and nobody is named.

Printed as a name they make a letter that begins "Dear TBD". The lists are the one place to
add to; both are folded by `campaigns.text.fold`, so case, accents and punctuation are gone.
"""

from campaigns.text import fold

_NOBODY = frozenset(
    line.strip()
    for line in """
        acting
        acting dean
        acting president
        anonymous
        currently vacant
        interim
        interim dean
        interim president
        n a
        na
        nil
        no name
        no one
        nobody
        none
        not applicable
        not available
        not known
        null
        open
        open position
        pending
        position open
        position vacant
        search in progress
        see website
        t b a
        t b d
        tba
        tbc
        tbd
        to be advised
        to be announced
        to be appointed
        to be confirmed
        to be decided
        to be determined
        to be filled
        to be hired
        to be named
        unfilled
        unknown
        vacancy
        vacant
        vacant position
    """.splitlines()
    if line.strip()
)
# A name that begins so is none, whatever follows: "Vacant (search in progress)".
_BEGINNINGS = ("tba ", "tbd ", "vacant ")
# A title may be "Acting President" or "Interim Dean": somebody holds that office.
_TITLES = frozenset({"acting dean", "acting president", "interim dean", "interim president"})


def names_nobody(name: str) -> bool:
    """Whether this, written as a person's name, names no person. An empty one is no name."""
    folded = fold(name)
    return bool(name) and (
        folded in _NOBODY
        or folded.startswith(_BEGINNINGS)
        or not any(char.isalpha() for char in name)
    )


def titles_nothing(title: str) -> bool:
    """Whether this, written as the title of an office, names no office."""
    return names_nobody(title) and fold(title) not in _TITLES
