"""Tries what a taken-over decoder would try, confined as it is, and says what went through.

A list of layers says what was asked of the kernel; this says what the kernel does. Run by
`ebenbild doctor` and by the tests, as `python -m fingerprint.media.child.trial FILE HOW [LAYERS]`
where FILE is one that the caller may read and write, HOW says whether it tries that itself
(`started`) or a copy of it does that was forked with everything loaded (`forked`), and LAYERS are
separated by commas (default: all).
"""

import ctypes
import json
import mmap
import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path

from fingerprint.media.child import template
from fingerprint.media.child.confinement import confine

_PTRACE_SEIZE = 0x4206


def main() -> int:
    path, how, *layers = sys.argv[1:]
    named = layers[0].split(",") if layers else None
    if how != "forked":
        return _try(path, named)
    template.load()
    _, ended = os.waitpid(template.fork(lambda: _try(path, named)), 0)
    return os.waitstatus_to_exitcode(ended)


def _try(path: str, named: list[str] | None) -> int:
    tries: dict[str, Callable[[], object]] = {
        "network": lambda: socket.socket().close(),
        "read": lambda: os.close(os.open(path, os.O_RDONLY)),
        "write": lambda: os.close(os.open(path, os.O_WRONLY)),
        "create": lambda: os.close(os.open(path + ".new", os.O_WRONLY | os.O_CREAT)),
        "remove": Path(path).unlink,
        "process": _process,
        "signal": lambda: os.kill(os.getppid(), 0),
        "inspect": lambda: _inspect(os.getppid()),
        "program": lambda: os.posix_spawn(sys.executable, [sys.executable, "-c", ""], {}),
        "code": lambda: mmap.mmap(-1, 4096, prot=mmap.PROT_WRITE | mmap.PROT_EXEC).close(),
    }
    layers = confine(named)
    went_through = [name for name, attempt in tries.items() if _works(attempt)]
    said = json.dumps({"layers": layers, "open": went_through})
    print(said, flush=True)  # noqa: T201 (its answer)
    return 0


def _works(attempt: Callable[[], object]) -> bool:
    try:
        attempt()
    except OSError:
        return False
    return True


def _process() -> None:
    if os.fork() == 0:
        os._exit(0)


def _inspect(pid: int) -> None:
    """Become another process's tracer without stopping it (PTRACE_SEIZE); it ends with us."""
    if ctypes.CDLL(None, use_errno=True).ptrace(_PTRACE_SEIZE, pid, 0, 0) < 0:
        raise OSError(ctypes.get_errno(), "ptrace")


if __name__ == "__main__":
    sys.exit(main())
