"""Keeping filters of the board's list under a name, for oneself or for all."""

from django.db import transaction

from campaigns import audit
from campaigns.actions import Refused
from campaigns.models import Campaign, User
from letters.models import SavedFilter
from letters.models.saved_filter import MOST_OF_NAME, MOST_OF_QUERY


class NothingToSave(Refused):
    """A list without a filter needs no name."""


class NameMissing(Refused):
    """A filter is found again by its name."""


class TooLong(Refused):
    """What is kept has a limit."""


class NotYours(Refused):
    """A filter is removed by who saved it."""


@transaction.atomic
def save(*, campaign: Campaign, name: str, query: str, is_shared: bool, by: User) -> SavedFilter:
    """Keep the filters; under a name that the person used before, the new ones replace the old."""
    name = " ".join(name.split())
    if not name:
        raise NameMissing("Give the filters a name.")
    if not query:
        raise NothingToSave("Choose a filter first: all recipients need no name.")
    if len(name) > MOST_OF_NAME:
        raise TooLong(f"The name is longer than {MOST_OF_NAME} characters. Shorten it.")
    if len(query) > MOST_OF_QUERY:
        raise TooLong("These filters are too long to be kept. Search for fewer words.")
    saved, is_new = SavedFilter.objects.update_or_create(
        campaign=campaign,
        owner=by,
        name=name,
        defaults={"query": query, "is_shared": is_shared},
    )
    audit.record(
        "filter.saved",
        subject=campaign,
        by=by,
        campaign=campaign,
        sentence=f"{'saved' if is_new else 'changed'} the filters “{name}”"
        f"{' for all to see' if is_shared else ''}",
        query=query,
        is_shared=is_shared,
    )
    return saved


@transaction.atomic
def remove(*, saved: SavedFilter, by: User) -> None:
    if saved.owner_id != by.pk:
        raise NotYours(f"“{saved}” was saved by {saved.owner}, who alone can remove it.")
    audit.record(
        "filter.removed",
        subject=saved.campaign,
        by=by,
        campaign=saved.campaign,
        sentence=f"removed the filters “{saved}”",
        query=saved.query,
    )
    saved.delete()
