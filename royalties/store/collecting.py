"""Tables of collecting mandates, of licences that say otherwise, and of what people decided.

All are append-only, so that their history stays. What a performer signed is no row here: it is a
mandate of the registry.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, UniqueConstraint, exists, or_
from sqlmodel import Field, Session, col, select

from core.appendonly import append_only
from core.columns import JsonText, Owned
from core.db import next_seq
from core.ids import derived_id
from core.places import behind
from core.principal import Principal, SearchCapability
from core.visibility import visible
from royalties.collecting import CollectingMandate, mandate_from_dict, mandate_to_dict
from royalties.models_collecting import ANY_CONFLICT, Conflict, Settled, SoughtConflicts

IDS_MAX = 500


class CollectingMandateRow(Owned, table=True):
    """Table of versions of mandates; the operator owns them, the society sees its own."""

    __tablename__ = "collecting_mandate"
    __table_args__ = (UniqueConstraint("mandate_id", "version"), append_only())

    seq: int = Field(unique=True)
    mandate_id: str
    version: int
    society_id: str
    giver_id: str = Field(index=True)
    document: dict[str, Any] = Field(sa_type=JsonText)
    approval_id: str = Field(unique=True)


class ConflictRow(Owned, table=True):
    """Table of licences under which the performer is paid directly though a society collects.

    The society owns it, the performer's side is the audience, and the licensee sees it too.
    """

    __tablename__ = "collecting_conflict"
    __table_args__ = (UniqueConstraint("licence_id", "tenant_id"), append_only())

    seq: int = Field(unique=True)
    licence_id: str = Field(index=True)
    licensee_id: str = Field(index=True)
    performer_id: str
    mandate_id: str


class SettledRow(Owned, table=True):
    """Table of decisions on conflicts; the newest counts."""

    __tablename__ = "collecting_settlement"
    __table_args__ = (append_only(),)

    seq: int = Field(unique=True)
    conflict_id: str = Field(foreign_key="collecting_conflict.id", index=True)
    collects: bool
    decided_by: str


def add_version(
    session: Session,
    principal: Principal,
    mandate: CollectingMandate,
    *,
    approval_id: str,
    at: datetime,
) -> None:
    """Store the next version of a mandate."""
    version = 1 + len(versions(session, principal, mandate.id))
    session.add(
        CollectingMandateRow(
            id=derived_id("cmv", mandate.id, str(version)),
            tenant_id=principal.tenant_id,
            audience=f"tenant:{mandate.society_id}",
            recorded_at=at,
            seq=next_seq(session),
            mandate_id=mandate.id,
            version=version,
            society_id=mandate.society_id,
            giver_id=mandate.giver_id,
            document=dict(mandate_to_dict(mandate)),
            approval_id=approval_id,
        )
    )
    session.flush()


def versions(session: Session, principal: Principal, mandate_id: str) -> list[CollectingMandate]:
    """Every version of a mandate that the principal may see, in order."""
    query = select(CollectingMandateRow).where(
        _seen(principal), col(CollectingMandateRow.mandate_id) == mandate_id
    )
    rows = session.exec(query.order_by(col(CollectingMandateRow.version)))
    return [mandate_from_dict(one.document, one.seq) for one in rows]


def is_kept(session: Session, principal: Principal, approval_id: str) -> bool:
    """Whether the version that was approved so is kept already."""
    query = select(CollectingMandateRow.id).where(
        _seen(principal), col(CollectingMandateRow.approval_id) == approval_id
    )
    return session.exec(query).first() is not None


def newest(session: Session, asker: Principal | SearchCapability) -> list[CollectingMandate]:
    """The newest version of every mandate, in the order of recording: those that a principal may
    see, or all of them, for the service that looks for a collector.
    """
    query = select(CollectingMandateRow).order_by(col(CollectingMandateRow.seq))
    if isinstance(asker, Principal):
        query = query.where(_seen(asker))
    found: dict[str, CollectingMandate] = {}
    for row in session.exec(query):
        found.pop(row.mandate_id, None)
        found[row.mandate_id] = mandate_from_dict(row.document, row.seq)
    return list(found.values())


def add_conflict(session: Session, made: Conflict, *, owner: str, at: datetime) -> None:
    """Store a conflict; `owner` is the performer's tenant, who sees it."""
    session.add(
        ConflictRow(
            id=made.id,
            tenant_id=made.society_id,
            audience=f"tenant:{owner}",
            recorded_at=at,
            seq=next_seq(session),
            licence_id=made.licence_id,
            licensee_id=made.licensee_id,
            performer_id=made.performer_id,
            mandate_id=made.mandate_id,
        )
    )
    session.flush()


def conflicts(
    session: Session,
    asker: Principal | SearchCapability,
    sought: SoughtConflicts = ANY_CONFLICT,
    *,
    limit: int | None = None,
) -> list[Conflict]:
    """Conflicts in the order of recording: a principal's own, or everybody's for the service."""
    query = select(ConflictRow).where(*_sought(sought)).order_by(col(ConflictRow.seq)).limit(limit)
    if isinstance(asker, Principal):
        mine = col(ConflictRow.licensee_id) == asker.tenant_id
        query = query.where(or_(visible(ConflictRow, asker), mine))
    rows = session.exec(query).all()
    decided = _newest_decisions(session, [one.id for one in rows])
    return [_conflict(one, decided.get(one.id)) for one in rows]


def add_settled(session: Session, conflict: Conflict, settled: Settled, *, at: datetime) -> None:
    """Store a decision on a conflict."""
    seq = next_seq(session)
    session.add(
        SettledRow(
            id=derived_id("cst", conflict.id, str(seq)),
            tenant_id=conflict.society_id,
            audience=f"tenant:{conflict.owner_id}",
            recorded_at=at,
            seq=seq,
            conflict_id=conflict.id,
            collects=settled.collects,
            decided_by=settled.decided_by,
        )
    )
    session.flush()


def _sought(sought: SoughtConflicts) -> Iterator[ColumnElement[bool]]:
    if sought.id:
        yield col(ConflictRow.id) == sought.id
    if sought.after:
        yield behind((col(ConflictRow.seq),), col(ConflictRow.id), sought.after)
    if sought.is_settled is not None:
        settled = exists().where(col(SettledRow.conflict_id) == col(ConflictRow.id))
        yield settled if sought.is_settled else ~settled


def _seen(principal: Principal) -> Any:
    given = col(CollectingMandateRow.giver_id) == principal.tenant_id
    return or_(visible(CollectingMandateRow, principal), given)


def _newest_decisions(session: Session, conflict_ids: list[str]) -> dict[str, SettledRow]:
    found: dict[str, SettledRow] = {}
    for start in range(0, len(conflict_ids), IDS_MAX):
        query = (
            select(SettledRow)
            .where(col(SettledRow.conflict_id).in_(conflict_ids[start : start + IDS_MAX]))
            .order_by(col(SettledRow.seq))
        )
        found |= {one.conflict_id: one for one in session.exec(query)}
    return found


def _conflict(row: ConflictRow, decided: SettledRow | None) -> Conflict:
    return Conflict(
        id=row.id,
        licence_id=row.licence_id,
        licensee_id=row.licensee_id,
        performer_id=row.performer_id,
        owner_id=row.audience.removeprefix("tenant:"),
        society_id=row.tenant_id,
        mandate_id=row.mandate_id,
        found_at=row.recorded_at,
        settled=None if decided is None else Settled(decided.collects, decided.decided_by),
    )
