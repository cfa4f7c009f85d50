"""First set-up, and opening what was set up: the only places where secrets and files begin.

Nothing here is made twice and nothing is made by accident: a missing key beside existing data is
an error, because a new key would leave that data unreadable.
"""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from core import files, keys, tenants
from core.checkpoints import Notary
from core.db import Database
from core.errors import Conflict, Unavailable
from core.kek import KEK_FILE
from core.keksource import keks_of, used_kek
from core.keys import PrivateKey
from core.objects import Objects
from core.settings import Settings
from core.vault import KEYSTORE_FILE, Vault

REGISTRY_KEY_FILE = "registry.pem"
OPERATOR_KEY_FILE = "operator.key"
_UNFINISHED = ".init-unfinished"
_BRING_BACK = (
    "restore it from its backup (the keystore: ebenbild keys restore BACKUP); "
    "to start anew, name another data_dir"
)
_RESTORE = b"restore"
_OPERATOR_NAME = "Operator"


@dataclass(frozen=True, slots=True)
class InitReport:
    """What set-up made; `created` is empty when everything was there already.

    `operator_key` is the API key of the operator, shown only this once.
    """

    data_dir: Path
    created: tuple[str, ...]
    operator_tenant_id: str | None
    operator_key: str | None


@dataclass(frozen=True, slots=True)
class World:
    """Everything a process works with, opened; close it when done."""

    db: Database
    vault: Vault
    objects: Objects
    registry_key: PrivateKey
    settings: Settings

    def close(self) -> None:
        """Close database and vault."""
        self.db.close()
        self.vault.close()

    def __enter__(self) -> "World":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def initialise(
    settings: Settings,
    make_schema: Callable[[Database], None],
    *,
    operator_scopes: frozenset[str] = frozenset({"admin"}),
) -> InitReport:
    """Make folders, secrets, database and the operator's API key, once.

    `make_schema` builds the tables in the fresh database. An interrupted set-up is started over.
    When everything exists nothing is changed. Raises Conflict when only a part exists.
    """
    _check_folder(settings.data_dir)
    marker = settings.data_dir / _UNFINISHED
    if _restoring(settings):
        raise _unfinished_restore()
    if marker.exists():
        _remove_unfinished(settings)
    lacking = missing(settings)
    if not lacking:
        return InitReport(settings.data_dir, (), None, None)
    if len(lacking) < len(_pieces(settings)):
        raise Conflict(
            f"set-up exists already, but this is missing: {', '.join(lacking)}",
            next_step=_BRING_BACK,
            code="incomplete-set-up",
        )
    files.create_private(marker, b"")
    tenant_id, plaintext = _create(settings, make_schema, operator_scopes)
    marker.unlink()
    files.sync_folder(settings.data_dir)
    created = (
        *(str(path) for path in _pieces(settings)),
        str(settings.keys_dir / OPERATOR_KEY_FILE),
    )
    return InitReport(settings.data_dir, created, tenant_id, plaintext)


def open_world(settings: Settings, *, unfinished: bool = False) -> World:
    """Open what set-up made; raises Unavailable, naming what is missing and what to do.

    `unfinished` opens it in spite of the mark, for the restore that has set it.
    """
    if _restoring(settings) and not unfinished:
        raise _unfinished_restore()
    lacking = missing(settings)
    if 0 < len(lacking) < len(_pieces(settings)) and not is_unfinished(settings):
        raise Unavailable(
            f"this is missing: {', '.join(lacking)}",
            next_step=_BRING_BACK,
            code="incomplete-set-up",
        )
    if lacking or (is_unfinished(settings) and not unfinished):
        what = ", ".join(lacking) or "the end of an interrupted set-up"
        raise Unavailable(
            f"this is missing: {what}",
            next_step="run: ebenbild init (or restore it from its backup)",
            code="not-set-up",
        )
    registry_key = keys.load_key(settings.keys_dir / REGISTRY_KEY_FILE)
    vault = Vault.open(settings.keys_dir, keks_of(settings))
    objects = Objects.open(settings.objects_dir, vault, settings.scratch_path)
    db = Database.open(
        settings.database_path, single_operator=settings.single_operator, vault=vault
    )
    db.before_commit = Notary(vault, settings.base_url)
    return World(db, vault, objects, registry_key, settings)


def missing(settings: Settings) -> list[str]:
    """What of a registry's files and folders is not there, by name."""
    return [path.name for path in _pieces(settings) if not path.exists()]


def is_unfinished(settings: Settings) -> bool:
    """Say whether a set-up or a restore was cut off in this data folder."""
    return (settings.data_dir / _UNFINISHED).exists()


def begin_unfinished(settings: Settings) -> None:
    """Set a restore's mark that keeps everybody out; raises Conflict where one stands already."""
    files.create_private(settings.data_dir / _UNFINISHED, _RESTORE)


def end_unfinished(settings: Settings) -> None:
    """Take the mark away."""
    (settings.data_dir / _UNFINISHED).unlink(missing_ok=True)
    files.sync_folder(settings.data_dir)


def _restoring(settings: Settings) -> bool:
    marker = settings.data_dir / _UNFINISHED
    return marker.is_file() and marker.read_bytes() == _RESTORE


def _unfinished_restore() -> Unavailable:
    # Set-up would begin anew, and take the key with it that was put there for the restore.
    return Unavailable(
        "a restore into this folder was cut off",
        next_step="run the same `ebenbild restore` again; it begins anew by itself",
        code="unfinished-restore",
    )


def _pieces(settings: Settings) -> tuple[Path, ...]:
    return (
        settings.database_path,
        settings.objects_dir,
        *((settings.keys_dir / KEK_FILE,) if _in_file(settings) else ()),
        settings.keys_dir / KEYSTORE_FILE,
        settings.keys_dir / REGISTRY_KEY_FILE,
    )


def _in_file(settings: Settings) -> bool:
    # While another source is being replaced by a file the file is yet to be made.
    return settings.kek.source == "file" and settings.kek_old.source == "none"


def _check_folder(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise Conflict(f"{folder.name} is not a folder", next_step="name another data_dir")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def _create(
    settings: Settings, make_schema: Callable[[Database], None], scopes: frozenset[str]
) -> tuple[str, str]:
    settings.keys_dir.mkdir(mode=0o700)
    keys.save_key(settings.keys_dir / REGISTRY_KEY_FILE, keys.generate())
    Vault.create(settings.keys_dir, used_kek(settings)).close()
    Objects.create(settings.objects_dir)
    db = Database.open(settings.database_path, create=True)
    try:
        make_schema(db)
        with db.write() as session:
            tenant = tenants.create_tenant(session, name=_OPERATOR_NAME, kind=tenants.OPERATOR)
            _, plaintext = tenants.issue_key(session, tenant.id, scopes)
    finally:
        db.close()
    files.create_private(settings.keys_dir / OPERATOR_KEY_FILE, plaintext.encode() + b"\n")
    return tenant.id, plaintext


def _remove_unfinished(settings: Settings) -> None:
    # Safe: nothing opens a data folder that carries the marker, so nothing was stored in it yet.
    for suffix in ("", "-wal", "-shm", "-journal"):
        settings.database_path.with_name(settings.database_path.name + suffix).unlink(
            missing_ok=True
        )
    for folder in (settings.keys_dir, settings.objects_dir):
        if folder.exists():
            shutil.rmtree(folder)
    (settings.data_dir / _UNFINISHED).unlink()
