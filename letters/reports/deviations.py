"""The letters of a mailing that say something to their recipient alone, for counsel to read."""

from dataclasses import dataclass

from django.db.models import QuerySet

from letters.models import Letter, Mailing

SHOWN = 200


@dataclass(frozen=True)
class Deviations:
    """How many letters deviate, and the first of them in posting order."""

    count: int
    letters: list[Letter]


def deviations(mailing: Mailing) -> Deviations:
    """Two queries, or none where the version has no place for an own text."""
    if not mailing.version.prints_own_text:
        return Deviations(0, [])
    found = deviating(mailing)
    letters = found.select_related("recipient__institution").order_by("position")
    return Deviations(found.count(), list(letters[:SHOWN]))


def deviating(mailing: Mailing) -> QuerySet[Letter]:
    """As they were frozen: what stands in the letter, whatever was written since."""
    return (
        mailing.letters.standing()
        .filter(merge_data__has_key="own_text")
        .exclude(merge_data__own_text="")
    )
