"""The one client: the same calls reach a registry in this process or on another machine.

The command line and programs use it alike, so nothing can be done locally that a remote caller
cannot do. Problem documents come back as the errors they were raised as.
"""

import os
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit
from uuid import uuid4

import httpx2

from api import digests, resuming
from core.errors import BadInput, EbenbildError, Unavailable
from core.files import sha256_of

Json = dict[str, Any]
Progress = Callable[[Json], None]
PIECE = 1 << 20
SLOWEST_POLL_S = 1.0
SILENT_TRIES = 7
SILENT_PAUSE_S_MAX = 10.0
FINISHED = frozenset({"done", "failed", "cancelled"})


class Refused(EbenbildError):
    """What the registry answered; `code`, `message` and `next_step` are its own.

    `wait_s` is how many seconds it asks to wait before the next try, 0 if it says nothing of it.
    """

    def __init__(self, status: int, body: Json, *, wait_s: int = 0) -> None:
        super().__init__(
            str(body.get("detail") or body.get("title") or f"HTTP {status}"),
            next_step=str(body.get("next_step", "")),
            code=str(body.get("code", "error")),
        )
        self.status = status
        self.body = body
        self.wait_s = wait_s


class Runner:
    """Whoever carries out queued jobs for this client; a remote registry has its own workers."""

    def start(self) -> None:
        """Called before waiting for a job."""

    def check(self) -> None:
        """Called while waiting; raises when nobody is left who could carry the job out."""

    def stop(self) -> None:
        """Called when the client closes."""


