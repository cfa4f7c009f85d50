"""What closed runs did with claims of a society's members: lines of runs beside their claims."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func
from sqlalchemy import select as sql_select
from sqlmodel import Session, col

from core.principal import Principal
from core.visibility import owned
from royalties.models_runs import RunState
from royalties.store.ledger import AccrualRow
from royalties.store.runs import LineRow, RunRow


@dataclass(frozen=True, slots=True)
class SisterRun:
    """A closed run, and whose book it is of."""

    id: str
    book: str
    number: int
    first_month: str
    last_month: str
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class SisterLine:
    """What a run did with one claim: received, deducted, and owed to the society."""

    transaction_id: str
    performer_id: str
    cut_id: str
    kind: str
    territory: str
    earned_period: str
    currency: str
    category: str
    outcome: str
    received_micro: int
    cost_micro: int
    social_micro: int
    reserve_micro: int
    tax_micro: int
    net_micro: int


_RUN = (
    col(RunRow.id),
    col(RunRow.tenant_id),
    col(RunRow.number),
    col(RunRow.first_month),
    col(RunRow.last_month),
    col(RunRow.closed_at),
)


def runs_for(session: Session, _principal: Principal, payee_id: str) -> list[SisterRun]:
    """Closed runs of every book with lines for a payee that is the caller itself, newest first."""
    query = (
        sql_select(*_RUN)
        .where(
            col(RunRow.state) == RunState.CLOSED.value,
            sql_select(col(LineRow.id))
            .where(col(LineRow.run_id) == col(RunRow.id), col(LineRow.payee_id) == payee_id)
            .exists(),
        )
        .order_by(col(RunRow.closed_at).desc(), col(RunRow.id))
    )
    return [SisterRun(*row) for row in session.connection().execute(query)]


def lines_for(
    session: Session, principal: Principal, run_id: str, payee_id: str, *, own: str
) -> tuple[SisterRun | None, list[SisterLine]]:
    """A closed run and its lines for a society `own`, who is the caller or is owed by its book."""
    clauses: list[Any] = [col(RunRow.id) == run_id, col(RunRow.state) == RunState.CLOSED.value]
    if own != principal.tenant_id:
        clauses.append(owned(RunRow, principal))
    run = session.connection().execute(sql_select(*_RUN).where(*clauses)).first()
    if run is None:
        return None, []
    named = [
        func.coalesce(func.json_extract(AccrualRow.pins, f"$.{name}"), "")
        for name in ("cut_id", "kind", "territory")
    ]
    query = (
        sql_select(
            col(LineRow.transaction_id),
            col(LineRow.performer_id),
            *named,
            col(LineRow.earned_period),
            col(LineRow.currency),
            col(LineRow.category),
            col(LineRow.outcome),
            col(LineRow.received_micro),
            col(LineRow.cost_micro),
            col(LineRow.social_micro),
            col(LineRow.reserve_micro),
            col(LineRow.tax_micro) + col(LineRow.surcharge_micro),
            col(LineRow.net_micro),
        )
        .outerjoin(AccrualRow, col(AccrualRow.transaction_id) == col(LineRow.transaction_id))
        .where(col(LineRow.run_id) == run_id, col(LineRow.payee_id) == payee_id)
        .order_by(col(LineRow.live_key), col(LineRow.outcome))
    )
    return SisterRun(*run), [SisterLine(*row) for row in session.connection().execute(query)]
