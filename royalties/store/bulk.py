"""Rows by the hundred thousand, as a book has them: written as SQLite takes them, and streamed."""

from collections.abc import Iterator
from itertools import chain
from typing import Any

from sqlalchemy import Executable
from sqlmodel import Session

from core.columns import Owned

_PAGE = 1000
# What the indexes of a million lines fit into, and what SQLite keeps else; in KiB.
_ROOM, _USUAL = -122_880, -2_000


def with_room(session: Session) -> None:
    """Let the connection keep the pages that what is written in bulk comes back to.

    Ids come in no order, so that each finds another page of its index.
    """
    session.connection().exec_driver_sql(f"PRAGMA cache_size = {_ROOM}")


def give_room_back(session: Session) -> None:
    """Let go of these pages: the connection lives as long as the program does."""
    connection = session.connection()
    connection.exec_driver_sql(f"PRAGMA cache_size = {_USUAL}")
    connection.exec_driver_sql("PRAGMA shrink_memory")


def insertion(row: type[Owned], *columns: str) -> str:
    """The statement for tuples of id, tenant, audience, time and these columns, in this order."""
    names = ("id", "tenant_id", "audience", "recorded_at", *columns)
    marks = ", ".join("?" * len(names))
    # The names are of our own schema.
    into = f"INSERT INTO {row.__tablename__} ({', '.join(names)})"
    return f"{into} VALUES ({marks})"


def rows_of(session: Session, query: Executable) -> Iterator[Any]:
    """What a query finds as a stream, fetched a page at a time."""
    found = session.connection().execute(query.execution_options(yield_per=_PAGE))
    return chain.from_iterable(found.partitions())
