"""A backup of the whole registry in one folder, made while it runs, and its putting back.

The database is copied as of one moment, the stored files after it and the keys last, so that every
row finds its file and every file its key. Nothing in the folder opens without the key-encryption
key, which is not in it. The folder gets its name when it is complete; the list of what is in it is
signed. Index files, models and uploads that wait are left out: they are made or sent again.
SQLite: https://www.sqlite.org/backup.html
"""

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from core import files, integrity, lifesigns, log, sqlite
from core.canonical import canonical, parse_strict
from core.clock import to_text
from core.dberrors import of_driver
from core.erasedpeople import PEOPLE_FILE
from core.erasures import ERASURES_FILE
from core.errors import BadInput, BadProof, Conflict
from core.init import OPERATOR_KEY_FILE, REGISTRY_KEY_FILE, World
from core.integrity import ProofOptions
from core.keksource import backup_kek
from core.keybackup import write_backup
from core.keys import verification_method
from core.vault import Vault

MANIFEST, DATABASE, KEYSTORE, SECRETS, OBJECTS = (
    "manifest.json",
    "ebenbild.db",
    "keystore.backup",
    "secrets.sealed",
    "objects",
)
LISTS = (PEOPLE_FILE, ERASURES_FILE)
FORMAT = 1
_SECRETS_SUBJECT = "backup-secrets"
_SECRETS_BOUND = {"what": "registry-secrets"}
_CHUNK_BYTES = 1024 * 1024
_MANIFEST_BYTES_MAX = 512 * 1024**2
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds: sha256 by path, and how the public log stood."""

    at: str
    registry: str
    log_size: int
    log_root: str
    files: dict[str, str]


def write(world: World, folder: Path, *, now: datetime, progress: Progress) -> Manifest:
    """Back the registry up into a new folder; raises Conflict when the folder exists.

    What an interrupted backup left behind is removed first. Raises Unavailable when the disk of
    either side is full, and OSError for what else the system refuses; nothing is left then.
    """
    if folder.exists():
        raise Conflict(f"{folder.name} exists already", next_step="name a new folder")
    with _whole_or_not(folder.with_name(f"{folder.name}.part")) as part:
        return _write(world, part, folder, now=now, progress=progress)


@contextmanager
def _whole_or_not(part: Path) -> Iterator[Path]:
    """A new folder that is gone again when the block fails."""
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(mode=0o700, parents=True)
    try:
        with of_driver():
            yield part
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise


def _write(
    world: World, part: Path, folder: Path, *, now: datetime, progress: Progress
) -> Manifest:
    progress(DATABASE)
    _copy_database(world.settings.database_path, part / DATABASE)
    progress(OBJECTS)
    _copy_objects(world.settings.objects_dir, part / OBJECTS)
    progress(KEYSTORE)
    _write_keys(world, part)
    manifest = _manifest(world, part, now)
    _sign(world, part / MANIFEST, manifest, now)
    part.rename(folder)
    files.sync_folder(folder.parent)
    lifesigns.note(world.settings.data_dir, lifesigns.BACKUP, now)
    return manifest


def check(folder: Path) -> Manifest:
    """Return what a backup holds once every file of it is what was signed.

    Raises BadInput for a folder that is no finished backup, BadProof for one that was changed.
    """
    path = folder / MANIFEST
    if not path.is_file() or path.stat().st_size > _MANIFEST_BYTES_MAX:
        raise BadInput(
            "this folder is no finished backup", next_step="name a folder that `backup` made"
        )
    document = parse_strict(path.read_bytes())
    manifest = _parsed(document)
    integrity.verify(document, expected={verification_method(manifest.registry)})
    present = set(_names(folder)) - {MANIFEST}
    for name in sorted(present ^ manifest.files.keys()):
        raise _changed(name)
    for name, wanted in manifest.files.items():
        if _sha256(folder / name) != wanted:
            raise _changed(name)
    return manifest


def read_secrets(vault: Vault, folder: Path) -> dict[str, bytes]:
    """The registry's own key files, by name, from a checked backup."""
    opened = vault.unseal(_SECRETS_SUBJECT, (folder / SECRETS).read_bytes(), _SECRETS_BOUND)
    return {name: text.encode() for name, text in json.loads(opened).items()}


