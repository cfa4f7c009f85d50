"""A witness on the network: it is asked by logs, and asks logs itself.

Bodies and answers are bounded, and nothing but http and https is fetched.
Spec: https://c2sp.org/tlog-witness
"""

import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.error import HTTPError
from urllib.parse import urlsplit

from witness.judging import add_checkpoint
from witness.notes import NOTE_BYTES_MAX, Refused
from witness.state import Folder
from witness.trees import Fetch

SECONDS_MAX = 20
BODY_BYTES_MAX = 2 * NOTE_BYTES_MAX
_TYPES = {409: "text/x.tlog.size"}


def server(folder: Folder, host: str, port: int) -> ThreadingHTTPServer:
    """Return a server of the add-checkpoint protocol; the caller runs and ends it."""

    class Handler(BaseHTTPRequestHandler):
        timeout = SECONDS_MAX

        def do_POST(self) -> None:
            length = self.headers.get("Content-Length", "")
            if urlsplit(self.path).path.rpartition("/")[2] != "add-checkpoint":
                self._answer(404, "there is only add-checkpoint here\n")
            elif not length.isdecimal() or int(length) > BODY_BYTES_MAX:
                self._answer(400, "the body is too long\n")
            else:
                body = self.rfile.read(int(length)).decode("utf-8", "replace")
                made = add_checkpoint(folder, body)
                self._answer(made.status, made.body)

        def _answer(self, status: int, body: str) -> None:
            data = body.encode()
            self.send_response(status)
            self.send_header("Content-Type", _TYPES.get(status, "text/plain; charset=utf-8"))
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing: what matters is in the folder."""

    return ThreadingHTTPServer((host, port), Handler)


def fetcher(url: str) -> Fetch:
    """Return what fetches a part of the log at this address; raises OSError for what it lacks."""
    _check(url)

    def fetch(path: str) -> bytes:
        with urllib.request.urlopen(f"{url}/{path}", timeout=SECONDS_MAX) as answer:  # noqa: S310
            data: bytes = answer.read(BODY_BYTES_MAX)
        return data

    return fetch


def hand_in(url: str, note: str) -> str:
    """Give a cosigned checkpoint back to its log; returns what went wrong, empty when nothing."""
    _check(url)
    request = urllib.request.Request(  # noqa: S310
        f"{url}/cosignatures",
        data=note.encode(),
        headers={"Content-Type": "text/plain; charset=utf-8"},
        method="POST",
    )
    try:
        with urllib.request.urlopen(request, timeout=SECONDS_MAX) as answer:  # noqa: S310
            answer.read(BODY_BYTES_MAX)
    except HTTPError as exc:
        return f"the log answered {exc.code}"
    except OSError as exc:
        return f"the log does not answer: {exc}"
    return ""


def _check(url: str) -> None:
    if not url.startswith(("https://", "http://")):
        raise Refused("only http and https addresses are asked")
