"""The database: how it is opened, the two kinds of session, and the only commit there is.

Every write takes the write lock at its first statement (BEGIN IMMEDIATE), so two writers queue
and never find out half-way that one of them must start again. Rows carry owner and audience from
the first table on.
"""

import json
import logging
import os
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic_core import from_json
from sqlalchemy import (
    ColumnElement,
    Dialect,
    Engine,
    Table,
    Text,
    and_,
    cast,
    create_engine,
    event,
    func,
    or_,
    select,
)
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, Session, SQLModel, col

from core import sqlite
from core.dberrors import translated
from core.errors import Conflict, Unavailable
from core.principal import Principal, closed_ids
from core.rowtexts import VAULT
from core.vault import Vault

OWNER = "owner"
PUBLIC = "public"

_log = logging.getLogger(__name__)
_encode = json.JSONEncoder(
    sort_keys=True, ensure_ascii=False, allow_nan=False, separators=(",", ":")
).encode
_READERS_MAX = 40
_WAIT_SECONDS = 30
_SINGLE = "single_operator"


def time_text(value: datetime) -> str:
    """How a time is stored; raises ValueError for one without a zone."""
    if value.tzinfo is None:
        raise ValueError("a stored time needs its zone")
    moment = value.astimezone(UTC).replace(tzinfo=None)
    return moment.isoformat(timespec="microseconds") + "Z"


def json_text(value: Any) -> str:
    """How a JSON value is stored; raises ValueError or TypeError for what is none."""
    return _encode(value)


@lru_cache(maxsize=1_000)
def _moment(text: str) -> datetime:
    # Rows that were written together bear the same time.
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC time as text of fixed width, so that text order is time order."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        """Return the text form; raises ValueError for a time without a zone."""
        return None if value is None else time_text(value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        """Return the aware time that was stored."""
        return None if value is None else _moment(value)


class JsonText(TypeDecorator[Any]):
    """A small JSON value as text with sorted keys; NaN and infinities are refused."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any | None, dialect: Dialect) -> str | None:
        """Return the text form; raises ValueError or TypeError for what is not JSON."""
        return None if value is None else json_text(value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> Any | None:
        """Return the value that was stored; tuples come back as lists."""
        return None if value is None else from_json(value)


class Owned(SQLModel):
    """Columns of every row that belongs to a tenant; a table adds its own to them.

    `audience` says who besides the owner may see the row: `owner`, `tenant:<id>` or `public`.
    """

    id: str = Field(primary_key=True)
    tenant_id: str = Field(index=True)
    audience: str = OWNER
    recorded_at: datetime = Field(sa_type=UtcDateTime)


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


def visible(model: type[Owned], principal: Principal) -> ColumnElement[bool]:
    """Return the where clause for the rows of `model` that this principal may see."""
    found = or_(
        col(model.tenant_id) == principal.tenant_id,
        col(model.audience).in_((PUBLIC, f"tenant:{principal.tenant_id}")),
    )
    return and_(found, *_open(model, principal)) if principal.closed else found


def owned(model: Any, principal: Principal) -> ColumnElement[bool]:
    """Return the where clause for the rows of `model` that are the principal's tenant's own.

    Without those that name what is closed to him. Whoever looks for his tenant's rows asks here.
    """
    found: ColumnElement[bool] = col(model.tenant_id) == principal.tenant_id
    return and_(found, *_open(model, principal)) if principal.closed else found


def owns(row: Any, principal: Principal) -> bool:
    """The same of a row or value at hand."""
    if row.tenant_id != principal.tenant_id:
        return False
    named = (getattr(row, name, None) for name in _naming(type(row)))
    return not principal.closed or closed_ids(principal).isdisjoint(filter(None, named))


def _open(model: Any, principal: Principal) -> list[ColumnElement[bool]]:
    """That no column of a row names what is closed to the principal, alone or among other texts."""
    shut = closed_ids(principal)
    named = [col(getattr(model, name)) for name in _naming(model)]
    told = [one for one in model.__table__.columns if isinstance(one.type, JsonText)]
    return [
        *(or_(one.is_(None), ~one_of(one, shut)) for one in named),
        *(
            or_(one.is_(None), ~cast(one, Text).contains(item.subject, autoescape=True))
            for one in told
            for item in principal.closed
        ),
    ]


def _naming(model: Any) -> list[str]:
    """The fields of a row that hold ids of what it is about."""
    names: Iterable[str] = getattr(model, "model_fields", None) or getattr(
        model, "__dataclass_fields__", {}
    )
    return [name for name in names if name == "id" or name.endswith("_id")]


def one_of(column: Mapped[str], values: Collection[str]) -> ColumnElement[bool]:
    """Return the where clause for a column that holds one of these texts, however many they are.

    They are one parameter: naming each of a thousand takes longer than finding what they name.
    """
    wanted = func.json_each(json.dumps(list(values))).table_valued("value")
    return column.in_(select(wanted.c.value))


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


def append_only(*mutable: str, guards: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return the last item of `__table_args__` that marks a table as append-only.

    The columns named in `mutable` may still change, such as the end of a record's validity.
    `guards` are further triggers, made by `guard`, that hold whoever opens the file to its rules.
    """
    return {"info": {"append_only": mutable, "guards": guards}}


def guard(name: str, on: str, *, when: str, says: str) -> str:
    """Return the statement that makes SQLite refuse what `when` describes.

    `on` is the event and the table, such as `INSERT ON book_entry`; `says` holds no quotes.
    """
    refuse = f"BEGIN SELECT RAISE(ABORT, '{says}'); END"
    return f'CREATE TRIGGER "{name}" BEFORE {on} WHEN {when} {refuse}'


def append_only_triggers(table: Table) -> list[str]:
    """Return the statements that make SQLite refuse updates and deletes, and what guards refuse."""
    mutable = table.info["append_only"]
    fixed = ", ".join(f'"{column.name}"' for column in table.columns if column.name not in mutable)
    refuse = f"BEGIN SELECT RAISE(ABORT, '{table.name} is append-only'); END"
    return [
        f'CREATE TRIGGER "{table.name}_no_update" '
        f'BEFORE UPDATE OF {fixed} ON "{table.name}" {refuse}',
        f'CREATE TRIGGER "{table.name}_no_delete" BEFORE DELETE ON "{table.name}" {refuse}',
        *table.info["guards"],
    ]


def append_only_tables() -> list[Table]:
    """Return the marked tables of every package imported so far, by name."""
    tables = SQLModel.metadata.sorted_tables
    return sorted((t for t in tables if "append_only" in t.info), key=lambda table: table.name)


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
