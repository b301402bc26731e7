"""Everything that is stored, as one hash for each table and each file: did anything change?"""

import hashlib
from pathlib import Path

from django.core.files.storage import default_storage
from django.db import connection


def everything_stored() -> dict[str, str]:
    """Table or file to the SHA-256 of what is in it, whatever model it belongs to."""
    with connection.cursor() as cursor:
        tables = {
            table: _hash(cursor, table) for table in connection.introspection.table_names(cursor)
        }
    return {**tables, **_files()}


def _hash(cursor, table: str) -> str:
    cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608
    rows = sorted(
        repr([bytes(cell) if isinstance(cell, memoryview) else cell for cell in row])
        for row in cursor.fetchall()
    )
    return hashlib.sha256("\n".join(rows).encode()).hexdigest()


def _files() -> dict[str, str]:
    folder = Path(default_storage.path(""))
    return {
        str(path): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }
