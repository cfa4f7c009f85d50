"""One loaded process per worker, of which every media process is a copy; where the host can.

Off unless a worker asks for it (`forking`): then `start` gives copies instead of new interpreters,
about ten times cheaper. Each copy still serves one job and puts up its own walls. A copy shares
the places of its memory with the other copies, so one that dies by a signal, as it would on the way
of somebody who guesses at them, ends the whole loaded process, and the next is made anew.
"""

import contextlib
import dataclasses
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import BinaryIO

from core.errors import Unavailable
from fingerprint.media.launch import FLAGS, environment
from fingerprint.media.protocol import FORK, Job

_MODULE = "fingerprint.media.child.template"
_COPIES_MAX = 1000  # of one loaded process
_ANSWER_SECONDS_MAX = 60.0
_ANSWER_BYTES = 32
_GONE = -signal.SIGTERM  # told of a copy whose end nobody saw


class Copy:
    """A running copy, with what is used here of `subprocess.Popen`."""

    def __init__(
        self, pid: int, ended: int, status: socket.socket, stdin: BinaryIO, stdout: BinaryIO
    ) -> None:
        self.pid = pid
        self.stdin = stdin
        self.stdout = stdout
        self._ended = ended
        self._status = status
        self._code: int | None = None

    def kill(self) -> None:
        """End it now, if it has not ended."""
        if self._code is None:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._ended, signal.SIGKILL)

    def wait(self, timeout: float | None = None) -> int:
        """Its exit code, negative for a signal; raises TimeoutExpired while it runs."""
        if self._code is None:
            if not _readable(self._ended, timeout):
                raise subprocess.TimeoutExpired(_MODULE, timeout or 0.0)
            self._code = self._told()
            self._status.close()
            os.close(self._ended)
        return self._code

    def _told(self) -> int:
        if _readable(self._status.fileno(), _ANSWER_SECONDS_MAX):
            with contextlib.suppress(OSError, ValueError):
                return int(self._status.recv(_ANSWER_BYTES))
        return _GONE


class Template:
    """The loaded process; copies are asked for by any thread."""

    def __init__(self) -> None:
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, *FLAGS, "-m", _MODULE, str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                env=environment(),
                cwd=os.sep,
                pass_fds=(theirs.fileno(),),
            )
        self.copies = 0

    def copy(self, job: Job, last_words: int) -> tuple[Copy, Job]:
        """A copy that waits for its job, and the job with the copy's own descriptors in it.

        Raises OSError where none can be had.
        """
        assert isinstance(job.media, int) and isinstance(job.ring, int)
        self.copies += 1
        with contextlib.ExitStack() as ours, contextlib.ExitStack() as theirs:
            their_in, stdin = _pipe(theirs, ours, reading=False)
            their_out, stdout = _pipe(theirs, ours, reading=True)
            status, their_status = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            ours.enter_context(status)
            theirs.enter_context(their_status)
            handles = [their_in, their_out, last_words, job.media, job.ring]
            socket.send_fds(self._control, [FORK], [*handles, their_status.fileno()])
            theirs.close()
            if not _readable(status.fileno(), _ANSWER_SECONDS_MAX):
                raise TimeoutError("the loaded process does not answer")
            said, told, *_ = socket.recv_fds(status, _ANSWER_BYTES, 1)
            if len(told) != 1:
                raise ConnectionError("the loaded process has ended")
            ours.pop_all()
            return Copy(int(said), told[0], status, stdin, stdout), dataclasses.replace(
                job, media=handles.index(job.media), ring=handles.index(job.ring)
            )

    def close(self) -> None:
        """End the loaded process; its copies go on."""
        self._control.close()
        self._process.kill()
        self._process.wait()


class _Holder:
    """The loaded process of this one, once it is wanted."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._wanted = 0
        self._template: Template | None = None

    def want(self, more: int) -> None:
        with self._lock:
            self._wanted += more
            if not self._wanted:
                self._retire()

    def template(self) -> Template | None:
        """The one in use, made now if need be; None where none is wanted or to be had."""
        with self._lock:
            if self._template is not None and self._template.copies >= _COPIES_MAX:
                self._retire()
            if self._wanted and self._template is None and possible():
                with contextlib.suppress(OSError, Unavailable):
                    self._template = Template()
            return self._template

    def retire(self, template: Template | None = None) -> None:
        """Drop the loaded process, or the one named unless that has been done."""
        with self._lock:
            if template in (None, self._template):
                self._retire()

    def _retire(self) -> None:
        if self._template is not None:
            self._template.close()
            self._template = None


_HOLDER = _Holder()


@contextlib.contextmanager
def forking() -> Iterator[None]:
    """Within, media processes are copies of one loaded process, where this host can do that."""
    _HOLDER.want(1)
    try:
        yield
    finally:
        _HOLDER.want(-1)


def prepare() -> None:
    """Begin to load now, where copies are wanted, so that the first file does not wait for it."""
    _HOLDER.template()


def copy(job: Job, last_words: int) -> tuple[Copy, Job] | None:
    """A copy for a job, see `Template.copy`; None where none is wanted or to be had."""
    template = _HOLDER.template()
    if template is None:
        return None
    try:
        return template.copy(job, last_words)
    except (OSError, ValueError):
        _HOLDER.retire(template)
        return None


def ended(code: int) -> None:
    """Hear how a copy ended: one that we did not end and that a signal did may have been probed."""
    if code < 0 and code != -signal.SIGKILL:
        _HOLDER.retire()


def possible() -> bool:
    """Whether this host can fork and watch what it forked: Linux 5.3 and later."""
    if sys.platform != "linux":
        return False
    try:
        os.close(os.pidfd_open(os.getpid()))
    except OSError:
        return False
    return True


def _pipe(
    theirs: contextlib.ExitStack, ours: contextlib.ExitStack, *, reading: bool
) -> tuple[int, BinaryIO]:
    """Their end of a new pipe and ours, from which we are `reading` or else write to."""
    read, write = os.pipe()
    their_end, own = (write, read) if reading else (read, write)
    theirs.callback(os.close, their_end)
    return their_end, ours.enter_context(os.fdopen(own, "rb" if reading else "wb", buffering=0))


def _readable(handle: int, seconds: float | None) -> bool:
    """Whether a descriptor has something to say within a time."""
    poll = select.poll()
    poll.register(handle, select.POLLIN)
    return bool(poll.poll(None if seconds is None else seconds * 1000))
