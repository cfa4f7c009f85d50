"""The vault: nothing opens for the wrong subject, purpose or bytes, and erased stays erased."""

import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.canonical import canonical
from core.errors import BadProof, Conflict, EbenbildError, NotFound, Unavailable
from core.kek import KEK_FILE
from core.keystore import Keystore, RootKey
from core.vault import KEYSTORE_FILE, Vault, bound
from tests.fixtures import TestWorld

AAD = {"tenant": "ten_a", "modality": "voice", "model": "m1", "version": "1"}
SECRET = b"a vector that nobody may read" * 4

_with_world = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@_with_world
@given(st.binary(max_size=300), st.dictionaries(st.text("ab"), st.text("cd"), max_size=3))
def test_what_was_sealed_is_unsealed(world: TestWorld, data: bytes, aad: dict[str, str]) -> None:
    sealed = world.vault.seal("prf_a", data, aad)
    assert world.vault.unseal("prf_a", sealed, aad) == data


@given(st.text(), st.dictionaries(st.text(), st.text(), max_size=4))
def test_what_a_seal_is_bound_to_is_canonical(subject: str, aad: dict[str, str]) -> None:
    assert bound(b"head", subject, aad) == b"head" + canonical({"aad": aad, "subject": subject})


@_with_world
@given(st.data())
def test_every_flipped_bit_is_found(world: TestWorld, data: st.DataObject) -> None:
    sealed = bytearray(world.vault.seal("prf_a", SECRET, AAD))
    bit = data.draw(st.integers(0, len(sealed) * 8 - 1))
    sealed[bit // 8] ^= 1 << bit % 8
    with pytest.raises(BadProof):
        world.vault.unseal("prf_a", bytes(sealed), AAD)


def test_every_cut_is_found(world: TestWorld) -> None:
    sealed = world.vault.seal("prf_a", b"", AAD)
    for length in range(len(sealed)):
        with pytest.raises(BadProof):
            world.vault.unseal("prf_a", sealed[:length], AAD)
    with pytest.raises(BadProof):
        world.vault.unseal("prf_a", sealed + b"\0", AAD)


@pytest.mark.parametrize(
    "aad",
    [
        {},
        {**AAD, "model": "m2"},
        {**AAD, "extra": ""},
        {name: value for name, value in AAD.items() if name != "version"},
        {**AAD, "tenant": "ten_amodality"},
    ],
)
def test_bytes_open_only_for_what_they_are(world: TestWorld, aad: dict[str, str]) -> None:
    sealed = world.vault.seal("prf_a", SECRET, AAD)
    with pytest.raises(BadProof):
        world.vault.unseal("prf_a", sealed, aad)


def test_bytes_open_only_for_their_subject(world: TestWorld) -> None:
    sealed = world.vault.seal("prf_a", SECRET, AAD)
    world.vault.seal("prf_b", SECRET, AAD)
    for subject in ("prf_b", "prf_c"):
        with pytest.raises(BadProof):
            world.vault.unseal(subject, sealed, AAD)


def test_the_same_bytes_are_never_sealed_alike(world: TestWorld) -> None:
    assert world.vault.seal("prf_a", SECRET, AAD) != world.vault.seal("prf_a", SECRET, AAD)


def test_erasing_ends_one_subject_and_no_other(world: TestWorld) -> None:
    gone, kept = (world.vault.seal(subject, SECRET, AAD) for subject in ("prf_a", "prf_b"))
    for _ in range(2):
        world.vault.erase("prf_a")
        with pytest.raises(NotFound):
            world.vault.unseal("prf_a", gone, AAD)
    assert world.vault.unseal("prf_b", kept, AAD) == SECRET


def test_nothing_late_is_sealed_for_an_erased_subject(world: TestWorld) -> None:
    world.vault.seal("prf_a", SECRET, AAD)
    world.vault.erase("prf_a")
    with pytest.raises(NotFound):
        world.vault.seal("prf_a", SECRET, AAD)


def test_a_readmitted_subject_starts_anew(world: TestWorld) -> None:
    old = world.vault.seal("prf_a", SECRET, AAD)
    world.vault.erase("prf_a")
    world.vault.readmit("prf_a")
    new = world.vault.seal("prf_a", SECRET, AAD)
    world.vault.readmit("prf_a")
    assert world.vault.unseal("prf_a", new, AAD) == SECRET
    with pytest.raises(NotFound):
        world.vault.unseal("prf_a", old, AAD)


def test_an_erased_key_is_on_the_disk_no_more(world: TestWorld) -> None:
    world.vault.seal("prf_a", SECRET, AAD)
    wrapped = world.vault._keystore.live("prf_a")
    assert wrapped is not None
    assert wrapped.wrapped is not None
    keys_dir = world.settings.keys_dir
    assert any(wrapped.wrapped in path.read_bytes() for path in keys_dir.iterdir())
    world.vault.erase("prf_a")
    assert not any(wrapped.wrapped in path.read_bytes() for path in keys_dir.iterdir())


def test_two_openings_share_keys_and_erasures(world: TestWorld) -> None:
    other = Vault.open(world.settings.keys_dir)
    try:
        sealed = other.seal("prf_a", SECRET, AAD)
        assert world.vault.unseal("prf_a", sealed, AAD) == SECRET
        world.vault.erase("prf_a")
        with pytest.raises(NotFound):
            other.unseal("prf_a", sealed, AAD)
    finally:
        other.close()


def test_names_of_content_are_stable_and_differ_by_tenant(world: TestWorld) -> None:
    digest = bytes(32)
    name = world.vault.hmac_name("ten_a", digest)
    assert name == world.vault.hmac_name("ten_a", digest)
    assert name != world.vault.hmac_name("ten_b", digest)
    assert name != world.vault.hmac_name("ten_a", bytes(31) + b"\1")
    assert len(bytes.fromhex(name)) == 32


def test_secret_files_are_their_owners_alone(world: TestWorld) -> None:
    folder = world.settings.keys_dir
    assert folder.stat().st_mode & 0o777 == 0o700
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in folder.iterdir())


