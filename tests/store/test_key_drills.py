"""Drills: a rotation killed at every step, lost keys, and one half restored without the other."""

import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core import files, kek, sqlite
from core.erasures import ERASURES_FILE
from core.errors import BadProof, Conflict, NotFound, Unavailable
from core.kek import KEK_FILE, file_kek
from core.keybackup import restore_backup, write_backup
from core.keystore import Keystore
from core.rekeying import rotate_file
from core.vault import KEYSTORE_FILE, Vault, file_keks
from tests.fixtures import TestWorld

AAD = {"what": "a vector"}
STEPS_MAX = 400


@pytest.fixture
def keys_dir(tmp_path: Path) -> Path:
    folder = tmp_path / "keys"
    folder.mkdir(mode=0o700)
    Vault.create(folder).close()
    return folder


def fill(keys_dir: Path, count: int = 6) -> dict[str, bytes]:
    """Sealed bytes by subject, some of them under an owner."""
    vault = Vault.open(keys_dir)
    owner = dict.fromkeys(range(0, count, 3), "prf_a")
    made = {
        f"enr_{number}": vault.seal(
            f"enr_{number}", f"vector {number}".encode(), AAD, owner=owner.get(number)
        )
        for number in range(count)
    }
    vault.close()
    return made


def readable(keys_dir: Path, sealed: dict[str, bytes]) -> list[str]:
    vault = Vault.open(keys_dir)
    try:
        return [name for name, data in sealed.items() if _opens(vault, name, data)]
    finally:
        vault.close()


def _opens(vault: Vault, name: str, data: bytes) -> bool:
    try:
        return vault.unseal(name, data, AAD).startswith(b"vector")
    except NotFound:
        return False


def die_at(step: int, work: Callable[[], Any]) -> bool:
    """Whether `work` ended before its `step`-th touch of the disk, at which it is killed."""
    child = os.fork()
    if child == 0:  # pragma: no cover - measured by what it leaves
        _count_down(step)
        work()
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
    return not os.WIFSIGNALED(status)


def _count_down(step: int) -> None:
    left = [step]

    def counted(function: Callable[..., Any]) -> Callable[..., Any]:
        def touch(*args: Any, **named: Any) -> Any:
            left[0] -= 1
            if left[0] < 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return function(*args, **named)

        return touch

    Keystore.run = counted(Keystore.run)  # type: ignore[method-assign]
    Path.replace = counted(Path.replace)  # type: ignore[method-assign]
    os.fsync = counted(os.fsync)
    files.sync_folder = counted(files.sync_folder)


def test_a_rotation_killed_at_every_step_loses_nothing(keys_dir: Path, tmp_path: Path) -> None:
    sealed = fill(keys_dir)
    before = (keys_dir / KEK_FILE).read_bytes()
    for step in range(STEPS_MAX):
        copy = tmp_path / f"copy-{step}"
        shutil.copytree(keys_dir, copy)
        ended = die_at(step, lambda copy=copy: rotate_file(copy))
        assert len(readable(copy, sealed)) == len(sealed), step
        rotate_file(copy)
        assert len(readable(copy, sealed)) == len(sealed), step
        assert (copy / KEK_FILE).read_bytes() != before
        assert not (copy / kek.NEXT_KEK_FILE).exists()
        keystore = Keystore.open(copy / KEYSTORE_FILE)
        assert len(keystore.roots()) == 1
        keystore.close()
        shutil.rmtree(copy)
        if ended:
            assert step > 10
            return
    raise AssertionError("the rotation never ended")


def test_an_erasure_killed_at_every_step_is_whole_or_can_be_done_again(
    keys_dir: Path, tmp_path: Path
) -> None:
    sealed = fill(keys_dir)
    for step in range(STEPS_MAX):
        copy = tmp_path / f"copy-{step}"
        shutil.copytree(keys_dir, copy)
        vault = Vault.open(copy)
        ended = die_at(step, lambda vault=vault: vault.erase("prf_a"))
        vault.close()
        left = len(readable(copy, sealed))
        assert left in (len(sealed), len(sealed) - 2), step
        again = Vault.open(copy)
        again.erase("prf_a")
        again.close()
        assert len(readable(copy, sealed)) == len(sealed) - 2, step
        shutil.rmtree(copy)
        if ended:
            return
    raise AssertionError("the erasure never ended")


def test_a_lost_key_file_is_told_and_nothing_is_made_in_its_place(keys_dir: Path) -> None:
    fill(keys_dir)
    (keys_dir / KEK_FILE).unlink()
    with pytest.raises(Unavailable) as caught:
        Vault.open(keys_dir)
    assert "backup" in caught.value.next_step
    assert not (keys_dir / KEK_FILE).exists()


