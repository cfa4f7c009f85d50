"""Database errors in Ebenbild's words, translated at the one edge where sessions open.

The statement and its values stay out of the message: they may hold what a log must not.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import IntegrityError, OperationalError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from core import sqlite
from core.errors import Broken, Conflict, EbenbildError, Unavailable
from core.scratch import DISK_FULL

# Where the file beside a write-ahead log cannot grow, SQLite speaks of input and output.
_NO_ROOM = ("SQLITE_FULL", "SQLITE_IOERR_SHMSIZE")


_DAMAGED = ("SQLITE_NOTADB", "SQLITE_CORRUPT")


@contextmanager
def translated() -> Iterator[None]:
    """Raise Conflict, Unavailable or Broken for what the database raises inside."""
    try:
        yield
    except PoolTimeout as exc:
        raise _busy() from exc
    except StatementError as exc:
        raise translate(exc) from exc


@contextmanager
def of_driver() -> Iterator[None]:
    """Raise Unavailable for what the driver itself raises inside where its place is at fault."""
    try:
        yield
    except sqlite.driver().DatabaseError as exc:
        operational = isinstance(exc, sqlite.driver().OperationalError)
        known = _of_the_place(exc) if operational or is_damaged(exc) else None
        if known is None:
            raise
        raise known from exc


def translate(exc: StatementError) -> EbenbildError:
    """Return the error that a caller can act on; anything unforeseen is Broken."""
    text = str(exc.orig)
    if isinstance(exc, IntegrityError) and "UNIQUE constraint" in text:
        return Conflict("this is recorded already", next_step="read the record that exists")
    of_place = isinstance(exc, OperationalError) or is_damaged(exc.orig)
    known = _of_the_place(exc.orig) if of_place else None
    return known or Broken(f"the database refused a statement ({type(exc).__name__})")


def is_damaged(error: BaseException | None) -> bool:
    """Whether SQLite says that a file is no database, or none that can be read any more."""
    return getattr(error, "sqlite_errorname", "").startswith(_DAMAGED)


def _damaged() -> Unavailable:
    return Unavailable(
        "the database is damaged",
        next_step="stop what runs, keep the files, and restore the last backup into an empty "
        "folder: ebenbild restore",
        code="damaged-database",
    )


def _of_the_place(error: BaseException | None) -> Unavailable | None:
    """What SQLite says of a lock that stays taken, or of a disk; None for anything else."""
    if is_damaged(error):
        return _damaged()
    text = str(error)
    if "locked" in text or "busy" in text:
        return _busy()
    if "full" in text or getattr(error, "sqlite_errorname", "") in _NO_ROOM:
        return Unavailable(
            "the disk takes no more data; nothing was written",
            next_step="free disk space, then try again",
            code=DISK_FULL,
        )
    if "disk I/O" in text:
        return Unavailable(
            "the disk fails to read or write the database; nothing was written",
            next_step="read in the system's log what failed; a quota or limit may be reached too",
            code="disk-fault",
        )
    if "unable to open" in text:
        return Unavailable(
            "the database cannot be opened; nothing was written",
            next_step="let the account that runs this read and write the data folder",
            code="read-only",
        )
    return None


def _busy() -> Unavailable:
    return Unavailable(
        "the database is busy; nothing was written", next_step="try again", code="busy"
    )
