"""The migrations and the code describe one schema, in both directions and down to the triggers."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlmodel import SQLModel

import migrations
from api.schema import downgrade, require_current, revision_of, upgrade
from api.setup import prepare
from core.appendonly import append_only_tables, append_only_triggers
from core.db import Database
from core.errors import Unavailable
from core.settings import Settings
from migrations import tables
from tests.schemas import copied

OBJECTS = "SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database.open(tmp_path / "test.db", create=True)
    yield opened
    opened.close()


@pytest.fixture
def upgraded(tmp_path: Path) -> Iterator[Database]:
    """A database that came by all migrations, by a copy."""
    tables.load()
    opened = Database.open(tmp_path / "upgraded.db", create=True)
    copied(upgrade)(opened)
    yield opened
    opened.close()


def objects(database: Database, kind: str) -> dict[str, str]:
    with database.read() as session:
        rows = session.connection().execute(text(OBJECTS))
        return {name: sql for found, name, sql in rows if found == kind}


def test_upgraded_schema_is_what_the_code_declares(upgraded: Database) -> None:
    with upgraded.read() as session:
        context = MigrationContext.configure(
            session.connection(), opts={"compare_type": True, "compare_server_default": True}
        )
        differences = compare_metadata(context, SQLModel.metadata)
    assert [item for item in differences if "alembic_version" not in str(item)] == []


def test_upgraded_tables_have_the_constraints_of_the_code(
    upgraded: Database, tmp_path: Path
) -> None:
    """Compares what autogenerate does not see: checks, unique sets, partial indexes."""
    declared = Database.open(tmp_path / "declared.db", create=True)
    with declared.write() as session:
        SQLModel.metadata.create_all(session.connection())
    for kind in ("index", "table"):
        found, wanted = objects(upgraded, kind), objects(declared, kind)
        found.pop("alembic_version", None)
        assert found.keys() == wanted.keys()
        for name in wanted:
            assert words(found[name]) == words(wanted[name]), name
    declared.close()


def words(sql: str) -> list[str]:
    return sorted(sql.replace(",", " ").replace("(", " ").replace(")", " ").split())


def test_append_only_tables_have_their_triggers(upgraded: Database) -> None:
    wanted = [sql for table in append_only_tables() for sql in append_only_triggers(table)]
    assert sorted(objects(upgraded, "trigger").values()) == sorted(wanted)


def test_downgrade_leaves_nothing_and_upgrade_comes_back(database: Database) -> None:
    upgrade(database)
    before = objects(database, "table")
    downgrade(database, "base")
    assert objects(database, "table").keys() == {"alembic_version"}
    upgrade(database)
    assert objects(database, "table") == before


def test_databases_that_are_upgraded_at_once_do_not_mix(tmp_path: Path) -> None:
    """As when two people have their books replayed in one moment."""
    opened = [Database.open(tmp_path / f"{number}.db", create=True) for number in range(3)]
    with ThreadPoolExecutor(len(opened)) as pool:
        list(pool.map(upgrade, opened))
    (first, *others) = (objects(one, "table") for one in opened)
    assert {"performer", "ledger_entry"} <= first.keys()
    assert others == [first, first]
    for one in opened:
        one.close()


def test_a_database_of_another_revision_is_refused(database: Database, upgraded: Database) -> None:
    assert revision_of(database) is None
    with pytest.raises(Unavailable, match="revision None"):
        require_current(database)
    require_current(upgraded)


@pytest.mark.parametrize("act", [upgrade, require_current])
def test_a_database_of_a_newer_program_is_left_alone(
    upgraded: Database, act: Callable[[Database], None]
) -> None:
    with upgraded.write() as session:
        session.connection().execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(Unavailable, match="9999, which this program does not know") as caught:
        act(upgraded)
    assert caught.value.code == "newer-database"
    assert revision_of(upgraded) == "9999"


def test_a_database_that_was_emptied_is_not_made_anew(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data")
    prepare(settings)
    settings.database_path.write_bytes(b"")
    for _ in range(2):
        with pytest.raises(Unavailable, match="it is empty") as caught:
            prepare(settings)
        assert caught.value.code == "empty-database"


def test_a_database_of_another_program_is_left_alone(database: Database) -> None:
    with database.write() as session:
        session.connection().execute(text("CREATE TABLE invoices (id TEXT)"))
    with pytest.raises(Unavailable, match="another program"):
        upgrade(database)
    assert objects(database, "table").keys() == {"invoices"}


def test_head_is_the_newest_revision_on_file() -> None:
    folder = str(Path(migrations.__file__).parent)
    assert ScriptDirectory(folder).get_current_head() == migrations.HEAD
