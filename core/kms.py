"""A key-encryption key that never comes here: a command or a service wraps and unwraps for us.

One call at the start of a process unwraps the root key, so a slow service costs nothing later. The
HTTP form is that of HashiCorp Vault's transit engine, which OpenBao and others speak too:
https://developer.hashicorp.com/vault/api-docs/secret/transit
"""

import base64
import json
import os
import shlex
import subprocess
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message
from typing import IO, Any

from core.errors import Unavailable
from core.kek import wrong_kek

_SECONDS_MAX = 30
_ANSWER_BYTES_MAX = 64 * 1024
_REFUSED = 400


@dataclass(frozen=True, slots=True)
class CommandKek:
    """A program that reads one JSON object and writes one, on standard input and output.

    In: `{"operation": "wrap" or "unwrap", "data": base64, "context": base64}`; out:
    `{"data": base64}`, or `{"error": "refused"}` for what its key did not wrap.
    """

    command: str

    @property
    def name(self) -> str:
        """The program's name without its arguments, which may hold what nobody should read."""
        return f"command {shlex.split(self.command)[0]}"

    def wrap(self, key: bytes, context: bytes) -> bytes:
        """Have the program wrap a key."""
        return self._ask("wrap", key, context)

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """Have the program unwrap a key."""
        return self._ask("unwrap", wrapped, context)

    def _ask(self, operation: str, data: bytes, context: bytes) -> bytes:
        question = {"operation": operation, "data": _text(data), "context": _text(context)}
        try:
            done = subprocess.run(
                shlex.split(self.command),
                input=json.dumps(question).encode(),
                capture_output=True,
                timeout=_SECONDS_MAX,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as exc:
            raise _unreachable(self.name, type(exc).__name__) from exc
        answer = _parsed(done.stdout)
        if answer.get("error") == "refused":
            raise wrong_kek()
        if done.returncode != 0:
            raise _unreachable(self.name, f"exit code {done.returncode}")
        return _bytes(self.name, answer.get("data"))


@dataclass(frozen=True, slots=True)
class TransitKek:
    """A named key of a transit engine; the token is read anew from its environment variable."""

    url: str
    key: str
    token_variable: str

    @property
    def name(self) -> str:
        """The service's address and the key's name."""
        return f"transit {self.url} key {self.key}"

    def wrap(self, key: bytes, context: bytes) -> bytes:
        """Have the service encrypt a key."""
        asked = {"plaintext": _text(key), "associated_data": _text(context)}
        return str(self._ask("encrypt", asked).get("ciphertext", "")).encode("ascii", "replace")

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """Have the service decrypt a key."""
        asked = {
            "ciphertext": wrapped.decode("ascii", "replace"),
            "associated_data": _text(context),
        }
        return _bytes(self.name, self._ask("decrypt", asked).get("plaintext"))

    def _ask(self, operation: str, asked: Mapping[str, str]) -> Mapping[str, Any]:
        request = urllib.request.Request(  # noqa: S310 (http or https, by the setting)
            f"{self.url.rstrip('/')}/v1/transit/{operation}/{self.key}",
            data=json.dumps(asked).encode(),
            headers={"X-Vault-Token": self._token(), "Content-Type": "application/json"},
            method="POST",
        )
        opener = urllib.request.build_opener(_NoRedirect, urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=_SECONDS_MAX) as answer:
                body = answer.read(_ANSWER_BYTES_MAX)
        except urllib.error.HTTPError as exc:
            with exc:
                if exc.code == _REFUSED and operation == "decrypt":
                    raise wrong_kek() from exc
                raise _unreachable(self.name, f"HTTP status {exc.code}") from exc
        except OSError as exc:
            raise _unreachable(self.name, type(exc).__name__) from exc
        data = _parsed(body).get("data")
        return data if isinstance(data, dict) else {}

    def _token(self) -> str:
        token = os.environ.get(self.token_variable)
        if not token:
            raise Unavailable(
                f"the environment variable {self.token_variable} is not set",
                next_step=f"set {self.token_variable} to a token that may use the key {self.key}",
                code="no-kek",
            )
        return token


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect would carry the token elsewhere, so there is none to follow."""

    def redirect_request(  # noqa: PLR0917 (the parent class names them)
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: Message,
        newurl: str,
    ) -> None:
        """Follow nothing; the caller gets the status as an error."""


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _parsed(data: bytes) -> Mapping[str, Any]:
    try:
        value = json.loads(data)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _bytes(name: str, text: object) -> bytes:
    try:
        data = base64.b64decode(text, validate=True) if isinstance(text, str) else b""
    except ValueError:
        data = b""
    if not data:
        raise _unreachable(name, "an answer without a key")
    return data


def _unreachable(name: str, why: str) -> Unavailable:
    # What the other side wrote is not repeated: it may hold what nobody should read.
    return Unavailable(
        f"the key-encryption key cannot be used: {name}: {why}",
        next_step="see that it runs and may be used from here, then: ebenbild doctor",
        code="no-kek",
    )
