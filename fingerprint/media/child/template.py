"""Loads what decoders need once, then becomes a decoder for each file: a copy of itself by fork.

Starting an interpreter and loading FFmpeg costs more than reading a short stretch of film. So one
process loads everything, sees no media, and copies itself: each copy serves one job and ends, as
one that was started would, behind the same walls, which it puts up itself (`__main__`). Nothing
flows back: what a file did to its copy is gone with it. Run by `fingerprint.media.forking` as
`python -m fingerprint.media.child.template CONTROL`, where CONTROL is a socket.
"""

import fcntl
import functools
import gc
import importlib
import os
import select
import signal
import socket
import sys
import traceback
from collections.abc import Callable, Sequence

from fingerprint.media.child import __main__ as reader
from fingerprint.media.child import still
from fingerprint.media.protocol import FORK, FORK_HANDLES

_FAILED = 1
_MODULES = ("film", "keys", "probing", "sound", "source")
Copies = dict[int, tuple[int, socket.socket]]  # by the handle that tells of its end


def main() -> int:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with socket.socket(fileno=int(sys.argv[1])) as control:
        load()
        _serve(control)
    return 0


def load() -> None:
    """Everything that a reader of any file loads; the collector then leaves it alone, so that
    copies go on sharing it."""
    for name in _MODULES:
        importlib.import_module(f"fingerprint.media.child.{name}")
    for still_format in still.PLUGINS:
        still.load(still_format)
    gc.collect()
    gc.freeze()


def fork(run: Callable[[], int]) -> int:
    """The id of a copy of this process that does `run` and ends with what it returns."""
    pid = os.fork()
    if pid:
        return pid
    code = _FAILED
    try:
        code = run()
    except BaseException:  # whatever it is, nothing of this process may go on in the copy
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def _serve(control: socket.socket) -> None:
    """Fork for each request until the worker is gone; tell it how each copy ended."""
    copies: Copies = {}
    poll = select.poll()
    poll.register(control, select.POLLIN)
    while True:
        for ready, _ in poll.poll():
            if ready != control.fileno():
                poll.unregister(ready)
                _bury(ready, *copies.pop(ready))
                continue
            said, handles, *_ = socket.recv_fds(control, len(FORK), FORK_HANDLES)
            if said != FORK or len(handles) != FORK_HANDLES:
                return
            ended, copy = _begin(handles)
            copies[ended] = copy
            poll.register(ended, select.POLLIN)


def _begin(handles: Sequence[int]) -> tuple[int, tuple[int, socket.socket]]:
    """Fork for a job's descriptors, of which the last is where to tell about the copy."""
    *taken, last = handles
    status = socket.socket(fileno=last)
    pid = fork(functools.partial(_read, taken))
    for handle in taken:
        os.close(handle)
    ended = os.pidfd_open(pid)
    _tell(status, pid, [ended])
    return ended, (pid, status)


def _read(taken: Sequence[int]) -> int:
    """In the copy: move the job's descriptors to 0, 1, 2, ..., drop all others, read the file."""
    count = len(taken)
    aside = [fcntl.fcntl(handle, fcntl.F_DUPFD, count) for handle in taken]
    for place, handle in enumerate(aside):
        os.dup2(handle, place)
    os.closerange(count, os.sysconf("SC_OPEN_MAX"))
    return reader.main()


def _bury(ended: int, pid: int, status: socket.socket) -> None:
    _, how = os.waitpid(pid, 0)
    os.close(ended)
    with status:
        _tell(status, os.waitstatus_to_exitcode(how), [])


def _tell(status: socket.socket, number: int, handles: Sequence[int]) -> None:
    try:
        socket.send_fds(status, [b"%d" % number], handles)
    except OSError:  # nobody listens any more
        return


if __name__ == "__main__":
    sys.exit(main())
