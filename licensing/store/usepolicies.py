"""Table of what performers want done about uses that nobody licensed."""

from collections.abc import Collection
from datetime import datetime

from sqlmodel import Field, Session, col, select

from core.columns import Owned
from core.ids import new_id
from core.principal import Principal, SearchCapability
from core.visibility import visible
from licensing.models_enforcement import Policy


class PolicyRow(Owned, table=True):
    """Table of policies; the newest of a performer counts."""

    __tablename__ = "use_policy"

    performer_id: str = Field(foreign_key="performer.id", index=True)
    seq: int = Field(unique=True)
    policy: str


def add_policy(
    session: Session,
    principal: Principal,
    performer_id: str,
    wanted: Policy,
    *,
    seq: int,
    at: datetime,
) -> None:
    """Store what a performer wants from now on."""
    session.add(
        PolicyRow(
            id=new_id("pol"),
            tenant_id=principal.tenant_id,
            recorded_at=at,
            performer_id=performer_id,
            seq=seq,
            policy=wanted.value,
        )
    )
    session.flush()


def policy(session: Session, principal: Principal, performer_id: str) -> Policy | None:
    """What a performer wants, `None` before anything was said."""
    query = (
        select(PolicyRow.policy)
        .where(col(PolicyRow.performer_id) == performer_id, visible(PolicyRow, principal))
        .order_by(col(PolicyRow.seq).desc())
    )
    found = session.exec(query.limit(1)).first()
    return None if found is None else Policy(found)


def policies_of(
    session: Session, _capability: SearchCapability, performer_ids: Collection[str]
) -> dict[str, Policy]:
    """What each of these performers wants, across tenants, where anything was said."""
    query = (
        select(PolicyRow.performer_id, PolicyRow.policy)
        .where(col(PolicyRow.performer_id).in_(performer_ids))
        .order_by(col(PolicyRow.seq))
    )
    return {performer_id: Policy(wanted) for performer_id, wanted in session.exec(query)}
