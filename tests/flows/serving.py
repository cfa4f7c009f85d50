"""What tests of a running `ebenbild serve` share: ports, processes, waiting."""

import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from api.client import Client
from core.errors import EbenbildError

PATIENCE_S = 300.0  # for a machine that is busy with much else


def free_port() -> int:
    """A port for a server to come, kept from everybody else until this process ends.

    It is bound here without being listened at: no connection is given it and no other test, and a
    server that reuses addresses, as all here do, binds it beside.
    """
    kept = socket.socket()
    kept.bind(("127.0.0.1", 0))
    kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    port = int(kept.getsockname()[1])
    kept.detach()
    return port


@contextmanager
def running(command: Sequence[str], **more: Any) -> Iterator[subprocess.Popen[bytes]]:
    """A process of this command, ended with the block whatever happens in it."""
    process = subprocess.Popen(command, **more)
    try:
        yield process
    finally:
        end(process)


def end(process: subprocess.Popen[bytes]) -> None:
    """End a process that was started here; nothing where it has ended."""
    process.terminate()
    process.wait(PATIENCE_S)


def workers_of(pid: int) -> list[int]:
    ran = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False)
    return [int(line) for line in ran.stdout.split()]


def threads_of(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/task").iterdir()))


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def wait_until(check: Callable[[], object], seconds: float = PATIENCE_S) -> None:
    ends = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < ends, "waited in vain"
        time.sleep(0.05)


def ready(client: Client) -> bool:
    """Whether the service says that it is."""
    try:
        return bool(client.get("/health")["status"] == "ready")
    except EbenbildError:
        return False