def backed_up(keys_dir: Path, path: Path) -> Path:
    vault = Vault.open(keys_dir)
    write_backup(vault, file_kek(keys_dir / KEK_FILE), path)
    vault.close()
    return path


def test_a_backup_restores_every_key_and_holds_none_in_the_clear(
    keys_dir: Path, tmp_path: Path
) -> None:
    sealed = fill(keys_dir)
    backup = backed_up(keys_dir, tmp_path / "backup")
    assert b"enr_" not in backup.read_bytes()
    assert backup.stat().st_mode & 0o077 == 0
    (keys_dir / KEYSTORE_FILE).unlink()
    restored = restore_backup(backup, keys_dir, file_keks(keys_dir / KEK_FILE))
    assert (restored.keys, restored.refused) == (len(sealed) + 1, 0)
    assert len(readable(keys_dir, sealed)) == len(sealed)


def test_a_restored_keystore_brings_nobody_back_who_was_erased(
    keys_dir: Path, tmp_path: Path
) -> None:
    sealed = fill(keys_dir)
    backup = backed_up(keys_dir, tmp_path / "backup")
    vault = Vault.open(keys_dir)
    vault.erase("prf_a")
    vault.erase("enr_1")
    vault.close()
    (keys_dir / KEYSTORE_FILE).unlink()
    restored = restore_backup(backup, keys_dir, file_keks(keys_dir / KEK_FILE))
    assert restored.refused == 4
    assert readable(keys_dir, sealed) == ["enr_2", "enr_4", "enr_5"]


def test_a_list_kept_elsewhere_counts_where_the_folder_was_lost(
    keys_dir: Path, tmp_path: Path
) -> None:
    sealed = fill(keys_dir)
    backup = backed_up(keys_dir, tmp_path / "backup")
    vault = Vault.open(keys_dir)
    vault.erase("enr_1")
    vault.close()
    elsewhere = tmp_path / "erasures-copy"
    shutil.copy(keys_dir / ERASURES_FILE, elsewhere)
    lost = tmp_path / "new-keys"
    lost.mkdir(mode=0o700)
    shutil.copy(keys_dir / KEK_FILE, lost / KEK_FILE)
    assert restore_backup(backup, lost, file_keks(lost / KEK_FILE), [elsewhere]).refused == 1
    assert "enr_1" not in readable(lost, sealed)
    assert len(readable(lost, sealed)) == len(sealed) - 1


def test_a_file_copied_back_by_hand_is_held_to_the_list(keys_dir: Path, tmp_path: Path) -> None:
    sealed = fill(keys_dir)
    shutil.copy(keys_dir / KEYSTORE_FILE, tmp_path / "copy")
    vault = Vault.open(keys_dir)
    vault.erase("enr_1")
    vault.close()
    shutil.copy(tmp_path / "copy", keys_dir / KEYSTORE_FILE)
    assert "enr_1" not in readable(keys_dir, sealed)


def test_a_line_that_a_crash_cut_off_is_no_damage_and_a_changed_one_is(keys_dir: Path) -> None:
    fill(keys_dir)
    vault = Vault.open(keys_dir)
    vault.erase("enr_1")
    listed = keys_dir / ERASURES_FILE
    whole = listed.read_bytes()
    listed.write_bytes(whole + whole[:20])
    vault.erase("enr_2")
    assert len(vault.keystore.erasures.key_ids()) == 2
    vault.close()
    listed.write_bytes(whole.replace(b'"keys"', b'"kyes"'))
    with pytest.raises(Unavailable) as caught:
        Vault.open(keys_dir)
    assert "erasures" in caught.value.message


def test_a_backup_is_refused_where_it_does_not_belong(keys_dir: Path, tmp_path: Path) -> None:
    fill(keys_dir)
    backup = backed_up(keys_dir, tmp_path / "backup")
    known = file_keks(keys_dir / KEK_FILE)
    with pytest.raises(Conflict):
        restore_backup(backup, keys_dir, known)
    with pytest.raises(Conflict):
        backed_up(keys_dir, backup)
    (keys_dir / KEYSTORE_FILE).unlink()
    other = kek.create_file(tmp_path / "other.key")
    with pytest.raises(BadProof):
        restore_backup(backup, keys_dir, [other])
    data = bytearray(backup.read_bytes())
    data[-1] ^= 1
    backup.write_bytes(bytes(data))
    with pytest.raises(BadProof):
        restore_backup(backup, keys_dir, known)
    assert not (keys_dir / KEYSTORE_FILE).exists()


