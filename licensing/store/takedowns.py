"""Table of notices to platforms about found clips; for the performer's side alone."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, or_, text
from sqlmodel import Field, Session, col, select

from core.columns import Owned, UtcDateTime
from core.principal import Principal, SearchCapability
from core.visibility import visible
from licensing.models_enforcement import Outcome, Takedown, TakedownState
from licensing.store.clips import ROWS_MAX


class TakedownRow(Owned, table=True):
    """Table of notices to platforms; `sealed` is their text in every language."""

    __tablename__ = "takedown"

    clip_id: str = Field(foreign_key="found_clip.id", index=True)
    performer_id: str = Field(foreign_key="performer.id", index=True)
    seq: int = Field(unique=True)
    platform: str
    state: str
    sha256: str
    sealed: bytes
    countered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    reminded_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    outcome: str = ""
    result: str = Field(default="", sa_column_kwargs={"server_default": text("''")})


def add_takedown(session: Session, item: Takedown, *, seq: int) -> None:
    """Store a notice."""
    session.add(
        TakedownRow(
            id=item.id,
            tenant_id=item.tenant_id,
            recorded_at=item.sent_at,
            clip_id=item.clip_id,
            performer_id=item.performer_id,
            seq=seq,
            platform=item.platform,
            state=item.state.value,
            sha256=item.sha256,
            sealed=item.sealed,
        )
    )
    session.flush()


def save_takedown(session: Session, item: Takedown) -> None:
    """Store where a notice stands now."""
    row = session.get_one(TakedownRow, item.id)
    row.state, row.countered_at = item.state.value, item.countered_at
    row.reminded_at, row.closed_at = item.reminded_at, item.closed_at
    row.outcome, row.result = item.outcome, item.result.value
    session.add(row)
    session.flush()


def takedown_about(session: Session, principal: Principal, clip_id: str) -> Takedown | None:
    """The first notice about a clip of the principal's own."""
    query = (
        select(TakedownRow)
        .where(col(TakedownRow.clip_id) == clip_id, visible(TakedownRow, principal))
        .order_by(col(TakedownRow.seq))
    )
    row = session.exec(query).first()
    return None if row is None else _takedown(row)


def takedown(session: Session, principal: Principal, takedown_id: str) -> Takedown | None:
    """One notice of the principal's own."""
    query = select(TakedownRow).where(
        col(TakedownRow.id) == takedown_id, visible(TakedownRow, principal)
    )
    row = session.exec(query).first()
    return None if row is None else _takedown(row)


def takedowns(
    session: Session,
    principal: Principal,
    *,
    performer_id: str | None = None,
    before_seq: int | None = None,
    limit: int = 100,
) -> tuple[tuple[int, Takedown], ...]:
    """(number, notice) of the principal's own notices, newest first."""
    query = select(TakedownRow).where(visible(TakedownRow, principal))
    if performer_id is not None:
        query = query.where(col(TakedownRow.performer_id) == performer_id)
    if before_seq is not None:
        query = query.where(col(TakedownRow.seq) < before_seq)
    rows = session.exec(query.order_by(col(TakedownRow.seq).desc()).limit(min(limit, ROWS_MAX)))
    return tuple((row.seq, _takedown(row)) for row in rows)


def about(
    session: Session, _capability: SearchCapability, clip_ids: Collection[str]
) -> dict[str, tuple[Takedown, ...]]:
    """Every notice about these clips, across tenants, by clip."""
    query = select(TakedownRow).where(col(TakedownRow.clip_id).in_(clip_ids))
    found: dict[str, tuple[Takedown, ...]] = {}
    for row in session.exec(query.order_by(col(TakedownRow.seq))):
        found[row.clip_id] = (*found.get(row.clip_id, ()), _takedown(row))
    return found


def noticed_clips(
    session: Session, _capability: SearchCapability, *, limit: int
) -> tuple[str, ...]:
    """Ids of the clips about which notices may stand, across tenants, last noticed first."""
    open_ = [TakedownState.SENT.value, TakedownState.COUNTERED.value]
    query = (
        select(TakedownRow.clip_id)
        .where(
            or_(
                col(TakedownRow.state).in_(open_),
                col(TakedownRow.result) == Outcome.UPHELD.value,
            )
        )
        .group_by(col(TakedownRow.clip_id))
        .order_by(func.max(col(TakedownRow.seq)).desc())
    )
    return tuple(session.exec(query.limit(limit)))


def countered(session: Session, _capability: SearchCapability) -> tuple[Takedown, ...]:
    """Every contested notice of which nobody was reminded yet, across tenants."""
    query = select(TakedownRow).where(
        col(TakedownRow.state) == TakedownState.COUNTERED.value,
        col(TakedownRow.reminded_at).is_(None),
    )
    return tuple(_takedown(row) for row in session.exec(query.order_by(col(TakedownRow.seq))))


def _takedown(row: TakedownRow) -> Takedown:
    return Takedown(
        id=row.id,
        tenant_id=row.tenant_id,
        clip_id=row.clip_id,
        performer_id=row.performer_id,
        platform=row.platform,
        state=TakedownState(row.state),
        sha256=row.sha256,
        sent_at=row.recorded_at,
        sealed=row.sealed,
        countered_at=row.countered_at,
        reminded_at=row.reminded_at,
        closed_at=row.closed_at,
        outcome=row.outcome,
        result=Outcome(row.result),
    )
