"""Tables of approvals, refusals and notices per cut, and of tenants' policies on unknown people.

Both are append-only: the newest row counts, and what was said before stays readable.
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field, Session, col, select

from core.appendonly import append_only
from core.columns import Owned
from core.principal import Principal
from core.visibility import owned, visible
from licensing.cutacts import Act, CutAct
from licensing.known import UnknownPolicy

ROWS_MAX = 1_000


class CutActRow(Owned, table=True):
    """One act about one cut; the other party of the licence is its audience."""

    __tablename__ = "cut_act"
    __table_args__ = (Index("cut_act_of", "licence_id", "cut_id"), append_only())

    licence_id: str = Field(foreign_key="licence.id")
    cut_id: str = Field(index=True)
    act: str
    seq: int = Field(unique=True)


class ClearancePolicyRow(Owned, table=True):
    """What a tenant wants of unknown people nobody answered for."""

    __tablename__ = "clearance_policy"
    __table_args__ = (append_only(),)

    unknowns: str
    seq: int = Field(unique=True)


def add_act(session: Session, act: CutAct, *, audience: str) -> None:
    """Store an act."""
    row = CutActRow(
        id=act.id,
        tenant_id=act.tenant_id,
        audience=audience,
        recorded_at=act.recorded_at,
        licence_id=act.licence_id,
        cut_id=act.cut_id,
        act=act.act.value,
        seq=act.seq,
    )
    session.add(row)
    session.flush()


def acts_on(
    session: Session, principal: Principal, licence_ids: Collection[str], cut_id: str
) -> tuple[CutAct, ...]:
    """Acts about a cut under these licences that the principal may see, oldest first."""
    query = (
        select(CutActRow)
        .where(
            visible(CutActRow, principal),
            col(CutActRow.licence_id).in_(licence_ids),
            col(CutActRow.cut_id) == cut_id,
        )
        .order_by(col(CutActRow.seq))
    )
    return tuple(_act(row) for row in session.exec(query))


def acts_under(session: Session, principal: Principal, licence_id: str) -> tuple[CutAct, ...]:
    """Every act under one licence that the principal may see, newest first."""
    query = (
        select(CutActRow)
        .where(visible(CutActRow, principal), col(CutActRow.licence_id) == licence_id)
        .order_by(col(CutActRow.seq).desc())
        .limit(ROWS_MAX)
    )
    return tuple(_act(row) for row in session.exec(query))


def add_policy(
    session: Session,
    principal: Principal,
    unknowns: UnknownPolicy,
    *,
    policy_id: str,
    seq: int,
    at: datetime,
) -> None:
    """Store what the tenant wants from now on."""
    row = ClearancePolicyRow(
        id=policy_id,
        tenant_id=principal.tenant_id,
        recorded_at=at,
        unknowns=unknowns.value,
        seq=seq,
    )
    session.add(row)
    session.flush()


def policy(session: Session, principal: Principal, *, up_to_seq: int = 2**62) -> UnknownPolicy:
    """What the tenant wanted as of `up_to_seq`; REVIEW where it had never said."""
    query = (
        select(ClearancePolicyRow.unknowns)
        .where(
            owned(ClearancePolicyRow, principal),
            col(ClearancePolicyRow.seq) <= up_to_seq,
        )
        .order_by(col(ClearancePolicyRow.seq).desc())
        .limit(1)
    )
    return UnknownPolicy(session.exec(query).first() or UnknownPolicy.REVIEW)


def _act(row: CutActRow) -> CutAct:
    return CutAct(
        id=row.id,
        tenant_id=row.tenant_id,
        licence_id=row.licence_id,
        cut_id=row.cut_id,
        act=Act(row.act),
        seq=row.seq,
        recorded_at=row.recorded_at,
    )
