"""The payments of batches, and what became of each."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert, update
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from core.principal import Principal
from core.visibility import owned, visible
from fingerprint.models import Reason
from royalties.models_payouts import Payout, PayoutState, Way
from royalties.store.payouttables import PayoutRow

_IDS_MAX = 500


def add_payouts(session: Session, payouts: Sequence[Payout]) -> None:
    """Store the payouts of a batch."""
    if payouts:
        session.connection().execute(insert(PayoutRow), [_values(one) for one in payouts])


def payouts_of(
    session: Session,
    principal: Principal,
    batch_id: str,
    *,
    after: str = "",
    limit: int | None = None,
) -> tuple[Payout, ...]:
    """Everything in a batch that the principal may see, by account, from behind `after` on."""
    query = select(PayoutRow).where(
        col(PayoutRow.batch_id) == batch_id,
        col(PayoutRow.account) > after,
        visible(PayoutRow, principal),
    )
    ordered = query.order_by(col(PayoutRow.account)).limit(limit)
    return tuple(_payout(row) for row in session.exec(ordered))


def list_payouts(
    session: Session,
    principal: Principal,
    *,
    states: Collection[PayoutState],
    payee_id: str = "",
    after: str = "",
    limit: int = 500,
) -> tuple[Payout, ...]:
    """Payouts that the principal may see, by id; page on with the last one."""
    query = select(PayoutRow).where(
        visible(PayoutRow, principal),
        col(PayoutRow.state).in_(list(states)),
        col(PayoutRow.id) > after,
    )
    if payee_id:
        query = query.where(col(PayoutRow.payee_id) == payee_id)
    return tuple(
        _payout(row) for row in session.exec(query.order_by(col(PayoutRow.id)).limit(limit))
    )


def by_reference(
    session: Session, principal: Principal, references: Iterable[str]
) -> dict[str, Payout]:
    """Payouts of the caller's own book by their end-to-end ids; unknown ones are left out."""
    wanted = sorted(set(references))
    found: dict[str, Payout] = {}
    for start in range(0, len(wanted), _IDS_MAX):
        query = select(PayoutRow).where(
            owned(PayoutRow, principal),
            col(PayoutRow.end_to_end_id).in_(wanted[start : start + _IDS_MAX]),
        )
        found.update({row.end_to_end_id: _payout(row) for row in session.exec(query)})
    return found


def refusals(session: Session, principal: Principal) -> dict[str, tuple[str, str]]:
    """The details to which the newest decided payout of an account went back, with the code."""
    later = aliased(PayoutRow)
    paid_since = select(later.id).where(
        col(later.account) == col(PayoutRow.account),
        col(later.tenant_id) == col(PayoutRow.tenant_id),
        col(later.state) == PayoutState.SETTLED,
        col(later.changed_at) > col(PayoutRow.changed_at),
    )
    query = select(PayoutRow).where(
        owned(PayoutRow, principal),
        col(PayoutRow.state) == PayoutState.RETURNED,
        ~paid_since.exists(),
    )
    rows = session.exec(query.order_by(col(PayoutRow.changed_at), col(PayoutRow.id)))
    return {row.account: (row.version_id, row.bank_code) for row in rows}


def move(
    session: Session,
    principal: Principal,
    payout_ids: Iterable[str],
    state: PayoutState,
    *,
    at: datetime,
    bank_code: str = "",
) -> None:
    """Say what became of payouts of the caller's own book."""
    wanted = sorted(payout_ids)
    for start in range(0, len(wanted), _IDS_MAX):
        session.connection().execute(
            update(PayoutRow)
            .where(
                owned(PayoutRow, principal),
                col(PayoutRow.id).in_(wanted[start : start + _IDS_MAX]),
            )
            .values(state=state.value, changed_at=at, bank_code=bank_code)
        )
    session.expire_all()


def _values(one: Payout) -> dict[str, Any]:
    return {
        "id": one.id,
        "tenant_id": one.tenant_id,
        "audience": one.audience,
        "recorded_at": one.changed_at,
        "batch_id": one.batch_id,
        "account": one.account,
        "payee_id": one.payee_id,
        "version_id": one.version_id,
        "amount_micro": one.amount_micro,
        "currency": one.currency,
        "way": one.way.value,
        "end_to_end_id": one.end_to_end_id,
        "state": one.state.value,
        "reasons": [{"code": why.code, "detail": dict(why.detail)} for why in one.reasons],
        "bank_code": one.bank_code,
        "changed_at": one.changed_at,
    }


def _payout(row: PayoutRow) -> Payout:
    return Payout(
        id=row.id,
        tenant_id=row.tenant_id,
        audience=row.audience,
        batch_id=row.batch_id,
        account=row.account,
        payee_id=row.payee_id,
        version_id=row.version_id,
        amount_micro=row.amount_micro,
        currency=row.currency,
        way=Way(row.way),
        end_to_end_id=row.end_to_end_id,
        state=PayoutState(row.state),
        reasons=tuple(Reason(why["code"], why["detail"]) for why in row.reasons),
        bank_code=row.bank_code,
        changed_at=row.changed_at,
    )
