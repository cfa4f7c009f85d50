"""Counts of tries under a name, kept as hashes, so that a lock says nothing about who exists."""

import hashlib
from datetime import datetime

from sqlmodel import Session

from api.accounts import throttle
from api.accounts.models import Door
from api.accounts.store import sessions as store
from api.accounts.store.sessions import AttemptState
from api.accounts.throttle import Limit, Tries

DOOR = Door("tries")


def name_of(kind: str, value: str) -> str:
    """The name under which tries of an account or an address are counted."""
    return hashlib.sha256(f"{kind}\x00{value}".encode("utf-8", "surrogatepass")).hexdigest()


def any_waits(session: Session, names: tuple[str, ...], now: datetime) -> bool:
    """Say whether one of these may not be tried yet."""
    return any(throttle.waits(_tries(session, name), now) for name in names)


def waits_until(session: Session, name: str, now: datetime) -> datetime | None:
    """Until when this may not be tried; None where it may be."""
    found = _tries(session, name)
    return found.locked_until if found is not None and throttle.waits(found, now) else None


def count(session: Session, name: str, limit: Limit, now: datetime) -> None:
    """Count one more; call it in `write()`."""
    after = throttle.after_failure(_tries(session, name), limit, now)
    state = AttemptState(after.failures, after.since, after.locked_until)
    store.save_attempts(session, DOOR, name, state)


def forget(session: Session, name: str) -> None:
    """Begin to count anew."""
    store.save_attempts(session, DOOR, name, None)


def _tries(session: Session, name: str) -> Tries | None:
    state = store.attempts(session, DOOR, name)
    return None if state is None else Tries(state.failures, state.since, state.locked_until)
