"""Tables that only grow, and what else SQLite itself refuses: triggers, told beside the table."""

from typing import Any

from sqlalchemy import Table
from sqlmodel import SQLModel


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
