"""Postal addresses as lines, the way the post of the country expects them."""

from dataclasses import dataclass

from letters.merge.countries import COUNTRIES

# Where the postal code stands after the town; elsewhere abroad it stands before it.
_CODE_LAST = {"AU", "CA", "GB", "IE", "IN", "JP", "KR", "NZ", "SG", "TW", "ZA", "HK"}
_CODE_APART = {"GB", "IE", "IN", "ZA"}


@dataclass(frozen=True)
class Place:
    """A street address; `country` is an ISO 3166 code."""

    street: str
    street2: str
    city: str
    state: str
    postal_code: str
    country: str = "US"

    def lines(self) -> list[str]:
        """The lines below the name, without empty ones."""
        parts = [self.street, self.street2, *self._town()]
        if self.country != "US":
            parts.append(COUNTRIES.get(self.country, self.country).upper())
        return [part for part in parts if part]

    def _town(self) -> list[str]:
        if self.country == "US":
            return [_joined(_joined(self.city, self.state, ", "), self.postal_code, " ")]
        if self.country in _CODE_APART:
            return [self.city, self.state, self.postal_code]
        if self.country in _CODE_LAST:
            return [_joined(_joined(self.city, self.state, " "), self.postal_code, " ")]
        return [_joined(self.postal_code, self.city, " "), self.state]


def _joined(first: str, second: str, between: str) -> str:
    return between.join(part for part in (first, second) if part)
