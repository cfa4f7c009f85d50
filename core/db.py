"""The database: how it is opened, the two kinds of session, and the only commit there is.

Every write takes the write lock at its first statement (BEGIN IMMEDIATE), so two writers queue
and never find out half-way that one of them must start again.
"""

import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy import text as sql
from sqlmodel import Field, Session, SQLModel

from core import sqlite
from core.dberrors import translated
from core.errors import Conflict, Unavailable
from core.rowtexts import VAULT
from core.vault import Vault

_log = logging.getLogger(__name__)
_READERS_MAX = 40
_WAIT_SECONDS = 30
_SINGLE = "single_operator"


class CounterRow(SQLModel, table=True):
    """The counter behind `next_seq`."""

    __tablename__ = "core_counter"

    name: str = Field(primary_key=True)
    value: int


class Database:
    """One SQLite file with a pool of readers and one writer; close it when done.

    `before_commit` is called at the end of every write, in its transaction.
    """

    def __init__(
        self,
        path: Path,
        *,
        readers: Engine,
        writer: Engine,
        journal_mode: str,
        single_operator: bool = False,
        vault: Vault | None = None,
    ) -> None:
        self.path = path
        self.single_operator = single_operator
        self.vault = vault
        self.journal_mode = journal_mode
        self.before_commit: Callable[[Session], None] | None = None
        self._readers = readers
        self._writer = writer

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        create: bool = False,
        single_operator: bool = False,
        vault: Vault | None = None,
    ) -> "Database":
        """Open the database file; raises Unavailable when it is missing and `create` is false.

        `create` makes an empty file that only its owner may read; the schema is another step.
        `single_operator` says that one person runs this registry alone; see `is_single_operator`.
        Without `vault` no session reads or writes a sealed name; see `rowtexts`.
        Where SQLite's WAL mode is unsafe the database runs without it, and the log says so.
        """
        if create:
            _create_file(path)
        elif not path.is_file():
            raise Unavailable(
                "there is no database here yet", next_step="run: ebenbild init", code="no-database"
            )
        module = sqlite.driver()
        journal = sqlite.journal_mode(module)
        if journal != "WAL":
            _log.warning(
                "SQLite %s can corrupt databases in WAL mode: running without it, slower; "
                "install pysqlite3 to mend this",
                module.sqlite_version,
            )
        readers = _engine(path, module, journal, read_only=True, connections=_READERS_MAX)
        writer = _engine(path, module, journal, read_only=False, connections=1)
        return cls(
            path,
            readers=readers,
            writer=writer,
            journal_mode=journal,
            single_operator=single_operator,
            vault=vault,
        )

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Give a session that sees one snapshot from its first query on, and can write nothing."""
        with translated(), Session(self._readers, autoflush=False, info=self._info) as session:
            yield session
            session.rollback()

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Give a session that holds the write lock; commit at its end, roll back on any exception.

        Keep it short and never open it twice in one thread: the second waits for the first.
        Raises Conflict when a unique fact exists already, Unavailable when the lock stays taken or
        the disk is full; in each case nothing was written.
        """
        with (
            translated(),
            Session(self._writer, expire_on_commit=False, info=self._info) as session,
        ):
            session.connection()
            yield session
            if self.before_commit is not None:
                self.before_commit(session)
            session.commit()

    @property
    def _info(self) -> dict[str, Any]:
        return {_SINGLE: self.single_operator, VAULT: self.vault}

    def checkpoint(self) -> None:
        """Move every committed page from the write-ahead log into the database, and empty the log.

        Without this, pages of deleted rows stay readable in the log until the next time.
        """
        with translated(), self._writer.connect() as connection:
            connection.connection.driver_connection.execute(  # type: ignore[union-attr]
                "PRAGMA wal_checkpoint(TRUNCATE)"
            ).close()

    def close(self) -> None:
        """Close every connection; sessions still open are not usable afterwards."""
        self._readers.dispose()
        self._writer.dispose()


def is_single_operator(session: Session) -> bool:
    """Say whether one person runs this registry alone, so that no second person can decide.

    What such a registry records carries the stamp for good, whatever the mode becomes later.
    """
    return bool(session.info.get(_SINGLE, False))


def next_seq(session: Session) -> int:
    """Return the next number of the one order that all records share; call it in `write()`.

    Order is told by this number and never by a clock. A rolled back number is given again.
    """
    return next_seqs(session, 1)[0]


def next_seqs(session: Session, count: int) -> range:
    """Return the next `count` numbers of that order at once, for what is written in bulk."""
    statement = sql(
        "INSERT INTO core_counter (name, value) VALUES ('seq', :count) "
        "ON CONFLICT (name) DO UPDATE SET value = core_counter.value + :count RETURNING value"
    )
    last = int(session.connection().execute(statement, {"count": count}).scalar_one())
    return range(last - count + 1, last + 1)


def _engine(path: Path, module: Any, journal: str, *, read_only: bool, connections: int) -> Engine:
    engine = create_engine(
        f"sqlite:///{path}",
        module=module,
        pool_size=connections,
        max_overflow=0,
        pool_timeout=_WAIT_SECONDS,
        hide_parameters=True,
        connect_args={"check_same_thread": False},
    )

    def connected(connection: Any, _record: Any) -> None:
        sqlite.set_up(connection, journal=journal, read_only=read_only)

    event.listen(engine, "connect", connected)
    event.listen(engine, "begin", _beginner("BEGIN" if read_only else "BEGIN IMMEDIATE"))
    return engine


def _beginner(statement: str) -> Callable[[Any], None]:
    def begun(connection: Any) -> None:
        connection.exec_driver_sql(statement)

    return begun


def _create_file(path: Path) -> None:
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except FileExistsError as exc:
        raise Conflict(
            "there is a database here already", next_step="use it, or name another folder"
        ) from exc
