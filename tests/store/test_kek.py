"""The key-encryption key from a file, the environment, a program or a service: one behaviour."""

import os
import secrets
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.errors import BadInput, BadProof, EbenbildError, Unavailable
from core.init import initialise, open_world
from core.keksettings import KekSettings, OldKekSettings
from core.keksource import keks_of, rotate_kek
from core.kms import TransitKek
from core.settings import Settings, load_settings
from core.vault import KEK_FILE, Vault
from tests.fixtures import create_schema
from tests.simulators import small_kms

SOURCES = ("file", "environment", "command", "transit")
SERVICE = Path(small_kms.__file__)


@pytest.fixture(scope="module")
def transit() -> Iterator[small_kms.SmallTransit]:
    with small_kms.transit("ebenbild", "other") as server:
        yield server


@pytest.fixture
def keks(
    transit: small_kms.SmallTransit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> dict[str, KekSettings]:
    """A working setting of each source."""
    held = tmp_path / "held"
    held.write_text(secrets.token_hex(32))
    monkeypatch.setenv("EBENBILD_KEK_KEY", secrets.token_hex(32))
    monkeypatch.setenv("EBENBILD_TRANSIT_TOKEN", small_kms.TOKEN)
    return {
        "file": KekSettings(),
        "environment": KekSettings(source="environment"),
        "command": KekSettings(source="command", command=f"{sys.executable} {SERVICE} {held}"),
        "transit": KekSettings(source="transit", transit_url=transit.url),
    }


def registry(tmp_path: Path, kek: KekSettings) -> Settings:
    settings = Settings(data_dir=tmp_path / "data", kek=kek)
    initialise(settings, create_schema)
    return settings


def old(kek: KekSettings) -> OldKekSettings:
    return OldKekSettings(**kek.model_dump())


@pytest.mark.parametrize("source", SOURCES)
def test_a_registry_is_made_and_opened_with_each_source(
    tmp_path: Path, keks: dict[str, KekSettings], source: str
) -> None:
    settings = registry(tmp_path, keks[source])
    with open_world(settings) as world:
        sealed = world.vault.seal("prf_a", b"secret", {})
    with open_world(settings) as world:
        assert world.vault.unseal("prf_a", sealed, {}) == b"secret"
    assert (settings.keys_dir / KEK_FILE).exists() == (source == "file")


@pytest.mark.parametrize("before", SOURCES)
@pytest.mark.parametrize("after", SOURCES)
def test_the_key_moves_from_any_source_to_any_other(
    tmp_path: Path, keks: dict[str, KekSettings], before: str, after: str
) -> None:
    settings = registry(tmp_path, keks[before])
    with open_world(settings) as world:
        sealed = world.vault.seal("prf_a", b"secret", {})
    changes = {} if before == after else {"kek_old": old(keks[before])}
    moving = settings.model_copy(update={"kek": keks[after], **changes})
    with open_world(moving) as working:
        assert rotate_kek(moving) == 1
        assert working.vault.unseal("prf_a", sealed, {}) == b"secret"
        working.vault.seal("prf_b", b"a process that ran on", {})
    with open_world(settings.model_copy(update={"kek": keks[after]})) as world:
        assert world.vault.unseal("prf_a", sealed, {}) == b"secret"
    if before != after:
        with pytest.raises(EbenbildError):
            open_world(settings)


def test_a_service_is_asked_once_however_much_is_sealed(
    tmp_path: Path, keks: dict[str, KekSettings], transit: small_kms.SmallTransit
) -> None:
    settings = registry(tmp_path, keks["transit"])
    transit.asked.clear()
    with open_world(settings) as world:
        for number in range(20):
            world.vault.seal(f"prf_{number}", b"secret", {})
    assert transit.asked == ["/v1/transit/decrypt/ebenbild"]


def test_a_missing_variable_is_named_with_the_next_step(
    tmp_path: Path, keks: dict[str, KekSettings], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = registry(tmp_path, keks["environment"])
    monkeypatch.delenv("EBENBILD_KEK_KEY")
    with pytest.raises(Unavailable) as caught:
        open_world(settings)
    assert "EBENBILD_KEK_KEY" in caught.value.message
    assert "openssl rand -hex 32" in caught.value.next_step
    with pytest.raises(Unavailable):
        initialise(settings.model_copy(update={"data_dir": tmp_path / "new"}), create_schema)


@pytest.mark.parametrize("source", SOURCES)
def test_another_key_opens_nothing(
    tmp_path: Path,
    keks: dict[str, KekSettings],
    source: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings = registry(tmp_path, keks[source])
    (tmp_path / "held").write_text(secrets.token_hex(32))
    monkeypatch.setenv("EBENBILD_KEK_KEY", secrets.token_hex(32))
    if source == "file":
        (settings.keys_dir / KEK_FILE).write_text(secrets.token_hex(32))
    if source == "transit":
        other = keks["transit"].model_copy(update={"transit_key": "other"})
        settings = settings.model_copy(update={"kek": other})
    with pytest.raises(Unavailable) as caught:
        Vault.open(settings.keys_dir, keks_of(settings))
    assert caught.value.code == "wrong-kek"


@pytest.mark.parametrize(
    "kek",
    [
        KekSettings(source="command", command="/nonexistent/program --secret=abc"),
        KekSettings(source="command", command=f"{sys.executable} -c 'raise SystemExit(3)'"),
        KekSettings(source="command", command=f"{sys.executable} -c 'print(1)'"),
        KekSettings(source="transit", transit_url="http://127.0.0.1:9"),
    ],
)
def test_what_cannot_be_reached_is_said_without_its_secrets(
    tmp_path: Path, keks: dict[str, KekSettings], kek: KekSettings
) -> None:
    settings = registry(tmp_path, keks["transit"])
    with pytest.raises(Unavailable) as caught:
        open_world(settings.model_copy(update={"kek": kek}))
    assert caught.value.code == "no-kek"
    assert caught.value.next_step
    assert "abc" not in caught.value.message


def test_a_wrong_token_is_unavailable_and_not_a_wrong_key(
    transit: small_kms.SmallTransit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EBENBILD_TRANSIT_TOKEN", "another")
    with pytest.raises(Unavailable) as caught:
        TransitKek(transit.url, "ebenbild", "EBENBILD_TRANSIT_TOKEN").wrap(bytes(32), b"")
    assert "another" not in caught.value.message
    monkeypatch.delenv("EBENBILD_TRANSIT_TOKEN")
    with pytest.raises(Unavailable):
        TransitKek(transit.url, "ebenbild", "EBENBILD_TRANSIT_TOKEN").wrap(bytes(32), b"")


def test_what_a_service_wrapped_is_bound_to_its_purpose(
    transit: small_kms.SmallTransit, keks: dict[str, KekSettings]
) -> None:
    assert os.environ["EBENBILD_TRANSIT_TOKEN"] == small_kms.TOKEN
    kek = TransitKek(transit.url, "ebenbild", "EBENBILD_TRANSIT_TOKEN")
    wrapped = kek.wrap(bytes(32), b"one")
    assert kek.unwrap(wrapped, b"one") == bytes(32)
    with pytest.raises(BadProof):
        kek.unwrap(wrapped, b"two")


@pytest.mark.parametrize(
    ("name", "value"),
    [("SOURCE", "none"), ("SOURCE", "command"), ("SOURCE", "transit"), ("SOURCE", "paper")],
)
def test_half_a_setting_is_refused(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"EBENBILD_KEK__{name}", value)
    with pytest.raises(BadInput):
        load_settings()


ECHO = """import json, sys
asked = json.load(sys.stdin)
json.dump({"data": asked["data"]}, sys.stdout)
"""
ONE_WAY = """import base64, json, sys
asked = json.load(sys.stdin)
print(json.dumps({"error": "refused"} if asked["operation"] == "unwrap" else {"data": "AAAA"}))
"""


@pytest.mark.parametrize("program", [ECHO, ONE_WAY], ids=["echo", "wrap-only"])
def test_nothing_is_moved_under_a_key_that_does_not_open_it_again(
    tmp_path: Path, program: str
) -> None:
    settings = registry(tmp_path, KekSettings())
    file = tmp_path / "program.py"
    file.write_text(program)
    wrong = KekSettings(source="command", command=f"{sys.executable} {file}")
    moving = settings.model_copy(update={"kek": wrong, "kek_old": old(settings.kek)})
    with pytest.raises(Unavailable, match="does not open what it wrapped"):
        rotate_kek(moving)
    with open_world(settings) as world:
        assert world.vault.unseal("a", world.vault.seal("a", b"x", {}), {}) == b"x"


def test_a_program_that_only_repeats_opens_no_registry(tmp_path: Path) -> None:
    settings = registry(tmp_path, KekSettings())
    file = tmp_path / "program.py"
    file.write_text(ECHO)
    wrong = KekSettings(source="command", command=f"{sys.executable} {file}")
    with pytest.raises(Unavailable, match="does not belong to this key-encryption key") as caught:
        open_world(settings.model_copy(update={"kek": wrong}))
    assert "EBENBILD_KEK_OLD__SOURCE" in caught.value.next_step
