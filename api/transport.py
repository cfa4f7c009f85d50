"""Speaks to the app inside this process, so that the command line has one code path for all.

Bodies are streamed both over the network and here: a film never lies in memory. Needs no socket
and runs no start-up hooks; the app is ready once it is made.
"""

from collections.abc import AsyncIterator, Iterable

import httpx2
from anyio.from_thread import BlockingPortal, start_blocking_portal
from starlette.types import ASGIApp


class _Stream(httpx2.AsyncByteStream):
    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = chunks

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for chunk in self._chunks:
            yield chunk


class LocalTransport(httpx2.BaseTransport):
    """A transport for `httpx2.Client` that calls `app` on an event loop in a thread."""

    def __init__(self, app: ASGIApp) -> None:
        self._inner = httpx2.ASGITransport(app, raise_app_exceptions=False)
        self._opened = start_blocking_portal()
        self._portal: BlockingPortal = self._opened.__enter__()

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        return self._portal.call(self._send, request)

    def close(self) -> None:
        self._opened.__exit__(None, None, None)

    async def _send(self, request: httpx2.Request) -> httpx2.Response:
        stream = request.stream
        assert isinstance(stream, httpx2.SyncByteStream)
        inner = httpx2.Request(
            request.method, request.url, headers=request.headers, stream=_Stream(stream)
        )
        answer = await self._inner.handle_async_request(inner)
        return httpx2.Response(
            answer.status_code, headers=answer.headers, content=await answer.aread()
        )
