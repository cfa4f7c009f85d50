"""Keeps a worker process beside the API: started with it, restarted when it dies, stopped with it.

Media is parsed by children of the worker and never here; a worker that is killed loses its lease
and the next one resumes its job from the last stored segment.
"""

import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable

from api.client import Runner
from core.errors import Unavailable
from core.settings import Settings

LOG = logging.getLogger("ebenbild.worker")
PROGRAM = ("-m", "api.cli.main", "worker")
BACKOFF_FIRST_S = 0.5
BACKOFF_MAX_S = 30.0
STEADY_S = 60.0
STOP_PATIENCE_S = 30.0
DRAIN_PATIENCE_S = 5.0
DRAINS_MAX = 4


def worker_process(settings: Settings, *, drain: bool) -> subprocess.Popen[bytes]:
    """Start `ebenbild worker` on the same data folder, tied to this process.

    It runs in a session of its own, so that Ctrl-C reaches it only through us; it ends by itself
    when we are gone, because it reads the pipe that we hold. When it drains it reports only faults.
    """
    command = [sys.executable, *PROGRAM, "--tied"]
    command += ["--drain", "--quiet"] if drain else []
    environment = {**os.environ, "EBENBILD_DATA_DIR": str(settings.data_dir.absolute())}
    return subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, start_new_session=True)


def stop(process: subprocess.Popen[bytes], patience_s: float = STOP_PATIENCE_S) -> None:
    """Ask the worker to finish its segment; kill it when it takes too long (nothing is lost)."""
    process.terminate()
    try:
        process.wait(patience_s)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    finally:
        if process.stdin is not None:
            process.stdin.close()


def next_backoff(previous_s: float, ran_s: float) -> float:
    """Seconds to wait before the next start: doubles up to a cap, afresh after a steady run."""
    if ran_s >= STEADY_S or previous_s == 0:
        return BACKOFF_FIRST_S
    return min(previous_s * 2, BACKOFF_MAX_S)


class Supervisor:
    """Runs one worker until `close`; `start` is called for each new process."""

    def __init__(self, start: Callable[[], subprocess.Popen[bytes]]) -> None:
        self._start = start
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="worker-supervisor", daemon=True)

    def open(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """Stop the worker and wait for it; safe to call twice."""
        self._closing.set()
        self._thread.join()

    def _keep(self) -> None:
        backoff_s = 0.0
        while not self._closing.is_set():
            began = time.monotonic()
            process = self._start()
            while process.poll() is None and not self._closing.wait(0.2):
                pass
            if process.poll() is None:
                stop(process)
                return
            backoff_s = next_backoff(backoff_s, time.monotonic() - began)
            code = process.returncode
            LOG.warning("ended with exit code %d; another starts in %.1f s", code, backoff_s)
            self._closing.wait(backoff_s)


class DrainRunner(Runner):
    """Carries out this machine's queued jobs for a local client, one worker at a time."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._process: subprocess.Popen[bytes] | None = None
        self._starts_left = 0

    def start(self) -> None:
        self._starts_left = DRAINS_MAX
        if self._process is None or self._process.poll() is not None:
            self._start()

    def check(self) -> None:
        """See that somebody works; raises Unavailable when workers end and the job stays open.

        A worker that found nothing left may end just as a new job arrives: then another starts.
        """
        code = None if self._process is None else self._process.poll()
        if code is None:
            return
        if code != 0 or self._starts_left == 0:
            raise Unavailable(
                f"The worker ended (exit code {code}) with the job open.",
                next_step="Run `ebenbild worker --drain` and read what it says.",
            )
        self._start()

    def stop(self) -> None:
        if self._process is not None:
            stop(self._process, DRAIN_PATIENCE_S)

    def _start(self) -> None:
        self.stop()
        self._starts_left -= 1
        self._process = worker_process(self._settings, drain=True)
