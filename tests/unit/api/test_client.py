"""What a call asks for reaches the registry, in whichever part of it it was said."""

import hashlib
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest

from api import resuming
from api.client import SILENT_TRIES, Client, Refused, Runner
from core.errors import Unavailable

DONE = {"state": "done"}
CALLS: tuple[Callable[..., Any], ...] = (
    Client.get,
    Client.fetch,
    lambda client, path, **query: list(client.pages(path, **query)),
)


def asked(call: Callable[..., Any], path: str, **query: object) -> list[tuple[str, str]]:
    """What one call asked for, as the registry reads it."""
    seen: list[httpx2.Request] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        seen.append(request)
        return httpx2.Response(200, json={"items": []})

    http = httpx2.Client(transport=httpx2.MockTransport(answer), base_url="http://registry")
    with Client(http, Runner(), poll_seconds=0) as client:
        call(client, path, **query)
    (request,) = seen
    assert request.url.path == path.partition("?")[0]
    return sorted(request.url.params.multi_items())


@pytest.mark.parametrize("call", CALLS, ids=["get", "fetch", "pages"])
def test_what_the_path_asks_and_what_is_asked_beside_it_both_arrive(
    call: Callable[..., Any],
) -> None:
    assert asked(call, "/v1/runs?state=closed&of=a+b") == [("of", "a b"), ("state", "closed")]
    assert asked(call, "/v1/runs", lang="de", book=None) == [("lang", "de")]
    assert asked(call, "/v1/runs?state=closed", lang="de", of=["x&y", "z"]) == [
        ("lang", "de"),
        ("of", "x&y"),
        ("of", "z"),
        ("state", "closed"),
    ]
    assert asked(call, "/v1/runs") == []


def waiting(answers: list[int | None]) -> Client:
    """A client of a registry that answers so, one by one; None is no answer at all."""

    def answer(request: httpx2.Request) -> httpx2.Response:
        status = answers.pop(0)
        if status is None:
            raise httpx2.ConnectError("refused", request=request)
        return httpx2.Response(status, json={"state": "done"})

    http = httpx2.Client(transport=httpx2.MockTransport(answer), base_url="http://registry")
    return Client(http, Runner(), poll_seconds=0)


def test_who_waits_for_a_job_outlives_a_registry_that_is_started_anew() -> None:
    with waiting([None, None, 502, 503, 200]) as client:
        assert client.wait("job_1")["state"] == "done"
    with pytest.raises(Unavailable), waiting([None] * SILENT_TRIES) as client:
        client.wait("job_1")
    with pytest.raises(Refused), waiting([404]) as client:
        client.wait("job_1")


def test_a_registry_that_asks_for_a_pause_gets_it(monkeypatch: pytest.MonkeyPatch) -> None:
    paused: list[float] = []
    monkeypatch.setattr("time.sleep", paused.append)
    answers = [httpx2.Response(429, headers={"Retry-After": "40"}), httpx2.Response(200, json=DONE)]
    http = httpx2.Client(
        transport=httpx2.MockTransport(lambda _: answers.pop(0)), base_url="http://registry"
    )
    with Client(http, Runner(), poll_seconds=0) as client:
        assert client.wait("job_1") == DONE
    assert paused == [40]


class Door:
    """A registry that takes a file in parts, and answers some requests with what it is told to."""

    def __init__(self, refusals: dict[tuple[str, int], int]) -> None:
        self.refusals = refusals
        self.asked: Counter[str] = Counter()
        self.kept = b""

    def answer(self, request: httpx2.Request) -> httpx2.Response:
        self.asked[request.method] += 1
        status = self.refusals.get((request.method, self.asked[request.method]))
        if status is not None:
            return httpx2.Response(status, json={"detail": "Not now."})
        if request.method == "POST":
            return httpx2.Response(201, json={"id": "upl_1"})
        if request.method == "HEAD":
            headers = {"Upload-Offset": str(len(self.kept)), "Upload-Complete": "?0"}
            return httpx2.Response(204, headers=headers)
        assert int(request.headers["upload-offset"]) == len(self.kept)
        self.kept += request.read()
        whole = request.headers["upload-complete"] == "?1"
        digest = hashlib.sha256(self.kept).hexdigest() if whole else None
        return httpx2.Response(200, json={"sha256": digest})

    def client(self) -> Client:
        http = httpx2.Client(
            transport=httpx2.MockTransport(self.answer), base_url="http://registry"
        )
        return Client(http, Runner(), poll_seconds=0)


@pytest.fixture
def film(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file of three parts, sent without waiting for anything."""
    monkeypatch.setattr("time.sleep", lambda _: None)
    monkeypatch.setattr(resuming, "PART_BYTES", 1_000)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    made = tmp_path / "film.mp4"
    made.write_bytes(bytes(range(250)) * 10)
    return made


@pytest.mark.parametrize("status", [409, 429, 502, 503, 504])
def test_an_upload_goes_on_where_it_was_after_not_now(status: int, film: Path) -> None:
    door = Door({("PATCH", 2): status, ("HEAD", 1): 503})
    with door.client() as client:
        assert client.upload(film) == "upl_1"
    assert door.kept == film.read_bytes()
    assert door.asked["POST"] == 1


def test_an_upload_that_was_begun_is_not_given_up_while_nobody_says_how_far_it_is(
    film: Path,
) -> None:
    door = Door({("PATCH", 2): 403, ("HEAD", 1): 503})
    with door.client() as client:
        for _ in range(2):
            with pytest.raises(Refused):
                client.upload(film)
        client.upload(film)
    assert door.kept == film.read_bytes()
    assert door.asked["POST"] == 1
