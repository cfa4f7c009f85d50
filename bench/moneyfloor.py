"""What storing alone costs: the rows of a stage, as they are, put into an empty database.

Nothing is worked out, checked or read on the way: no trigger, no foreign key. What a stage takes
beyond that may be gained; what it is slower than DuckDB is the price of keeping each line durably.
"""

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Connection
from sqlmodel import Session, SQLModel

from core import sqlite
from core.db import Database

_AT_ONCE = 10_000
# As imports have it; the default is a fiftieth.
_CACHE = "PRAGMA cache_size = -122880"


class Stored:
    """The rows of a registry that came in between two moments, each told by the newest rows."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def newest(self) -> dict[str, int]:
        """The last row of each table by now."""
        with self._db.read() as session:
            return {one.name: _last(session, one.name) for one in SQLModel.metadata.sorted_tables}

    def cost(self, before: dict[str, int], after: dict[str, int]) -> float:
        """Processor seconds of writing what came in between, in one transaction.

        Ask last: what this takes of memory is none of the registry's.
        """
        with tempfile.TemporaryDirectory() as name, self._db.read() as session:
            copy = _empty(Path(name) / "copy.db")
            begun = time.process_time()
            copy.execute("BEGIN IMMEDIATE")
            spent = time.process_time() - begun
            for table, rows in _since(session.connection(), before, after):
                marks = ", ".join("?" * len(rows[0]))
                begun = time.process_time()
                # The names are of our own schema.
                copy.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)
                spent += time.process_time() - begun
            begun = time.process_time()
            copy.execute("COMMIT")
            spent += time.process_time() - begun
            copy.close()
        return spent


def _last(session: Session, table: str) -> int:
    query = f"SELECT coalesce(max(rowid), 0) FROM {table}"
    return int(session.connection().exec_driver_sql(query).scalar_one())


def _empty(path: Path) -> Any:
    """A connection to a fresh database with our tables and indexes, and none of its guards."""
    made = Database.open(path, create=True)
    with made.write() as session:
        SQLModel.metadata.create_all(session.connection())
    made.close()
    module = sqlite.driver()
    connection = module.connect(path)
    sqlite.set_up(connection, journal=sqlite.journal_mode(module))
    for pragma in ("PRAGMA foreign_keys = OFF", _CACHE):
        connection.execute(pragma)
    return connection


def _since(
    source: Connection, before: dict[str, int], after: dict[str, int]
) -> Iterator[tuple[str, list[tuple[Any, ...]]]]:
    for table, last in after.items():
        rows = f"rowid > {before[table]} AND rowid <= {last}"
        query = f"SELECT * FROM {table} WHERE {rows} ORDER BY rowid"
        found = source.exec_driver_sql(query)
        while some := found.fetchmany(_AT_ONCE):
            yield table, [tuple(row) for row in some]
