"""Table of usage lines that wait for a person, or waited; the reporter sees its own."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Index, exists
from sqlalchemy.orm import Mapped
from sqlmodel import Field, Session, col, select

from core.appendonly import append_only, guard
from core.columns import JsonText, Owned, UtcDateTime
from core.principal import Principal
from core.visibility import owned, visible
from fingerprint.models import Reason
from royalties.models_usage import Hold, HoldState

PAGE_MAX = 200
_DECISION = ("state", "approval_id", "decided_at")
DECIDED = guard(
    "usage_hold_decided",
    f"UPDATE OF {', '.join(_DECISION)} ON usage_hold",
    when="OLD.state IS NOT 'HELD'",
    says="what was decided on a held line stays",
)


class UsageHoldRow(Owned, table=True):
    """Table of holds, one of a line for good."""

    __tablename__ = "usage_hold"
    __table_args__ = (
        Index("usage_hold_open", "tenant_id", "state", "id"),
        append_only(*_DECISION, guards=(DECIDED,)),
    )

    line_id: str = Field(foreign_key="usage_line.id", unique=True)
    cut_id: str
    period: str
    rules_id: str
    reasons: list[dict[str, Any]] = Field(sa_type=JsonText)
    state: str = HoldState.HELD.value
    approval_id: str | None = None
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


def held(line_id: Mapped[str]) -> ColumnElement[bool]:
    """Whether the line of this id waits for a person, or was rejected by one."""
    return exists().where(
        col(UsageHoldRow.line_id) == line_id, col(UsageHoldRow.state) != HoldState.RELEASED.value
    )


def known(line_id: Mapped[str]) -> ColumnElement[bool]:
    """Whether the line of this id was ever held, whatever became of it."""
    return exists().where(col(UsageHoldRow.line_id) == line_id)


def rejected(line_id: Mapped[str]) -> ColumnElement[bool]:
    """Whether a person rejected the line of this id."""
    return exists().where(
        col(UsageHoldRow.line_id) == line_id, col(UsageHoldRow.state) == HoldState.REJECTED.value
    )


def add_holds(session: Session, holds: Sequence[Hold]) -> None:
    """Store holds of lines that have none."""
    for item in holds:
        session.add(
            UsageHoldRow(
                id=item.id,
                tenant_id=item.tenant_id,
                audience=f"tenant:{item.reporter_id}",
                recorded_at=item.recorded_at,
                line_id=item.line_id,
                cut_id=item.cut_id,
                period=item.period,
                rules_id=item.rules_id,
                reasons=[{"code": one.code, "detail": dict(one.detail)} for one in item.reasons],
            )
        )
    session.flush()


def get_hold(session: Session, principal: Principal, hold_id: str) -> Hold | None:
    """One hold that the principal may see."""
    query = select(UsageHoldRow).where(
        col(UsageHoldRow.id) == hold_id, visible(UsageHoldRow, principal)
    )
    row = session.exec(query).first()
    return None if row is None else _hold(row)


def holds_by_id(session: Session, principal: Principal, hold_ids: Sequence[str]) -> list[Hold]:
    """These of the holds that the principal may see, in the order of their ids."""
    query = select(UsageHoldRow).where(
        col(UsageHoldRow.id).in_(hold_ids), visible(UsageHoldRow, principal)
    )
    return [_hold(row) for row in session.exec(query.order_by(col(UsageHoldRow.id)))]


def list_holds(
    session: Session, principal: Principal, state: HoldState, *, after: str = ""
) -> tuple[Hold, ...]:
    """Holds in one state that the principal may see, in the order of their ids."""
    query = (
        select(UsageHoldRow)
        .where(
            visible(UsageHoldRow, principal),
            col(UsageHoldRow.state) == state.value,
            col(UsageHoldRow.id) > after,
        )
        .order_by(col(UsageHoldRow.id))
        .limit(PAGE_MAX)
    )
    return tuple(_hold(row) for row in session.exec(query))


def save(session: Session, principal: Principal, item: Hold) -> None:
    """Keep what became of a hold of the principal's own."""
    query = select(UsageHoldRow).where(
        col(UsageHoldRow.id) == item.id, owned(UsageHoldRow, principal)
    )
    row = session.exec(query).one()
    row.approval_id, row.decided_at, row.state = item.approval_id, item.decided_at, item.state
    session.add(row)
    session.flush()


def _hold(row: UsageHoldRow) -> Hold:
    return Hold(
        id=row.id,
        tenant_id=row.tenant_id,
        reporter_id=row.audience.removeprefix("tenant:"),
        line_id=row.line_id,
        cut_id=row.cut_id,
        period=row.period,
        rules_id=row.rules_id,
        reasons=tuple(Reason(one["code"], one["detail"]) for one in row.reasons),
        state=HoldState(row.state),
        recorded_at=row.recorded_at,
        approval_id=row.approval_id,
        decided_at=row.decided_at,
    )
