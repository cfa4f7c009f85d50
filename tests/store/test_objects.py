"""Stored files: whole or not at all, named by keyed content, never outside their folder."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import BadInput, BadProof, NotFound, Unavailable
from core.objects import Objects
from tests.fixtures import TestWorld


def put(world: TestWorld, *chunks: bytes, tenant_id: str = "ten_a") -> str:
    return world.objects.put_stream(world.vault, tenant_id, chunks, bytes_max=1000).name


def stored(world: TestWorld) -> list[Path]:
    return [path for path in world.settings.objects_dir.rglob("*") if path.is_file()]


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.binary(max_size=40), max_size=6))
def test_chunks_come_back_as_one_file(world: TestWorld, chunks: list[bytes]) -> None:
    ref = world.objects.put_stream(world.vault, "ten_a", chunks, bytes_max=1000)
    assert b"".join(world.objects.read(ref.name)) == b"".join(chunks)
    assert ref.bytes == sum(len(chunk) for chunk in chunks)


def test_a_file_larger_than_one_chunk_is_copied_whole(world: TestWorld) -> None:
    source = world.root / "film.bin"
    content = os.urandom(2 * 1024 * 1024 + 17)
    source.write_bytes(content)
    ref = world.objects.put_file(world.vault, "ten_a", source)
    with world.objects.opened(ref.name) as path:
        assert path.read_bytes() == content
    assert source.read_bytes() == content


def test_equal_content_is_one_file_within_a_tenant_and_two_across(world: TestWorld) -> None:
    assert put(world, b"ab") == put(world, b"a", b"b")
    assert put(world, b"ab", tenant_id="ten_b") != put(world, b"ab")
    assert len(stored(world)) == 2


def test_stored_files_are_their_owners_alone(world: TestWorld) -> None:
    put(world, b"x")
    folder = world.settings.objects_dir
    assert all(path.stat().st_mode & 0o077 == 0 for path in [folder, *folder.rglob("*")])


def test_a_file_beyond_the_limit_leaves_nothing(world: TestWorld) -> None:
    read = []

    def chunks() -> Iterator[bytes]:
        for number in range(100):
            read.append(number)
            yield bytes(600)

    with pytest.raises(BadInput) as caught:
        world.objects.put_stream(world.vault, "ten_a", chunks(), bytes_max=1000)
    assert caught.value.code == "too-large"
    assert read == [0, 1]
    assert stored(world) == []


def test_an_interrupted_transfer_leaves_nothing(world: TestWorld) -> None:
    def broken() -> Iterator[bytes]:
        yield b"first"
        raise ConnectionError

    with pytest.raises(ConnectionError):
        world.objects.put_stream(world.vault, "ten_a", broken(), bytes_max=None)
    assert stored(world) == []


def test_a_full_disk_is_reported_and_leaves_nothing(world: TestWorld) -> None:
    def full() -> Iterator[bytes]:
        yield b"first"
        raise OSError(28, os.strerror(28))

    with pytest.raises(Unavailable) as caught:
        world.objects.put_stream(world.vault, "ten_a", full(), bytes_max=None)
    assert caught.value.code == "disk-full"
    assert stored(world) == []


def test_what_a_dead_process_left_can_be_removed(world: TestWorld) -> None:
    incoming = world.settings.objects_dir / "incoming"
    (incoming / "left").write_bytes(b"x")
    now = datetime.now(UTC)
    assert world.objects.remove_partial(now - timedelta(hours=1)) == 0
    assert world.objects.remove_partial(now + timedelta(hours=1)) == 1
    assert stored(world) == []


def test_a_deleted_file_is_gone_and_stays_gone(world: TestWorld) -> None:
    name = put(world, b"x")
    for _ in range(2):
        world.objects.delete(name)
        with pytest.raises(NotFound):
            world.objects.path(name)


@pytest.mark.parametrize("name", ["", "../keys/kek.key", "a" * 63, "A" * 64, "a" * 64, "/" * 64])
def test_other_names_lead_nowhere(world: TestWorld, name: str) -> None:
    with pytest.raises(NotFound):
        world.objects.path(name)


def test_only_regular_files_are_taken(world: TestWorld) -> None:
    target = world.root / "target"
    target.write_bytes(b"x")
    link = world.root / "link"
    link.symlink_to(target)
    for path in (link, world.root, world.root / "absent"):
        with pytest.raises(BadInput):
            world.objects.put_file(world.vault, "ten_a", path)


def test_a_missing_folder_is_never_made_by_opening_it(world: TestWorld, tmp_path: Path) -> None:
    with pytest.raises(Unavailable) as caught:
        Objects.open(tmp_path / "none", world.vault)
    assert "ebenbild init" in caught.value.next_step
    assert not (tmp_path / "none").exists()


FILM = b"frames of a film nobody may see" * 30


def test_nothing_of_a_file_lies_on_the_disk_in_the_clear(world: TestWorld) -> None:
    name = put(world, FILM)
    assert not any(FILM[:16] in path.read_bytes() for path in stored(world))
    with world.objects.opened(name) as path:
        assert path.read_bytes() == FILM
        assert not any(FILM[:16] in path.read_bytes() for path in stored(world))
    assert not path.exists()


def test_files_that_changed_places_do_not_open(world: TestWorld) -> None:
    one, two = put(world, b"one"), put(world, b"two")
    first, second = world.objects.path(one), world.objects.path(two)
    first.rename(world.root / "aside")
    second.rename(first)
    (world.root / "aside").rename(second)
    for name in (one, two):
        with pytest.raises(BadProof):
            list(world.objects.read(name))


def test_a_copy_of_a_deleted_file_does_not_open(world: TestWorld) -> None:
    name = put(world, FILM)
    path = world.objects.path(name)
    copy = path.read_bytes()
    world.objects.delete(name)
    path.write_bytes(copy)
    with pytest.raises(NotFound):
        list(world.objects.read(name))
    assert put(world, FILM) == name
    assert b"".join(world.objects.read(name)) == FILM


def test_a_damaged_file_is_mended_by_the_same_content(world: TestWorld) -> None:
    name = put(world, FILM)
    world.objects.path(name).write_bytes(b"damaged")
    with pytest.raises(BadProof):
        list(world.objects.read(name))
    assert put(world, FILM) == name
    assert b"".join(world.objects.read(name)) == FILM


def test_files_of_an_earlier_version_are_sealed_where_they_lie(world: TestWorld) -> None:
    name = put(world, FILM)
    world.objects.path(name).write_bytes(FILM)
    assert list(world.objects.names()) == [name]
    assert [world.objects.seal_in_place(name) for _ in range(2)] == [True, False]
    assert b"".join(world.objects.read(name)) == FILM


def test_a_refused_file_leaves_no_key(world: TestWorld) -> None:
    with pytest.raises(BadInput):
        put(world, bytes(2000))
    put(world, b"x")
    put(world, b"x")
    assert len(world.vault.subjects("file:")) == 1
