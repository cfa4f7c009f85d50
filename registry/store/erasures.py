"""Erasures: what was asked for, and the deleting of one person's rows in every table.

Which tables those are is declared in the record of processing and not here, so that a new table
cannot be forgotten without a test saying so.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Table, delete, or_, update
from sqlalchemy import func as sql_func
from sqlalchemy import select as select_columns
from sqlmodel import Field, Session, SQLModel, col, select

from core import answers
from core.columns import JsonText, Owned, UtcDateTime
from core.errors import NotFound
from core.principal import Principal, SearchCapability
from core.visibility import owned, visible
from registry.models.privacy import Erased, ErasureState
from registry.privacy.records import Erasure, Kin, Record
from registry.store.enrolments import EnrolmentRow
from registry.store.people import PerformerRow, names_of

_TEXT_MIN = 3
# What columns are called that name a stored file.
OBJECT_COLUMNS = {"object_name", "rejects_object"}
# What attesters stated, and who has custody: nobody needs to be shown that it was said.
_SAID_OF_OTHERS = ("enrolment.attested", "guardian.added", "guardian.attested", "guardian.ended")


@dataclass(frozen=True, slots=True)
class Person:
    """One performer and every id that leads there; `names` are the words that name them."""

    performer_id: str
    tenant_id: str
    names: tuple[str, ...]
    enrolment_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Going:
    """What a person's rows that are to be deleted are called, and which stored files they name."""

    row_ids: tuple[str, ...]
    objects: tuple[str, ...]


class ErasureRow(Owned, table=True):
    """Table of erasures; `pending` is what is still to go after the rows went."""

    __tablename__ = "erasure"

    performer_id: str = Field(foreign_key="performer.id", unique=True)
    seq: int = Field(unique=True)
    state: str
    counts: dict[str, int] = Field(sa_type=JsonText)
    pending: dict[str, Any] = Field(sa_type=JsonText)
    receipt: bytes | None = None
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


def person(session: Session, principal: Principal, performer_id: str) -> Person:
    """All that leads to a performer of the caller's; raises NotFound."""
    query = select(PerformerRow).where(
        col(PerformerRow.id) == performer_id, owned(PerformerRow, principal)
    )
    row = session.exec(query).first()
    if row is None:
        raise NotFound("There is no such performer.", next_step="Check the performer id.")
    enrolments = select(EnrolmentRow.id).where(col(EnrolmentRow.performer_id) == performer_id)
    return Person(
        performer_id=performer_id,
        tenant_id=row.tenant_id,
        names=tuple(set(names_of(session, row))),
        enrolment_ids=tuple(session.exec(enrolments)),
    )


def going(
    session: Session, _capability: SearchCapability, found: Person, records: Collection[Record]
) -> Going:
    """Ids and stored files of all rows that `delete_declared` will delete."""
    ids: list[str] = []
    objects: set[str] = set()
    for table, clause in _declared(found, records):
        ids += session.connection().execute(select_columns(table.c.id).where(clause)).scalars()
        if "object_name" in table.c:
            names = session.connection().execute(select_columns(table.c.object_name).where(clause))
            objects.update(name for name in names.scalars() if name)
    return Going(tuple(ids), tuple(sorted(objects)))


def blank_performer(session: Session, performer_id: str, *, at: datetime) -> None:
    """Take the names of a performer away: a pseudonym is read in their place."""
    row = session.get_one(PerformerRow, performer_id)
    row.sealed_names = None
    row.born_on = row.agrees_on = row.deceased_on = None
    row.erased_at = row.erased_at or at
    session.add(row)
    session.flush()


def delete_declared(
    session: Session, _capability: SearchCapability, found: Person, records: Collection[Record]
) -> dict[str, int]:
    """Delete the person's rows in every table that is declared so; returns how many by table."""
    session.flush()
    counts = {
        table.name: _delete(session, table, clause) for table, clause in _declared(found, records)
    }
    session.expire_all()
    return counts


def delete_mentions(
    session: Session,
    _capability: SearchCapability,
    found: Person,
    ids: Collection[str],
    *,
    spare_job: str,
) -> dict[str, int]:
    """Delete messages, kept answers and jobs in which the person or one of `ids` is named."""
    tables = SQLModel.metadata.tables
    notice, event, delivery = tables["notice"], tables["event"], tables["delivery"]
    job = tables["job"]
    counts = {
        "notice": _delete(
            session,
            notice,
            or_(notice.c.subject_id.in_(ids), _mentions(notice.c.facts, found)),
        ),
        "event": _delete(
            session,
            event,
            or_(event.c.subject_id.in_(ids), _mentions(event.c.payload, found)),
        ),
        "delivery": _delete(session, delivery, _mentions(delivery.c.body, found)),
        "idempotency": answers.drop_mentions(
            session,
            found.tenant_id,
            names=found.names,
            ids=(found.performer_id, *found.enrolment_ids),
        ),
        "job": _delete(
            session,
            job,
            or_(job.c.subject_key.in_(ids), _mentions(job.c.payload, found))
            & (job.c.id != spare_job),
        ),
    }
    session.expire_all()
    return counts


