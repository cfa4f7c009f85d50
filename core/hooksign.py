"""Signatures of webhooks: who sent a message, and that it is fresh.

Two schemes: `v1` with a secret that both sides know, `v1a` with a key of which the receiver holds
only the public half. Several signatures in one header let a secret be changed without a gap.
Standard Webhooks: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from core.errors import BadInput, BadProof

ID_HEADER, TIME_HEADER, SIGNATURE_HEADER = (
    "webhook-id",
    "webhook-timestamp",
    "webhook-signature",
)
TOLERANCE = timedelta(minutes=5)
_SECRET_BYTES, _SECRET_BYTES_MIN, _SECRET_BYTES_MAX = 32, 24, 64
_HMAC, _PRIVATE, _PUBLIC = "whsec_", "whsk_", "whpk_"
_SIGNATURES_MAX = 8


class Scheme(StrEnum):
    """How messages are signed: with a shared secret, or with a private key."""

    HMAC = "v1"
    ED25519 = "v1a"


def new_secret(scheme: Scheme) -> str:
    """Return a fresh signing secret: `whsec_` and base64, or `whsk_` and the seed of a key."""
    prefix = _HMAC if scheme is Scheme.HMAC else _PRIVATE
    return prefix + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode("ascii")


def receivers_part(secret: str) -> str:
    """Return what the receiver needs: the secret itself, or `whpk_` and the public key."""
    if secret.startswith(_HMAC):
        return secret
    public = _private(secret).public_key()
    raw = public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return _PUBLIC + base64.b64encode(raw).decode("ascii")


def headers(
    signing: Sequence[str], *, message_id: str, at: datetime, body: bytes
) -> dict[str, str]:
    """Return the three headers of a message, with one signature for each secret."""
    seconds = str(int(at.timestamp()))
    content = _content(message_id, seconds, body)
    return {
        ID_HEADER: message_id,
        TIME_HEADER: seconds,
        SIGNATURE_HEADER: " ".join(_sign(secret, content) for secret in signing),
    }


def verify(key: str, given: Mapping[str, str], body: bytes, *, at: datetime) -> None:
    """Return when one signature of the message holds under `key` and it is fresh at `at`.

    `key` is what `receivers_part` returned. Raises BadProof.
    """
    # Step 1: the headers are there and the time is near.
    try:
        message_id, seconds = given[ID_HEADER], given[TIME_HEADER]
        sent = int(seconds)
        offered = given[SIGNATURE_HEADER].split(" ")[:_SIGNATURES_MAX]
    except (KeyError, ValueError) as exc:
        raise _bad("a webhook lacks its headers") from exc
    if abs(at.timestamp() - sent) > TOLERANCE.total_seconds():
        raise _bad("a webhook is too old or from the future")
    # Step 2: one of the signatures is of this key.
    content = _content(message_id, seconds, body)
    if not any(_holds(key, content, signature) for signature in offered):
        raise _bad("a webhook's signature does not hold")


def _content(message_id: str, seconds: str, body: bytes) -> bytes:
    return f"{message_id}.{seconds}.".encode() + body


def _sign(secret: str, content: bytes) -> str:
    if secret.startswith(_PRIVATE):
        scheme, signature = Scheme.ED25519, _private(secret).sign(content)
    else:
        scheme, signature = Scheme.HMAC, _mac(secret, content)
    return f"{scheme},{base64.b64encode(signature).decode('ascii')}"


def _holds(key: str, content: bytes, offered: str) -> bool:
    scheme, _, text = offered.partition(",")
    try:
        signature = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return False
    if scheme == Scheme.HMAC and key.startswith(_HMAC):
        return hmac.compare_digest(_mac(key, content), signature)
    if scheme != Scheme.ED25519 or not key.startswith(_PUBLIC):
        return False
    try:
        Ed25519PublicKey.from_public_bytes(_raw(key, _PUBLIC)).verify(signature, content)
    except (InvalidSignature, ValueError):
        return False
    return True


def _mac(secret: str, content: bytes) -> bytes:
    return hmac.new(_raw(secret, _HMAC), content, hashlib.sha256).digest()


def _private(secret: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(_raw(secret, _PRIVATE)[:_SECRET_BYTES])


def _raw(key: str, prefix: str) -> bytes:
    try:
        raw = base64.b64decode(key.removeprefix(prefix), validate=True)
    except (binascii.Error, ValueError) as exc:
        raise _bad_secret() from exc
    if not key.startswith(prefix) or not _SECRET_BYTES_MIN <= len(raw) <= _SECRET_BYTES_MAX:
        raise _bad_secret()
    return raw


def _bad(message: str) -> BadProof:
    return BadProof(message, next_step="drop the message; its sender will try again")


def _bad_secret() -> BadInput:
    return BadInput(
        "this is no signing secret", next_step="use the secret that was shown, whole and unchanged"
    )
