"""The restore drill: an empty machine, an old backup, and whoever was erased since stays erased."""

import errno
import json
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from api import schema
from api.app import create_app
from api.cli.main import main
from api.client import Client
from api.doctor import BAD, examine
from api.opening import open_registry
from api.restoring import Restored, restore
from api.schema import downgrade
from api.transport import LocalTransport
from core import backup
from core.clock import utc_now
from core.errors import BadInput, BadProof, Conflict, EbenbildError, Unavailable
from core.kek import KEK_FILE
from core.log import faults
from core.settings import Settings
from tests.simulators.small_engine import medium
from tests.simulators.stage import (
    Person,
    Stage,
    declaration,
    new_cut,
    run_jobs,
    submit,
    voice_sample,
)

ROOT = Path(__file__).parents[2]


def enrolled(stage: Stage, name: str) -> Person:
    _, agency = stage.tenant("agency")
    person = Person.add(agency, name)
    sample = stage.file(f"{name}.wav", voice_sample(name.lower()))
    assert person.enrol(sample, purposes=("matching", "reembedding"))["print_id"]
    return person


def found_in_film(stage: Stage, studio: Client, *names: str) -> set[str]:
    spans = [
        (name.lower(), "voice", 2_000 + n * 14_000, 14_000 + n * 14_000)
        for n, name in enumerate(names)
    ]
    film = medium(16_000 * len(names), *spans)
    submission = submit(stage, studio, new_cut(studio), film, declaration())
    findings = studio.get(f"/v1/submissions/{submission['id']}/findings")
    return {match["public_name"] for match in findings["matches"]}


def backed_up(stage: Stage, folder: Path) -> Path:
    with open_registry(stage.settings) as world:
        backup.write(world, folder, now=utc_now(), progress=lambda _: None)
    return folder


def empty_machine(stage: Stage, folder: Path, **more: Any) -> Settings:
    """A data folder with nothing but the key-encryption key, as its own backup brings it."""
    settings = stage.settings.model_copy(update={"data_dir": folder, **more})
    settings.keys_dir.mkdir(parents=True, mode=0o700)
    shutil.copy(stage.settings.keys_dir / KEK_FILE, settings.keys_dir / KEK_FILE)
    return settings


def restored(settings: Settings, folder: Path, *lists: Path) -> Restored:
    return restore(settings, folder, lists=lists, progress=lambda _: None)


def test_the_drill(stage: Stage, tmp_path: Path) -> None:
    anna, ben = enrolled(stage, "Annalena"), enrolled(stage, "Benedict")
    _, studio = stage.tenant("studio")
    key = studio._http.headers["authorization"].removeprefix("Bearer ")
    assert found_in_film(stage, studio, "Annalena", "Benedict") == {"Annalena", "Benedict"}
    saved = backed_up(stage, tmp_path / "saved")
    anna.agency.post(f"/v1/performers/{anna.id}/erasure")
    run_jobs(stage.settings)

    settings = empty_machine(stage, tmp_path / "new")
    made = restored(settings, saved, stage.settings.keys_dir)
    assert made.erased_again == 1
    assert made.keys_refused > 0
    here = Stage(settings, LocalTransport(create_app(settings)))
    assert found_in_film(here, here.client(key), "Annalena", "Benedict") == {"Benedict"}
    for path in settings.data_dir.rglob("*"):
        assert not path.is_file() or b"Annalena" not in path.read_bytes(), path
    with open_registry(settings) as world, world.db.read() as session:
        assert faults(session) == ()
    agency = here.client(anna.agency._http.headers["authorization"].removeprefix("Bearer "))
    (erasure,) = agency.get("/v1/erasures")
    assert erasure["state"] == "DONE"
    assert json.loads(agency.fetch(f"/v1/erasures/{erasure['id']}/receipt"))["performer"] == anna.id
    # No models are converted in this drill; all else is green.
    bad = {check.name for check in examine(settings) if check.state == BAD}
    assert bad <= {"models", "providers"}
    agency = here.client(ben.agency._http.headers["authorization"].removeprefix("Bearer "))
    assert list(agency.pages(f"/v1/performers/{ben.id}/prints"))
    here.close()


