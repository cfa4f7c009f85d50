"""The first bytes of every seal in the database, which say what key it needs.

Every column of bytes with `sealed` in its name is one, whichever package it belongs to. The
database itself is asked for them and not the code that happens to be loaded, so that no key is
thought unused because somebody else's table was forgotten.
"""

from collections.abc import Iterator

from sqlalchemy import ColumnClause, LargeBinary, column, func, inspect, table
from sqlalchemy import select as select_columns
from sqlmodel import Session

from core.principal import SearchCapability

HEAD_BYTES = 16


def heads(session: Session, _capability: SearchCapability) -> Iterator[bytes]:
    """Heads of all seals, of every table and tenant."""
    connection = session.connection()
    database = inspect(connection)
    for name in database.get_table_names():
        for found in database.get_columns(name):
            if "sealed" in found["name"] and isinstance(found["type"], LargeBinary):
                sealed: ColumnClause[bytes] = column(found["name"])
                query = select_columns(func.substr(sealed, 1, HEAD_BYTES)).select_from(table(name))
                for (head,) in connection.execute(query.where(func.length(sealed) > 0)):
                    yield bytes(head)
