"""The audit log: who decided what and when, each entry bound to the one before it.

The hash of every entry is a leaf of the public log, so that nobody who can edit the database can
drop, change or reorder a decision unseen. What an entry says in detail is behind a salted
commitment: it can be forgotten for an erasure, and the chain still holds.
"""

import hashlib
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Index, and_, case, or_
from sqlmodel import Field, Session, col, select

from core import log, logleaf
from core.appendonly import append_only
from core.canonical import canonical
from core.clock import to_text
from core.columns import JsonText, Owned
from core.db import is_single_operator
from core.errors import Broken, NotFound
from core.ids import new_id
from core.principal import Principal
from core.visibility import owned, owns

GENESIS = "0" * 64
_SALT_BYTES = 32
LEAF_KIND = "audit.entry"


@dataclass(frozen=True, slots=True)
class Entry:
    """One decision; `details` is None once they were forgotten.

    `hash` covers everything but details and salt, which it holds by `commitment`; hashes are hex.
    """

    seq: int
    id: str
    tenant_id: str
    at: datetime
    subject: str
    person: str | None
    action: str
    subject_id: str
    details: Mapping[str, Any] | None
    single_operator: bool
    commitment: str
    previous: str
    hash: str
    log_index: int


@dataclass(frozen=True, slots=True)
class Sought:
    """Which decisions are meant; what is left out narrows nothing.

    `actor` is a person, or a key or worker that no person stands behind; `since` and `until` are
    days (UTC), both included.
    """

    actor: str = ""
    action: str = ""
    subject_id: str = ""
    since: date | None = None
    until: date | None = None


EVERYTHING = Sought()


class EntryRow(Owned, table=True):
    """Table of decisions; only what an erasure must forget may change."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index("audit_entry_newest", "tenant_id", "seq"),
        Index("audit_entry_about", "tenant_id", "subject_id", "seq"),
        Index("audit_entry_kinds", "tenant_id", "action", "seq", "person", "subject"),
        append_only("details", "salt"),
    )

    tenant_id: str
    seq: int = Field(unique=True)
    subject: str
    person: str | None = Field(default=None, index=True)
    action: str = Field(index=True)
    subject_id: str = Field(index=True)
    details: dict[str, Any] | None = Field(default=None, sa_type=JsonText)
    salt: bytes | None = None
    single_operator: bool
    commitment: str
    previous: str
    hash: str
    log_index: int


def record(
    session: Session,
    principal: Principal,
    *,
    action: str,
    subject_id: str,
    details: Mapping[str, Any],
    now: datetime,
) -> Entry:
    """Add a decision of this principal about `subject_id`; call it in `write()`.

    `details` are facts and ids, never a secret or a measurement of a body; raises BadInput when
    they have no canonical form.
    """
    decisions = [(subject_id, details)]
    return record_all(session, principal, action=action, decisions=decisions, now=now)[0]


def record_all(
    session: Session,
    principal: Principal,
    *,
    action: str,
    decisions: Sequence[tuple[str, Mapping[str, Any]]],
    now: datetime,
) -> list[Entry]:
    """Add decisions of a kind at once, each about a subject, with its details, in this order.

    As `record` does one by one, with as many statements for thousands as for one.
    """
    rows: list[EntryRow] = []
    before = _last(session)
    for subject_id, details in decisions:
        before = _next(session, principal, before, (action, subject_id, details), now)
        rows.append(before)
    in_log = [(row.id, _in_log(row)) for row in rows]
    indexes = log.append_all(session, kind=LEAF_KIND, leaves=in_log, at=now)
    for row, index in zip(rows, indexes, strict=True):
        row.log_index = index
    session.add_all(rows)
    session.flush()
    return [_entry(row) for row in rows]


def entries(
    session: Session,
    principal: Principal,
    sought: Sought = EVERYTHING,
    *,
    before_seq: int | None = None,
    limit: int = 100,
) -> list[Entry]:
    """Return the decisions of the principal's tenant, newest first."""
    query = select(EntryRow).where(owned(EntryRow, principal), *_narrowed(sought))
    if before_seq is not None:
        query = query.where(col(EntryRow.seq) < before_seq)
    rows = session.exec(query.order_by(col(EntryRow.seq).desc()).limit(limit))
    return [_entry(row) for row in rows]


def kinds(session: Session, principal: Principal) -> tuple[list[str], list[str]]:
    """Which actions the tenant's decisions are, and who took them, each in order."""
    bare = case((col(EntryRow.person).is_(None), EntryRow.subject), else_=EntryRow.person)
    query = select(EntryRow.action, bare).where(owned(EntryRow, principal))
    found = list(session.exec(query.distinct()))
    return sorted({action for action, _ in found}), sorted({actor for _, actor in found})


def newest_seq(session: Session) -> int:
    """Return how many entries the whole log has."""
    last = _last(session)
    return 0 if last is None else last.seq


