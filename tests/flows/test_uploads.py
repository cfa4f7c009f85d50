"""Files that come in parts: what is kept when a connection, a server or a week ends."""

import errno
import hashlib
import os
import socket
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from anyio.from_thread import start_blocking_portal
from hypothesis import given
from hypothesis import strategies as st

from api import uploading, uploadparts, uploads
from api.client import Client, Refused, remote
from api.opening import open_registry
from api.resuming import note_of, resumed
from core.errors import BadProof, Conflict, Unavailable
from core.init import World
from core.principal import system
from core.sealedstream import PIECE_BYTES, Head, new_head, opened_bytes, seal_pieces
from core.settings import ServerSettings, Settings
from tests.flows.serving import PATIENCE_S, free_port, ready, running, wait_until
from tests.simulators.stage import Stage

ROOT = Path(__file__).parents[2]
PART = {"Content-Type": "application/partial-upload"}
FILM = bytes(range(256)) * 20_000  # five megabytes


def begun(http: httpx2.Client, length: int | None = len(FILM), body: bytes = b"") -> str:
    headers = {"Upload-Complete": "?0"}
    if length is not None:
        headers["Upload-Length"] = str(length)
    answer = http.post("/v1/uploads", content=body, headers=headers)
    assert answer.status_code == 201, answer.text
    assert answer.json()["sha256"] is None
    return str(answer.headers["location"])


def sent(http: httpx2.Client, address: str, offset: int, data: bytes, end: bool) -> httpx2.Response:
    headers = {**PART, "Upload-Offset": str(offset), "Upload-Complete": f"?{int(end)}"}
    return http.patch(address, content=data, headers=headers)


def offset(http: httpx2.Client, address: str) -> tuple[int, str]:
    answer = http.head(address)
    assert answer.status_code == 204
    return int(answer.headers["upload-offset"]), answer.headers["upload-complete"]


@pytest.fixture
def studio(stage: Stage) -> Client:
    return stage.tenant("studio")[1]


def test_a_file_in_parts_is_the_file_and_nobody_elses(stage: Stage, studio: Client) -> None:
    http, (_, other) = studio._http, stage.tenant("studio")
    address = begun(http, body=FILM[:1000])
    limits = http.head(address).headers
    assert limits["upload-length"] == str(len(FILM))
    assert limits["upload-limit"] == "max-size=8589934592, max-age=604800"
    assert sent(http, address, 1000, FILM[1000:3_000_000], False).status_code == 200
    # Bytes that were sent before, or that leave a gap, change nothing.
    for wrong in (0, 2_999_999, 3_000_001):
        refused = sent(http, address, wrong, b"x", False)
        assert (refused.status_code, refused.json()["code"]) == (409, "mismatching-upload-offset")
    too_early = http.post("/v1/usage-imports", json={"upload_id": address.rpartition("/")[2]})
    assert too_early.status_code == 422
    short = sent(http, address, 3_000_000, FILM[3_000_000:4_000_000], True)
    assert short.json()["code"] == "inconsistent-upload-length"
    whole = sent(http, address, 4_000_000, FILM[4_000_000:], True)
    assert whole.json()["sha256"] == hashlib.sha256(FILM).hexdigest()
    assert offset(http, address) == (len(FILM), "?1")
    assert sent(http, address, len(FILM), b"x", False).json()["code"] == "completed-upload"
    for method in ("HEAD", "PATCH", "DELETE"):
        assert other._http.request(method, address).status_code == 404
    assert b"\x00\x01\x02\x03" not in _stored(stage, address)
    assert http.delete(address).status_code == 204
    assert http.head(address).status_code == 404


def digest_of(data: bytes) -> dict[str, str]:
    return {"Repr-Digest": f"sha-256=:{b64encode(hashlib.sha256(data).digest()).decode()}:"}


def test_other_bytes_than_the_digest_is_of_are_refused(stage: Stage, studio: Client) -> None:
    http = studio._http
    good = http.post("/v1/uploads", content=FILM, headers=digest_of(FILM))
    assert good.json()["sha256"] == hashlib.sha256(FILM).hexdigest()
    other = http.post("/v1/uploads", content=FILM, headers=digest_of(FILM + b"x"))
    assert (other.status_code, other.json()["code"]) == (422, "digest-mismatch")
    address = begun(http)
    assert sent(http, address, 0, FILM[:1000], False).status_code == 200
    ending = {**PART, "Upload-Offset": "1000", "Upload-Complete": "?1"}
    rest = http.patch(address, content=FILM[1000:], headers={**ending, **digest_of(FILM[:-1])})
    assert (rest.status_code, rest.json()["code"]) == (422, "digest-mismatch")
    assert http.head(address).status_code == 404
    address = begun(http, body=FILM[:1000])
    rest = http.patch(address, content=FILM[1000:], headers={**ending, **digest_of(FILM)})
    assert rest.json()["sha256"] == hashlib.sha256(FILM).hexdigest()


