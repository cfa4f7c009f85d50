"""Single claims of a book, each with the account it lies on: what a complaint is about."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import SQLColumnExpression, func
from sqlalchemy import select as sql_select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from core.principal import SearchCapability
from royalties.accounts import Account, AccountKind
from royalties.ledger import tenant_of
from royalties.models_books import TransactionKind
from royalties.models_complaints import StandingClaim
from royalties.models_runs import RunState
from royalties.store.ledger import AccrualRow, EntryRow, TransactionRow
from royalties.store.runs import LineRow, RunRow

_IDS_MAX = 500


def by_transaction(
    session: Session, capability: SearchCapability, transaction_ids: Sequence[str], at: datetime
) -> list[StandingClaim]:
    """The accruals of these ids; what is no accrual is left out."""
    return _found(session, capability, col(TransactionRow.id), transaction_ids, at)


def by_live_key(
    session: Session, capability: SearchCapability, live_keys: Sequence[str], at: datetime
) -> list[StandingClaim]:
    """Every accrual of these live keys booked by then, those taken back by then as well."""
    return _found(session, capability, col(AccrualRow.live_key), live_keys, at)


def handed_on_at(
    session: Session, _capability: SearchCapability, live_keys: Sequence[str]
) -> dict[str, datetime]:
    """When a run first handed on something of each live key; those of none are left out."""
    query = (
        sql_select(col(LineRow.live_key), func.min(col(RunRow.closed_at)))
        .join(RunRow, col(RunRow.id) == col(LineRow.run_id))
        .where(
            col(LineRow.live_key).in_(live_keys),
            col(RunRow.state) == RunState.CLOSED.value,
            col(LineRow.booked_as) != "",
        )
        .group_by(col(LineRow.live_key))
    )
    rows = session.connection().execute(query)
    return {row[0]: row[1] for row in rows if row[1] is not None}


def _found(
    session: Session,
    _capability: SearchCapability,
    column: SQLColumnExpression[str],
    names: Sequence[str],
    at: datetime,
) -> list[StandingClaim]:
    back = aliased(TransactionRow)
    taken_back = sql_select(col(back.id)).where(
        col(back.reverses_id) == col(TransactionRow.id), col(back.recorded_at) <= at
    )
    query = (
        sql_select(
            col(TransactionRow.id),
            col(AccrualRow.live_key),
            col(AccrualRow.pins),
            col(TransactionRow.audience),
            col(AccrualRow.licensee_id),
            col(EntryRow.account_kind),
            col(EntryRow.subject),
            col(TransactionRow.earned_period),
            col(EntryRow.currency),
            -col(EntryRow.amount_micro),
            taken_back.exists(),
            col(TransactionRow.tenant_id),
        )
        .join(AccrualRow, col(AccrualRow.transaction_id) == col(TransactionRow.id))
        .join(EntryRow, col(EntryRow.transaction_id) == col(TransactionRow.id))
        .where(
            col(TransactionRow.kind) == TransactionKind.ACCRUAL.value,
            col(TransactionRow.recorded_at) <= at,
            col(EntryRow.account_kind) != AccountKind.RECEIVABLE.value,
        )
        .order_by(col(TransactionRow.seq))
    )
    found: list[StandingClaim] = []
    for start in range(0, len(names), _IDS_MAX):
        some = query.where(column.in_(names[start : start + _IDS_MAX]))
        found += [_claim(row) for row in session.connection().execute(some)]
    return found


def _claim(row: Any) -> StandingClaim:
    return StandingClaim(
        book=row[11],
        transaction_id=row[0],
        live_key=row[1],
        cut_id=str(row[2]["cut_id"]),
        performer_id=str(row[2].get("performer_id") or ""),
        performer_tenant_id=tenant_of(row[3]),
        licensee_id=row[4],
        account=Account(AccountKind(row[5]), row[6]),
        earned_period=row[7],
        currency=row[8],
        amount_micro=row[9],
        reversed=bool(row[10]),
    )
