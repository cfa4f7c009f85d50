"""Starts a child for one job, reads what it answers, and ends it whatever happens.

The parent counts only the time it waits for the child, so a slow consumer does not make a good file
late. Whoever stops reading closes the child. A child that ends without a word - a signal, a limit -
becomes the same typed error as one that says what is wrong.
"""

import contextlib
import logging
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from typing import BinaryIO, Protocol, cast

from core.errors import BadMedia, Broken
from fingerprint.media import forking
from fingerprint.media.faults import Case, bad_media
from fingerprint.media.launch import COMMAND, compile_ahead, environment
from fingerprint.media.protocol import (
    LINE_BYTES_MAX,
    Answer,
    End,
    Fault,
    Garbled,
    Job,
    Ready,
    from_line,
)

LOG = logging.getLogger(__name__)
LAST_WORDS_BYTES = 2_000
END_SECONDS_MAX = 10.0
LINES_WAITING_MAX = 64
_OVER = b""


class _Running(Protocol):
    """A process that serves one job, started or forked."""

    @property
    def pid(self) -> int: ...
    @property
    def stdin(self) -> BinaryIO: ...
    @property
    def stdout(self) -> BinaryIO: ...
    def kill(self) -> None: ...
    def wait(self, timeout: float | None = None) -> int: ...


class MediaChild:
    """One running child; use as a context manager, it is gone at the end of the block."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._ready = False
        self._over = False
        self._waiting_left = float(job.limits.wall_seconds(job.span_ms))
        self._lines: queue.Queue[bytes] = queue.Queue(LINES_WAITING_MAX)
        with contextlib.ExitStack() as opened:
            self._last_words = opened.enter_context(tempfile.TemporaryFile())
            self._process, job = _start(job, self._last_words.fileno())
            opened.pop_all()
        self._reader = threading.Thread(target=self._read, name="media-child", daemon=True)
        self._reader.start()
        self._write(job.to_line())

    def __enter__(self) -> "MediaChild":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def pid(self) -> int:
        return self._process.pid

    def answers(self) -> Iterator[Answer]:
        """What the child says, up to and with its `End`; raises BadMedia for faults."""
        while True:
            answer = self._next()
            if isinstance(answer, Ready):
                if self._ready:
                    raise bad_media(Case.GARBLED)
                self._ready = True
            elif isinstance(answer, Fault):
                raise _refused(answer)
            else:
                yield answer
            if isinstance(answer, End):
                return

    def give_back(self, slot: int) -> None:
        """Tell the child that a slot may be written again."""
        self._write(bytes([slot]))

    def close(self) -> None:
        """End the child, which is done or no longer wanted, and free what belongs to it."""
        self._process.kill()
        forking.ended(self._process.wait())
        while not self._over:  # the reader may be held back by a full queue
            self._over = self._lines.get() == _OVER
        self._reader.join()
        for pipe in (self._process.stdin, self._process.stdout, self._last_words):
            pipe.close()

    def _write(self, data: bytes) -> None:
        with contextlib.suppress(BrokenPipeError):  # that it is gone shows when reading
            self._process.stdin.write(data)

    def _read(self) -> None:
        """Thread: lines into the queue, which holds the child back when it is full."""
        try:
            with os.fdopen(self._process.stdout.fileno(), "rb", closefd=False) as pipe:
                while line := pipe.readline(LINE_BYTES_MAX + 1):
                    self._lines.put(line)
                    if len(line) > LINE_BYTES_MAX:
                        break
        finally:
            self._lines.put(_OVER)

    def _next(self) -> Answer:
        begin = time.monotonic()
        try:
            line = self._lines.get(timeout=max(0.0, self._waiting_left))
        except queue.Empty:
            limit = self._job.limits.wall_seconds(self._job.span_ms)
            raise bad_media(Case.TOO_MUCH_TIME, {"limit": limit}) from None
        self._waiting_left -= time.monotonic() - begin
        if line == _OVER:
            self._over = True
            raise self._ended()
        try:
            return from_line(line)
        except Garbled as exc:
            raise bad_media(Case.GARBLED) from exc

    def _ended(self) -> BadMedia | Broken:
        """The error for a child that ended without a word."""
        try:
            code = self._process.wait(timeout=END_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            return bad_media(Case.GARBLED)
        LOG.warning("media child ended with %d: %s", code, self._tail())
        if code == -getattr(signal, "SIGXCPU", 0):
            limit = self._job.limits.cpu_seconds(self._job.span_ms)
            return bad_media(Case.TOO_MUCH_COMPUTING, {"limit": limit})
        if code > 0 and not self._ready:
            return Broken(
                "The media process does not start.", next_step="Run `ebenbild doctor`, see the log."
            )
        return bad_media(Case.CRASHED)

    def _tail(self) -> str:
        size = self._last_words.seek(0, os.SEEK_END)
        self._last_words.seek(max(0, size - LAST_WORDS_BYTES))
        return self._last_words.read().decode(errors="replace").strip()


def _start(job: Job, last_words: int) -> tuple[_Running, Job]:
    """A process for a job and the job as it is told to it: a copy where they are to be had."""
    copied = forking.copy(job, last_words)
    if copied is not None:
        return copied
    compile_ahead()
    inherited = tuple(handle for handle in (job.media, job.ring) if isinstance(handle, int))
    started = subprocess.Popen(
        [sys.executable, *COMMAND],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=last_words,
        env=environment(),
        cwd=os.sep,
        pass_fds=inherited,
        bufsize=0,
    )
    return cast(_Running, started), job  # both pipes are there, which its type does not say


def _refused(fault: Fault) -> BadMedia:
    try:
        return bad_media(Case(fault.case), fault.figures)
    except ValueError:
        return bad_media(Case.GARBLED)
