"""A licence as a token: read by libraries nobody here wrote, and refused in every other form."""

import base64
import json
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc import jws
from joserfc.jwk import OKPKey

from core import keys
from core.canonical import canonical
from core.errors import EbenbildError
from licensing.models_verification import StepState
from licensing.token import open_token, seal_token
from licensing.verification import verify_token_bytes
from tests.unit.licensing.documents import (
    REGISTRY,
    STRANGER,
    childs,
    document,
    licence_bytes,
    signed,
    trust,
)

LICENCE = licence_bytes()
TOKEN = seal_token(LICENCE, REGISTRY)


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def public_jwk() -> dict[str, str]:
    return {"kty": "OKP", "crv": "Ed25519", "x": b64(REGISTRY.public)}


def sealed_with(header: dict[str, Any], payload: bytes = LICENCE) -> bytes:
    covered = f"{b64(json.dumps(header).encode())}.{b64(payload)}".encode()
    return covered + b"." + b64(keys.sign(REGISTRY, covered)).encode()


HEADER = {"alg": "EdDSA", "cty": "vc", "kid": REGISTRY.verification_method, "typ": "vc+jwt"}


def test_a_token_carries_the_licence_byte_for_byte() -> None:
    assert open_token(TOKEN).document == LICENCE
    assert seal_token(LICENCE, REGISTRY) == TOKEN
    report = verify_token_bytes(TOKEN, trust())
    assert report.complete
    assert [step.number for step in report.steps] == list(range(1, 16))


def test_a_token_of_a_childs_licence_carries_every_signature() -> None:
    token = seal_token(canonical(childs()), REGISTRY)
    assert verify_token_bytes(token, trust()).complete


# It warns that RFC 9864 names the algorithm anew; other libraries know the older name only.
@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
def test_joserfc_reads_it() -> None:
    found = jws.deserialize_compact(TOKEN.decode(), OKPKey.import_key(public_jwk()), ["EdDSA"])
    assert found.payload == LICENCE
    assert found.protected == HEADER


def test_pyjwt_reads_it() -> None:
    key = Ed25519PublicKey.from_public_bytes(REGISTRY.public)
    found = jwt.decode_complete(TOKEN, key, algorithms=["EdDSA"])
    assert found["payload"] == signed()
    assert found["header"] == HEADER


def test_the_newer_name_of_the_algorithm_is_taken_too() -> None:
    assert open_token(sealed_with({**HEADER, "alg": "Ed25519"})).document == LICENCE


def failed(token: bytes) -> list[str]:
    report = verify_token_bytes(token, trust())
    return [step.name for step in report.steps if step.state is StepState.FAILED]


@pytest.mark.parametrize(
    "header",
    [
        {**HEADER, "alg": "none"},
        {**HEADER, "alg": "HS256"},
        {**HEADER, "typ": "JWT"},
        {**HEADER, "cty": "text"},
        {**HEADER, "crit": ["b64"], "b64": False},
        {**HEADER, "jwk": public_jwk()},
        {**HEADER, "jku": "https://evil.example/keys"},
        {**HEADER, "kid": REGISTRY.did},
        {**HEADER, "kid": 7},
        {"alg": "EdDSA", "typ": "vc+jwt", "cty": "vc"},
    ],
)
def test_another_header_is_refused(header: dict[str, Any]) -> None:
    assert failed(sealed_with(header)) == ["token-seal"]


def test_a_registry_that_nobody_trusts_cannot_seal() -> None:
    assert failed(seal_token(LICENCE, STRANGER)) == ["token-registry"]


def test_a_sealed_licence_is_judged_as_strictly_as_one_in_a_file() -> None:
    assert failed(sealed_with(HEADER, canonical(document()))) == ["proof-chain"]
    assert failed(sealed_with(HEADER, json.dumps(signed()).encode())) == ["canonical-form"]


@settings(max_examples=300, deadline=None)
@given(st.integers(0, len(TOKEN) - 1), st.integers(0, 255))
def test_no_byte_of_a_token_can_take_another_value(place: int, value: int) -> None:
    data = bytearray(TOKEN)
    data[place] = value
    assert verify_token_bytes(bytes(data), trust()).ok == (bytes(data) == TOKEN)


@pytest.mark.parametrize("extra", [b"=", b"\n", b".", b" ", b"A"])
def test_nothing_may_follow_a_token(extra: bytes) -> None:
    with pytest.raises(EbenbildError):
        open_token(TOKEN + extra)
