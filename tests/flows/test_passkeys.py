"""Passkeys against an authenticator in software: what fits signs in, everything else does not."""

import hashlib
import json
import re
import secrets
from dataclasses import dataclass, field, replace
from typing import Any

import cbor2
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import bytes_to_base64url

from tests.flows.test_sign_in import HOST, Browser, joined
from tests.simulators.stage import Stage

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


@dataclass
class Authenticator:
    """A device with one P-256 key; its parts can be made to lie (WebAuthn Level 3, section 6)."""

    origin: str = HOST
    host: str = "registry.invalid"
    flags: int = PRESENT | VERIFIED
    count: int = 1
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    id: bytes = field(default_factory=lambda: secrets.token_bytes(32))

    def create(self, options: dict[str, Any]) -> dict[str, Any]:
        client = self._client("webauthn.create", options["challenge"])
        point = self.key.public_key().public_numbers()
        public = cbor2.dumps(
            {1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")}
        )
        attested = b"\x00" * 16 + len(self.id).to_bytes(2, "big") + self.id + public
        data = self._data(self.flags | ATTESTED) + attested
        statement = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        return self._credential(clientDataJSON=client, attestationObject=statement)

    def get(self, options: dict[str, Any]) -> dict[str, Any]:
        client = self._client("webauthn.get", options["challenge"])
        data = self._data(self.flags)
        signed = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return self._credential(clientDataJSON=client, authenticatorData=data, signature=signed)

    def _client(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin}).encode()

    def _data(self, flags: int) -> bytes:
        host = hashlib.sha256(self.host.encode()).digest()
        return host + bytes([flags]) + self.count.to_bytes(4, "big")

    def _credential(self, **response: bytes) -> dict[str, Any]:
        name = bytes_to_base64url(self.id)
        parts = {key: bytes_to_base64url(value) for key, value in response.items()}
        return {"id": name, "rawId": name, "type": "public-key", "response": parts}


@pytest.fixture
def owner(stage: Stage) -> tuple[Browser, Authenticator]:
    """Somebody with an app who has added a passkey."""
    visitor, _ = joined(stage, "anna@example.org", "admin")
    device = Authenticator()
    assert add(visitor, device) == 204
    return visitor, device


def add(visitor: Browser, device: Authenticator, page: str = "/account") -> int:
    word = visitor.word(page)
    asked = visitor.http.post("/account/passkeys/options", json={"csrf": word}).json()
    body = {
        "challenge_id": asked["challenge_id"],
        "credential": device.create(asked["options"]),
        "name": "My phone",
        "csrf": word,
    }
    return visitor.http.post("/account/passkeys", json=body).status_code


def sign_in(visitor: Browser, device: Authenticator) -> int:
    asked = visitor.http.post("/sign-in/passkey/options", json={}).json()
    body = {"challenge_id": asked["challenge_id"], "credential": device.get(asked["options"])}
    return visitor.http.post("/sign-in/passkey", json=body).status_code


def test_a_passkey_signs_in_by_itself(stage: Stage, owner: tuple[Browser, Authenticator]) -> None:
    _, device = owner
    visitor = Browser.open(stage)
    device.count = 2
    assert sign_in(visitor, device) == 204
    assert "My phone" in visitor.get("/account").text


@pytest.mark.parametrize(
    "lie",
    [
        {"origin": "https://evil.test"},
        {"host": "evil.test"},
        {"flags": PRESENT},
        {"flags": VERIFIED},
        {"key": ec.generate_private_key(ec.SECP256R1())},
        {"id": b"another credential"},
        {"count": 0},
    ],
    ids=["origin", "host", "not-verified", "not-present", "another-key", "unknown", "cloned"],
)
def test_what_does_not_fit_does_not_sign_in(
    stage: Stage, owner: tuple[Browser, Authenticator], lie: dict[str, Any]
) -> None:
    visitor = Browser.open(stage)
    assert sign_in(visitor, replace(owner[1], **{"count": 2, **lie})) == 401
    assert visitor.get("/account").status_code == 401


def test_an_answer_is_good_once_and_for_its_own_question(
    stage: Stage, owner: tuple[Browser, Authenticator]
) -> None:
    device, visitor = owner[1], Browser.open(stage)
    first = visitor.http.post("/sign-in/passkey/options", json={}).json()
    second = visitor.http.post("/sign-in/passkey/options", json={}).json()
    device.count = 2
    answer = device.get(first["options"])
    crossed = {"challenge_id": second["challenge_id"], "credential": answer}
    assert visitor.http.post("/sign-in/passkey", json=crossed).status_code == 401
    right = {"challenge_id": first["challenge_id"], "credential": answer}
    assert visitor.http.post("/sign-in/passkey", json=right).status_code == 204
    assert Browser.open(stage).http.post("/sign-in/passkey", json=right).status_code == 422


def test_nobody_adds_a_passkey_to_anothers_account(
    stage: Stage, owner: tuple[Browser, Authenticator]
) -> None:
    other, _ = joined(stage, "ben@example.org", "admin")
    word = owner[0].word("/account")
    asked = owner[0].http.post("/account/passkeys/options", json={"csrf": word}).json()
    body = {
        "challenge_id": asked["challenge_id"],
        "credential": Authenticator().create(asked["options"]),
        "csrf": other.word("/account"),
    }
    assert other.http.post("/account/passkeys", json=body).status_code == 422


def test_a_passkey_taken_away_signs_in_no_more(
    stage: Stage, owner: tuple[Browser, Authenticator]
) -> None:
    visitor, device = owner
    path = re.search(r"/account/passkeys/[a-z0-9_]+/removal", visitor.get("/account").text)
    assert path
    assert visitor.send(path.group(), "/account").status_code == 303
    device.count = 2
    assert sign_in(Browser.open(stage), device) == 401
