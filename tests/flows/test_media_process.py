"""The process that parses media: bounded, alone, and gone whatever happens."""

import gc
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
import wave
from pathlib import Path

import numpy as np
import pytest
from media_samples import children, film, murmur
from serving import wait_until

from api.demo.media import write_film, write_sound, write_still
from core.errors import BadMedia, Broken
from fingerprint.media import door, process
from fingerprint.media.limits import Limits
from fingerprint.media.process import MediaChild

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks at processes in /proc")
LIMITS = Limits()


def open_descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


@pytest.fixture(scope="module")
def long_film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("media") / "film.mp4"
    write_film(path, film(400), fps=25, samples=murmur(16))
    return path


def left() -> tuple[set[int], int, int, int]:
    """What a child could leave behind: processes, descriptors, threads, shared memory."""
    shared = Path("/proc/self/maps").read_text().count("memfd:ebenbild-media")
    return children(), open_descriptors(), threading.active_count(), shared


def one_child(before: set[int]) -> int:
    (pid,) = children() - before
    return pid


@pytest.mark.parametrize("how", ["close", "with", "forget", "exhaust", "raise"])
def test_nothing_stays_behind(long_film: Path, how: str) -> None:
    gc.collect()  # what other tests left to the collector is not ours to count
    before = left()
    stream = door.frames(long_film, LIMITS, every_ms=1)
    next(stream)
    assert len(children()) == len(before[0]) + 1
    if how == "close":
        stream.close()
    elif how == "with":
        with stream:
            next(stream)
    elif how == "exhaust":
        assert sum(1 for _ in stream) == 399
    elif how == "raise":
        with pytest.raises(ZeroDivisionError), stream:
            1 / 0  # noqa: B018
    else:
        del stream
        gc.collect()
    assert left() == before


def test_a_stream_that_is_never_asked_starts_nothing(long_film: Path) -> None:
    before = children()
    door.audio(long_film, LIMITS)
    assert children() == before


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV, signal.SIGABRT])
def test_a_child_that_dies_is_a_typed_error(long_film: Path, number: int) -> None:
    before = children()
    with door.frames(long_film, LIMITS, every_ms=1) as frames:
        next(frames)
        os.kill(one_child(before), number)
        with pytest.raises(BadMedia) as caught:
            list(frames)
    assert caught.value.code == "broken-media"
    assert caught.value.next_step
    assert children() == before


def test_a_child_that_hangs_is_ended(long_film: Path, media_children: list[MediaChild]) -> None:
    before = children()
    with door.frames(long_film, Limits(wall_seconds_max=300), every_ms=1) as frames:
        next(frames)
        os.kill(one_child(before), signal.SIGSTOP)
        assert media_children[0]._waiting_left < 300
        media_children[0]._waiting_left = 0.5  # the rest has gone by
        with pytest.raises(BadMedia) as caught:
            list(frames)
    assert caught.value.code == "absurd-media"
    assert children() == before


def test_the_time_that_the_consumer_takes_does_not_count(
    long_film: Path, media_children: list[MediaChild]
) -> None:
    with door.frames(long_film, LIMITS, every_ms=2000) as frames:
        next(frames)
        left = media_children[0]._waiting_left
        time.sleep(0.3)
        assert media_children[0]._waiting_left == left
        assert sum(1 for _ in frames) == 7


def test_a_child_does_not_outlive_its_parent(long_film: Path) -> None:
    program = (
        "import os, pathlib, signal, sys\n"
        "from fingerprint.media import door\n"
        "from fingerprint.media.limits import Limits\n"
        f"frames = door.frames(pathlib.Path({str(long_film)!r}), Limits(), every_ms=1)\n"
        "next(frames)\n"
        "tasks = pathlib.Path('/proc/self/task').iterdir()\n"
        "print(*[(task / 'children').read_text() for task in tasks], flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    root = Path(door.__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=False
    )
    (pid,) = done.stdout.split()
    wait_until(lambda: not Path(f"/proc/{pid}/exe").exists())


def sparse_wave(path: Path, seconds: int) -> None:
    """A sound of zeros that takes no room."""
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(48_000)
        sound.writeframes(b"\0\0")
    size = seconds * 96_000
    with path.open("r+b") as file:
        file.truncate(44 + size)
        file.seek(4)
        file.write((36 + size).to_bytes(4, "little"))
        file.seek(40)
        file.write(size.to_bytes(4, "little"))


def test_computing_time_is_bounded(tmp_path: Path) -> None:
    sparse_wave(tmp_path / "long.wav", 5 * 3600)
    with pytest.raises(BadMedia) as caught:
        list(door.audio(tmp_path / "long.wav", Limits(cpu_seconds_max=1)))
    assert caught.value.code == "absurd-media"
    assert "computing" in caught.value.message


def test_memory_is_bounded(tmp_path: Path) -> None:
    write_still(tmp_path / "flat.png", np.zeros((7000, 8000, 3), np.uint8))
    assert door.probe(tmp_path / "flat.png", LIMITS).width == 8000
    with pytest.raises(BadMedia) as caught:
        list(door.frames(tmp_path / "flat.png", Limits(memory_bytes_max=250_000_000), every_ms=1))
    assert caught.value.code == "absurd-media"
    assert "memory" in caught.value.message


