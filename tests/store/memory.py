"""Databases in memory, each a copy of one that was made once: a test may have hundreds of them."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.pool import StaticPool

from core import sqlite
from core.db import Database
from core.vault import Vault
from tests.statements import create_engine


class Kept:
    """A database as it stands, kept in memory; whoever opens it has a copy of their own."""

    def __init__(self, connection: Any, vault: Vault | None) -> None:
        self._connection, self._vault = connection, vault

    @classmethod
    def of_file(cls, path: Path, vault: Vault | None = None) -> "Kept":
        with closing(sqlite.driver().connect(path)) as file:
            return cls(_copy(file), vault)

    @contextmanager
    def opened(self) -> Iterator[Database]:
        """A copy for reading and writing, over one connection; it is gone at the end."""
        connection = _copy(self._connection)
        sqlite.set_up(connection, journal="MEMORY")
        engine = create_engine(
            "sqlite://", module=sqlite.driver(), creator=lambda: connection, poolclass=StaticPool
        )
        event.listen(engine, "begin", lambda begun: begun.exec_driver_sql("BEGIN IMMEDIATE"))
        database = Database(
            Path(), readers=engine, writer=engine, journal_mode="MEMORY", vault=self._vault
        )
        try:
            yield database
        finally:
            database.close()

    def after(self, database: Database) -> "Kept":
        """What such a copy has become."""
        with database.read() as session:
            raw: Any = session.connection().connection.driver_connection
            session.rollback()
        return Kept(_copy(raw), self._vault)

    def close(self) -> None:
        self._connection.close()


def _copy(source: Any) -> Any:
    target = sqlite.driver().connect(":memory:", check_same_thread=False)
    source.backup(target)
    return target