def test_a_key_file_open_to_others_is_refused(world: TestWorld) -> None:
    (world.settings.keys_dir / KEK_FILE).chmod(0o640)
    with pytest.raises(Unavailable) as caught:
        Vault.open(world.settings.keys_dir)
    assert "chmod 600" in caught.value.next_step


@pytest.fixture
def keys_dir(world: TestWorld, tmp_path: Path) -> Path:
    copy = tmp_path / "keys-copy"
    shutil.copytree(world.settings.keys_dir, copy)
    return copy


@pytest.mark.parametrize("name", [KEK_FILE, KEYSTORE_FILE])
def test_a_missing_file_is_named_with_the_next_step(keys_dir: Path, name: str) -> None:
    (keys_dir / name).unlink()
    with pytest.raises(Unavailable) as caught:
        Vault.open(keys_dir)
    assert "ebenbild init" in caught.value.next_step
    assert not (keys_dir / name).exists()


@pytest.mark.parametrize("content", ["", "zz", "00" * 31, "00" * 32])
def test_a_key_that_does_not_belong_is_refused(keys_dir: Path, content: str) -> None:
    (keys_dir / KEK_FILE).write_text(content)
    with pytest.raises(Unavailable):
        Vault.open(keys_dir)


def test_no_vault_is_made_over_another(keys_dir: Path) -> None:
    with pytest.raises(EbenbildError) as caught:
        Vault.create(keys_dir)
    assert isinstance(caught.value, Conflict)


def test_a_keystore_without_room_says_so_and_goes_on_once_there_is_some(keys_dir: Path) -> None:
    store = Keystore.open(keys_dir / KEYSTORE_FILE)
    (pages,) = store.run("PRAGMA page_count")[0]
    store.run(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(Unavailable) as caught, store.writing():
        for number in range(2_000):
            store.add_root(RootKey(bytes([*divmod(number, 256)]) * 8, bytes(200)))
    assert caught.value.code == "disk-full"
    assert caught.value.next_step
    before = len(store.roots())
    store.run("PRAGMA max_page_count = 100000")
    with store.writing():
        store.add_root(RootKey(bytes(16), bytes(200)))
    other = Keystore.open(keys_dir / KEYSTORE_FILE)
    assert len(other.roots()) == before + 1 == 2
    other.close()
    store.close()
