"""Puts a digest of every append-only row into the public log, so that a later edit shows.

What is logged by itself (a licence, a clearance) is covered from its first moment; this covers all
columns of all such tables from the next sealing on. A seal names the columns it hashed, so that a
table that gains one stays checkable. Rows are taken as SQLite stores them, in the order of their
row numbers, which never change where nothing is deleted.
"""

import hashlib
import json
from datetime import datetime
from typing import Any

from sqlalchemy import Table, func
from sqlmodel import Field, Session, SQLModel, select

from core import log
from core.appendonly import append_only, append_only_tables
from core.columns import JsonText

KIND = "rows.sealed"
ROWS_MAX = 50_000
# The log proves itself, but for a checkpoint that is dropped from between two others.
_CHECKPOINTS = "log_checkpoint"
_OWN = frozenset({"log_leaf", "log_node", "log_checkpoint", "log_seal"})


class SealRow(SQLModel, table=True):
    """Table of seals: which rows of which table, over which columns, have which digest."""

    __tablename__ = "log_seal"
    __table_args__ = (append_only(),)

    table_name: str = Field(primary_key=True)
    first_row: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    last_row: int
    count: int
    columns: list[str] = Field(sa_type=JsonText)
    digest: str
    log_index: int


def seal_rows(session: Session, *, now: datetime) -> int:
    """Seal what was added since the last time; returns how many rows. Call it in `write()`."""
    session.flush()
    ends = _ends(session)
    tables = [table for table in append_only_tables() if table.name not in _OWN]
    found = [part for table in tables if (part := _part(session, table, ends.get(table.name, 0)))]
    signed = _part(session, SQLModel.metadata.tables[_CHECKPOINTS], ends.get(_CHECKPOINTS, 0))
    # Every sealing is signed by a checkpoint of its own, which alone is no reason for another.
    if signed is not None and (found or signed.count > 1):
        found.append(signed)
    if not found:
        return 0
    payload = {
        part.table_name: {
            "first": part.first_row,
            "last": part.last_row,
            "count": part.count,
            "columns": part.columns,
            "digest": part.digest,
        }
        for part in found
    }
    index = log.append(session, kind=KIND, subject_id="rows", payload=payload, at=now)
    for part in found:
        part.log_index = index
        session.add(part)
    session.flush()
    return sum(part.count for part in found)


def _ends(session: Session) -> dict[str, int]:
    """The last sealed row of each table that has one."""
    query = select(SealRow.table_name, func.max(SealRow.last_row)).group_by(SealRow.table_name)
    return dict(session.exec(query).all())


def _part(session: Session, table: Table, last: int) -> SealRow | None:
    columns = sorted(c.name for c in table.columns if c.name not in table.info["append_only"])
    listed = ", ".join(f'"{name}"' for name in columns)
    rows = session.connection().exec_driver_sql(
        f'SELECT rowid, {listed} FROM "{table.name}" '  # noqa: S608 - names of our own schema
        f"WHERE rowid > {int(last)} ORDER BY rowid LIMIT {ROWS_MAX}"
    )
    whole = hashlib.sha256()
    end, count = last, 0
    for number, *values in rows:
        whole.update(row_digest(values))
        end, count = number, count + 1
    if end == last:
        return None
    return SealRow(
        table_name=table.name,
        first_row=last + 1,
        last_row=end,
        count=count,
        columns=columns,
        digest=whole.hexdigest(),
        log_index=-1,
    )


def row_digest(values: list[Any]) -> bytes:
    """Return the hash of one row's values, with their types, as they are stored."""
    plain = [value.hex() if isinstance(value, bytes) else value for value in values]
    typed = [[type(value).__name__, item] for value, item in zip(values, plain, strict=True)]
    return hashlib.sha256(json.dumps(typed, ensure_ascii=False).encode()).digest()
