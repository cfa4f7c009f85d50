"""What tests of a running `ebenbild serve` share: ports, processes, waiting."""

import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from api.client import Client
from core.errors import EbenbildError

PATIENCE_S = 300.0  # for a machine that is busy with much else


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


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
