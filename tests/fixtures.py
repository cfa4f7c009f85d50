"""A small world for tests: real database, vault and objects in a temporary folder, two tenants."""

import importlib
import os
import pkgutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlmodel import SQLModel

import migrations
from api.schema import upgrade
from core import tenants
from core.appendonly import append_only_tables, append_only_triggers
from core.db import Database
from core.init import World, initialise, open_world
from core.keys import PrivateKey
from core.objects import Objects
from core.principal import Principal
from core.settings import Settings
from core.vault import Vault
from tests.schemas import MakeSchema, copied
from tests.statements import create_engine

_PACKAGES = ("core", "registry", "licensing", "royalties", "api")


@dataclass(frozen=True, slots=True)
class TestWorld:
    """An opened world with two tenants that must not see each other, and the operator."""

    __test__ = False

    world: World
    root: Path
    first: Principal
    second: Principal
    operator: Principal

    @property
    def db(self) -> Database:
        return self.world.db

    @property
    def vault(self) -> Vault:
        return self.world.vault

    @property
    def objects(self) -> Objects:
        return self.world.objects

    @property
    def registry_key(self) -> PrivateKey:
        return self.world.registry_key

    @property
    def settings(self) -> Settings:
        return self.world.settings

    def principal(self, kind: str, *scopes: str) -> Principal:
        """Make a fresh tenant of this kind and return its principal (all scopes if none)."""
        return new_principal(self.db, kind, *scopes)


def create_schema(db: Database) -> None:
    """Make every table of the packages that exist, with the append-only triggers."""
    import_tables()
    with db.write() as session:
        connection = session.connection()
        SQLModel.metadata.create_all(connection)
        for table in append_only_tables():
            for statement in append_only_triggers(table):
                connection.exec_driver_sql(statement)


def import_tables() -> None:
    """Import the modules that hold tables, so that their metadata is known."""
    for package in _PACKAGES:
        folder = importlib.import_module(package).__path__
        for module in pkgutil.walk_packages(folder, f"{package}."):
            if package == "core" or "store" in module.name.rpartition(f"{package}.")[2].split("."):
                importlib.import_module(module.name)


def new_principal(db: Database, kind: str, *scopes: str) -> Principal:
    """Make a tenant of this kind and return a principal of it; without scopes it has them all."""
    with db.write() as session:
        tenant = tenants.create_tenant(session, name=f"A {kind}", kind=kind)
    return Principal(tenant.id, f"test-{tenant.id}", frozenset(scopes or ("*",)), kind)


@pytest.fixture(autouse=True, scope="session")
def kept_statements() -> Iterator[None]:
    """What was compiled for one database serves the next."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("core.db.create_engine", create_engine)
        yield


@pytest.fixture(autouse=True, scope="session")
def patient_writers() -> Iterator[None]:
    """Whoever writes waits for the lock as long as a busy machine may take with many before him."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("core.sqlite.BUSY_TIMEOUT_MS", 300_000)
        yield


@pytest.fixture(autouse=True, scope="session")
def no_power_cut() -> Iterator[None]:
    """Nothing here waits for a disk, as each new registry does a dozen times.

    Only a power cut loses what the kernel has taken, and no test makes one: those that kill
    processes find all that was written.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("core.sqlite.SYNCHRONOUS", "OFF")
        patch.setattr("os.fsync", lambda _handle: None)
        yield


@pytest.fixture
def world(tmp_path: Path) -> Iterator[TestWorld]:
    """Give a fresh world made by the product's own set-up, with the schema of the code."""
    with made_world(tmp_path, create_schema) as made:
        yield made


@pytest.fixture
def migrated(tmp_path: Path) -> Iterator[TestWorld]:
    """Give a fresh world whose schema came by the migrations, which can be taken back."""
    with made_world(tmp_path, upgrade) as made:
        yield made


def before(revision: str) -> str:
    """The revision that a migration starts from."""
    found = ScriptDirectory(str(Path(migrations.__file__).parent)).get_revision(revision)
    return str(found.down_revision)


@contextmanager
def made_world(folder: Path, make_schema: MakeSchema) -> Iterator[TestWorld]:
    """An opened world in a folder, made by the product's own set-up with this schema."""
    settings = Settings(data_dir=folder / "data")
    report = initialise(settings, copied(make_schema))
    with open_world(settings) as opened:
        operator_id = report.operator_tenant_id or ""
        yield TestWorld(
            world=opened,
            root=folder,
            first=new_principal(opened.db, "studio"),
            second=new_principal(opened.db, "agency"),
            operator=Principal(operator_id, "test-operator", frozenset({"*"}), tenants.OPERATOR),
        )


@pytest.fixture(scope="session")
def vectors_dir() -> Path:
    """Folder of published test vectors, named by EBENBILD_VECTORS; skips without it."""
    folder = os.environ.get("EBENBILD_VECTORS", "")
    if not folder or not (Path(folder) / "merkle").is_dir():
        pytest.skip("published vectors: set EBENBILD_VECTORS to a folder with merkle/ and jcs/")
    return Path(folder)
