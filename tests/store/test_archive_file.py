"""What is wrong with the archive's sealed file is noticed, and the database builds it again."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from fingerprint.archive import Nearness
from fingerprint.index.rows import Rows
from registry.service.archive import ArchiveCache
from registry.service.indexfile import IndexFile, Kind, State
from tests.fixtures import TestWorld
from tests.store.registry_steps import (
    SEARCH,
    T0,
    VOICE,
    a_cut,
    declare,
    hand_in,
    scanned_segments,
    trace,
)

Change = Callable[[Rows], Rows]


def cache_of(world: TestWorld) -> ArchiveCache:
    file = IndexFile(world.root / "index", Kind.ARCHIVE, kept_min=1)
    return ArchiveCache({VOICE.model_id: Nearness()}, file)


@pytest.fixture
def saved(world: TestWorld) -> ArchiveCache:
    """The archive of three voices, written."""
    submission, job = hand_in(world, world.first, a_cut(world, world.first), declare())
    found = [trace(10 + n, 1_000 * n, 1_000 * n + 900) for n in range(3)]
    scanned_segments(world, world.first, submission, job, found, retention_days=90)
    cache = cache_of(world)
    cache.save(world.db, world.vault, SEARCH, at=T0)
    return cache


def refreshed(world: TestWorld) -> tuple[State, int, bool]:
    """The file as a new worker finds it, its vectors then, and whether it will write it again."""
    cache = cache_of(world)
    with world.db.read() as session:
        archive = cache.refresh(session, world.vault, SEARCH, at=T0)
    return cache.file_state, len(archive), cache.is_due


def written(world: TestWorld, change: Change) -> None:
    """Put a file in its place that is sealed as it should be and holds something else."""
    archive = cache_of(world).restore(world.vault)
    shelves = [change(rows) for rows in archive.stored()]
    file = IndexFile(world.root / "index", Kind.ARCHIVE)
    file.begin(world.vault)
    file.write(world.vault, {"compared": archive.compared()}, shelves, {})


def test_a_whole_file_is_taken(world: TestWorld, saved: ArchiveCache) -> None:
    assert refreshed(world) == (State.GOOD, 3, False)


@pytest.mark.parametrize("share", [0.0, 0.01, 0.5, 0.999])
def test_a_truncated_file_is_built_again(
    world: TestWorld, saved: ArchiveCache, share: float
) -> None:
    path = world.root / "index" / "archive.sealed"
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    assert refreshed(world) == (State.DAMAGED, 3, True)
    cache_of(world).save(world.db, world.vault, SEARCH, at=T0)
    assert refreshed(world) == (State.GOOD, 3, False)


def nameless(rows: Rows) -> Rows:
    return replace(rows, columns={"trace_id": rows.columns["trace_id"]})


def twice(rows: Rows) -> Rows:
    return replace(rows, columns={**rows.columns, "trace_id": rows.columns["trace_id"][:1] * 3})


def numbered(rows: Rows) -> Rows:
    return replace(rows, columns={**rows.columns, "scan_id": [1, 2, 3]})


@pytest.mark.parametrize("change", [nameless, twice, numbered])
def test_rows_that_no_archive_stores_are_not_taken(
    world: TestWorld, saved: ArchiveCache, change: Change, caplog: pytest.LogCaptureFixture
) -> None:
    written(world, change)
    assert refreshed(world) == (State.DAMAGED, 3, True)
    assert "built again from the database" in caplog.text


def exchanged(rows: Rows) -> Rows:
    return replace(rows, vectors=np.ascontiguousarray(rows.vectors[::-1]))


def moved(rows: Rows) -> Rows:
    return replace(rows, columns={**rows.columns, "scan_id": ["elsewhere"] * 3})


@pytest.mark.parametrize("change", [exchanged, moved])
def test_other_vectors_under_known_names_disagree_with_the_database(
    world: TestWorld, saved: ArchiveCache, change: Change
) -> None:
    anew = cache_of(world).save(world.db, world.vault, SEARCH, at=T0)
    assert cache_of(world).restore(world.vault).agrees(anew)
    written(world, change)
    assert not cache_of(world).restore(world.vault).agrees(anew)