@pytest.mark.parametrize("said", ["sha-256=abc", "sha-256=:abc:", "sha-256=", "sha-256=::"])
def test_a_digest_that_cannot_be_read_is_refused(studio: Client, said: str) -> None:
    refused = studio._http.post("/v1/uploads", content=FILM, headers={"Repr-Digest": said})
    assert (refused.status_code, refused.json()["code"]) == (422, "bad-input")
    known = digest_of(FILM)["Repr-Digest"]
    several = {"Repr-Digest": f"sha-512=:AAAA:, {known}"}
    assert studio._http.post("/v1/uploads", content=FILM, headers=several).status_code == 201


def test_a_file_that_changes_while_it_is_sent_is_refused(
    studio: Client, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    film = tmp_path / "film.mp4"
    film.write_bytes(FILM * 4)  # two parts

    def edited(told: dict[str, float]) -> None:
        if told["progress"] > 0:
            film.write_bytes(FILM * 3 + FILM[::-1])

    with pytest.raises(Refused, match="Other bytes"):
        studio.upload(film, edited)
    film.write_bytes(FILM * 4)
    made = studio.upload(film)
    assert studio._http.head(f"/v1/uploads/{made}").headers["upload-complete"] == "?1"


def test_the_answer_to_the_last_part_may_be_lost(
    studio: Client, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setattr("time.sleep", lambda _: None)
    film = tmp_path / "film.mp4"
    film.write_bytes(FILM)
    lost: list[str] = []

    def send(method: str, path: str, **more: Any) -> httpx2.Response:
        answer = studio._send(method, path, **more)
        if method == "PATCH":
            lost.append(path)
            raise Unavailable("The connection broke off.")
        return answer

    made = resumed(send, "here", film)
    assert lost == [f"/v1/uploads/{made}"]
    assert studio._http.head(lost[0]).headers["upload-complete"] == "?1"


def test_a_part_that_was_changed_on_the_disk_is_noticed(stage: Stage, studio: Client) -> None:
    address = begun(studio._http)
    assert sent(studio._http, address, 0, FILM[:1000], False).status_code == 200
    (part,) = _folder(stage, address).glob("[0-9]*")
    kept = part.read_bytes()
    part.write_bytes(kept[:-1] + bytes([kept[-1] ^ 1]))
    assert sent(studio._http, address, 1000, FILM[1000:], True).status_code == BadProof.status


@pytest.mark.parametrize(
    ("number", "code"), [(errno.ENOSPC, "disk-full"), (errno.EACCES, "no-permission")]
)
def test_a_closed_folder_is_no_full_disk(
    stage: Stage, studio: Client, monkeypatch: pytest.MonkeyPatch, number: int, code: str
) -> None:
    address = begun(studio._http)

    async def failing(*_: object) -> None:
        raise OSError(number, "no")

    monkeypatch.setattr(uploadparts, "append", failing)
    answer = sent(studio._http, address, 0, FILM, True)
    assert (answer.status_code, answer.json()["code"]) == (503, code)


def test_two_connections_with_the_same_bytes_do_not_mix(stage: Stage) -> None:
    caller = system(stage.tenant("studio")[0])

    async def quick() -> AsyncIterator[bytes]:
        yield FILM[:700]

    async def raced(world: World, upload_id: str) -> None:
        async def slow() -> AsyncIterator[bytes]:
            yield FILM[:1000]
            await uploading.append(world, caller, upload_id, 0, quick(), complete=False)
            yield FILM[1000:2000]

        await uploading.append(world, caller, upload_id, 0, slow(), complete=False)

    with open_registry(stage.settings) as world:
        upload_id = uploading.begin(world, caller, None)
        # In a thread of its own: a browser's driver may run a loop in this one.
        with (
            start_blocking_portal() as portal,
            pytest.raises(Conflict, match="another byte"),
        ):
            portal.call(raced, world, upload_id)
        assert uploads.progress(world, caller, upload_id).offset == 700


def test_what_waits_is_bounded_and_ends(stage: Stage, studio: Client) -> None:
    from api.app import create_app
    from api.transport import LocalTransport

    few = ServerSettings(upload_bytes_max=2000, waiting_bytes_max=5000)
    small = Settings(data_dir=stage.settings.data_dir, server=few)
    http = stage.http(studio._http.headers["authorization"].removeprefix("Bearer "))
    http._transport = LocalTransport(create_app(small))
    start = {"Upload-Complete": "?0"}
    too_large = http.post("/v1/uploads", headers={**start, "Upload-Length": "2001"})
    assert too_large.json()["code"] == "upload-too-large"
    open_end = begun(http, None)
    assert sent(http, open_end, 0, b"x" * 1500, False).status_code == 200
    assert sent(http, open_end, 1500, b"x" * 501, False).json()["code"] == "upload-too-large"
    assert offset(http, open_end) == (1500, "?0")
    begun(http, 2000)
    full = http.post("/v1/uploads", headers={**start, "Upload-Length": "2000"})
    assert (full.status_code, full.json()["code"]) == (409, "uploads-full")
    finished = http.post("/v1/uploads", content=b"done").json()["id"]
    with open_registry(stage.settings) as world:
        now = time.time()
        assert uploads.sweep(world, now + uploads.KEPT_SECONDS + 60) == 1
        assert http.head(f"/v1/uploads/{finished}").status_code == 404
        assert uploads.sweep_unfinished(world, now + uploads.KEPT_SECONDS + 60) == 0
        assert uploads.sweep_unfinished(world, now + uploads.UNFINISHED_SECONDS + 60) == 2
        assert world.vault.subjects("uploads:")
        assert uploads.sweep_unfinished(world, now + 2 * uploads.UNFINISHED_SECONDS) == 0
        assert not world.vault.subjects("uploads:")
    http.close()


def test_a_broken_connection_and_a_killed_server_cost_no_more_than_a_part(
    stage: Stage, studio: Client, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    port = free_port()
    key = studio._http.headers["authorization"].removeprefix("Bearer ")
    film = tmp_path / "film.mp4"
    film.write_bytes(FILM * 8)  # forty megabytes
    address = begun(studio._http, len(FILM) * 8)

    def there() -> int:
        return offset(studio._http, address)[0]

    with _served(stage, port) as first:
        _half_sent(port, key, address, FILM).close()
        wait_until(lambda: there() > 0)
        first_part = there()
        line = _half_sent(port, key, address, FILM * 5, first_part)
        wait_until(lambda: there() > first_part)
        told = there()
        first.kill()
        first.wait(PATIENCE_S)
    line.close()
    kept = there()
    assert told <= kept < len(FILM) * 8  # more may have come before the end
    # The client of the commands goes on where the server stopped.
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    note = note_of(str(studio._http.base_url), film)
    note.parent.mkdir(parents=True)
    note.write_text(address.rpartition("/")[2])
    seen: list[float] = []
    made = studio.upload(film, lambda told: seen.append(told["progress"]))
    assert made == address.rpartition("/")[2]
    assert seen[0] == kept / (len(FILM) * 8)
    assert not note.exists()


@given(st.lists(st.binary(max_size=100), max_size=5), st.integers(0, 2), st.integers(-1, 1))
def test_the_length_of_a_sealed_stream_tells_what_it_holds(
    chunks: list[bytes], pieces: int, more: int
) -> None:
    data = b"".join(chunks) + bytes(max(pieces * PIECE_BYTES + more, 0))
    head: Head = new_head(b"12345678")
    sealed = head.to_bytes() + b"".join(seal_pieces(head, bytes(32), b"", [data]))
    assert opened_bytes(len(sealed)) == len(data)


def _folder(stage: Stage, address: str) -> Path:
    (found,) = (stage.settings.data_dir / "uploads").glob(f"*/{address.rpartition('/')[2]}*")
    return found


def _stored(stage: Stage, address: str) -> bytes:
    return b"".join(path.read_bytes() for path in _folder(stage, address).glob("[0-9]*"))


@contextmanager
def _served(stage: Stage, port: int) -> Iterator[subprocess.Popen[bytes]]:
    words = ["-m", "api.cli.main", "serve", "--port", str(port), "--no-worker"]
    environment = {**os.environ, "EBENBILD_DATA_DIR": str(stage.settings.data_dir)}
    with running([sys.executable, *words], cwd=ROOT, env=environment) as process:
        with remote(f"http://127.0.0.1:{port}", "none") as client:
            wait_until(lambda: ready(client))
        yield process


def _half_sent(port: int, key: str, address: str, data: bytes, at: int = 0) -> socket.socket:
    """A connection on which a part was announced, and only these bytes of it came."""
    line = socket.create_connection(("127.0.0.1", port))
    head = (
        f"PATCH {address} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\n"
        f"Content-Type: application/partial-upload\r\nUpload-Offset: {at}\r\n"
        f"Upload-Complete: ?0\r\nContent-Length: {len(FILM) * 8 - at}\r\n\r\n"
    )
    line.sendall(head.encode() + data)
    return line