def peak_kilobytes(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1])


def test_memory_does_not_grow_with_the_length(tmp_path: Path) -> None:
    peaks = []
    for seconds in (20, 600):
        path = tmp_path / f"{seconds}.wav"
        sparse_wave(path, seconds)
        before = children()
        with door.audio(path, LIMITS) as blocks:
            for number, _ in enumerate(blocks):
                if number == seconds - 12:  # the child is at most the ring ahead
                    peaks.append(peak_kilobytes(one_child(before)))
    assert peaks[1] - peaks[0] < 4_000


def test_the_child_knows_nothing_it_does_not_need(
    long_film: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EBENBILD_VAULT_KEY", "secret")
    before = children()
    with door.frames(long_film, LIMITS, every_ms=1) as frames:
        next(frames)
        home = Path(f"/proc/{one_child(before)}")
        names = {
            line.split(b"=")[0].decode() for line in (home / "environ").read_bytes().split(b"\0")
        }
        maps = (home / "maps").read_text()
        bounds = (home / "limits").read_text()
        descriptors = {str(link.readlink()) for link in (home / "fd").iterdir()}
    known = {"PYTHONPATH", "PYTHONUTF8", "MALLOC_ARENA_MAX", "OMP_NUM_THREADS", ""}
    assert names <= known | {"LD_LIBRARY_PATH", "PYTHONHOME"}
    assert "numpy" not in maps
    assert any(line.split()[4:6] == ["0", "0"] for line in bounds.splitlines() if "core" in line)
    files = {name for name in descriptors if name.startswith("/") and "memfd" not in name}
    assert {str(long_film), "/dev/null"} <= files
    assert len(files) == 3  # the third takes its last words


HOSTILE = {
    "nothing": "pass",
    "garbage": "print('what?')",
    "no end of line": "print('x' * 10_000_000, end='')",
    "an unknown kind": 'print(\'{"kind": "Job"}\')',
    "fields that are missing": 'print(\'{"kind": "Block", "slot": 0}\')',
    "a slot out of the ring": (
        'print(\'{"kind": "Block", "slot": 200, "start_ms": 0, "samples": 16000}\')'
    ),
    "a picture larger than its slot": (
        'print(\'{"kind": "Picture", "slot": 0, "at_ms": 0, "shown_ms": 0, "width": 99999,'
        ' "height": 99999, "mirrored": 0, "turns": 0, "scale": 1.0}\')'
    ),
    "a fault that does not exist": 'print(\'{"kind": "Fault", "case": "boo", "figures": {}}\')',
    "words of its own": (
        'print(\'{"kind": "Fault", "case": "encrypted", "figures": {"codec": "<script>"}}\')'
    ),
    "an endless flood": (
        'import sys\nwhile True: sys.stdout.write(\'{"kind": "Ready"}\\n\' * 1000)'
    ),
    "time that stands still": (
        'import sys\nwhile True: sys.stdout.write(\'{"kind": "Picture", "slot": 0, "at_ms": 0,'
        ' "shown_ms": 0, "width": 1, "height": 1, "mirrored": 0, "turns": 0, "scale": 1.0}\\n\')'
    ),
    "a deep nest": "print('[' * 9000)",
}


@pytest.mark.parametrize("what", HOSTILE)
@pytest.mark.parametrize("ask", ["probe", "frames", "audio"])
def test_whatever_a_child_says_the_error_is_typed(
    long_film: Path, monkeypatch: pytest.MonkeyPatch, what: str, ask: str
) -> None:
    before = children()
    monkeypatch.setattr(process, "COMMAND", ("-S", "-c", HOSTILE[what]))
    limits = Limits(wall_seconds_max=2)
    with pytest.raises(BadMedia) as caught:
        if ask == "probe":
            door.probe(long_film, limits)
        elif ask == "frames":
            list(door.frames(long_film, limits, every_ms=1))
        else:
            list(door.audio(long_film, limits))
    assert caught.value.code in ("broken-media", "absurd-media")
    assert "<" not in caught.value.message
    assert children() == before


def test_a_child_that_cannot_start_is_our_fault_not_the_file_s(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_sound(tmp_path / "a.wav", murmur(1), 48_000)
    monkeypatch.setattr(process, "COMMAND", ("-S", "-c", "import no_such_library"))
    with pytest.raises(Broken) as caught:
        door.probe(tmp_path / "a.wav", LIMITS)
    assert "doctor" in caught.value.next_step


def test_the_child_writes_no_bytecode(
    long_film: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A cache file cut short by the limit on written bytes would break every later start.

    The child runs from a copy of our code, where nobody else writes.
    """
    root, given = Path(door.__file__).parents[2], process.environment()
    for name in ("core", "fingerprint"):
        no_caches = shutil.ignore_patterns("__pycache__")
        shutil.copytree(root / name, tmp_path / name, ignore=no_caches)
    moved = given["PYTHONPATH"].replace(str(root), str(tmp_path), 1)
    monkeypatch.setattr(process, "environment", lambda: {**given, "PYTHONPATH": moved})
    door.probe(long_film, LIMITS)
    assert not list(tmp_path.rglob("__pycache__"))
