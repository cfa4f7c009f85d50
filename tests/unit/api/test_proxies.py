"""Whose word counts for where a request came from: that of the proxies that the settings name."""

from typing import Any

import httpx2
import pytest
from anyio.from_thread import start_blocking_portal
from uvicorn._types import ASGIReceiveCallable, ASGISendCallable, Scope

from api.serving import server_config
from core.settings import Settings

SAID = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https"}


async def tells_origin(scope: Scope, _receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
    """An application that answers who asks, and how."""
    assert scope["type"] == "http"
    address = scope["client"][0] if scope["client"] else ""
    await send({"type": "http.response.start", "status": 200, "headers": []})  # type: ignore[typeddict-item]
    body = f"{scope['scheme']} {address}".encode()
    await send({"type": "http.response.body", "body": body})  # type: ignore[typeddict-item]


def asked(settings: Settings, by: str, to: str = "registry.example.org") -> httpx2.Response:
    config = server_config(tells_origin, settings)
    config.load()
    loaded: Any = config.loaded_app

    async def ask() -> httpx2.Response:
        transport = httpx2.ASGITransport(loaded, client=(by, 40_000))
        async with httpx2.AsyncClient(transport=transport, base_url=f"http://{to}") as client:
            return await client.get("/", headers=SAID)

    # In a thread of its own: a browser's driver may run a loop in this one.
    with start_blocking_portal() as portal:
        return portal.call(ask)


@pytest.mark.parametrize(
    ("proxies", "by", "seen"),
    [
        (None, "127.0.0.1", "https 203.0.113.9"),
        (None, "172.18.0.1", "http 172.18.0.1"),
        ("127.0.0.1, 172.16.0.0/12", "172.18.0.1", "https 203.0.113.9"),
        ("172.16.0.0/12", "127.0.0.1", "http 127.0.0.1"),
        ("", "127.0.0.1", "http 127.0.0.1"),
    ],
)
def test_only_named_proxies_say_where_a_request_came_from(
    proxies: str | None, by: str, seen: str
) -> None:
    server = {} if proxies is None else {"proxies": proxies}
    answer = asked(Settings.model_validate({"server": server}), by)
    assert answer.text == seen
    pledge = "max-age=31536000" if seen.startswith("https") else None
    assert answer.headers.get("strict-transport-security") == pledge


@pytest.mark.parametrize("to", ["localhost:8443", "127.0.0.1"])
def test_this_machines_own_names_are_not_kept_to_tls(to: str) -> None:
    answer = asked(Settings(), "127.0.0.1", to)
    assert answer.text.startswith("https")
    assert "strict-transport-security" not in answer.headers


@pytest.mark.parametrize("proxies", ["*", "proxy.example.org", "10.0.0.0/40"])
def test_everybody_and_names_are_no_proxies(proxies: str) -> None:
    with pytest.raises(ValueError, match="addresses or networks"):
        Settings.model_validate({"server": {"proxies": proxies}})
