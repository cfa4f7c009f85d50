"""How long backup and restore take, beside copying the same folder, and whether erasures hold.

`python -m bench.restore` makes a registry with stored files, backs it up, restores it into an empty
folder with the list of an erasure that came after the backup, and says whether the log agrees. The
peer copies the data folder and makes it durable, without checking anything.
"""

import argparse
import os
import shutil
import tempfile
import time
from pathlib import Path

from api.opening import open_registry
from api.restoring import restore
from api.setup import prepare
from core import backup, log
from core.clock import utc_now
from core.erasedpeople import ErasedPeople
from core.init import World
from core.kek import KEK_FILE
from core.principal import Principal
from core.settings import Settings
from registry.service.people import create_performer

RESTORE_SECONDS_MAX = 30 * 60
FILE_BYTES = 1024 * 1024


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=200, help="Stored files of 1 MiB.")
    parser.add_argument("--people", type=int, default=500, help="Performers.")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as name:
        folder = Path(name)
        settings = Settings(data_dir=folder / "data")
        prepare(settings)
        with open_registry(settings) as world:
            erased = fill(world, given.files, given.people)
        rows = measure(settings, folder, erased)
    for line in rows:
        print(line)


def fill(world: World, files: int, people: int) -> str:
    """Store files and performers; returns the id of one who is erased after the backup."""
    for _ in range(files):
        world.objects.put_stream(world.vault, "ten_bench", [os.urandom(FILE_BYTES)], bytes_max=None)
    owner = Principal("ten_bench", "bench", frozenset({"*"}), "agency")
    with world.db.write() as session:
        made = [
            create_performer(session, owner, name=f"P{n}", public_name=f"P{n}", now=utc_now())
            for n in range(people)
        ]
    return made[-1].id


def measure(settings: Settings, folder: Path, erased: str) -> list[str]:
    """The lines of the table."""
    with open_registry(settings) as world:
        began = time.perf_counter()
        backup.write(world, folder / "saved", now=utc_now(), progress=lambda _: None)
        saved_s = time.perf_counter() - began
    copied_s = copy(settings.data_dir, folder / "copied")
    ErasedPeople.of(settings).add(erased, "era_" + "a" * 26, utc_now())
    fresh = settings.model_copy(update={"data_dir": folder / "fresh"})
    fresh.keys_dir.mkdir(parents=True, mode=0o700)
    shutil.copy(settings.keys_dir / KEK_FILE, fresh.keys_dir / KEK_FILE)
    began = time.perf_counter()
    made = restore(fresh, folder / "saved", lists=[settings.keys_dir], progress=lambda _: None)
    restored_s = time.perf_counter() - began
    with open_registry(fresh) as world, world.db.read() as session:
        agrees = not log.faults(session)
    return [
        "                ours       peer: plain copy      ratio",
        line("backup", saved_s, copied_s),
        line("restore", restored_s, copied_s),
        f"restore within {RESTORE_SECONDS_MAX} s: {said(restored_s <= RESTORE_SECONDS_MAX)}",
        f"erased again after the restore, of 1: {made.erased_again} {said(made.erased_again == 1)}",
        f"the log agrees with itself: {said(agrees)}",
    ]


def line(what: str, ours_s: float, peer_s: float) -> str:
    """One row of the table."""
    return f"{what:10} {ours_s:8.2f} s  {peer_s:16.2f} s  {ours_s / peer_s:9.2f}"


def copy(source: Path, to: Path) -> float:
    """Seconds to copy a folder durably."""
    began = time.perf_counter()
    shutil.copytree(source, to)
    for path in to.rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())
    return time.perf_counter() - began


def said(reached: bool) -> str:
    """The word for a limit."""
    return "reached" if reached else "missed"


if __name__ == "__main__":
    main()
