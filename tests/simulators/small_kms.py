"""A key management service for tests, as a program over standard input and as an HTTP server.

Both hold one AES key and speak exactly what `core.kms` documents; nothing in them is faked but
their size. Run as a program: `python small_kms.py KEY_FILE`.
"""

import base64
import json
import secrets
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

TOKEN = "transit-token-of-a-test"
_PREFIX = "vault:v1:"


def wrap(key: bytes, data: bytes, context: bytes) -> bytes:
    nonce = secrets.token_bytes(12)
    return nonce + AESGCM(key).encrypt(nonce, data, context)


def unwrap(key: bytes, data: bytes, context: bytes) -> bytes | None:
    try:
        return AESGCM(key).decrypt(data[:12], data[12:], context)
    except (InvalidTag, ValueError):
        return None


def answer(key: bytes, question: dict[str, str]) -> dict[str, str]:
    """What the program says to one question."""
    data, context = (base64.b64decode(question[name]) for name in ("data", "context"))
    made = (
        wrap(key, data, context) if question["operation"] == "wrap" else unwrap(key, data, context)
    )
    return {"error": "refused"} if made is None else {"data": base64.b64encode(made).decode()}


@dataclass
class SmallTransit:
    """The server's address, the keys it holds, and what it was asked."""

    url: str
    keys: dict[str, bytes]
    asked: list[str] = field(default_factory=list)


@contextmanager
def transit(*names: str) -> Iterator[SmallTransit]:
    """A transit engine with these keys on a free port of the loopback."""
    state = SmallTransit("", {name: secrets.token_bytes(32) for name in names})

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            state.asked.append(self.path)
            status, found = _carry_out(state, self.path, self.headers["X-Vault-Token"], body)
            data = json.dumps(found).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _carry_out(
    state: SmallTransit, path: str, token: str, body: dict[str, str]
) -> tuple[int, dict[str, Any]]:
    *_, operation, name = path.split("/")
    if token != TOKEN or name not in state.keys:
        return 403, {"errors": ["permission denied"]}
    context = base64.b64decode(body["associated_data"])
    if operation == "encrypt":
        made = wrap(state.keys[name], base64.b64decode(body["plaintext"]), context)
        return 200, {"data": {"ciphertext": _PREFIX + base64.b64encode(made).decode()}}
    data = base64.b64decode(body["ciphertext"].removeprefix(_PREFIX))
    plain = unwrap(state.keys[name], data, context)
    if plain is None:
        return 400, {"errors": ["cipher: message authentication failed"]}
    return 200, {"data": {"plaintext": base64.b64encode(plain).decode()}}


if __name__ == "__main__":
    held = bytes.fromhex(Path(sys.argv[1]).read_text("ascii").strip())
    print(json.dumps(answer(held, json.loads(sys.stdin.read()))))
