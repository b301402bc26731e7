"""Which rows of a board were asked for, and in which order. Pure: no query is made here."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from campaigns.standing import Standing
from campaigns.text import fold
from letters.reports.figures import Board, Row, deadline_key

ANSWERED, SILENT, RECEIVED = "answered", "silent", "received"


@dataclass(frozen=True)
class Selection:
    """The filters of the board's list; an empty one lets every row pass.

    `demand` is a demand's number and counts only together with `outcome`.
    """

    words: str = ""
    standing: str = ""
    place: str = ""
    control: str = ""
    reach: str = ""
    step: str = ""
    answered: str = ""
    overdue: bool = False
    due: str = ""
    demand: int | None = None
    outcome: str = ""
    sort: str = "name"


def _name(row: Row) -> Any:
    return fold(row.name), row.pk


def _due(row: Row) -> Any:
    return row.due_at is None, row.due_at.timestamp() if row.due_at else 0


_STANDING_ORDER = {each: index for index, each in enumerate(Standing)}
SORTS: dict[str, Callable[[Row], Any]] = {
    "name": _name,
    "state": lambda row: (row.place == "", row.place),
    "control": lambda row: row.control,
    "standing": lambda row: _STANDING_ORDER[row.standing],
    "due": _due,
    "letter": lambda row: row.letter.step.label if row.letter else "",
}


_ANSWERED: dict[str, Callable[[Row], bool]] = {
    ANSWERED: lambda row: row.is_answered,
    SILENT: lambda row: not row.is_answered,
    RECEIVED: lambda row: not row.is_answered and row.received is not None,
}


def select(board: Board, selection: Selection) -> list[Row]:
    """The rows that pass every filter, in the order asked for; ties are in order of name."""
    tests = list(_tests(board, selection))
    rows = sorted((row for row in board.rows if all(test(row) for test in tests)), key=_name)
    key = SORTS.get(selection.sort.removeprefix("-"), _name)
    return sorted(rows, key=key, reverse=selection.sort.startswith("-"))


def _tests(board: Board, selection: Selection) -> Sequence[Callable[[Row], bool]]:
    tests: list[Callable[[Row], bool]] = []
    for word in fold(selection.words).split():
        tests.append(lambda row, word=word: word in row.search_key)  # type: ignore[misc]
    if selection.standing:
        tests.append(lambda row: row.standing == selection.standing)
    if selection.place:
        tests.append(lambda row: row.place == selection.place)
    if selection.control:
        tests.append(lambda row: row.control == selection.control)
    if selection.reach:
        tests.append(lambda row: row.reach == selection.reach)
    if selection.step:
        tests.append(lambda row: row.letter is not None and row.letter.step == selection.step)
    if selection.answered:
        tests.append(_ANSWERED[selection.answered])
    if selection.overdue:
        tests.append(lambda row: row.is_overdue)
    if selection.due:
        tests.append(
            lambda row: row.due_at is not None and deadline_key(row.due_at) == selection.due
        )
    if selection.outcome:
        tests.append(_answering(board, selection))
    return tests


def _answering(board: Board, selection: Selection) -> Callable[[Row], bool]:
    """As the matrix counts: the withdrawn are left out."""
    wanted = [
        index
        for index, demand in enumerate(board.demands)
        if selection.demand in (None, demand.number)
    ]
    return lambda row: (
        row.standing is not Standing.WITHDRAWN
        and any(row.cells[index].outcome == selection.outcome for index in wanted)
    )
