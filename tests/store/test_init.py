"""Set-up: everything once, nothing by accident, and an interrupted one starts over."""

from pathlib import Path

import pytest

from core import keys, tenants
from core.db import Database
from core.errors import Conflict, Unavailable
from core.init import OPERATOR_KEY_FILE, REGISTRY_KEY_FILE, initialise, open_world
from core.settings import Settings
from tests.fixtures import create_schema


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "data")


def files(settings: Settings) -> dict[str, bytes]:
    return {
        str(path.relative_to(settings.data_dir)): path.read_bytes()
        for path in settings.data_dir.rglob("*")
        if path.is_file()
    }


def test_set_up_makes_a_world_that_opens(settings: Settings) -> None:
    report = initialise(settings, create_schema)
    assert report.operator_key is not None
    key_file = settings.keys_dir / OPERATOR_KEY_FILE
    assert key_file.read_text().strip() == report.operator_key
    assert all(Path(path).exists() for path in report.created)
    with open_world(settings) as world:
        with world.db.read() as session:
            principal = tenants.authenticate(session, report.operator_key)
        assert principal.tenant_id == report.operator_tenant_id
        assert principal.tenant_kind == tenants.OPERATOR
        assert principal.scopes == {"admin"}
        assert world.registry_key.did.startswith("did:key:z6Mk")
        assert world.vault.unseal("a", world.vault.seal("a", b"x", {}), {}) == b"x"


def test_set_up_is_its_owners_alone(settings: Settings) -> None:
    initialise(settings, create_schema)
    assert settings.data_dir.stat().st_mode & 0o777 == 0o700
    paths = [path for path in settings.data_dir.rglob("*") if path.is_file()]
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in paths)


def test_a_second_set_up_changes_nothing_and_says_so(settings: Settings) -> None:
    initialise(settings, create_schema)
    before = files(settings)
    report = initialise(settings, create_schema)
    assert report.created == ()
    assert report.operator_key is None
    assert files(settings) == before


GARBAGE = b"no database" * 500
PIECES = ["ebenbild.db", "keys/kek.key", "keys/keystore.db", "keys/registry.pem"]


@pytest.mark.parametrize("piece", PIECES)
def test_a_missing_piece_is_named_and_never_made_anew(settings: Settings, piece: str) -> None:
    initialise(settings, create_schema)
    (settings.data_dir / piece).unlink()
    before = files(settings)
    with pytest.raises(Conflict) as refused:
        initialise(settings, create_schema)
    with pytest.raises(Unavailable) as unopened:
        open_world(settings)
    for caught in (refused, unopened):
        assert Path(piece).name in caught.value.message
        assert caught.value.next_step
    assert files(settings) == before


def test_nothing_opens_before_set_up(settings: Settings) -> None:
    with pytest.raises(Unavailable) as caught:
        open_world(settings)
    assert "ebenbild init" in caught.value.next_step
    assert not settings.data_dir.exists()


def test_an_interrupted_set_up_does_not_open_and_starts_over(settings: Settings) -> None:
    def interrupted(db: Database) -> None:
        create_schema(db)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        initialise(settings, interrupted)
    with pytest.raises(Unavailable):
        open_world(settings)
    report = initialise(settings, create_schema)
    assert report.operator_key is not None
    open_world(settings).close()


def test_set_up_leaves_other_files_of_the_folder_alone(settings: Settings) -> None:
    settings.models_path.mkdir(parents=True)
    model = settings.models_path / "model.onnx"
    model.write_bytes(b"model")
    initialise(settings, create_schema)
    assert model.read_bytes() == b"model"


def test_a_file_in_the_place_of_the_folder_is_refused(settings: Settings) -> None:
    settings.data_dir.write_bytes(b"")
    with pytest.raises(Conflict):
        initialise(settings, create_schema)


def test_a_key_file_keeps_its_key_with_and_without_passphrase(tmp_path: Path) -> None:
    key = keys.generate()
    for name, passphrase in (("plain.pem", None), ("locked.pem", "a pass phrase")):
        path = tmp_path / name
        keys.save_key(path, key, passphrase)
        assert keys.load_key(path, passphrase).public == key.public
        with pytest.raises(Conflict):
            keys.save_key(path, key, passphrase)


@pytest.mark.parametrize("passphrase", [None, "wrong"])
def test_a_locked_key_file_needs_its_passphrase(tmp_path: Path, passphrase: str | None) -> None:
    path = tmp_path / REGISTRY_KEY_FILE
    keys.save_key(path, keys.generate(), "right")
    with pytest.raises(Unavailable):
        keys.load_key(path, passphrase)


@pytest.mark.parametrize("content", [b"", b"not a key", b"-----BEGIN PRIVATE KEY-----\n"])
def test_a_file_without_a_key_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / REGISTRY_KEY_FILE
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(Unavailable):
        keys.load_key(path)


@pytest.mark.parametrize("piece", PIECES)
def test_opening_what_lacks_a_piece_leads_to_its_backup(settings: Settings, piece: str) -> None:
    initialise(settings, create_schema)
    (settings.data_dir / piece).unlink()
    with pytest.raises(Unavailable, match=Path(piece).name) as caught:
        open_world(settings)
    assert "backup" in caught.value.next_step
    assert "run: ebenbild init" not in caught.value.next_step


@pytest.mark.parametrize(
    ("piece", "content", "code"),
    [
        ("keys/keystore.db", b"", "damaged-keystore"),
        ("keys/keystore.db", GARBAGE, "damaged-keystore"),
        ("ebenbild.db", GARBAGE, "damaged-database"),
    ],
)
def test_damaged_files_are_told_as_such_and_stay(
    settings: Settings, piece: str, content: bytes, code: str
) -> None:
    key = initialise(settings, create_schema).operator_key or ""
    (settings.data_dir / piece).write_bytes(content)
    with (
        pytest.raises(Unavailable) as caught,
        open_world(settings) as world,
        world.db.read() as session,
    ):
        tenants.authenticate(session, key)
    assert caught.value.code == code
    assert (settings.data_dir / piece).read_bytes() == content
