"""One message to a stranger's server: where it goes, how long it takes, how much it reads."""

import datetime
import http.server
import ipaddress
import socket
import ssl
import threading
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from core.errors import BadInput
from core.safepost import Outcome, post
from tests.simulators.receivers import web_receiver


def send(url: str, *, seconds: float = 5, loopback: bool = True) -> Outcome:
    return post(url, b"{}", {"X-Test": "1"}, seconds_max=seconds, loopback=loopback)


def test_a_message_arrives_whole_with_its_headers() -> None:
    with web_receiver() as receiver:
        assert send(f"{receiver.url}?a=b") == Outcome(204, "")
    ((path, headers, body),) = receiver.got
    assert (path, body, headers["x-test"]) == ("/hook?a=b", b"{}", "1")
    assert headers["host"] == receiver.url.split("/")[2]


def test_a_redirect_is_not_followed() -> None:
    with web_receiver() as other, web_receiver(answers=[302], location=other.url) as receiver:
        assert send(receiver.url).status == 302
    assert len(receiver.got) == 1
    assert other.got == []


def test_what_the_receiver_asks_for_is_told() -> None:
    with web_receiver(answers=[503], retry_after="120") as receiver:
        assert send(receiver.url) == Outcome(503, "", 120)


def test_a_receiver_that_drips_is_cut_off() -> None:
    with web_receiver(answers=[200], drip_s=0.2) as receiver:
        outcome = send(receiver.url, seconds=1)
    assert len(outcome.body) < 100, "that is all it had to say"


def test_a_receiver_that_says_nothing_is_cut_off() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        outcome = send(f"http://127.0.0.1:{port}/", seconds=0.5)
    assert outcome.status is None
    assert outcome.fault


def test_nobody_there_is_an_outcome() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    assert send(f"http://127.0.0.1:{port}/").status is None


def test_an_encrypted_address_that_leads_inside_is_not_called() -> None:
    with socket.create_server(("127.0.0.1", 0)) as inside:
        inside.settimeout(0.2)
        port = inside.getsockname()[1]
        for host in ("127.0.0.1", "localhost", "[::ffff:127.0.0.1]"):
            outcome = send(f"https://{host}:{port}/", loopback=False)
            assert outcome == Outcome(None, "the address is not a public one")
        with pytest.raises(TimeoutError):
            inside.accept()


def test_a_name_with_one_address_inside_among_public_ones_is_not_called(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A name server of the attacker's own answers with both."""

    def answers(*_: object, **__: object) -> list[tuple[object, ...]]:
        return [(0, 0, 0, "", (address, 443)) for address in ("93.184.215.14", "10.0.0.1")]

    monkeypatch.setattr(socket, "getaddrinfo", answers)
    outcome = send("https://rebind.example/", loopback=False)
    assert outcome == Outcome(None, "the address is not a public one")


def test_the_name_is_asked_once_and_its_answer_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second answer, given between check and call, would change nothing."""
    asked: list[object] = []
    real = socket.getaddrinfo

    def counting(host: object, *more: object, **named: object) -> object:
        if host == "localhost":
            asked.append(host)
        return real(host, *more, **named)  # type: ignore[call-overload]

    monkeypatch.setattr(socket, "getaddrinfo", counting)
    with web_receiver() as receiver:
        send(receiver.url.replace("127.0.0.1", "localhost"))
    assert asked == ["localhost"]


def test_an_unencrypted_address_is_refused_before_anything_is_sent() -> None:
    with web_receiver() as receiver, pytest.raises(BadInput):
        send(receiver.url, loopback=False)
    assert receiver.got == []


def certificate(folder: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "here")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    path = folder / "server.pem"
    pem = serialization.Encoding.PEM
    private = key.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(pem))
    return path


@pytest.mark.parametrize("trusted", [True, False])
def test_only_a_certificate_that_is_trusted_gets_the_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, trusted: bool
) -> None:
    got: list[bytes] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    class Server(http.server.HTTPServer):
        def handle_error(self, *_: object) -> None:
            pass

    path = certificate(tmp_path)
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(path))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    with Server(("127.0.0.1", 0), Handler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        outcome = send(f"https://127.0.0.1:{server.server_port}/")
        thread.join()
    assert outcome.arrived is trusted
    assert got == ([b"{}"] if trusted else [])