def test_a_backup_holds_no_key_that_opens_it(stage: Stage, tmp_path: Path) -> None:
    enrolled(stage, "Annalena")
    saved = backed_up(stage, tmp_path / "saved")
    kek = (stage.settings.keys_dir / KEK_FILE).read_text().strip()
    registry = (stage.settings.keys_dir / "registry.pem").read_text().splitlines()[1]
    operator = (stage.settings.keys_dir / "operator.key").read_text().strip()
    for path in saved.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            assert not any(secret.encode() in data for secret in (kek, registry, operator)), path
            assert not path.stat().st_mode & 0o077, path
    other = stage.settings.model_copy(update={"data_dir": tmp_path / "new"})
    other.keys_dir.mkdir(parents=True, mode=0o700)
    (other.keys_dir / KEK_FILE).write_text("ab" * 32)
    (other.keys_dir / KEK_FILE).chmod(0o600)
    with pytest.raises(EbenbildError):
        restored(other, saved)


@pytest.mark.parametrize("change", ["bit", "cut", "missing", "more", "manifest", "unfinished"])
def test_a_changed_backup_is_refused_and_nothing_is_made(
    stage: Stage, tmp_path: Path, change: str
) -> None:
    saved = backed_up(stage, tmp_path / "saved")
    database = saved / backup.DATABASE
    if change == "bit":
        data = bytearray(database.read_bytes())
        data[len(data) // 2] ^= 1
        database.write_bytes(data)
    elif change == "cut":
        database.write_bytes(database.read_bytes()[:-4096])
    elif change == "missing":
        (saved / backup.KEYSTORE).unlink()
    elif change == "more":
        (saved / "objects" / "stranger").write_bytes(b"x")
    elif change == "manifest":
        manifest = json.loads((saved / backup.MANIFEST).read_bytes())
        manifest["log"]["size"] += 1
        (saved / backup.MANIFEST).write_text(json.dumps(manifest))
    else:
        (saved / backup.MANIFEST).unlink()
    settings = empty_machine(stage, tmp_path / "new")
    with pytest.raises((BadProof, BadInput)):
        restored(settings, saved)
    assert not settings.database_path.exists()


def test_nothing_is_restored_over_a_registry(stage: Stage, tmp_path: Path) -> None:
    saved = backed_up(stage, tmp_path / "saved")
    with pytest.raises(Conflict):
        restored(stage.settings, saved)
    with pytest.raises(Conflict):
        backed_up(stage, saved)


# The command, which is killed once this many files are copied.
KILLED = """
import os, signal, sys
from core import backup
from api.cli.main import main
copy, left = backup._copy_file, [15]
def copied(source, to):
    copy(source, to)
    left[0] -= 1
    if not left[0]:
        os.kill(os.getpid(), signal.SIGKILL)
backup._copy_file = copied
sys.exit(main(sys.argv[1:]))
"""


def command(
    settings: Settings, *words: str, program: Sequence[str] = ("-m", "api.cli.main")
) -> int:
    line = [sys.executable, *program, *words, "--data-dir", str(settings.data_dir)]
    return subprocess.run(line, cwd=ROOT, capture_output=True, check=False).returncode


def killed(settings: Settings, *words: str) -> bool:
    return command(settings, *words, program=("-c", KILLED)) == -signal.SIGKILL


def test_a_killed_backup_and_a_killed_restore_are_done_over(stage: Stage, tmp_path: Path) -> None:
    """The kill comes in the middle of the stored files."""
    with open_registry(stage.settings) as world:
        for number in range(30):
            world.objects.put_stream(
                world.vault, "ten_x", [number.to_bytes(4, "big") * 5_000], bytes_max=None
            )
    saved = tmp_path / "saved"
    part = tmp_path / "saved.part"
    assert killed(stage.settings, "backup", str(saved))
    assert part.exists() and not saved.exists()
    assert command(stage.settings, "backup", str(saved)) == 0
    assert not part.exists()

    settings = empty_machine(stage, tmp_path / "new")
    assert killed(settings, "restore", str(saved))
    assert settings.objects_dir.exists()
    with pytest.raises(Unavailable, match="a restore into this folder was cut off"):
        open_registry(settings)
    kek = (settings.keys_dir / KEK_FILE).read_bytes()
    assert command(settings, "init", "--no-models") == 1
    assert (settings.keys_dir / KEK_FILE).read_bytes() == kek
    assert command(settings, "restore", str(saved)) == 0
    with open_registry(settings) as world, world.db.read() as session:
        assert faults(session) == ()
        assert len(list(world.objects.names())) == 30


def test_a_database_of_an_earlier_release_is_backed_up_as_it_is_told_to_be(
    stage: Stage, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with open_registry(stage.settings) as world:
        downgrade(world.db, "0185")
    assert main(["performer", "list", "--data-dir", str(stage.settings.data_dir)]) == 1
    assert "ebenbild backup FOLDER" in capsys.readouterr().err
    saved = tmp_path / "saved"
    assert command(stage.settings, "backup", str(saved)) == 0
    assert command(stage.settings, "init", "--no-models") == 0
    settings = empty_machine(stage, tmp_path / "new")
    restored(settings, saved)
    for folder in (stage.settings, settings):
        with open_registry(folder) as world, world.db.read() as session:
            assert faults(session) == ()


def test_a_backup_of_a_newer_release_is_refused_and_done_over_by_it(
    stage: Stage, tmp_path: Path
) -> None:
    saved = backed_up(stage, tmp_path / "saved")
    settings = empty_machine(stage, tmp_path / "new")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(schema, "_VERSIONS", tmp_path / "older")
        with pytest.raises(Unavailable, match="does not know"):
            restored(settings, saved)
    assert restored(settings, saved).files > 0


def test_a_restore_without_the_key_asks_for_it_and_makes_nothing(
    stage: Stage, tmp_path: Path
) -> None:
    saved = backed_up(stage, tmp_path / "saved")
    settings = stage.settings.model_copy(update={"data_dir": tmp_path / "new"})
    with pytest.raises(Unavailable, match="needs the key-encryption key") as caught:
        restored(settings, saved)
    assert "--kek" in caught.value.next_step
    assert not settings.data_dir.exists()


def test_a_backup_of_a_busy_registry_is_of_one_moment(stage: Stage, tmp_path: Path) -> None:
    """Writers go on while it is made; what comes out agrees with itself."""
    stop = threading.Event()
    _, studio = stage.tenant("studio")

    def write() -> None:
        while not stop.is_set():
            studio.post("/v1/works", {"title": "Night Train", "level": "film"})

    writer = threading.Thread(target=write)
    writer.start()
    try:
        saved = backed_up(stage, tmp_path / "saved")
    finally:
        stop.set()
        writer.join()
    settings = empty_machine(stage, tmp_path / "new")
    restored(settings, saved)
    with open_registry(settings) as world, world.db.read() as session:
        assert faults(session) == ()


def test_a_backup_without_room_says_so_and_leaves_nothing(
    stage: Stage,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def full(_from: object, _to: object, _bytes: int) -> None:
        raise OSError(errno.ENOSPC, "no room")

    with open_registry(stage.settings) as world:
        world.objects.put_stream(world.vault, "ten_x", [b"film"], bytes_max=None)
    monkeypatch.setenv("EBENBILD_DATA_DIR", str(stage.settings.data_dir))
    monkeypatch.setattr(shutil, "copyfileobj", full)
    saved = tmp_path / "saved"
    assert main(["backup", str(saved), "--json"]) == 1
    assert json.loads(capsys.readouterr().err.splitlines()[-1])["code"] == "disk-full"
    assert not saved.exists()
    assert not saved.with_name("saved.part").exists()
    monkeypatch.undo()
    assert backed_up(stage, saved) == saved
