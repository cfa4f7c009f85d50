"""Puts a backup back on an empty machine, and erases again whoever was erased since.

Until all of it is done the data folder carries the mark of an unfinished set-up, so that nothing
opens it: a restore that was cut off is simply started over.
"""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlmodel import Session

from api.erasing import destroy
from api.schema import standing, upgrade
from core import backup, files, log
from core.backup import LISTS, Progress
from core.clock import utc_now
from core.erasedpeople import PEOPLE_FILE, ErasedPeople, ErasedPerson
from core.errors import BadProof, Conflict, Unavailable
from core.init import World, begin_unfinished, end_unfinished, is_unfinished, open_world
from core.kek import KEK_FILE
from core.keksource import keks_of
from core.keybackup import restore_backup
from core.principal import SearchCapability, system
from core.settings import Settings
from core.vault import KEYSTORE_FILE, Vault
from migrations import HEAD
from registry.service import forgetting, people


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did: how old the state is, what was refused, and who was erased again."""

    at: str
    files: int
    keys: int
    keys_refused: int
    erased_again: int


def restore(
    settings: Settings, folder: Path, *, lists: Sequence[Path], progress: Progress
) -> Restored:
    """Restore the backup in `folder` into the empty data folder of the settings.

    `lists` are newer copies of the lists of erasures (keys/erasures.jsonl and
    keys/erased-people.jsonl), or folders with both. Raises Conflict when there is a registry,
    BadProof for a backup that was changed or that another key-encryption key belongs to.
    """
    _require_kek(settings)
    progress("checking")
    manifest = backup.check(folder)
    _make_room(settings)
    progress("keys")
    key_lists, people_lists = _sorted_lists([*lists, folder])
    brought = restore_backup(
        folder / backup.KEYSTORE, settings.keys_dir, keks_of(settings), key_lists
    )
    _write_secrets(settings, folder)
    for path in people_lists:
        ErasedPeople.of(settings).take_over(ErasedPeople(path))
    progress("files")
    backup.put_back(folder, settings.database_path, settings.objects_dir)
    _check_log(settings, manifest)
    progress("erasures")
    erased = _replay(settings)
    end_unfinished(settings)
    return Restored(manifest.at, len(manifest.files), brought.keys, brought.refused, erased)


def _require_kek(settings: Settings) -> None:
    if settings.kek.source == "file" and not (settings.keys_dir / KEK_FILE).is_file():
        raise Unavailable(
            "A restore needs the key-encryption key, which no backup holds.",
            next_step="Name your copy of its file with --kek, or set EBENBILD_KEK__SOURCE to where "
            "it is kept.",
            code="no-kek",
        )


def _make_room(settings: Settings) -> None:
    if is_unfinished(settings):
        _remove_restored(settings)
    taken = (settings.database_path, settings.objects_dir, settings.keys_dir / KEYSTORE_FILE)
    present = [path.name for path in taken if path.exists()]
    if present:
        raise Conflict(
            f"there is a registry here already: {', '.join(present)}",
            next_step="name an empty data folder with --data-dir, or move this one away",
        )
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    settings.keys_dir.mkdir(mode=0o700, exist_ok=True)
    begin_unfinished(settings)


def _remove_restored(settings: Settings) -> None:
    # The key-encryption key and the lists stay: they were there before.
    for suffix in ("", "-wal", "-shm", "-journal"):
        name = settings.database_path.name + suffix
        settings.database_path.with_name(name).unlink(missing_ok=True)
    if settings.objects_dir.exists():
        shutil.rmtree(settings.objects_dir)
    for suffix in ("", ".part", "-journal"):
        (settings.keys_dir / f"{KEYSTORE_FILE}{suffix}").unlink(missing_ok=True)
    end_unfinished(settings)


def _sorted_lists(paths: Sequence[Path]) -> tuple[list[Path], list[Path]]:
    found = [
        inside
        for path in paths
        for inside in ([path / name for name in LISTS] if path.is_dir() else [path])
        if inside.is_file()
    ]
    of_people = [path for path in found if path.name == PEOPLE_FILE]
    return [path for path in found if path.name != PEOPLE_FILE], of_people


def _write_secrets(settings: Settings, folder: Path) -> None:
    vault = Vault.open(settings.keys_dir, keks_of(settings))
    try:
        secrets = backup.read_secrets(vault, folder)
    finally:
        vault.close()
    for name, data in secrets.items():
        (settings.keys_dir / name).unlink(missing_ok=True)
        files.create_private(settings.keys_dir / name, data)


def _check_log(settings: Settings, manifest: backup.Manifest) -> None:
    with open_world(settings, unfinished=True) as world:
        with world.db.read() as session:
            stands = log.root(session)
        if stands != (manifest.log_size, manifest.log_root):
            raise BadProof("the log is not the one that was backed up", next_step="use another one")
        if standing(world.db) != HEAD:
            upgrade(world.db)


def _replay(settings: Settings) -> int:
    """Erase again everybody who was erased after the backup; returns how many there were."""
    with open_world(settings, unfinished=True) as world:
        return sum(_erase_again(world, line) for line in ErasedPeople.of(settings).people())


def _erase_again(world: World, line: ErasedPerson) -> bool:
    with world.db.write() as session:
        tenant_id = _tenant_of(session, line.performer_id)
        if tenant_id is None:
            return False  # added after the backup: nothing of the person is in it
        principal = system(tenant_id)
        item, _ = forgetting.erase_performer(
            session, principal, line.performer_id, now=utc_now(), erasure_id=line.erasure_id
        )
    if item.receipt is not None:
        return False
    destroyed = destroy(world, principal, item.id)
    with world.db.write() as session:
        forgetting.sign_receipt(
            session, world.registry_key, principal, item.id, destroyed=destroyed, now=utc_now()
        )
    return True


def _tenant_of(session: Session, performer_id: str) -> str | None:
    capability = SearchCapability("erasure", performer_id)
    return people.owners(session, capability, [performer_id]).get(performer_id)