class Client:
    """A session with one registry under one API key."""

    def __init__(self, http: httpx2.Client, runner: Runner, *, poll_seconds: float) -> None:
        self._http = http
        self._runner = runner
        self._poll_seconds = poll_seconds

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._runner.stop()
        self._http.close()

    def get(self, path: str, **query: Any) -> Any:
        """The JSON body at `path`; raises Refused with the registry's own words."""
        return self._send("GET", _asked(path, query)).json()

    def fetch(self, path: str, accept: str = "", **query: Any) -> bytes:
        """The exact bytes at `path`, as the media type `accept` where there are several."""
        headers = {"Accept": accept} if accept else None
        return self._send("GET", _asked(path, query), headers=headers).content

    def download(self, path: str, to: Path) -> None:
        """Write the bytes at `path` to a new file that only its owner may read."""
        with self._http.stream("GET", path) as answer:
            if answer.is_error:
                answer.read()
                raise Refused(answer.status_code, _problem(answer))
            handle = os.open(to, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
            with os.fdopen(handle, "wb") as file:
                for piece in answer.iter_bytes(PIECE):
                    file.write(piece)

    def pages(self, path: str, **query: Any) -> Iterator[Json]:
        """Every item of a list, page by page, following the Link header."""
        answer = self._send("GET", _asked(path, query))
        while True:
            yield from answer.json()["items"]
            following = answer.links.get("next")
            if following is None:
                return
            answer = self._send("GET", following["url"])

    def post(self, path: str, body: Mapping[str, Any] | None = None, *, key: str = "") -> Any:
        """Send `body`; sent again with the same `key` it has one effect and one answer."""
        headers = {"Idempotency-Key": key or uuid4().hex}
        return self._send("POST", path, json=dict(body or {}), headers=headers).json()

    def exchange(self, path: str, data: bytes = b"") -> bytes:
        """Send exact bytes and return those that come back."""
        headers = {"Content-Type": "application/octet-stream"}
        return self._send("POST", path, content=data, headers=headers).content

    def upload(self, file: Path, progress: Progress | None = None) -> str:
        """Hand in a file's bytes, streamed; returns the upload's id.

        A large one goes in parts: called again for the same file it goes on where it stopped.
        """
        if file.stat().st_size > resuming.PART_BYTES:
            return resuming.resumed(self._send, str(self._http.base_url), file, progress)
        headers = {
            "Content-Type": "application/octet-stream",
            "Content-Length": str(file.stat().st_size),
            "Repr-Digest": digests.written(sha256_of(file)),
        }
        answer = self._send("POST", "/v1/uploads", content=_pieces(file), headers=headers)
        return str(answer.json()["id"])

    def send(self, path: str, file: Path) -> Any:
        """The answer to a file's bytes, streamed to `path`; nothing of it is kept there."""
        headers = {"Content-Type": "application/octet-stream"}
        return self._send("POST", path, content=_pieces(file), headers=headers).json()

    def wait(self, job_id: str, progress: Progress | None = None) -> Json:
        """The job once it is done, failed or cancelled; `progress` sees each state on the way.

        A registry that is started anew meanwhile is waited for, half a minute long.
        """
        self._runner.start()
        pause_s = self._poll_seconds
        while True:
            job = self._patiently(f"/v1/jobs/{job_id}")
            if progress is not None:
                progress(job)
            if job["state"] in FINISHED:
                return job
            self._runner.check()
            time.sleep(pause_s)
            # A long job is looked at less often: looking costs the worker its processor.
            pause_s = min(pause_s * 1.1, SLOWEST_POLL_S)

    def _patiently(self, path: str) -> Json:
        """The body at `path`; asked again while nobody answers, or who does cannot do so now."""
        tried = 0
        while True:
            try:
                found: Json = self.get(path)
                return found
            except EbenbildError as error:
                tried += 1
                if error.status not in resuming.NOT_NOW or tried == SILENT_TRIES:
                    raise
                least = min(self._poll_seconds * 2.0**tried, SILENT_PAUSE_S_MAX)
                time.sleep(resuming.pause_of(error, least))

    def _send(self, method: str, path: str, **more: Any) -> httpx2.Response:
        place = urlsplit(path).path  # the link to a next page is a whole address
        if "//" in place or place.rstrip("/") != place != "/":
            raise BadInput(
                "An id is empty: part of what the command is about was not named.",
                next_step="Look it up, such as with `ebenbild performer list`, and name it.",
                code="empty-id",
            )
        try:
            answer = self._http.request(method, path, **more)
        except httpx2.TransportError as exc:
            raise Unavailable(
                f"The registry at {self._http.base_url} does not answer.",
                next_step="Start it with `ebenbild serve`, or check --server.",
            ) from exc
        if answer.is_error:
            raise Refused(answer.status_code, _problem(answer), wait_s=_wait_s(answer))
        return answer


def remote(server: str, api_key: str, *, lang: str = "en", poll_seconds: float = 0.5) -> Client:
    """A client of the registry at the URL `server`, which says what goes wrong in `lang`."""
    http = httpx2.Client(
        base_url=server.rstrip("/"),
        headers=headers_of(api_key, lang),
        timeout=httpx2.Timeout(60, read=600),
    )
    return Client(http, Runner(), poll_seconds=poll_seconds)


def headers_of(api_key: str, lang: str) -> dict[str, str]:
    """What every request says of its sender."""
    return {
        "Authorization": f"Bearer {api_key}",
        "User-Agent": "ebenbild",
        "Accept-Language": lang,
    }


def _asked(path: str, query: Mapping[str, Any]) -> str:
    """The address with what is asked behind it, and with what its path asks already."""
    present = {name: value for name, value in query.items() if value is not None}
    return str(httpx2.URL(path).copy_merge_params(present)) if present else path


def _wait_s(answer: httpx2.Response) -> int:
    """The seconds of a Retry-After, RFC 9110 10.2.3; 0 for a date or none."""
    said = answer.headers.get("retry-after", "")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 8 else 0


def _problem(answer: httpx2.Response) -> Json:
    try:
        body = answer.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _pieces(file: Path) -> Iterator[bytes]:
    with file.open("rb") as source:
        while piece := source.read(PIECE):
            yield piece