def put_back(folder: Path, database: Path, objects: Path) -> None:
    """Copy database and stored files of a checked backup to where they belong."""
    _copy_file(folder / DATABASE, database)
    objects.mkdir(mode=0o700)
    (objects / "incoming").mkdir(mode=0o700)
    _copy_objects(folder / OBJECTS, objects)


def _copy_database(source: Path, to: Path) -> None:
    module = sqlite.driver()
    files.create_private(to, b"")
    reader, writer = module.connect(source), module.connect(to)
    try:
        # One step: a snapshot, which holds up nobody where the write-ahead log is in use.
        reader.backup(writer)
        writer.execute("PRAGMA journal_mode = DELETE").close()
    finally:
        writer.close()
        reader.close()
    _sync(to)


def _copy_objects(source: Path, to: Path) -> None:
    to.mkdir(mode=0o700, exist_ok=True)
    for shelf in sorted(path for path in source.iterdir() if len(path.name) == 2):
        (to / shelf.name).mkdir(mode=0o700, exist_ok=True)
        for path in sorted(shelf.iterdir()):
            try:
                _copy_file(path, to / shelf.name / path.name)
            except FileNotFoundError:
                continue  # discarded or erased since the moment of the backup
        files.sync_folder(to / shelf.name)
    files.sync_folder(to)


def _write_keys(world: World, part: Path) -> None:
    folder = world.settings.keys_dir
    secrets = {
        name: (folder / name).read_text("ascii")
        for name in (REGISTRY_KEY_FILE, OPERATOR_KEY_FILE)
        if (folder / name).is_file()
    }
    # Sealed before the keystore is copied, so that the copy has the key it is sealed under.
    sealed = world.vault.seal(_SECRETS_SUBJECT, json.dumps(secrets).encode(), _SECRETS_BOUND)
    files.create_private(part / SECRETS, sealed)
    for name in LISTS:
        if (folder / name).is_file():
            _copy_file(folder / name, part / name)
    write_backup(world.vault, backup_kek(world.settings), part / KEYSTORE)


def _manifest(world: World, part: Path, now: datetime) -> Manifest:
    from core.db import Database  # noqa: PLC0415

    copied = Database.open(part / DATABASE)
    try:
        with copied.read() as session:
            size, root = log.root(session)
    finally:
        copied.close()
    _drop_side_files(part / DATABASE)
    return Manifest(
        at=to_text(now),
        registry=world.registry_key.did,
        log_size=size,
        log_root=root,
        files={name: _sha256(part / name) for name in _names(part)},
    )


def _drop_side_files(database: Path) -> None:
    for suffix in ("-wal", "-shm", "-journal"):
        database.with_name(database.name + suffix).unlink(missing_ok=True)


def _sign(world: World, path: Path, manifest: Manifest, now: datetime) -> None:
    document = {
        "format": FORMAT,
        "at": manifest.at,
        "registry": manifest.registry,
        "log": {"size": manifest.log_size, "root": manifest.log_root},
        "files": manifest.files,
    }
    options = ProofOptions(verification_method(manifest.registry), to_text(now))
    signed = integrity.sign(document, options, world.registry_key)
    files.create_private(path, canonical(signed))


def _parsed(document: dict[str, Any]) -> Manifest:
    try:
        if document["format"] != FORMAT:
            raise ValueError("format")
        return Manifest(
            at=str(document["at"]),
            registry=str(document["registry"]),
            log_size=int(document["log"]["size"]),
            log_root=str(document["log"]["root"]),
            files={str(name): str(value) for name, value in document["files"].items()},
        )
    except (KeyError, TypeError, ValueError, AttributeError) as exc:
        raise BadInput(
            "this backup is of another kind", next_step="restore it with the program that made it"
        ) from exc


def _names(folder: Path) -> Iterator[str]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            yield path.relative_to(folder).as_posix()


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_CHUNK_BYTES):
            digest.update(piece)
    return digest.hexdigest()


def _copy_file(source: Path, to: Path) -> None:
    handle = os.open(to, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        with source.open("rb") as reading, os.fdopen(handle, "wb") as writing:
            shutil.copyfileobj(reading, writing, _CHUNK_BYTES)
            writing.flush()
            os.fsync(writing.fileno())
    except FileNotFoundError:
        to.unlink(missing_ok=True)
        raise


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _changed(name: str) -> BadProof:
    return BadProof(
        f"the backup was changed or is not complete: {name}",
        next_step="use another backup",
        code="bad-backup",
    )
