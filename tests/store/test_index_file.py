"""The sealed files of gallery and archive: they save time, are never believed unproven, and die."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from core import log, sealedfile, sealedstream
from core.errors import NotFound
from fingerprint.archive import Nearness
from fingerprint.models import Modality
from fingerprint.normalising import Scoring
from registry.service import enrolment, erasure
from registry.service.archive import ArchiveCache
from registry.service.gallery import GalleryCache
from registry.service.indexfile import IndexFile, Kind, State, subject_of
from tests.fixtures import TestWorld
from tests.store.registry_steps import (
    SEARCH,
    T0,
    VOICE,
    Enrolled,
    a_cut,
    declare,
    enrolled,
    hand_in,
    later,
    make_print,
    scanned_segments,
    search,
    trace,
    vector,
)


def gallery_file(world: TestWorld) -> IndexFile:
    return IndexFile(world.root / "index", Kind.GALLERY, kept_min=1)


def archive_file(world: TestWorld) -> IndexFile:
    return IndexFile(world.root / "index", Kind.ARCHIVE, kept_min=1)


def refreshed(world: TestWorld, *, days: int = 0) -> GalleryCache:
    cache = GalleryCache(gallery_file(world))
    with world.db.read() as session:
        cache.refresh(session, world.vault, SEARCH, at=later(days=days))
    return cache


def saved(world: TestWorld) -> bytes:
    refreshed(world).save(world.db, world.vault, SEARCH, at=T0)
    return gallery_file(world).path.read_bytes()


def names(cache: GalleryCache) -> set[str]:
    return set(cache.gallery.print_ids)


@pytest.fixture
def people(world: TestWorld) -> list[Enrolled]:
    found = [enrolled(world, world.second, name) for name in ("Ada", "Bea", "Cy")]
    for number, who in enumerate(found):
        make_print(world, who, 2 * number, 2 * number + 1)
    return found


def test_a_worker_that_starts_from_the_file_opens_no_seal_and_finds_the_same(
    world: TestWorld, people: list[Enrolled]
) -> None:
    saved(world)
    anew, kept = GalleryCache(), refreshed(world)
    with world.db.read() as session:
        anew.refresh(session, world.vault, SEARCH, at=T0)
    assert (kept.file_state, kept.opened, anew.opened) == (State.GOOD, 0, 6)
    assert kept.seq == anew.seq
    queries = np.stack([vector(seed) for seed in range(6)])
    model = VOICE.model_id
    assert kept.gallery.search(Modality.VOICE, model, queries, top=3) == anew.gallery.search(
        Modality.VOICE, model, queries, top=3
    )


def test_what_came_and_went_since_is_caught_up(world: TestWorld, people: list[Enrolled]) -> None:
    saved(world)
    make_print(world, enrolled(world, world.second, "Dee"), 9)
    with world.db.write() as session:
        enrolment.withdraw_enrolment(session, world.second, people[0].enrolment_id, now=T0)
    kept, anew = refreshed(world), GalleryCache()
    with world.db.read() as session:
        anew.refresh(session, world.vault, SEARCH, at=T0)
    assert (kept.file_state, kept.opened) == (State.GOOD, 1)
    assert names(kept) == names(anew)
    assert len(kept.gallery) == 3


def test_the_file_is_due_by_share_and_at_once_after_a_withdrawal(
    world: TestWorld, people: list[Enrolled]
) -> None:
    assert not GalleryCache().is_due
    assert refreshed(world).is_due
    saved(world)
    kept = refreshed(world)
    assert not kept.is_due
    with world.db.write() as session:
        enrolment.withdraw_enrolment(session, world.second, people[0].enrolment_id, now=T0)
    with world.db.read() as session:
        kept.refresh(session, world.vault, SEARCH, at=T0)
    assert kept.is_due


def test_no_name_and_no_number_of_a_vector_lies_in_the_clear(
    world: TestWorld, people: list[Enrolled]
) -> None:
    data = saved(world)
    for print_id in names(refreshed(world)):
        assert print_id.encode() not in data
    for seed in range(6):
        assert vector(seed)[:2].tobytes() not in data
    assert gallery_file(world).path.stat().st_mode & 0o077 == 0
    assert [path.name for path in gallery_file(world).path.parent.iterdir()] == ["gallery.sealed"]


def mutations(data: bytes) -> Iterator[tuple[str, bytes]]:
    rng = np.random.default_rng(7)
    for place in rng.choice(len(data), 250, replace=False).tolist():
        flipped = bytearray(data)
        flipped[place] ^= 1 << int(rng.integers(8))
        yield f"bit of byte {place}", bytes(flipped)
    for end in rng.choice(len(data), 60, replace=False).tolist():
        yield f"cut at {end}", data[:end]
    for more in (b"\0", data, data[-40:]):
        yield "longer", data + more
    for start in rng.choice(len(data) - 64, 30, replace=False).tolist():
        yield f"32 bytes moved from {start}", data[:start] + data[start + 32 :] + data[start:][:32]


def test_hundreds_of_changed_files_are_all_refused_and_never_believed(
    world: TestWorld, people: list[Enrolled], caplog: pytest.LogCaptureFixture
) -> None:
    data, path = saved(world), gallery_file(world).path
    good, tried = refreshed(world), 0
    for what, changed in mutations(data):
        path.write_bytes(changed)
        found = gallery_file(world).load(world.vault, lambda _: True)
        assert found.state is State.DAMAGED, what
        assert not found.shelves, what
        tried += 1
    assert tried > 300
    rebuilt = refreshed(world)
    assert (rebuilt.file_state, rebuilt.opened) == (State.DAMAGED, 6)
    assert names(rebuilt) == names(good)
    assert "built again from the database" in caplog.text


def test_the_file_of_another_kind_or_registry_is_refused(
    world: TestWorld, people: list[Enrolled]
) -> None:
    saved(world)
    archive = archive_file(world)
    shutil.copy(gallery_file(world).path, archive.path)
    assert archive.load(world.vault, lambda _: True).state is State.DAMAGED
    # A file that says it is an archive, under the archive's own key, but holds a gallery's place.
    archive.begin(world.vault)
    archive.write(world.vault, {}, (), {})
    shutil.copy(archive.path, gallery_file(world).path)
    assert gallery_file(world).load(world.vault, lambda _: True).state is State.DAMAGED


def test_an_earlier_file_put_back_is_dead(world: TestWorld, people: list[Enrolled]) -> None:
    earlier = saved(world)
    saved(world)
    gallery_file(world).path.write_bytes(earlier)
    kept = refreshed(world)
    assert (kept.file_state, len(kept.gallery)) == (State.STALE, 3)


def test_a_file_of_another_past_of_the_database_is_not_taken(
    world: TestWorld, people: list[Enrolled]
) -> None:
    """As after a restore from a backup: the file speaks of a log that this database never had."""
    cache, file = refreshed(world), gallery_file(world)
    cache.save(world.db, world.vault, SEARCH, at=T0)
    stamp = sealedfile.read_stamp(file.path)
    for name, other in (
        ("log_root", "0" * 64),
        ("log_size", "99999"),
        ("gallery_seq", "99999"),
        ("encoders", "0" * 64),
        ("log_size", "many"),
    ):
        file.begin(world.vault)
        shelves = list(cache.gallery.stored())
        file.write(world.vault, {**stamp, name: other}, shelves, {"known": []})
        kept = refreshed(world)
        assert (kept.file_state, kept.opened) == (State.STALE, 6), name


def test_prints_that_the_file_should_know_and_does_not_make_it_stale(
    world: TestWorld, people: list[Enrolled]
) -> None:
    cache, file = refreshed(world), gallery_file(world)
    saved(world)
    stamp = sealedfile.read_stamp(file.path)
    file.begin(world.vault)
    file.write(world.vault, stamp, list(cache.gallery.stored()), {"known": []})
    kept = refreshed(world)
    assert (kept.file_state, kept.opened, len(kept.gallery)) == (State.STALE, 6, 3)


def test_a_log_that_has_grown_is_the_same_past(world: TestWorld, people: list[Enrolled]) -> None:
    saved(world)
    with world.db.write() as session:
        log.append(session, kind="test", subject_id="x", payload={}, at=T0)
    assert refreshed(world).file_state is State.GOOD


def test_after_erasure_no_copy_of_the_file_opens_and_the_next_one_is_without(
    world: TestWorld, people: list[Enrolled]
) -> None:
    copy = saved(world)
    gone = people[0].enrolment_id
    with world.db.write() as session:
        enrolment.withdraw_enrolment(session, world.second, gone, now=T0)
    with world.db.read() as session:
        erasure.shred_enrolment(session, world.vault, world.second, gone)
    path = gallery_file(world).path
    stamp = sealedfile.read_stamp(path)
    with pytest.raises(NotFound):
        list(sealedfile.read(path, world.vault, subject_of(Kind.GALLERY), stamp))
    saved(world)
    assert len(refreshed(world).gallery) == 2
    path.write_bytes(copy)
    assert gallery_file(world).load(world.vault, lambda _: True).state is State.STALE


def test_an_erasure_in_the_middle_of_a_writing_wins(
    world: TestWorld, people: list[Enrolled]
) -> None:
    cache, file = refreshed(world), gallery_file(world)
    file.begin(world.vault)
    shelves = list(cache.gallery.stored())
    with world.db.write() as session:
        enrolment.withdraw_enrolment(session, world.second, people[0].enrolment_id, now=T0)
    with world.db.read() as session:
        erasure.shred_enrolment(session, world.vault, world.second, people[0].enrolment_id)
    with pytest.raises(NotFound):
        file.write(world.vault, {}, shelves, {})
    assert not file.path.exists()


def test_the_archive_starts_from_its_file_until_vectors_expire(world: TestWorld) -> None:
    submission, job = hand_in(world, world.first, a_cut(world, world.first), declare())
    found = [trace(10 + n, 1_000 * n, 1_000 * n + 900) for n in range(3)]
    scan = scanned_segments(world, world.first, submission, job, found, retention_days=90)
    search(world, world.first, job, scan, [None] * 3, gallery_seq=0)

    def opened(*, days: int = 0, near: Nearness | None = None) -> tuple[int, State]:
        file = archive_file(world)
        cache = ArchiveCache({VOICE.model_id: near or Nearness()}, file)
        state = file.load(world.vault, lambda _: True).state
        with world.db.read() as session:
            return len(cache.refresh(session, world.vault, SEARCH, at=later(days=days))), state

    cache = ArchiveCache({VOICE.model_id: Nearness()}, archive_file(world))
    cache.save(world.db, world.vault, SEARCH, at=T0)
    assert opened() == (3, State.GOOD)
    assert opened(near=Nearness(Scoring(centre=vector(1)))) == (3, State.GOOD)
    with world.db.read() as session:
        near = cache.refresh(session, world.vault, SEARCH, at=T0)
        query = vector(10)[np.newaxis]
        assert near.scans_near(Modality.VOICE, VOICE.model_id, query) == {scan.id}
    assert opened(days=91)[0] == 0
    with world.db.write() as session:
        purged = erasure.purge_expired(session, SEARCH, at=later(days=91))
    with world.db.read() as session:
        erasure.shred_scans(session, world.vault, SEARCH, purged)
    assert opened(days=91) == (0, State.STALE)


def test_a_file_is_cut_into_blocks_and_comes_back_whole(
    world: TestWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealedstream, "PIECE_BYTES", 100)
    path, stamp = tmp_path / "file", {"kind": "test"}
    for size in (0, 99, 100, 101, 1_000):
        data = bytes(np.random.default_rng(size).bytes(size))
        sealedfile.write(path, world.vault, "someone", stamp, [data[:50], data[50:]])
        blocks = list(sealedfile.read(path, world.vault, "someone", stamp))
        assert b"".join(blocks) == data
        assert len(blocks) == max(1, -(-size // 100))
