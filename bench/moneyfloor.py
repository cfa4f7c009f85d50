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
_CACHE = "PRAGMA cache_size = -131072"


class Stored:
    """The rows of a registry that came in since it was last asked."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._before = self._newest()

    def cost(self) -> float:
        """Processor seconds of writing what came in, in one transaction."""
        before, self._before = self._before, self._newest()
        with tempfile.TemporaryDirectory() as name, self._db.read() as session:
            copy = _empty(Path(name) / "copy.db")
            begun = time.process_time()
            copy.execute("BEGIN IMMEDIATE")
            spent = time.process_time() - begun
            for table, rows in _since(session.connection(), before):
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

    def _newest(self) -> dict[str, int]:
        with self._db.read() as session:
            return {one.name: _last(session, one.name) for one in SQLModel.metadata.sorted_tables}


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
    source: Connection, before: dict[str, int]
) -> Iterator[tuple[str, list[tuple[Any, ...]]]]:
    for table, newest in before.items():
        query = f"SELECT * FROM {table} WHERE rowid > {newest} ORDER BY rowid"
        found = source.exec_driver_sql(query)
        while some := found.fetchmany(_AT_ONCE):
            yield table, [tuple(row) for row in some]
