"""What a call asks for reaches the registry, in whichever part of it it was said."""

from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from api.client import SILENT_TRIES, Client, Refused, Runner
from core.errors import Unavailable

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
