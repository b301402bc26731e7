"""What a mailing will cost at the post office: counted by sheets and weight, from rates as data."""

import datetime
import math
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path

import yaml
from django.db.models import Case, CharField, Count, F, Q, When

from letters.channels.post import sheets
from letters.models import Mailing

# More than six sheets no longer fold into a #10 envelope, and go as a flat.
MOST_SHEETS = 6
_RATES = Path(__file__).parent / "postage.yaml"


@dataclass(frozen=True)
class Rates:
    """Prices in dollars and weights in ounces, with where they are from and since when."""

    valid_from: datetime.date
    source: str
    letter_one_ounce: Decimal
    letter_additional_ounce: Decimal
    certified: Decimal
    return_receipt: Decimal
    sheet_weighs: Decimal
    envelope_weighs: Decimal
    card_weighs: Decimal
    heaviest_letter: Decimal

    def letter(self, sheet_count: int) -> Decimal | None:
        """Certified, with the green card, in a #10 envelope; None where it is a flat."""
        ounces = self.envelope_weighs + self.card_weighs + sheet_count * self.sheet_weighs
        if sheet_count > MOST_SHEETS or ounces > self.heaviest_letter:
            return None
        additional = (math.ceil(ounces) - 1) * self.letter_additional_ounce
        return self.letter_one_ounce + additional + self.certified + self.return_receipt


@dataclass(frozen=True)
class Pile:
    """Letters of one length that go by post."""

    pages: int
    abroad: bool
    count: int


@dataclass(frozen=True)
class Estimate:
    """`total` is for `estimated` letters; flats and letters abroad are counted, not priced."""

    by_post: int
    sheets: int
    estimated: int
    total: Decimal
    flats: int
    abroad: int
    rates: Rates


@cache
def rates() -> Rates:
    read = yaml.safe_load(_RATES.read_text())
    prices = {name: Decimal(value) for name, value in read.items() if name in _PRICES}
    return Rates(valid_from=read["valid_from"], source=read["source"], **prices)


_PRICES = frozenset(Rates.__dataclass_fields__) - {"valid_from", "source"}


def estimate(piles: Iterable[Pile]) -> Estimate:
    """The postage of these letters, each printed on both sides."""
    piles = list(piles)
    known = rates()
    prices = {pile: known.letter(sheets(pile.pages)) for pile in piles}
    home = [pile for pile in piles if not pile.abroad]
    priced = [(pile, price) for pile in home if (price := prices[pile]) is not None]
    return Estimate(
        by_post=sum(pile.count for pile in piles),
        sheets=sum(pile.count * sheets(pile.pages) for pile in piles),
        estimated=sum(pile.count for pile, _ in priced),
        total=sum((pile.count * price for pile, price in priced), Decimal(0)),
        flats=sum(pile.count for pile in home if prices[pile] is None),
        abroad=sum(pile.count for pile in piles if pile.abroad),
        rates=known,
    )


def of_mailing(mailing: Mailing) -> Estimate:
    """The postage of the rendered letters of a mailing, in one query."""
    own = Q(addressee__street__gt="") & Q(addressee__country__gt="")
    rows = (
        mailing.letters.standing()
        .filter(by_post=True, page_count__isnull=False)
        .annotate(
            goes_to=Case(
                When(own, then=F("addressee__country")),
                default=F("recipient__institution__country"),
                output_field=CharField(),
            )
        )
        .values("page_count", "goes_to")
        .order_by()
        .annotate(count=Count("pk"))
    )
    return estimate(
        Pile(row["page_count"] or 0, row["goes_to"] != "US", row["count"]) for row in rows
    )
