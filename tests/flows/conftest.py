"""A registry on a stage, for the flows that go through the api."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from fingerprint.media import door
from fingerprint.media.forking import forking
from fingerprint.media.process import MediaChild
from fingerprint.media.protocol import Job
from tests.simulators.stage import Stage


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """A fresh registry with its real app and a worker with the small engine."""
    made = Stage.make(tmp_path)
    yield made
    made.check_told()
    made.close()


@pytest.fixture(scope="module")
def forked_media() -> Iterator[None]:
    """Media are read by copies of one loaded process, as workers do; others start one a file."""
    with forking():
        yield


@pytest.fixture
def media_children(monkeypatch: pytest.MonkeyPatch) -> list[MediaChild]:
    """Every process that the door to media starts from here on."""
    started: list[MediaChild] = []

    class Noted(MediaChild):
        def __init__(self, job: Job) -> None:
            super().__init__(job)
            started.append(self)

    monkeypatch.setattr(door, "MediaChild", Noted)
    return started
