"""The tables of legal moves. Nothing else decides a move.

Each field that answers one of the design's questions has its own table. `move` is how an
action makes one: a compare-and-swap in the database, so that of two people or two workers
who make the same move at the same time, one does and the other is told.
"""

from collections.abc import Mapping
from typing import Any

from django.db import connection
from django.db.models import Case, Model, QuerySet, Value, When
from django.db.models.functions import Cast

from campaigns.actions import Refused
from campaigns.guards import Final, Guard
from letters.models import (
    Coding,
    CodingItem,
    Dispatch,
    Incoming,
    Letter,
    Mailing,
    ResponseDocument,
)

M, L, D = Mailing.Status, Letter.Status, Dispatch.Status

MAILING_MOVES: Mapping[str, frozenset[str]] = {
    M.PREPARING: frozenset({M.RENDERING, M.CANCELLED}),
    M.RENDERING: frozenset({M.READY, M.PREPARING, M.CANCELLED}),
    M.READY: frozenset({M.APPROVED, M.RETURNED, M.PREPARING, M.CANCELLED}),
    M.RETURNED: frozenset({M.PREPARING, M.CANCELLED}),
    M.APPROVED: frozenset({M.SENDING, M.CANCELLED}),
    M.SENDING: frozenset({M.SENT}),
    M.SENT: frozenset(),
    M.CANCELLED: frozenset(),
}

LETTER_MOVES: Mapping[str, frozenset[str]] = {
    L.DRAFT: frozenset({L.RENDERED, L.QUARANTINED, L.VOID}),
    L.RENDERED: frozenset({L.SEALED, L.DRAFT, L.VOID}),
    L.QUARANTINED: frozenset({L.DRAFT, L.VOID}),
    L.SEALED: frozenset({L.VOID}),
    L.VOID: frozenset(),
}

DISPATCH_MOVES: Mapping[str, frozenset[str]] = {
    D.QUEUED: frozenset({D.CLAIMED, D.SENT, D.HELD, D.CANCELLED}),
    D.CLAIMED: frozenset({D.SENT, D.FAILED, D.BOUNCED, D.UNKNOWN, D.HELD, D.QUEUED}),
    D.SENT: frozenset({D.DELIVERED, D.RETURNED, D.REFUSED, D.BOUNCED}),
    D.DELIVERED: frozenset({D.RETURNED, D.REFUSED}),
    D.UNKNOWN: frozenset({D.SENT, D.FAILED}),
    D.HELD: frozenset({D.QUEUED, D.CANCELLED}),
    D.RETURNED: frozenset(),
    D.REFUSED: frozenset(),
    D.BOUNCED: frozenset(),
    D.FAILED: frozenset(),
    D.CANCELLED: frozenset(),
}

INCOMING_MOVES: Mapping[str, frozenset[str]] = {
    Incoming.Status.WAITING: frozenset({Incoming.Status.RECORDED, Incoming.Status.SET_ASIDE}),
    Incoming.Status.SET_ASIDE: frozenset({Incoming.Status.WAITING}),
    Incoming.Status.RECORDED: frozenset(),
}

_Scan = ResponseDocument.Scan
# Made by the scanner alone, by a compare-and-swap of its own; nothing passes what it stopped.
SCAN_MOVES: Mapping[str, frozenset[str]] = {
    _Scan.UNSCANNED: frozenset({_Scan.CLEAN, _Scan.INFECTED}),
    _Scan.CLEAN: frozenset(),
    _Scan.INFECTED: frozenset(),
}

TABLES: Mapping[type[Model], Mapping[str, frozenset[str]]] = {
    Mailing: MAILING_MOVES,
    Letter: LETTER_MOVES,
    Dispatch: DISPATCH_MOVES,
    Incoming: INCOMING_MOVES,
}


def guards() -> list[Guard | Final]:
    """By which the database refuses what is not in the tables, whoever writes."""
    return [
        *(Guard(model._meta.db_table, "status", moves) for model, moves in TABLES.items()),
        Guard(ResponseDocument._meta.db_table, "scan", SCAN_MOVES),
        Final(Coding._meta.db_table),
        Final(CodingItem._meta.db_table),
    ]


class IllegalMove(Refused):
    """The move is not in the table for where the row stands."""


class MovedMeanwhile(Refused):
    """Somebody else moved the row first; look again."""


def may(row: Mailing | Letter | Dispatch | Incoming, to: str) -> bool:
    return to in TABLES[type(row)][row.status]


def hold(row: Mailing | Letter | Dispatch | Incoming) -> None:
    """Read the row again, and hold it until the transaction ends.

    Who packs, queues, posts, voids, leaves out or cancels holds the mailing first: of two who
    decide on the same letters at the same time, the second sees what the first has done.
    """
    rows = type(row)._default_manager.select_for_update()
    row.refresh_from_db(from_queryset=rows)  # type: ignore[arg-type]


def move(row: Mailing | Letter | Dispatch | Incoming, to: str, **changes: Any) -> None:
    """Move `row` to the status `to`, setting `changes` in the same UPDATE.

    Raises IllegalMove, or MovedMeanwhile where the row no longer stands where it was read.
    """
    if not may(row, to):
        raise IllegalMove(
            f"{row} is {row.get_status_display().lower()} and cannot become "
            f"{type(row).Status(to).label.lower()}."
        )
    moved = (
        type(row)._default_manager.filter(pk=row.pk, status=row.status).update(status=to, **changes)
    )
    if not moved:
        raise MovedMeanwhile(f"{row} was changed by somebody else. Reload the page and look again.")
    row.status = to
    for name, value in changes.items():
        setattr(row, name, value)


def move_all(rows: QuerySet[Any], to: str, **changes: Any) -> int:
    """Move every row of the queryset that may become `to`, in one UPDATE; returns how many.

    The queryset may say more than the status, for example whose claim a letter is under:
    a worker that lost its claim then moves nothing.
    """
    table = TABLES[rows.model]
    origins = [status for status, reachable in table.items() if to in reachable]
    return rows.filter(status__in=origins).update(status=to, **changes)


def move_each(
    rows: QuerySet[Any], to: str, each: Mapping[int, Mapping[str, Any]], **changes: Any
) -> int:
    """`move_all` with changes of its own for each row, by its key; in one UPDATE for all.

    Every row changes the same fields.
    """
    if not each:
        return 0
    fields = [rows.model._meta.get_field(name) for name in next(iter(each.values()))]
    own = {
        field.name: _by_key(field, {key: change[field.name] for key, change in each.items()})
        for field in fields
    }
    return move_all(rows.filter(pk__in=each), to, **own, **changes)


def _by_key(field: Any, values: Mapping[int, Any]) -> Case | Cast:
    """The value of the field for each key."""
    kind = [
        When(pk=key, then=Value(value, None if value is None else field))
        for key, value in values.items()
    ]
    chosen = Case(*kind, output_field=field)
    # PostgreSQL takes what is quoted for text.
    is_cast = connection.features.requires_casted_case_in_updates
    return Cast(chosen, field) if is_cast else chosen
