"""The database refuses an illegal move too, whoever writes: an action, a shell, a script.

A constraint sees one row as it is, not what it was before, so a table of moves is held by
a trigger, and so is that what somebody said is never said otherwise. Triggers are made after
every migration, from the tables as they are in the code: SQLite drops them whenever it makes a
table anew.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connections

from campaigns.models import Answer, AnswerEntry, Extension, VerificationEntry
from campaigns.models.extension import EXTENSION_MOVES
from campaigns.models.verification import VERIFICATION_MOVES


@dataclass(frozen=True)
class Guard:
    """A column of a table that changes by its table of moves only, or stays as it is.

    Where the column `begins_again_with` changes, if one is named, the moves begin again at
    `first`.
    """

    table: str
    column: str
    moves: Mapping[str, frozenset[str]]
    begins_again_with: str = ""
    first: str = ""

    @property
    def name(self) -> str:
        return f"{self.table}_{self.column}_moves"

    def legal(self, same: str) -> str:
        """The condition in SQL; `same` compares two values of which both may be NULL."""
        old, new = f'OLD."{self.column}"', f'NEW."{self.column}"'
        pairs = [f"'{a}>{b}'" for a, reachable in self.moves.items() for b in sorted(reachable)]
        by_table = f"{old} = {new} OR {old} || '>' || {new} IN ({', '.join(pairs)})"
        if not self.begins_again_with:
            return by_table
        stays = same.format(f'OLD."{self.begins_again_with}"', f'NEW."{self.begins_again_with}"')
        return f"(({stays}) AND ({by_table})) OR (NOT ({stays}) AND {new} = '{self.first}')"


@dataclass(frozen=True)
class Final:
    """A table whose rows are written once and never changed."""

    table: str

    @property
    def name(self) -> str:
        return f"{self.table}_final"

    def legal(self, same: str) -> str:
        return "1 = 0"


_guards: list[Guard | Final] = []


def add(*guards: Guard | Final) -> None:
    """Name a table of moves, or one that is final, that the database is held to."""
    _guards.extend(guard for guard in guards if guard not in _guards)


def guards() -> Sequence[Guard | Final]:
    return tuple(_guards)


def add_own() -> None:
    add(
        Guard(
            table=Answer._meta.db_table,
            column="verification",
            moves=VERIFICATION_MOVES,
            begins_again_with="current_entry_id",
            first="unverified",
        ),
        Guard(Extension._meta.db_table, "status", EXTENSION_MOVES),
        Final(AnswerEntry._meta.db_table),
        Final(VerificationEntry._meta.db_table),
    )


def install_after_migrate(using: str, **kwargs: Any) -> None:
    connection = connections[using]
    known = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for guard in _guards:
            if guard.table in known:
                for statement in statements(guard, connection.vendor):
                    cursor.execute(statement)


def statements(guard: Guard | Final, vendor: str) -> list[str]:
    """The SQL that makes the guard, whether or not it was there."""
    return _postgres(guard) if vendor == "postgresql" else _sqlite(guard)


def _sqlite(guard: Guard | Final) -> list[str]:
    return [
        f'DROP TRIGGER IF EXISTS "{guard.name}"',
        f'CREATE TRIGGER "{guard.name}" BEFORE UPDATE ON "{guard.table}" FOR EACH ROW '
        f"WHEN NOT ({guard.legal('{} IS {}')}) "
        f"BEGIN SELECT RAISE(ABORT, '{guard.name}'); END",
    ]


def _postgres(guard: Guard | Final) -> list[str]:
    legal = guard.legal("{} IS NOT DISTINCT FROM {}")
    return [
        f'CREATE OR REPLACE FUNCTION "{guard.name}"() RETURNS trigger LANGUAGE plpgsql AS $$ '
        f"BEGIN IF NOT ({legal}) THEN "
        f"RAISE EXCEPTION '{guard.name}' USING ERRCODE = 'check_violation'; "
        "END IF; RETURN NEW; END $$",
        f'DROP TRIGGER IF EXISTS "{guard.name}" ON "{guard.table}"',
        f'CREATE TRIGGER "{guard.name}" BEFORE UPDATE ON "{guard.table}" FOR EACH ROW '
        f'EXECUTE FUNCTION "{guard.name}"()',
    ]