def forget_details(session: Session, _capability: SearchCapability, ids: Collection[str]) -> int:
    """Blank what the audit log says in detail about the person, and drop salts of statements.

    The chain and the public log still hold: they are about hashes. Salts of consents stay, because
    the registry must be able to prove them.
    """
    tables = SQLModel.metadata.tables
    audit, leaf, salt = tables["audit_entry"], tables["log_leaf"], tables["log_salt"]
    blanked = session.connection().execute(
        update(audit)
        .where(audit.c.subject_id.in_(ids), audit.c.details.is_not(None))
        .values(details=None, salt=None)
    )
    leaves = select_columns(leaf.c.seq).where(
        leaf.c.subject_id.in_(ids), leaf.c.kind.in_(_SAID_OF_OTHERS)
    )
    dropped = _delete(session, salt, salt.c.seq.in_(leaves))
    session.expire_all()
    return int(blanked.rowcount) + dropped


def add_erasure(session: Session, item: Erased, *, pending: Mapping[str, Any]) -> None:
    """Store an erasure that is under way; raises Conflict for a second one of the same person."""
    session.add(
        ErasureRow(
            id=item.id,
            tenant_id=item.tenant_id,
            recorded_at=item.requested_at,
            performer_id=item.performer_id,
            seq=item.seq,
            state=item.state,
            counts=dict(item.counts),
            pending=dict(pending),
        )
    )
    session.flush()


def get_erasure(session: Session, principal: Principal, erasure_id: str) -> Erased:
    """One erasure of the caller's; raises NotFound."""
    return _erased(_row(session, principal, erasure_id))


def pending_of(session: Session, principal: Principal, erasure_id: str) -> dict[str, Any]:
    """What is still to go."""
    return _row(session, principal, erasure_id).pending


def of_performer(session: Session, principal: Principal, performer_id: str) -> Erased | None:
    """The erasure of a performer, where there was one."""
    query = select(ErasureRow).where(
        col(ErasureRow.performer_id) == performer_id, visible(ErasureRow, principal)
    )
    row = session.exec(query).first()
    return None if row is None else _erased(row)


def list_erasures(session: Session, principal: Principal) -> tuple[Erased, ...]:
    """The caller's erasures, oldest first."""
    query = select(ErasureRow).where(visible(ErasureRow, principal)).order_by(col(ErasureRow.seq))
    return tuple(_erased(row) for row in session.exec(query))


def finish(
    session: Session,
    principal: Principal,
    erasure_id: str,
    *,
    counts: Mapping[str, int],
    receipt: bytes,
    at: datetime,
) -> None:
    """Keep the receipt; nothing is pending any more."""
    row = _row(session, principal, erasure_id)
    row.state, row.finished_at, row.receipt = ErasureState.DONE, at, receipt
    row.counts, row.pending = dict(counts), {}
    session.add(row)
    session.flush()


def object_uses(session: Session, object_name: str) -> int:
    """How many rows of any kind still need a stored file."""
    total = 0
    for table in SQLModel.metadata.sorted_tables:
        if "object_name" in table.c:
            query = (
                select_columns(sql_func.count())
                .select_from(table)
                .where(table.c.object_name == object_name)
            )
            total += int(session.connection().execute(query).scalar_one())
    return total


def objects_named(session: Session) -> set[str]:
    """The stored files that rows of any kind name."""
    found: set[str] = set()
    for table in SQLModel.metadata.sorted_tables:
        for column in (one for one in table.c if one.name in OBJECT_COLUMNS):
            query = select_columns(column).where(column.is_not(None)).distinct()
            found |= {str(name) for name in session.connection().execute(query).scalars()}
    return found


def _declared(
    found: Person, records: Collection[Record]
) -> Iterator[tuple[Table, ColumnElement[bool]]]:
    """Tables that are declared to be deleted, with the clause for the person's rows."""
    declared = {item.table: item for item in records if item.erasure is Erasure.DELETE}
    # Backwards, so that what points at a row goes before the row.
    for table in reversed(SQLModel.metadata.sorted_tables):
        record = declared.get(table.name)
        if record is not None and record.column is not None:
            ids = found.enrolment_ids if record.kin is Kin.ENROLMENT else (found.performer_id,)
            yield table, table.c[record.column].in_(ids)


def _mentions(column: Any, found: Person) -> ColumnElement[bool]:
    # Names are sought as they stand inside JSON: between quotes, so that "Al" is not found in all.
    words = [f'"{name}"' for name in found.names if len(name) >= _TEXT_MIN]
    ids = (found.performer_id, *found.enrolment_ids)
    return or_(*(column.contains(text, autoescape=True) for text in (*ids, *words)))


def _delete(session: Session, table: Table, clause: ColumnElement[bool]) -> int:
    return int(session.connection().execute(delete(table).where(clause)).rowcount)


def _row(session: Session, principal: Principal, erasure_id: str) -> ErasureRow:
    query = select(ErasureRow).where(
        col(ErasureRow.id) == erasure_id, visible(ErasureRow, principal)
    )
    row = session.exec(query).first()
    if row is None:
        raise NotFound("There is no such erasure.", next_step="Check the erasure id.")
    return row


def _erased(row: ErasureRow) -> Erased:
    return Erased(
        id=row.id,
        tenant_id=row.tenant_id,
        performer_id=row.performer_id,
        seq=row.seq,
        state=ErasureState(row.state),
        counts=row.counts,
        receipt=row.receipt,
        requested_at=row.recorded_at,
        finished_at=row.finished_at,
    )
