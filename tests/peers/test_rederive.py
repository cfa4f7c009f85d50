"""The published files of the log lead to its signed root, by a program that shares no code."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core import checkpoints, log, logkeys
from core.checkpoint import parse_checkpoint
from core.db import Database
from core.tilepath import WIDTH, Tile, tile_path
from core.tiles import tile_bytes
from tests.fixtures import TestWorld

AT = datetime(2026, 11, 21, 10, tzinfo=UTC)
PROGRAM = Path(__file__).with_name("rederive.py")


def publish(db: Database, folder: Path) -> tuple[Path, str]:
    """Every file that the log serves, and its key."""
    with db.read() as session:
        note = checkpoints.newest(session)
        size = parse_checkpoint(note.text).size
        folder.mkdir()
        (folder / "checkpoint").write_text(note.full, "utf-8")
        for tile in tiles(size):
            path = folder / "tile" / tile_path(tile)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(tile_bytes(session, tile))
        return folder, logkeys.log_keys(session)[0].key.vkey


def tiles(size: int) -> Iterator[Tile]:
    for level, count in ((-1, size), (0, size), (1, size // WIDTH), (2, size // WIDTH**2)):
        for index in range(-(-count // WIDTH)):
            yield Tile(level, index, min(WIDTH, count - WIDTH * index))


def run(folder: Path, vkey: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-I", str(PROGRAM), str(folder), vkey],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_program_imports_nothing_of_the_product() -> None:
    code = PROGRAM.read_text("utf-8")
    wanted = {"base64", "hashlib", "sys", "pathlib"}
    found = {
        line.split()[1]
        for line in code.splitlines()
        if line.startswith(("import ", "from ")) and " the " not in line
    }
    assert found == wanted


@pytest.mark.parametrize("size", [1, 255, 256, 257, 700])
def test_an_outside_program_derives_the_signed_root(
    world: TestWorld, tmp_path: Path, size: int
) -> None:
    with world.db.write() as session:
        for number in range(size):
            log.append(session, kind="a.b", subject_id="x_1", payload={"n": number}, at=AT)
    folder, vkey = publish(world.db, tmp_path / "log")
    done = run(folder, vkey)
    assert done.stdout.startswith(f"{size} leaves, "), done.stderr
    (bundle, *_) = sorted((folder / "tile" / "entries").rglob("*00*"))
    file = bundle if bundle.is_file() else next(bundle.iterdir())
    data = file.read_bytes()
    file.write_bytes(data.replace(b"a.b", b"a.c", 1))
    assert "do not lead to the signed root" in run(folder, vkey).stderr
    file.write_bytes(data)
    (tile, *_) = sorted(path for path in (folder / "tile" / "0").rglob("*") if path.is_file())
    tile.write_bytes(bytes([tile.read_bytes()[0] ^ 1]) + tile.read_bytes()[1:])
    assert "is not made of the leaves" in run(folder, vkey).stderr
