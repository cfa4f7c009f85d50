"""Tables of distribution runs, their lines and releases; what a closed run did never changes.

A run is written after its lines and takes no more of them. At most one run of a book is unfinished,
so that nothing can be handed on by two of them.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, or_, text
from sqlmodel import Field, Session, col, select

from core.appendonly import append_only, guard
from core.columns import JsonText, Owned, UtcDateTime
from core.errors import NotFound
from core.principal import Principal, SearchCapability
from core.visibility import owned
from royalties.models_runs import DroppedFor, Run, RunKind, RunState, Totals
from royalties.wire_runs import totals_from_dict, totals_to_dict

_STEPS = (
    "NOT ((OLD.state = 'DRAFT' AND NEW.state IN ('PROPOSED', 'DROPPED'))"
    " OR (OLD.state = 'PROPOSED' AND NEW.state IN ('CLOSED', 'DROPPED')))"
)
_CLOSING = ("state", "approval_id", "closed_at", "log_index", "single_operator", "dropped_for")


def run_column() -> ForeignKey:
    """A reference to a run that is written later in the same write."""
    return ForeignKey("distribution_run.id", deferrable=True, initially="DEFERRED")


def whole(table: str, column: str) -> str:
    """The guard that a run takes no more of this table's rows once it is written."""
    return guard(
        f"{table}_whole",
        f"INSERT ON {table}",
        when=f"EXISTS (SELECT 1 FROM distribution_run WHERE id = NEW.{column})",  # noqa: S608
        says="a run takes no more lines",
    )


class RunRow(Owned, table=True):
    """Table of runs; what may change of one is how far it is decided."""

    __tablename__ = "distribution_run"
    __table_args__ = (
        UniqueConstraint("tenant_id", "number"),
        CheckConstraint("(state = 'CLOSED') = (log_index IS NOT NULL)", name="logged"),
        CheckConstraint("(kind = 'first') = (follows_id IS NULL)", name="family"),
        Index(
            "distribution_run_unfinished",
            "tenant_id",
            unique=True,
            sqlite_where=text("state IN ('DRAFT', 'PROPOSED')"),
        ),
        append_only(
            *_CLOSING,
            guards=(
                guard(
                    "distribution_run_steps",
                    "UPDATE ON distribution_run",
                    when=_STEPS,
                    says="a run goes from DRAFT over PROPOSED to CLOSED",
                ),
                guard(
                    "distribution_run_begins",
                    "INSERT ON distribution_run",
                    when="NEW.state <> 'DRAFT'",
                    says="a run begins as a draft",
                ),
            ),
        ),
    )

    number: int
    kind: str
    first_month: str
    last_month: str
    follows_id: str | None = Field(default=None, foreign_key="distribution_run.id")
    until: datetime = Field(sa_type=UtcDateTime)
    lines: int
    run_hash: str
    grounds: str = Field(default="", sa_column_kwargs={"server_default": text("''")})
    totals: dict[str, Any] = Field(sa_type=JsonText)
    state: str
    approval_id: str | None = None
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    log_index: int | None = None
    single_operator: bool
    dropped_for: str | None = None


class LineRow(Owned, table=True):
    """Table of lines, one for each claim, payee and outcome of a run; the performer sees them."""

    __tablename__ = "distribution_line"
    __table_args__ = (
        UniqueConstraint("run_id", "live_key", "payee_id", "outcome"),
        Index("distribution_line_claim", "live_key"),
        Index("distribution_line_performer", "performer_id", "earned_period"),
        append_only(guards=(whole("distribution_line", "run_id"),)),
    )

    tenant_id: str  # found by its run
    run_id: str = Field(sa_column_args=(run_column(),))
    live_key: str
    payee_id: str
    outcome: str
    reason: str
    transaction_id: str
    performer_id: str
    earned_period: str
    currency: str
    rates_id: str
    category: str
    authority: str
    received_micro: int = Field(sa_type=BigInteger)
    drawn_micro: int = Field(sa_type=BigInteger)
    cost_micro: int = Field(sa_type=BigInteger)
    social_micro: int = Field(sa_type=BigInteger)
    reserve_micro: int = Field(sa_type=BigInteger)
    tax_micro: int = Field(sa_type=BigInteger)
    surcharge_micro: int = Field(sa_type=BigInteger)
    net_micro: int = Field(sa_type=BigInteger)
    stays_micro: int = Field(sa_type=BigInteger)
    lacking_micro: int = Field(sa_type=BigInteger)
    booked_as: str


