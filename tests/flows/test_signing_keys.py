"""Signing keys kept for their owner's passkey: whose, how large, how many, and when they go."""

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from api.accounts.wrappedkeys import KEYS_MAX
from api.opening import open_registry
from api.roles import Role
from core.keys import generate
from tests.simulators.people import Seat, seat
from tests.simulators.stage import Stage

PATH = "/account/signing-keys"


def text(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    stage = Stage.make(tmp_path)
    yield stage
    stage.close()


@pytest.fixture
def anna(stage: Stage) -> Seat:
    return somebody(stage)


def somebody(stage: Stage) -> Seat:
    tenant_id, _ = stage.tenant("performer")
    with open_registry(stage.settings) as world:
        return seat(world.db, tenant_id, Role.PERFORMER)


def sent(stage: Stage, who: Seat, **changed: Any) -> httpx2.Response:
    """Hand in a key that is well formed but for what is changed."""
    held = stage.http(who.token).get(PATH).json()
    body = {
        "credential_id": held["passkeys"][0]["credential_id"],
        "did": generate().did,
        "salt": text(bytes(32)),
        "nonce": text(bytes(12)),
        "wrapped": text(bytes(64)),
    }
    return stage.http(who.token).post(PATH, json={**body, **changed})


def test_a_browser_reads_back_what_it_handed_in_and_nobody_else_does(
    stage: Stage, anna: Seat
) -> None:
    did = generate().did
    wrapped = text(bytes(range(64)))
    assert sent(stage, anna, did=did, wrapped=wrapped).status_code == 204
    keys = stage.http(anna.token).get(PATH).json()["keys"]
    assert (keys[-1]["did"], keys[-1]["wrapped"]) == (did, wrapped)
    other = stage.http(somebody(stage).token).get(PATH).json()["keys"]
    assert did not in {item["did"] for item in other}


@pytest.mark.parametrize(
    "changed",
    [
        {"salt": text(bytes(31))},
        {"nonce": text(bytes(13))},
        {"wrapped": text(bytes(48))},
        {"wrapped": text(bytes(4000))},
        {"wrapped": "§"},
        {"did": "did:key:zNone"},
        {"did": 5},
    ],
)
def test_what_no_browser_made_is_refused(stage: Stage, anna: Seat, changed: dict[str, Any]) -> None:
    assert sent(stage, anna, **changed).status_code == 422


def test_a_passkey_of_somebody_else_keeps_no_key(stage: Stage, anna: Seat) -> None:
    theirs = stage.http(somebody(stage).token).get(PATH).json()["passkeys"][0]
    unknown = text(b"no such credential")
    for credential in (theirs["credential_id"], unknown):
        assert sent(stage, anna, credential_id=credential).status_code == 404


def test_one_passkey_opens_a_key_once_and_keys_are_bounded(stage: Stage, anna: Seat) -> None:
    did = generate().did
    assert sent(stage, anna, did=did).status_code == 204
    assert sent(stage, anna, did=did).status_code == 409
    held = len(stage.http(anna.token).get(PATH).json()["keys"])
    for _ in range(KEYS_MAX - held):
        assert sent(stage, anna).status_code == 204
    assert sent(stage, anna).status_code == 409


def test_a_passkey_that_opens_a_key_stays_until_the_key_is_removed(
    stage: Stage, anna: Seat
) -> None:
    http = stage.http(anna.token)
    assert sent(stage, anna).status_code == 204
    (key,) = (item for item in http.get(PATH).json()["keys"] if item["id"] != anna.wrapped_id)
    passkey = f"/account/passkeys/{anna.passkey_id}/removal"
    http.post(passkey)
    assert anna.passkey_id in {item["id"] for item in http.get(PATH).json()["passkeys"]}
    stranger = stage.http(somebody(stage).token)
    assert stranger.post(f"{PATH}/{key['id']}/removal").status_code == 404
    assert http.post(f"{PATH}/{key['id']}/removal").status_code == 303
    http.post(passkey)
    assert anna.passkey_id not in {item["id"] for item in http.get(PATH).json()["passkeys"]}
