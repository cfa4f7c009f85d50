"""Database errors in Ebenbild's words, translated at the one edge where sessions open.

The statement and its values stay out of the message: they may hold what a log must not.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import IntegrityError, OperationalError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from core.errors import Broken, Conflict, EbenbildError, Unavailable


@contextmanager
def translated() -> Iterator[None]:
    """Raise Conflict, Unavailable or Broken for what the database raises inside."""
    try:
        yield
    except PoolTimeout as exc:
        raise _busy() from exc
    except StatementError as exc:
        raise translate(exc) from exc


def translate(exc: StatementError) -> EbenbildError:
    """Return the error that a caller can act on; anything unforeseen is Broken."""
    text = str(exc.orig)
    if isinstance(exc, IntegrityError) and "UNIQUE constraint" in text:
        return Conflict("this is recorded already", next_step="read the record that exists")
    if isinstance(exc, OperationalError) and ("locked" in text or "busy" in text):
        return _busy()
    if isinstance(exc, OperationalError) and ("full" in text or "disk I/O" in text):
        return Unavailable(
            "the disk takes no more data; nothing was written",
            next_step="free disk space, then try again",
            code="disk-full",
        )
    return Broken(f"the database refused a statement ({type(exc).__name__})")


def _busy() -> Unavailable:
    return Unavailable(
        "the database is busy; nothing was written", next_step="try again", code="busy"
    )