class ReleaseRow(Owned, table=True):
    """Table of what a run sets free of earlier ones; the performer sees it."""

    __tablename__ = "distribution_release"
    __table_args__ = (
        UniqueConstraint("run_id", "source", "performer_id", "payee_id", "currency"),
        append_only(guards=(whole("distribution_release", "run_id"),)),
    )

    run_id: str = Field(sa_column_args=(run_column(),))
    source: str
    performer_id: str
    payee_id: str
    currency: str
    outcome: str
    reason: str
    authority: str
    tax_micro: int = Field(sa_type=BigInteger)
    surcharge_micro: int = Field(sa_type=BigInteger)
    net_micro: int = Field(sa_type=BigInteger)
    booked_as: str


def add_run(session: Session, run: Run, totals: Mapping[str, Totals], *, at: datetime) -> None:
    """Store a run after its lines."""
    session.add(
        RunRow(
            id=run.id,
            tenant_id=run.tenant_id,
            recorded_at=at,
            number=run.number,
            kind=run.kind,
            first_month=run.first_month,
            last_month=run.last_month,
            follows_id=run.follows_id or None,
            until=run.until,
            lines=run.lines,
            run_hash=run.run_hash,
            grounds=run.grounds,
            totals={unit: totals_to_dict(one) for unit, one in totals.items()},
            state=run.state,
            single_operator=run.single_operator,
        )
    )
    session.flush()


def save(session: Session, principal: Principal, run: Run) -> None:
    """Keep how far a run is decided now."""
    row = _row(session, principal, run.id)
    row.state, row.approval_id, row.closed_at = run.state, run.approval_id, run.closed_at
    row.log_index, row.single_operator = run.log_index, run.single_operator
    row.dropped_for = run.dropped_for
    session.add(row)
    session.flush()


def get_run(session: Session, principal: Principal, run_id: str) -> Run:
    """One run of the principal's own book; raises `NotFound`."""
    return _run(_row(session, principal, run_id))


def totals_of(session: Session, principal: Principal, run_id: str) -> dict[str, Totals]:
    """What a run comes to in each currency."""
    row = _row(session, principal, run_id)
    return {unit: totals_from_dict(said) for unit, said in sorted(row.totals.items())}


def list_runs(
    session: Session,
    principal: Principal,
    *,
    closed: bool = False,
    family_id: str = "",
    before: int | None = None,
    limit: int | None = None,
) -> tuple[Run, ...]:
    """The runs of the principal's own book, newest first, those with a number below `before`.

    All of them, or the closed ones, or those of one family.
    """
    query = select(RunRow).where(owned(RunRow, principal))
    if closed:
        query = query.where(col(RunRow.state) == RunState.CLOSED)
    if family_id:
        query = query.where(or_(col(RunRow.id) == family_id, col(RunRow.follows_id) == family_id))
    if before is not None:
        query = query.where(col(RunRow.number) < before)
    ordered = query.order_by(col(RunRow.number).desc()).limit(limit)
    return tuple(_run(row) for row in session.exec(ordered))


def of_book(session: Session, _capability: SearchCapability, book: str) -> tuple[Run, ...]:
    """The runs of a book in the order of their numbers, for the service."""
    query = select(RunRow).where(col(RunRow.tenant_id) == book).order_by(col(RunRow.number))
    return tuple(_run(row) for row in session.exec(query))


def _row(session: Session, principal: Principal, run_id: str) -> RunRow:
    query = select(RunRow).where(col(RunRow.id) == run_id, owned(RunRow, principal))
    row = session.exec(query).first()
    if row is None:
        raise NotFound("There is no such run in your book.", next_step="ebenbild run list")
    return row


def _run(row: RunRow) -> Run:
    return Run(
        id=row.id,
        tenant_id=row.tenant_id,
        number=row.number,
        kind=RunKind(row.kind),
        first_month=row.first_month,
        last_month=row.last_month,
        follows_id=row.follows_id or "",
        until=row.until,
        state=RunState(row.state),
        lines=row.lines,
        run_hash=row.run_hash,
        approval_id=row.approval_id,
        closed_at=row.closed_at,
        log_index=row.log_index,
        single_operator=row.single_operator,
        dropped_for=None if row.dropped_for is None else DroppedFor(row.dropped_for),
        grounds=row.grounds,
    )
