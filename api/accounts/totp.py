"""Codes from an app: time-based one-time passwords of six digits, each good once.

RFC 6238 over RFC 4226 with SHA-1 and 30 seconds, which every app understands:
https://www.rfc-editor.org/rfc/rfc6238. Recovery codes stand in for a lost app.
"""

import base64
import hashlib
import hmac
import secrets
from datetime import datetime
from urllib.parse import quote, urlencode

STEP_SECONDS = 30
DIGITS = 6
# One step to either side: clocks differ, and people type slowly (RFC 6238, 5.2).
DRIFT_STEPS = 1
SEED_BYTES = 20
CODES = 10
_CODE_BYTES = 10


def new_seed() -> bytes:
    """Return a fresh shared secret."""
    return secrets.token_bytes(SEED_BYTES)


def code(seed: bytes, step: int, *, digits: int = DIGITS, digest: str = "sha1") -> str:
    """Return the code of a time step (RFC 4226, 5.3)."""
    mac = hmac.new(seed, step.to_bytes(8, "big"), digest).digest()
    start = mac[-1] & 0x0F
    number = int.from_bytes(mac[start : start + 4], "big") & 0x7FFFFFFF
    return str(number % 10**digits).zfill(digits)


def step_at(at: datetime) -> int:
    """Return the number of the time step."""
    return int(at.timestamp()) // STEP_SECONDS


def matching_step(seed: bytes, given: str, at: datetime) -> int | None:
    """Return the step whose code was given, near `at`; None when it is none of them."""
    wanted = "".join(given.split())
    now, found = step_at(at), None
    for step in range(now - DRIFT_STEPS, now + DRIFT_STEPS + 1):
        if hmac.compare_digest(code(seed, step).encode(), wanted.encode()):
            found = step
    return found


def base32(seed: bytes) -> str:
    """Return the seed as people type it into an app."""
    return base64.b32encode(seed).decode("ascii").rstrip("=")


def address(seed: bytes, account: str, issuer: str = "Ebenbild") -> str:
    """Return the `otpauth://` address that apps read."""
    label = quote(f"{issuer}:{account}")
    return f"otpauth://totp/{label}?{urlencode({'secret': base32(seed), 'issuer': issuer})}"


def new_codes() -> list[str]:
    """Return fresh recovery codes of 80 random bits each, in groups of four."""
    raw = (
        base64.b32encode(secrets.token_bytes(_CODE_BYTES)).decode().lower() for _ in range(CODES)
    )
    return ["-".join(text[at : at + 4] for at in range(0, 16, 4)) for text in raw]


def code_hash(given: str) -> str:
    """Return what is kept of a recovery code; they are random and long, so one hash is enough."""
    plain = "".join(letter for letter in given.casefold() if letter.isalnum())
    return hashlib.sha256(b"recovery\x00" + plain.encode()).hexdigest()
