"""The first bytes of every seal in the database, which say what key it needs.

Every column of bytes with `sealed` in its name is one, whichever package it belongs to, so that no
key is thought unused because somebody else's table was forgotten.
"""

from collections.abc import Iterator

from sqlalchemy import LargeBinary, func
from sqlalchemy import select as select_columns
from sqlmodel import Session, SQLModel

from core.principal import SearchCapability

HEAD_BYTES = 16


def heads(session: Session, _capability: SearchCapability) -> Iterator[bytes]:
    """Heads of all seals, of every table and tenant."""
    for table in SQLModel.metadata.sorted_tables:
        for column in table.columns:
            if "sealed" in column.name and isinstance(column.type, LargeBinary):
                query = select_columns(func.substr(column, 1, HEAD_BYTES))
                for (head,) in session.connection().execute(query.where(column.is_not(None))):
                    yield bytes(head)
