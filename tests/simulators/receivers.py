"""Receivers on this machine: a web server that answers as told, and a mail server."""

import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@contextmanager
def answering(server: socketserver.BaseServer) -> Iterator[None]:
    """The server answers in a thread of its own until the block ends, however it ends."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()


@dataclass
class WebReceiver:
    """What came in; `answers` are the statuses to give, the last one for ever."""

    answers: list[int] = field(default_factory=lambda: [204])
    location: str = ""
    retry_after: str = ""
    drip_s: float = 0
    got: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    url: str = ""

    def next_status(self) -> int:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@contextmanager
def web_receiver(**told: object) -> Iterator[WebReceiver]:
    """A real web server on the loopback address."""
    kept = WebReceiver(**told)  # type: ignore[arg-type]

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            lower = {name.lower(): value for name, value in self.headers.items()}
            kept.got.append((self.path, lower, body))
            self.send_response(kept.next_status())
            if kept.location:
                self.send_header("Location", kept.location)
            if kept.retry_after:
                self.send_header("Retry-After", kept.retry_after)
            self.end_headers()
            for _ in range(100 if kept.drip_s else 0):
                time.sleep(kept.drip_s)
                self.wfile.write(b".")

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            pass  # a caller that hangs up is what some tests are about

    with Server(("127.0.0.1", 0), Handler) as server:
        kept.url = f"http://127.0.0.1:{server.server_port}/hook"
        with answering(server):
            yield kept


@dataclass
class MailReceiver:
    """Mails that came in as (recipients, text); `refuses` names addresses that do not exist."""

    port: int = 0
    refuses: frozenset[str] = frozenset()
    mails: list[tuple[list[str], str]] = field(default_factory=list)


@contextmanager
def mail_receiver(*refused: str) -> Iterator[MailReceiver]:
    """A real SMTP server on the loopback address (RFC 5321, as much as a client needs)."""
    kept = MailReceiver(refuses=frozenset(refused))

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.say("220 here")
            recipients: list[str] = []
            while line := self.rfile.readline().decode().strip():
                verb = line[:4].upper()
                if verb == "RCPT":
                    address = line.partition("<")[2].partition(">")[0]
                    if address in kept.refuses:
                        self.say("550 nobody of that name")
                        continue
                    recipients.append(address)
                if verb == "DATA":
                    self.say("354 go on")
                    kept.mails.append((recipients, self.letter()))
                self.say("221 bye" if verb == "QUIT" else "250 fine")
                if verb == "QUIT":
                    return

        def letter(self) -> str:
            lines = []
            while (line := self.rfile.readline().decode()) != ".\r\n":
                lines.append(line)
            return "".join(lines)

        def say(self, line: str) -> None:
            self.wfile.write(f"{line}\r\n".encode())

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        kept.port = server.server_address[1]
        with answering(server):
            yield kept
