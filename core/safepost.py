"""Sends one message to a stranger's address, or fetches one, without being led anywhere else.

The name is resolved once, every address it has must be public, and the connection goes to the very
address that was judged, so that a second answer of the name server changes nothing. No redirect is
followed; time and size are bounded, against a receiver that drips as well as one that floods.
"""

import contextlib
import http.client
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from core.addresses import Target, is_reachable, parse_target

ANSWER_BYTES_MAX = 64 * 1024
_READ_BYTES = 4096


_Asked = tuple[str, Target, bytes | None, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came back: an HTTP status, or `fault` in words where none did.

    `retry_after_s` is what the receiver asked for, None where it asked for nothing; `body` the
    beginning of its answer.
    """

    status: int | None
    fault: str
    retry_after_s: int | None = None
    body: bytes = b""

    @property
    def arrived(self) -> bool:
        """Whether the receiver took the message."""
        return self.status is not None and 200 <= self.status < 300


def post(
    url: str, body: bytes, headers: Mapping[str, str], *, seconds_max: float, loopback: bool
) -> Outcome:
    """Send the message once and return what became of it; raises BadInput for a bad URL.

    Anything that the network or the receiver does is an outcome and never an exception.
    """
    return _exchange("POST", url, body, headers, seconds_max=seconds_max, loopback=loopback)


def get(url: str, *, seconds_max: float, loopback: bool) -> Outcome:
    """Fetch what lies at the address, as much as an outcome holds; raises BadInput for a bad URL.

    Anything that the network or the other side does is an outcome and never an exception.
    """
    return _exchange("GET", url, None, {}, seconds_max=seconds_max, loopback=loopback)


def _exchange(
    method: str,
    url: str,
    body: bytes | None,
    headers: Mapping[str, str],
    *,
    seconds_max: float,
    loopback: bool,
) -> Outcome:
    target = parse_target(url, loopback=loopback)
    try:
        address = _resolve(target, loopback=loopback)
        if address is None:
            return Outcome(None, "the address is not a public one")
        asked = (method, target, body, headers)
        return _send(asked, address, seconds_max)
    except ssl.SSLError as exc:
        return Outcome(None, f"no encrypted connection: {exc.reason or 'refused'}")
    except TimeoutError:
        return Outcome(None, "no answer in time")
    except (OSError, http.client.HTTPException) as exc:
        return Outcome(None, f"no answer: {type(exc).__name__}")


def _resolve(target: Target, *, loopback: bool) -> str | None:
    found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    addresses = [str(item[4][0]) for item in found]
    # One private address among public ones is a trap and not a choice.
    if not addresses or not all(is_reachable(text, loopback=loopback) for text in addresses):
        return None
    return addresses[0]


def _send(asked: _Asked, address: str, seconds_max: float) -> Outcome:
    method, target, body, headers = asked
    plain = socket.create_connection((address, target.port), timeout=seconds_max)
    stream = _encrypted(plain, target.host) if target.secure else plain
    connection = http.client.HTTPConnection(target.host, target.port, timeout=seconds_max)
    with contextlib.closing(stream), _deadline(stream, seconds_max):
        if isinstance(stream, ssl.SSLSocket):
            stream.do_handshake()
        connection.sock = stream
        sent = {"Host": _host_header(target), "Connection": "close", **headers}
        connection.request(method, target.path, body=body, headers=sent)
        with connection.getresponse() as answer:
            return Outcome(answer.status, "", _retry_after(answer), _drain(answer))


def _encrypted(plain: socket.socket, host: str) -> ssl.SSLSocket:
    context = ssl.create_default_context()
    return context.wrap_socket(plain, server_hostname=host, do_handshake_on_connect=False)


@contextlib.contextmanager
def _deadline(stream: socket.socket, seconds_max: float) -> Iterator[None]:
    # A time-out of the socket starts anew with every byte; this one does not.
    def end() -> None:
        with contextlib.suppress(OSError):
            # Not the encrypted socket's own shutdown, which drops what a reader still uses.
            socket.socket.shutdown(stream, socket.SHUT_RDWR)

    timer = threading.Timer(seconds_max, end)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _drain(answer: http.client.HTTPResponse) -> bytes:
    body = b""
    while len(body) < ANSWER_BYTES_MAX and (
        piece := answer.read(min(_READ_BYTES, ANSWER_BYTES_MAX - len(body)))
    ):
        body += piece
    return body


def _host_header(target: Target) -> str:
    host = f"[{target.host}]" if ":" in target.host else target.host
    return host if target.port == (443 if target.secure else 80) else f"{host}:{target.port}"


def _retry_after(answer: http.client.HTTPResponse) -> int | None:
    text = answer.getheader("Retry-After", "") or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else None
