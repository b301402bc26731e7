"""The staff menu: each app fills it when it is ready, so neither has to know the other."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse


@dataclass(frozen=True)
class Entry:
    """One line of the menu. `icon` is a Material Symbols name; `permission` hides it.

    The line is marked on its own page and, unless `exact`, on all pages below it.
    """

    section: str
    title: str
    url_name: str
    icon: str
    permission: str = ""
    order: int = 100
    exact: bool = False


_entries: list[Entry] = []


def add(*entries: Entry) -> None:
    for entry in entries:
        if entry not in _entries:
            _entries.append(entry)


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """The menu as the staff shell wants it: sections of items this person may see."""
    allowed = [
        (entry, reverse(entry.url_name))
        for entry in sorted(_entries, key=lambda entry: entry.order)
        if not entry.permission or request.user.has_perm(entry.permission)
    ]
    current = _current(allowed, request.path)
    sections: dict[str, list[dict[str, Any]]] = {}
    for entry, link in allowed:
        sections.setdefault(entry.section, []).append(
            {
                "title": entry.title,
                "icon": entry.icon,
                "link": link,
                "active": entry is current,
            }
        )
    return [{"title": title, "items": items} for title, items in sections.items()]


def _current(entries: list[tuple[Entry, str]], path: str) -> Entry | None:
    """The entry of the open page: the one whose address covers most of the page's."""
    covering = [
        (len(link), index)
        for index, (entry, link) in enumerate(entries)
        if path == link or (path.startswith(link) and not entry.exact)
    ]
    return entries[max(covering)[1]][0] if covering else None


@dataclass(frozen=True)
class Tab:
    """One page of a campaign; its URL takes the campaign's key."""

    title: str
    url_name: str
    order: int = 100


_tabs: list[Tab] = []


def add_tabs(*tabs: Tab) -> None:
    for tab in tabs:
        if tab not in _tabs:
            _tabs.append(tab)


def campaign_tabs(campaign_pk: int, current: str) -> list[dict[str, Any]]:
    """The tabs of one campaign; `current` is the url_name of the page that is open."""
    return [
        {
            "title": tab.title,
            "link": reverse(tab.url_name, args=[campaign_pk]),
            "is_current": tab.url_name == current,
        }
        for tab in sorted(_tabs, key=lambda tab: tab.order)
    ]
