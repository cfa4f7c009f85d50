"""Media processes that are copies of one loaded process: as those that are started, only sooner."""

import os
import signal
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from media_samples import children, film, murmur

from api.demo.media import write_film, write_still
from core.errors import BadMedia
from fingerprint.media import door, forking
from fingerprint.media.limits import Limits
from fingerprint.media.process import MediaChild
from fingerprint.media.sandbox import examine

pytestmark = pytest.mark.skipif(not forking.possible(), reason="this host cannot watch its forks")
LIMITS = Limits()


@pytest.fixture(scope="module")
def short_film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("media") / "film.mp4"
    write_film(path, film(150), fps=25, samples=murmur(6))
    return path


@pytest.fixture
def template() -> Iterator[int]:
    """The loaded process's id."""
    before = children()
    with forking.forking():
        forking.prepare()
        (pid,) = children() - before
        yield pid
    assert children() == before


def test_copies_read_what_started_processes_read(short_film: Path) -> None:
    def read() -> tuple[object, ...]:
        pictures = door.frames(short_film, LIMITS, every_ms=200, max_side=100)
        sound = [block.samples for block in door.audio(short_film, LIMITS)]
        shown = [(frame.at_ms, frame.rgb.tobytes()) for frame in pictures]
        return door.probe(short_film, LIMITS), shown, np.concatenate(sound).tobytes()

    started = read()
    with forking.forking():
        assert read() == started


def test_a_copy_is_the_loaded_process_s_own_and_knows_one_file(
    short_film: Path, template: int
) -> None:
    with door.frames(short_film, LIMITS, every_ms=1) as frames:
        next(frames)
        assert children() >= {template}
        (copy,) = children(template)
        handles = {str(link.readlink()) for link in Path(f"/proc/{copy}/fd").iterdir()}
        threads = Path(f"/proc/{template}/status").read_text().split("Threads:")[1].split()[0]
    assert not children(template)
    assert threads == "1"
    assert not {name for name in handles if name.startswith(("socket:", "anon_inode:"))}
    files = {name for name in handles if name.startswith("/") and "memfd" not in name}
    assert {str(short_film), "/dev/null"} <= files
    assert len(files) == 3  # the third takes its last words


def test_many_at_once_and_one_that_is_dropped_leave_nothing(
    short_film: Path, template: int
) -> None:
    def read(number: int) -> int:
        with door.frames(short_film, LIMITS, every_ms=40) as frames:
            return sum(1 for _ in frames) if number % 2 else next(frames).at_ms

    handles = len(list(Path("/proc/self/fd").iterdir()))
    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(read, range(8))) == [0, 150] * 4
    assert not children(template)
    assert len(list(Path("/proc/self/fd").iterdir())) == handles


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGABRT])
def test_a_copy_that_crashes_ends_the_loaded_process_too(
    short_film: Path, template: int, number: int
) -> None:
    """Copies share the places of their memory: nobody gets to guess at them twice."""
    before = children()
    with door.frames(short_film, LIMITS, every_ms=1) as frames:
        next(frames)
        (copy,) = children(template)
        os.kill(copy, number)
        with pytest.raises(BadMedia) as caught:
            list(frames)
    assert caught.value.code == "broken-media"
    assert children() == before - {template}
    assert door.probe(short_film, LIMITS).video
    assert len(children()) == len(before)


def test_a_bad_file_does_not_end_the_loaded_process(tmp_path: Path, template: int) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(b"\0\0\0\x20ftypisom" + bytes(5000))
    for _ in range(2):
        with pytest.raises(BadMedia):
            door.probe(path, LIMITS)
    assert children() >= {template}


def test_without_the_loaded_process_a_new_one_is_made(short_film: Path, template: int) -> None:
    before = children()
    os.kill(template, signal.SIGKILL)
    assert door.probe(short_film, LIMITS).audio
    with door.frames(short_film, LIMITS, every_ms=1) as frames:
        next(frames)
        (again,) = children() - before
        os.kill(again, signal.SIGKILL)  # the copy goes on without it
        assert sum(1 for _ in frames) == 149


def test_a_copy_that_hangs_is_ended(
    short_film: Path, template: int, media_children: list[MediaChild]
) -> None:
    with door.frames(short_film, LIMITS, every_ms=1) as frames:
        next(frames)
        (copy,) = children(template)
        os.kill(copy, signal.SIGSTOP)
        media_children[0]._waiting_left = 0.5  # the rest has gone by
        with pytest.raises(BadMedia) as caught:
            list(frames)
    assert caught.value.code == "absurd-media"
    assert not children(template)


@pytest.mark.usefixtures("template")
def test_a_copy_is_bounded_as_a_started_process_is(tmp_path: Path) -> None:
    write_still(tmp_path / "flat.png", np.zeros((7000, 8000, 3), np.uint8))
    with pytest.raises(BadMedia) as caught:
        list(door.frames(tmp_path / "flat.png", Limits(memory_bytes_max=250_000_000), every_ms=1))
    assert "memory" in caught.value.message


@pytest.mark.skipif(sys.platform != "linux", reason="Linux has these layers")
def test_a_taken_over_copy_can_do_nothing() -> None:
    started, forked = examine(), examine(forked=True)
    assert forked.layers == started.layers
    assert forked.open == started.open


@pytest.mark.skipif(sys.platform != "linux", reason="Linux has these layers")
def test_unconfined_a_copy_could_do_as_much_as_a_started_process() -> None:
    assert set(examine((), forked=True).open) == set(examine(()).open)
