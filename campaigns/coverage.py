"""Does a ground cover an institution? Pure: facts in, verdict and reason out.

A ground names what it `needs`: keys of facts, "public" or "private", and "state:XX". What
is not known is never taken for a no, and never for a yes.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

from campaigns.models import Fact, Ground, Institution


class Verdict(Enum):
    """Whether the ground may be cited to the institution; the worst need decides."""

    OK = "ok"
    UNKNOWN = "unknown"
    MISMATCH = "mismatch"


@dataclass(frozen=True)
class Coverage:
    """A verdict and its sentences; the reason is empty where all is well."""

    verdict: Verdict
    reason: str = ""


FEDERAL_FUNDS = frozenset({Fact.Key.FFA, Fact.Key.FFA_ED, Fact.Key.FFA_HHS})
# Dues or manuscripts from funded members do not make these recipients of federal funds
# (NCAA v. Smith, 525 U.S. 459), so that "not known" is no reason to write to them at all.
SELDOM_FUNDED = frozenset(
    {Institution.Kind.JOURNAL, Institution.Kind.PUBLISHER, Institution.Kind.SOCIETY}
)
_PRIVATE = (Institution.Control.NONPROFIT, Institution.Control.FOR_PROFIT)
_SEVERITY = (Verdict.OK, Verdict.UNKNOWN, Verdict.MISMATCH)


def coverage(
    ground: Ground, *, facts: Mapping[str, str], control: str, state: str, kind: str = ""
) -> Coverage:
    """What is known of whether `ground` covers an institution.

    `facts` maps fact keys to "yes", "no" or "unknown" (see `Institution.known_facts`).
    UNKNOWN is a warning: a person may still write. MISMATCH is a reason not to.
    """
    found = [_need(ground, need, facts, control, state, kind) for need in ground.needs]
    worst = max((one.verdict for one in found), key=_SEVERITY.index, default=Verdict.OK)
    return Coverage(worst, _sentences(one.reason for one in found if one.verdict is worst))


def _need(
    ground: Ground, need: str, facts: Mapping[str, str], control: str, state: str, kind: str
) -> Coverage:
    if need in ("public", "private"):
        return _control(ground, need, control)
    if need.startswith("state:"):
        return _state(ground, need.removeprefix("state:"), state)
    return _fact(ground, need, facts, control, kind)


def _control(ground: Ground, need: str, control: str) -> Coverage:
    if control == Institution.Control.UNKNOWN:
        return Coverage(
            Verdict.UNKNOWN,
            f"{ground.name} covers {need} institutions, and it is not known whether this one is.",
        )
    actual = "private" if control in _PRIVATE else "public"
    if actual == need:
        return Coverage(Verdict.OK)
    return Coverage(
        Verdict.MISMATCH, f"{ground.name} covers {need} institutions; this one is {actual}."
    )


def _state(ground: Ground, needed: str, state: str) -> Coverage:
    if needed == "XX":
        return Coverage(
            Verdict.UNKNOWN, f"{ground.name} does not say which state's law it is. Edit the ground."
        )
    if not state:
        return Coverage(
            Verdict.UNKNOWN,
            f"{ground.name} is the law of {needed}, and this institution's state is not known.",
        )
    if state == needed:
        return Coverage(Verdict.OK)
    return Coverage(
        Verdict.MISMATCH, f"{ground.name} is the law of {needed}; this institution is in {state}."
    )


def _fact(ground: Ground, key: str, facts: Mapping[str, str], control: str, kind: str) -> Coverage:
    value = facts.get(key, Fact.Value.UNKNOWN)
    if key == Fact.Key.FFA and any(facts.get(one) == Fact.Value.YES for one in FEDERAL_FUNDS):
        value = Fact.Value.YES
    if value == Fact.Value.YES:
        return Coverage(Verdict.OK)
    label = _label(key)
    if value == Fact.Value.NO:
        return Coverage(
            Verdict.MISMATCH,
            f"{ground.name} covers an institution that {label}; this one is recorded as not.",
        )
    if key in FEDERAL_FUNDS and kind in SELDOM_FUNDED and control != Institution.Control.PUBLIC:
        return Coverage(
            Verdict.MISMATCH,
            f"A private {Institution.Kind(kind).label.lower()} is not covered by {ground.name} "
            f"unless it {label}, which is not known. Record the fact with its source, or leave "
            "it out.",
        )
    return Coverage(
        Verdict.UNKNOWN,
        f"{ground.name} covers an institution that {label}; whether this one does is not known.",
    )


def _label(key: str) -> str:
    label = Fact.Key(key).label if key in Fact.Key.values else key
    return label[:1].lower() + label[1:]


def _sentences(reasons: Iterable[str]) -> str:
    return " ".join(dict.fromkeys(reason for reason in reasons if reason))
