"""How far people agree who code the same letters: in percent, and beyond chance.

Cohen's kappa (1960) is the share of agreement that chance does not explain: 1 is full agreement,
0 is what two people would reach who know only how often each answer occurs.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from campaigns.models import Campaign, Outcome, User
from letters.models import Coding

Pair = tuple[str, str]
_NOT_ANSWERED = Outcome.UNANSWERED.value


@dataclass(frozen=True)
class Agreement:
    """Of so many pairs of readings, how many agree. `kappa` is None where chance explains all."""

    of: int
    same: int
    kappa: float | None

    @property
    def percent(self) -> int:
        return round(100 * self.same / self.of) if self.of else 0


@dataclass(frozen=True)
class OfTwo:
    one: User
    other: User
    letters: int
    agreement: Agreement


@dataclass(frozen=True)
class OfDemand:
    number: int
    title: str
    agreement: Agreement


@dataclass(frozen=True)
class Report:
    """A campaign's letters that two people or more have coded."""

    letters: list[tuple[int, str, Agreement]]  # of each, least agreement first
    pairs: list[OfTwo]
    demands: list[OfDemand]
    whole: Agreement


def agreement(pairs: Sequence[Pair]) -> Agreement:
    same = sum(one == other for one, other in pairs)
    return Agreement(len(pairs), same, kappa(pairs))


def kappa(pairs: Sequence[Pair]) -> float | None:
    """Cohen's kappa of pairs (what one read, what the other read)."""
    if not pairs:
        return None
    count = len(pairs)
    observed = sum(one == other for one, other in pairs) / count
    ones, others = Counter(one for one, _ in pairs), Counter(other for _, other in pairs)
    expected = sum(ones[each] * others[each] for each in ones) / count**2
    return None if expected == 1 else (observed - expected) / (1 - expected)


def readings(coding: Coding, numbers: Iterable[int]) -> dict[int, str]:
    """What a coding says on each demand; its items and their demands are prefetched."""
    said = {item.demand.number: item.outcome for item in coding.items.all()}
    return {number: said.get(number, _NOT_ANSWERED) for number in numbers}


def between(codings: Sequence[Coding], numbers: Sequence[int]) -> list[Pair]:
    """Every pair of readings of one letter, demand by demand."""
    read = [readings(coding, numbers) for coding in codings]
    return [
        (one[number], other[number]) for one, other in combinations(read, 2) for number in numbers
    ]


def of_campaign(campaign: Campaign) -> Report:
    """Read in a constant number of queries."""
    titles = dict(campaign.demands.values_list("number", "title"))
    letters: dict[int, list[Coding]] = {}
    codings = Coding.objects.filter(incoming__recipient__campaign=campaign)
    for coding in (
        codings.select_related("by", "incoming__recipient__institution")
        .prefetch_related("items__demand")
        .order_by("by_id")
    ):
        letters.setdefault(coding.incoming_id, []).append(coding)
    compared = {pk: made for pk, made in letters.items() if len(made) > 1}
    numbers = list(titles)
    of_each = [
        (pk, str(made[0].incoming.recipient), agreement(between(made, numbers)))
        for pk, made in compared.items()
    ]
    return Report(
        letters=sorted(of_each, key=lambda one: (one[2].percent, one[1])),
        pairs=_of_two(compared, numbers),
        demands=[
            OfDemand(
                number,
                title,
                agreement([p for made in compared.values() for p in between(made, [number])]),
            )
            for number, title in titles.items()
        ],
        whole=agreement([p for made in compared.values() for p in between(made, numbers)]),
    )


def _of_two(compared: Mapping[int, list[Coding]], numbers: Sequence[int]) -> list[OfTwo]:
    people: dict[tuple[int, int], list[tuple[Coding, Coding]]] = {}
    for made in compared.values():
        for one, other in combinations(made, 2):
            people.setdefault((one.by_id, other.by_id), []).append((one, other))
    return [
        OfTwo(
            both[0][0].by,
            both[0][1].by,
            len(both),
            agreement([pair for two in both for pair in between(two, numbers)]),
        )
        for both in people.values()
    ]
