"""Table of roles: how large a part a performer has in a cut, or in all cuts of a work; append-only.

The cut's owner says so, and the newest row counts; the performer's side sees it.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field, Session, col, select

from core.appendonly import append_only
from core.columns import Owned
from core.ids import derived_id
from core.principal import Principal
from core.visibility import visible
from royalties.casting import Credit
from royalties.tariffs.models import Role


class CreditRow(Owned, table=True):
    """Table of roles; `scope_id` is a cut or a work, `role` is empty where it was taken back."""

    __tablename__ = "cast_credit"
    __table_args__ = (Index("cast_credit_scope", "scope_id", "seq"), append_only())

    scope_id: str
    performer_id: str
    role: str
    seq: int = Field(unique=True)


def add(
    session: Session, principal: Principal, credit: Credit, *, owner: str, at: datetime
) -> None:
    """Store a role; `owner` is the performer's tenant, who sees it."""
    session.add(
        CreditRow(
            id=derived_id("crd", principal.tenant_id, str(credit.seq)),
            tenant_id=principal.tenant_id,
            audience=f"tenant:{owner}",
            recorded_at=at,
            scope_id=credit.scope_id,
            performer_id=credit.performer_id,
            role=credit.role.value if credit.role else "",
            seq=credit.seq,
        )
    )
    session.flush()


def of_scopes(
    session: Session, principal: Principal, scope_ids: Sequence[str]
) -> tuple[Credit, ...]:
    """Every role ever named in these cuts and works that the principal may see, by `seq`."""
    query = (
        select(CreditRow)
        .where(visible(CreditRow, principal), col(CreditRow.scope_id).in_(scope_ids))
        .order_by(col(CreditRow.seq))
    )
    return tuple(
        Credit(row.scope_id, row.performer_id, Role(row.role) if row.role else None, row.seq)
        for row in session.exec(query)
    )
