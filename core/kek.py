"""The key-encryption key, wherever it is kept: it wraps one root key and is used for nothing else.

Whoever holds the keystore without it holds noise. A file beside the data is for development; an
environment variable, a command or a key management service keeps it apart from the disk.
"""

import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from core import files
from core.errors import BadProof, Unavailable

KEK_FILE = "kek.key"
NEXT_KEK_FILE = "kek.key.next"
KEY_BYTES, NONCE_BYTES = 32, 12


class KeyEncryption(Protocol):
    """Wraps and unwraps short keys; `name` says where it is kept and nothing secret."""

    @property
    def name(self) -> str:
        """What people are shown, such as `file kek.key`."""

    def wrap(self, key: bytes, context: bytes) -> bytes:
        """Wrap a key, bound to `context`; raises Unavailable when the source cannot be reached."""

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """Unwrap it again; raises BadProof for what another key wrapped, else Unavailable."""


class LocalKek:
    """A key that is read anew for each use, so that none is held in memory."""

    def __init__(self, name: str, read: Callable[[], bytes]) -> None:
        self._name = name
        self._read = read

    @property
    def name(self) -> str:
        """Where the key is read from."""
        return self._name

    def wrap(self, key: bytes, context: bytes) -> bytes:
        """AES-256-GCM under the key; raises Unavailable when it is missing or no key."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + AESGCM(self._read()).encrypt(nonce, key, context)

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """What `wrap` was given; raises BadProof when another key wrapped it."""
        nonce, ciphertext = wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:]
        try:
            return AESGCM(self._read()).decrypt(nonce, ciphertext, context)
        except (InvalidTag, ValueError) as exc:
            raise wrong_kek() from exc


def wrap_surely(kek: KeyEncryption, key: bytes, context: bytes) -> bytes:
    """Wrap a key and see that it comes back; raises Unavailable where it does not.

    A service that may wrap and not unwrap, or a program that does neither, is found before
    anything rests on it.
    """
    wrapped = kek.wrap(key, context)
    try:
        same = key not in wrapped and kek.unwrap(wrapped, context) == key
    except BadProof:
        same = False
    if not same:
        raise Unavailable(
            f"the key-encryption key does not open what it wrapped: {kek.name}",
            next_step="nothing was changed; name one that may wrap and unwrap, then try again",
            code="useless-kek",
        )
    return wrapped


def file_kek(path: Path) -> LocalKek:
    """The key in a file that only its owner may read, as 64 hexadecimal digits."""

    def read() -> bytes:
        return _parse(
            files.read_private(path).decode("ascii", "replace"),
            path.name,
            "restore the key file from its backup",
        )

    return LocalKek(f"file {path.name}", read)


def environment_kek(variable: str) -> LocalKek:
    """The key in an environment variable, as 64 hexadecimal digits."""

    def read() -> bytes:
        text = os.environ.get(variable)
        if not text:
            raise Unavailable(
                f"the environment variable {variable} is not set; it holds the key-encryption key",
                next_step=f"set {variable} to the registry's key; for a new registry make one "
                "with: openssl rand -hex 32",
                code="no-kek",
            )
        return _parse(text, variable, "set it to the 64 hexadecimal digits of the registry's key")

    return LocalKek(f"environment variable {variable}", read)


def create_file(path: Path) -> LocalKek:
    """Make a fresh key file; raises Conflict when there is one."""
    files.create_private(path, secrets.token_bytes(KEY_BYTES).hex().encode("ascii") + b"\n")
    return file_kek(path)


def wrong_kek() -> BadProof:
    """The error of a key that was wrapped by another."""
    return BadProof(
        "another key-encryption key wrapped this",
        next_step="name the key-encryption key that this keystore was made with",
        code="wrong-kek",
    )


def _parse(text: str, where: str, next_step: str) -> bytes:
    try:
        key = bytes.fromhex(text.strip())
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise Unavailable(f"{where} holds no key", next_step=next_step, code="bad-key-file")
    return key
