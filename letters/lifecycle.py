"""The tables of legal moves. Nothing else decides a move.

Each field that answers one of the design's questions has its own table. `move` is how an
action makes one: a compare-and-swap in the database, so that of two people or two workers
who make the same move at the same time, one does and the other is told.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Model, QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.sql import UpdateQuery

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
    return _that_may(rows, to).update(status=to, **changes)


def move_each(
    rows: QuerySet[Any], to: str, each: Mapping[int, Mapping[str, Any]], **changes: Any
) -> int:
    """`move_all` with changes of its own for each row, by its key; every row the same fields.

    One statement, written once and sent with the values of all rows: in a single UPDATE the
    database would look for each row through the values of all.
    """
    if not each:
        return 0
    fields = {name: rows.model._meta.get_field(name) for name in next(iter(each.values()))}
    query: Any = _that_may(rows.filter(pk=_slot("pk")), to).query.chain(UpdateQuery)
    query.add_update_values({**changes, "status": to, **{name: _slot(name) for name in fields}})
    statement, parameters = query.get_compiler(connection=connection).as_sql()
    sent = []
    for key, change in each.items():
        own = {"pk": key} | {
            name: field.get_db_prep_save(change[name], connection) for name, field in fields.items()
        }
        sent.append([own[one.of] if isinstance(one, _Slot) else one for one in parameters])
    with connection.cursor() as cursor:
        cursor.executemany(statement, sent)
        moved: int = cursor.rowcount
    return moved


@dataclass(frozen=True)
class _Slot:
    """Where a row's own value of this field stands in a statement."""

    of: str


def _slot(name: str) -> RawSQL:
    return RawSQL("%s", [_Slot(name)])


def _that_may(rows: QuerySet[Any], to: str) -> QuerySet[Any]:
    """Those that stand where the table lets them become `to`."""
    table = TABLES[rows.model]
    return rows.filter(
        status__in=[status for status, reachable in table.items() if to in reachable]
    )
