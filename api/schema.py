"""Brings a database to the schema this program needs, and refuses to work on any other.

Migrations are Alembic's and travel with the program; `ebenbild init` runs them. Reading the
present revision takes one query, so it is checked each time a registry is opened.
"""

import threading
from pathlib import Path

from sqlalchemy import text as sql
from sqlalchemy.exc import OperationalError

import migrations
from core.db import Database
from core.errors import Unavailable

_VERSIONS = Path(migrations.__file__).parent / "versions"
# What a migration calls `op` and `context` is Alembic's for the whole process: two at once would
# write into each other's databases.
_ONE_AT_A_TIME = threading.Lock()
_TABLES = "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name != 'alembic_version'"


def upgrade(database: Database, revision: str = migrations.HEAD) -> None:
    """Run the migrations up to `revision` in one transaction.

    The database's vault seals what an earlier version left in the clear, which is in no page of the
    file and of its log afterwards; a database without people needs no vault. Raises Unavailable for
    a database that a newer program brought further, or that another program made.
    """
    known_revision(database)
    _run(database, "upgrade", revision)
    database.checkpoint()


def downgrade(database: Database, revision: str) -> None:
    """Take migrations back down to `revision` (`base` for none) in one transaction."""
    _run(database, "downgrade", revision)


def revision_of(database: Database) -> str | None:
    """The revision the database stands at; None before the first.

    Raises Unavailable where it cannot be read, which must not look like a database without one.
    """
    with database.read() as session:
        try:
            found = session.connection().execute(sql("SELECT version_num FROM alembic_version"))
        except OperationalError as exc:
            if "no such table" in str(exc.orig):
                return None
            raise
        row = found.first()
        return None if row is None else str(row[0])


def known_revision(database: Database) -> str | None:
    """The revision the database stands at; None for one without tables.

    Raises Unavailable where this program has no such migration, for it would run none or all.
    """
    revision = revision_of(database)
    if revision is None:
        _require_empty(database)
    elif not any(_VERSIONS.glob(f"{revision}_*.py")):
        raise Unavailable(
            f"The database is at revision {revision}, which this program does not know: "
            f"it goes up to {migrations.HEAD}.",
            next_step="Use the newer release that updated this database, or restore the backup "
            "from before that update into an empty folder.",
            code="newer-database",
        )
    return revision


def standing(database: Database) -> str:
    """The revision of a registry's database, maybe an earlier one; raises Unavailable, as above.

    One without tables has lost them, for set-up makes them before anything else opens it.
    """
    revision = known_revision(database)
    if revision is None:
        raise Unavailable(
            "The database is at revision None: it is empty, though its keys are here.",
            next_step="Keep the folder as it is, and restore the last backup into an empty one: "
            "`ebenbild restore`.",
            code="empty-database",
        )
    return revision


def require_current(database: Database) -> None:
    """Raise Unavailable unless the database stands at this program's revision."""
    revision = standing(database)
    if revision != migrations.HEAD:
        raise Unavailable(
            f"The database is at revision {revision}; this program needs {migrations.HEAD}.",
            next_step="Stop everything that uses it, back it up (`ebenbild backup FOLDER`), "
            "then run `ebenbild init`.",
            code="old-database",
        )


def _require_empty(database: Database) -> None:
    with database.read() as session:
        found = session.connection().execute(sql(_TABLES)).scalar_one()
    if found:
        raise Unavailable(
            f"{database.path.name} is a database of another program.",
            next_step="Move it away, or name the registry's own data folder with --data-dir.",
            code="foreign-database",
        )


def _run(database: Database, direction: str, revision: str) -> None:
    # Imported here: only set-up needs Alembic, and it is slow to import.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    with _ONE_AT_A_TIME, database.write() as session:
        config.attributes["connection"] = session.connection()
        config.attributes["vault"] = database.vault
        getattr(command, direction)(config, revision)