def forget(
    session: Session, principal: Principal, entry_id: str, *, reason: str, now: datetime
) -> Entry:
    """Drop the details of an entry for an erasure, and record that; NotFound for another's."""
    row = session.get(EntryRow, entry_id)
    if row is None or not owns(row, principal):
        raise NotFound("there is no such entry", next_step="list the entries of your organisation")
    row.details, row.salt = None, None
    session.add(row)
    return record(
        session,
        principal,
        action="audit.forgotten",
        subject_id=entry_id,
        details={"reason": reason},
        now=now,
    )


def faults(session: Session) -> tuple[str, ...]:
    """Recompute the chain and compare it with the public log; name what does not agree.

    Reads every entry. An entry cut off at the end shows as a leaf without an entry.
    """
    found: list[str] = []
    previous, known = GENESIS, set()
    for expected, row in enumerate(session.exec(select(EntryRow).order_by(col(EntryRow.seq))), 1):
        if row.seq != expected or row.previous != previous:
            found.append(f"entry {expected} is missing or out of order")
            return tuple(found)
        if _hash(row) != row.hash or not _details_agree(row):
            found.append(f"entry {row.seq} was changed")
        if not _is_logged(session, row):
            found.append(f"entry {row.seq} is not what the public log committed to")
        known.add(row.id)
        previous = row.hash
    missing = [leaf for leaf in _leaves(session) if leaf.subject_id not in known]
    return (*found, *(f"leaf {leaf.index} has lost its entry" for leaf in missing))


def _narrowed(sought: Sought) -> Iterator[ColumnElement[bool]]:
    if sought.actor:
        bare = and_(col(EntryRow.person).is_(None), col(EntryRow.subject) == sought.actor)
        yield or_(col(EntryRow.person) == sought.actor, bare)
    if sought.action:
        yield col(EntryRow.action) == sought.action
    if sought.subject_id:
        yield col(EntryRow.subject_id) == sought.subject_id
    if sought.since is not None:
        yield col(EntryRow.recorded_at) >= _midnight(sought.since)
    if sought.until is not None:
        yield col(EntryRow.recorded_at) < _midnight(sought.until + timedelta(days=1))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)


def _last(session: Session) -> EntryRow | None:
    return session.exec(select(EntryRow).order_by(col(EntryRow.seq).desc()).limit(1)).first()


def _next(
    session: Session,
    principal: Principal,
    last: EntryRow | None,
    said: tuple[str, str, Mapping[str, Any]],
    now: datetime,
) -> EntryRow:
    """The entry after the last one, bound to it; it has no place in the log yet."""
    (action, subject_id, details), salt = said, secrets.token_bytes(_SALT_BYTES)
    row = EntryRow(
        id=new_id("aud"),
        tenant_id=principal.tenant_id,
        recorded_at=now,
        seq=1 if last is None else last.seq + 1,
        subject=principal.subject,
        person=principal.person,
        action=action,
        subject_id=subject_id,
        details=dict(details),
        salt=salt,
        single_operator=is_single_operator(session),
        commitment=logleaf.commit_to(salt, details),
        previous=GENESIS if last is None else last.hash,
        hash="",
        log_index=-1,
    )
    row.hash = _hash(row)
    return row


def _hash(row: EntryRow) -> str:
    fixed = {
        "v": 1,
        "seq": row.seq,
        "id": row.id,
        "tenant": row.tenant_id,
        "at": to_text(row.recorded_at),
        "by": row.subject,
        "person": row.person,
        "action": row.action,
        "subject": row.subject_id,
        "single_operator": row.single_operator,
        "commitment": row.commitment,
        "previous": row.previous,
    }
    return hashlib.sha256(canonical(fixed)).hexdigest()


def _in_log(row: EntryRow) -> dict[str, Any]:
    return {"seq": row.seq, "hash": row.hash}


def _details_agree(row: EntryRow) -> bool:
    if row.details is None and row.salt is None:
        return True
    if row.details is None or row.salt is None:
        return False
    return logleaf.commit_to(row.salt, row.details) == row.commitment


def _is_logged(session: Session, row: EntryRow) -> bool:
    try:
        return log.opens(session, row.log_index, _in_log(row))
    except (NotFound, Broken):
        return False


def _leaves(session: Session) -> list[log.Leaf]:
    return log.leaves_of(session, LEAF_KIND)


def _entry(row: EntryRow) -> Entry:
    return Entry(
        seq=row.seq,
        id=row.id,
        tenant_id=row.tenant_id,
        at=row.recorded_at,
        subject=row.subject,
        person=row.person,
        action=row.action,
        subject_id=row.subject_id,
        details=row.details,
        single_operator=row.single_operator,
        commitment=row.commitment,
        previous=row.previous,
        hash=row.hash,
        log_index=row.log_index,
    )
