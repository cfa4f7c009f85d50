"""The keys with which the public log signs its checkpoints, sealed, and how one follows another.

They sign nothing else, so that a log can change its key while licences go on as they were. During
a change the old and the new key both sign; readers who know either can go on. The name of every
key is the log's origin, fixed when the first one is made: it is who the log is.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Field, Session, SQLModel, col, select

from core import audit, keys
from core.appendonly import append_only
from core.checkpoint import log_key
from core.clock import utc_now
from core.columns import UtcDateTime
from core.errors import Conflict, NotFound
from core.keys import PrivateKey
from core.principal import Principal, require
from core.signednote import NoteKey, key_from_vkey
from core.vault import Vault

SCOPE = "admin"
PREFIX = "/log"
_SEED_BYTES = 32
_SUBJECT = "log-keys"
_BOUND = {"what": "log-key"}


@dataclass(frozen=True, slots=True)
class LogKey:
    """A key of the log; it signs until `retired_at`."""

    key: NoteKey
    since: datetime
    retired_at: datetime | None


class LogKeyRow(SQLModel, table=True):
    """Table of the log's keys; the sealed secret goes when a key is retired."""

    __tablename__ = "log_key"
    __table_args__ = (append_only("sealed", "retired_at"),)

    vkey: str = Field(primary_key=True)
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    sealed: bytes | None = None
    retired_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


def origin_of(base_url: str) -> str:
    """Return the origin of the log of a registry at this address."""
    return base_url.partition("://")[2] + PREFIX


def log_keys(session: Session) -> tuple[LogKey, ...]:
    """Return every key the log ever signed with, oldest first."""
    return tuple(
        LogKey(key_from_vkey(row.vkey), row.recorded_at, row.retired_at) for row in _rows(session)
    )


def signing_keys(
    session: Session, vault: Vault, base_url: str
) -> tuple[tuple[str, PrivateKey], ...]:
    """Return origin and secret of each key in use; the first is made when there is none."""
    rows = [row for row in _rows(session) if row.retired_at is None]
    if not rows:
        rows = [_add(session, vault, origin_of(base_url))]
    return tuple((key_from_vkey(row.vkey).name, _open(vault, row)) for row in rows)


def add_key(
    session: Session, vault: Vault, principal: Principal, base_url: str, *, now: datetime
) -> LogKey:
    """Begin a change of key: from now on a new one signs beside those in use; Conflict beyond two.

    Call it in `write()`; the next checkpoint carries both signatures.
    """
    require(principal, SCOPE)
    rows = [row for row in _rows(session) if row.retired_at is None]
    if len(rows) > 1:
        raise Conflict(
            "a change of the log's key is under way",
            next_step="retire the old key first: ebenbild log retire-key",
        )
    origin = key_from_vkey(rows[0].vkey).name if rows else origin_of(base_url)
    row = _add(session, vault, origin)
    _record(session, principal, "log.key-added", row.vkey, now)
    return LogKey(key_from_vkey(row.vkey), row.recorded_at, None)


def retire_key(session: Session, principal: Principal, vkey: str, *, now: datetime) -> None:
    """End a change of key: this one signs no more and its secret goes.

    Raises NotFound for an unknown key, Conflict for the last one in use.
    """
    require(principal, SCOPE)
    row = session.get(LogKeyRow, vkey)
    if row is None or row.retired_at is not None:
        raise NotFound("no such key is in use", next_step="read the keys: ebenbild log show")
    if sum(other.retired_at is None for other in _rows(session)) < 2:
        raise Conflict(
            "the log's only key cannot be retired",
            next_step="begin a change of key first: ebenbild log rotate-key",
        )
    row.sealed, row.retired_at = None, now
    session.add(row)
    _record(session, principal, "log.key-retired", vkey, now)


def _record(session: Session, principal: Principal, action: str, vkey: str, now: datetime) -> None:
    # The entry adds a leaf, so the change itself is under the next checkpoint.
    audit.record(
        session, principal, action=action, subject_id="log", details={"key": vkey}, now=now
    )


def _rows(session: Session) -> list[LogKeyRow]:
    return list(session.exec(select(LogKeyRow).order_by(col(LogKeyRow.recorded_at))))


def _add(session: Session, vault: Vault, origin: str) -> LogKeyRow:
    seed = secrets.token_bytes(_SEED_BYTES)
    key = log_key(origin, keys.from_seed(seed).public)
    row = LogKeyRow(vkey=key.vkey, recorded_at=utc_now(), sealed=vault.seal(_SUBJECT, seed, _BOUND))
    session.add(row)
    session.flush()
    return row


def _open(vault: Vault, row: LogKeyRow) -> PrivateKey:
    assert row.sealed is not None, "a key in use has its secret"
    return keys.from_seed(vault.unseal(_SUBJECT, row.sealed, _BOUND))
