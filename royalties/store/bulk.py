"""Statements that write rows as SQLite takes them: a book holds hundreds of thousands of each."""

from core.db import Owned


def insertion(row: type[Owned], *columns: str) -> str:
    """The statement for tuples of id, tenant, audience, time and these columns, in this order."""
    names = ("id", "tenant_id", "audience", "recorded_at", *columns)
    marks = ", ".join("?" * len(names))
    # The names are of our own schema.
    into = f"INSERT INTO {row.__tablename__} ({', '.join(names)})"
    return f"{into} VALUES ({marks})"
