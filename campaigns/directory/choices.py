"""What a person says about a file beyond its bytes."""

import dataclasses
import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from campaigns.models import Institution


@dataclass(frozen=True)
class Choices:
    """How a file is read. Empty ones are found out; `mapping` is field to heading.

    `collected_on` dates the facts in the file: what was true then may not be so today.
    """

    file_name: str
    profile: str
    collected_on: datetime.date
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    mapping: Mapping[str, str] = field(default_factory=dict)
    default_kind: str = Institution.Kind.UNIVERSITY

    def as_json(self) -> dict[str, Any]:
        return {
            **dataclasses.asdict(self),
            "mapping": dict(self.mapping),
            "collected_on": self.collected_on.isoformat(),
            "default_kind": str(self.default_kind),
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Choices":
        return cls(**{**kept, "collected_on": datetime.date.fromisoformat(kept["collected_on"])})


def collected_on(file_name: str, profile: str, today: datetime.date) -> datetime.date | None:
    """The date to suggest. IPEDS collects in autumn, and names its files HD and the year.

    An IPEDS file of another name has no date of its own, and none is invented.
    """
    if profile != "ipeds":
        return today
    if found := re.search(r"(?i)hd(20\d\d)", file_name):
        return min(datetime.date(int(found[1]), 10, 1), today)
    return None
