"""`ebenbild reindex` names what was wrong with the archive's file and writes it anew."""

import pytest

from api import reindexing
from api.opening import open_registry
from fingerprint.archive import Nearness
from registry.service.indexfile import IndexFile, Kind
from tests.simulators.small_engine import SmallEngine, medium
from tests.simulators.stage import Stage, declaration, new_cut, submit


@pytest.fixture
def searched(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """A registry with one scan, whose models are the simulated ones."""
    monkeypatch.setattr(reindexing, "_near", lambda _: SmallEngine().nearness())
    _, studio = stage.tenant("studio")
    film = medium(9000, ("Somebody", "voice", 0, 5000), ("Somebody", "face", 0, 9000))
    submit(stage, studio, new_cut(studio), film, declaration())
    return stage


def rebuilt(stage: Stage) -> tuple[str | float, str | float]:
    found = reindexing.rebuild(stage.settings)
    return found["archive_file"], found["archived"]


def test_the_archives_file_is_named_and_written_anew(searched: Stage) -> None:
    assert rebuilt(searched) == ("missing", 2)
    assert rebuilt(searched) == ("good", 2)
    path = searched.settings.data_dir / "index" / "archive.sealed"
    path.write_bytes(path.read_bytes()[:-10])
    assert rebuilt(searched) == ("damaged", 2)
    assert rebuilt(searched) == ("good", 2)


def test_a_file_that_was_poisoned_under_the_right_key_is_found_out(searched: Stage) -> None:
    rebuilt(searched)
    near = SmallEngine().nearness()
    with open_registry(searched.settings) as world:
        file = IndexFile(searched.settings.data_dir / "index", Kind.ARCHIVE)
        archive = reindexing.ArchiveCache(near, file).restore(world.vault)
        stamp, shelves = {"compared": archive.compared()}, list(archive.stored())
        for rows in shelves:
            rows.vectors[:] = -rows.vectors
        file.begin(world.vault)
        file.write(world.vault, stamp, shelves, {})
    assert rebuilt(searched) == ("damaged", 2)
    assert rebuilt(searched) == ("good", 2)


def test_without_models_the_archive_is_left_as_it_is(stage: Stage) -> None:
    assert rebuilt(stage) == (reindexing.NO_MODELS, 0)
    assert not (stage.settings.data_dir / "index" / "archive.sealed").exists()


def test_another_calibration_makes_the_file_stale(
    searched: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    rebuilt(searched)
    monkeypatch.setattr(reindexing, "_near", lambda _: {"another": Nearness()})
    assert rebuilt(searched) == ("stale", 2)
