"""Kills a process at one exact statement that writes, so that every place of a write is tried."""

import os
import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import event

from core.db import Database

_SITES_MAX = 500
_WRITES = ("INSERT", "UPDATE", "DELETE")


@contextmanager
def opened(path: Path) -> Iterator[Database]:
    """The database as a further process opens it."""
    database = Database.open(path)
    try:
        yield database
    finally:
        database.close()


def every_kill(source: Path, folder: Path, act: Callable[[Database], None]) -> Iterator[Path]:
    """For each place at which `act` writes or commits, a copy in which it was killed there.

    The last copy is one in which it came through. Each is gone when the next is made.
    """
    copy = folder / "killed.db"
    for site in range(_SITES_MAX):
        for old in folder.glob("killed.db*"):
            old.unlink()
        shutil.copyfile(source, copy)
        came_through = _run(copy, act, site)
        yield copy
        if came_through:
            return
    raise AssertionError("there is no end of places")


def _run(path: Path, act: Callable[[Database], None], site: int) -> bool:
    """Fork, and act in the child until its place number `site`; says whether it came through."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            with opened(path) as database:
                _kill_at(database, site)
                act(database)
            code = 0
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return False
    assert os.WEXITSTATUS(status) == 0, "it failed without being killed"
    return True


def _kill_at(database: Database, site: int) -> None:
    left = [site]

    def passed() -> None:
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        left[0] -= 1

    def executing(_conn: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.lstrip().upper().startswith(_WRITES):
            passed()

    engine = database._writer
    event.listen(engine, "after_cursor_execute", executing)
    event.listen(engine, "commit", lambda _conn: passed())


def killed_everywhere(
    source: Path, folder: Path, act: Callable[[Database], None], look: Callable[[Database], object]
) -> int:
    """Kill `act` at each of its places: what it did is whole or not there, and never twice.

    Done again after each kill, everything is as if nobody had been killed. `act` may find all of it
    done. Returns at how many places it was killed.
    """
    ends: list[object] = []
    finals: list[object] = []
    for copy in every_kill(source, folder, act):
        with opened(copy) as database:
            ends.append(look(database))
            act(database)
            finals.append(look(database))
    before, final = ends[0], finals[-1]
    assert all(one == final for one in finals)
    assert before != final and ends[-1] == final
    assert all(one in (before, final) for one in ends)
    return len(ends) - 1