def test_a_backup_of_before_a_rotation_needs_the_key_of_then(
    keys_dir: Path, tmp_path: Path
) -> None:
    sealed = fill(keys_dir)
    backup = backed_up(keys_dir, tmp_path / "backup")
    shutil.copy(keys_dir / KEK_FILE, tmp_path / "old.key")
    rotate_file(keys_dir)
    (keys_dir / KEYSTORE_FILE).unlink()
    with pytest.raises(BadProof):
        restore_backup(backup, keys_dir, file_keks(keys_dir / KEK_FILE))
    shutil.copy(tmp_path / "old.key", keys_dir / KEK_FILE)
    restore_backup(backup, keys_dir, file_keks(keys_dir / KEK_FILE))
    assert len(readable(keys_dir, sealed)) == len(sealed)


def test_a_keystore_older_than_the_data_says_what_is_missing(
    keys_dir: Path, tmp_path: Path
) -> None:
    fill(keys_dir)
    shutil.copy(keys_dir / KEYSTORE_FILE, tmp_path / "copy")
    vault = Vault.open(keys_dir)
    later = vault.seal("enr_later", b"vector later", AAD)
    vault.close()
    shutil.copy(tmp_path / "copy", keys_dir / KEYSTORE_FILE)
    vault = Vault.open(keys_dir)
    with pytest.raises(BadProof) as caught:
        vault.unseal("enr_later", later, AAD)
    assert "keys restore" in caught.value.next_step
    vault.close()


def test_one_shred_ends_all_that_a_performer_owns(world: TestWorld) -> None:
    kept = world.vault.seal("enr_1", b"before there was an owner", AAD)
    owned = world.vault.seal("enr_1", b"first", AAD, owner="prf_a")
    other = world.vault.seal("enr_2", b"second", AAD, owner="prf_a")
    stranger = world.vault.seal("enr_3", b"third", AAD, owner="prf_b")
    world.vault.erase("prf_a")
    for subject, data in (("enr_1", kept), ("enr_1", owned), ("enr_2", other)):
        with pytest.raises(NotFound):
            world.vault.unseal(subject, data, AAD)
    assert world.vault.unseal("enr_3", stranger, AAD) == b"third"
    with pytest.raises(NotFound):
        world.vault.seal("enr_4", b"late", AAD, owner="prf_a")


def test_one_consent_ends_without_the_performer(world: TestWorld) -> None:
    gone = world.vault.seal("enr_1", b"first", AAD, owner="prf_a")
    kept = world.vault.seal("enr_2", b"second", AAD, owner="prf_a")
    world.vault.erase("enr_1")
    with pytest.raises(NotFound):
        world.vault.unseal("enr_1", gone, AAD)
    assert world.vault.unseal("enr_2", kept, AAD) == b"second"


def test_a_renewed_key_opens_what_the_retired_one_sealed(world: TestWorld) -> None:
    before = world.vault.seal("enr_1", b"first", AAD, owner="prf_a")
    for subject in ("prf_a", "enr_1", "prf_a"):
        world.vault.ring.renew(subject)
    after = world.vault.seal("enr_1", b"second", AAD, owner="prf_a")
    assert world.vault.unseal("enr_1", before, AAD) == b"first"
    assert world.vault.unseal("enr_1", after, AAD) == b"second"
    world.vault.erase("prf_a")
    for data in (before, after):
        with pytest.raises(NotFound):
            world.vault.unseal("enr_1", data, AAD)


FIRST_TABLES = """
CREATE TABLE data_key (
    key_id BLOB PRIMARY KEY, subject_id TEXT NOT NULL, wrapped BLOB,
    created_at TEXT NOT NULL, erased_at TEXT
);
CREATE INDEX data_key_subject ON data_key (subject_id);
CREATE UNIQUE INDEX data_key_live ON data_key (subject_id) WHERE wrapped IS NOT NULL;
"""


def test_a_keystore_of_the_first_version_opens_with_all_it_holds(tmp_path: Path) -> None:
    key_file = kek.create_file(tmp_path / KEK_FILE)
    connection = sqlite.driver().connect(tmp_path / KEYSTORE_FILE)
    connection.executescript(FIRST_TABLES)
    for number in range(3):
        key_id, subject = bytes([number]) * 8, f"enr_{number}"
        wrapped = key_file.wrap(bytes([number]) * 32, key_id + subject.encode())
        row = (key_id, subject, None if number == 2 else wrapped, "2026-01-01T00:00:00Z")
        connection.execute("INSERT INTO data_key VALUES (?, ?, ?, ?, NULL)", row)
    connection.commit()
    connection.close()
    for _ in range(2):
        vault = Vault.open(tmp_path)
        assert vault.ring.for_opening(bytes(8), "enr_0") == bytes(32)
        assert vault.ring.for_opening(b"\1" * 8, "enr_1") == b"\1" * 32
        with pytest.raises(NotFound):
            vault.ring.for_opening(b"\2" * 8, "enr_2")
        vault.seal("prf_a", b"new", AAD)
        vault.close()
