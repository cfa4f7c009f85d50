"""What a child is given: the file as an open descriptor, the command, and an environment.

The parent opens the file, so that a sandboxed child needs no file system; it checks only what the
system says about it and never reads a byte of it. The environment says where our code and the media
libraries lie and nothing else: no keys, no tokens, no settings.
"""

import contextlib
import functools
import importlib.util
import os
import py_compile
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

from core.errors import NotFound, Unavailable
from fingerprint.media.faults import Case, bad_media
from fingerprint.media.limits import Limits

# Without `site`: no .pth file of another package runs in the child, and it starts faster.
# Without writing bytecode (-B): the limit on written bytes would cut the cache files short, and one
# that is cut short breaks every later start.
FLAGS = ("-B", "-S", "-s", "-P")
COMMAND = (*FLAGS, "-m", "fingerprint.media.child")
_LIBRARIES = ("av", "PIL")
_PASSED_ON = ("SYSTEMROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "PYTHONHOME")


@contextlib.contextmanager
def opened(path: Path, limits: Limits) -> Iterator[int | str]:
    """The handle of a file for a child: a descriptor to inherit, or its path on Windows.

    Raises NotFound for a missing file, BadMedia for one that is empty, too big or no regular file.
    """
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | _binary())
    except (FileNotFoundError, NotADirectoryError) as exc:
        raise NotFound(
            f"There is no file {path.name}.", next_step="Check the name and the folder."
        ) from exc
    except PermissionError as exc:
        raise bad_media(Case.NOT_A_FILE) from exc
    try:
        _check(os.fstat(handle), limits)
        yield str(path.resolve()) if sys.platform == "win32" else handle
    finally:
        os.close(handle)


def environment() -> dict[str, str]:
    """The child's whole environment; raises Unavailable when a media library is missing."""
    folders = [str(Path(__file__).resolve().parents[2])]
    for library in _LIBRARIES:
        found = importlib.util.find_spec(library)
        if found is None or found.origin is None:
            raise Unavailable(
                f"The library {library} is missing.", next_step="Install Ebenbild again."
            )
        folders.append(str(Path(found.origin).parents[1]))
    passed = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    return {
        **passed,
        "PYTHONPATH": os.pathsep.join(dict.fromkeys(folders)),
        "PYTHONUTF8": "1",
        "MALLOC_ARENA_MAX": "2",
        "OMP_NUM_THREADS": "1",
    }


@functools.cache
def compile_ahead() -> None:
    """Compile what the child loads, as it may not: without it every start compiles it anew.

    Nothing to do where the installer did; where the folders cannot be written, starts stay slow.
    """
    library = importlib.util.find_spec("av")
    folders = [Path(__file__).parent / "child"]
    folders += [Path(library.origin).parent] if library and library.origin else []
    for source in (path for folder in folders for path in folder.rglob("*.py")):
        with contextlib.suppress(OSError, py_compile.PyCompileError):
            cached = Path(importlib.util.cache_from_source(str(source)))
            if not cached.exists() or cached.stat().st_mtime < source.stat().st_mtime:
                py_compile.compile(str(source), doraise=True)


def _check(facts: os.stat_result, limits: Limits) -> None:
    if not stat.S_ISREG(facts.st_mode):
        raise bad_media(Case.NOT_A_FILE)
    if facts.st_size == 0:
        raise bad_media(Case.EMPTY_FILE)
    if facts.st_size > limits.bytes_max:
        raise bad_media(Case.TOO_MANY_BYTES, {"limit": limits.bytes_max})


def _binary() -> int:
    return getattr(os, "O_BINARY", 0)
