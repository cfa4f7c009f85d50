"""Alembic's entry: every migration runs in the transaction that the caller has opened.

There is no database URL here, so a migration can only run through `api.schema`, which holds the
write lock and commits once. SQLite alters tables by copying them, hence `render_as_batch`.
"""

from alembic import context
from sqlmodel import SQLModel

from migrations import tables

tables.load()
context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    render_as_batch=True,
    transactional_ddl=False,
    compare_type=True,
    compare_server_default=True,
)
context.run_migrations()
