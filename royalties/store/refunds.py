"""Table of money that was sent back; what became of each stands with the payout that carries it."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import BigInteger, ForeignKeyConstraint, func
from sqlalchemy import select as sql_select
from sqlmodel import Field, Session, col, select

from core.appendonly import append_only
from core.columns import Owned
from core.errors import NotFound
from core.principal import Principal, SearchCapability
from core.visibility import owned, visible
from royalties.models_payouts import PayoutState, Refund, RefundReason
from royalties.store.payouttables import PayoutRow
from royalties.store.receiptguards import REFUNDS

GONE = (PayoutState.SENT, PayoutState.SETTLED)
WAITING = (PayoutState.PENDING,)


class RefundRow(Owned, table=True):
    """Table of refunds, each by the id of its payout; whom and where to is sealed."""

    __tablename__ = "receipt_refund"
    __table_args__ = (
        ForeignKeyConstraint(["id"], ["payout.id"]),
        append_only("sealed", guards=REFUNDS),
    )

    seq: int = Field(unique=True)
    receipt_id: str = Field(foreign_key="receipt.id", index=True)
    batch_id: str = Field(foreign_key="payout_batch.id", unique=True)
    amount_micro: int = Field(sa_type=BigInteger)
    reason: str
    sealed: bytes


def add_refund(session: Session, item: Refund, sealed: bytes) -> None:
    """Store a refund beside its payout; the database refuses one of more than is left."""
    session.add(
        RefundRow(
            id=item.id,
            tenant_id=item.tenant_id,
            recorded_at=item.recorded_at,
            seq=item.seq,
            receipt_id=item.receipt_id,
            batch_id=item.batch_id,
            amount_micro=item.amount_micro,
            reason=item.reason.value,
            sealed=sealed,
        )
    )
    session.flush()


def of_receipt(session: Session, principal: Principal, receipt_id: str) -> list[Refund]:
    """Every refund of a receipt of the principal's own book, in order."""
    query = _refunds().where(owned(RefundRow, principal), col(RefundRow.receipt_id) == receipt_id)
    return [_refund(*row) for row in session.exec(query.order_by(col(RefundRow.seq)))]


def of_batch(session: Session, principal: Principal, batch_id: str) -> tuple[Refund, bytes]:
    """The refund that a batch of the principal's own book carries, and its sealed part."""
    query = _refunds().where(owned(RefundRow, principal), col(RefundRow.batch_id) == batch_id)
    row = session.exec(query).first()
    if row is None:
        raise NotFound("There is no such refund.", next_step="List batches: ebenbild payout list")
    return _refund(*row), row[0].sealed


def receipts_of(session: Session, _capability: SearchCapability, book: str) -> dict[str, str]:
    """The receipt of every refund in a book, by the payout that carries it."""
    query = select(RefundRow.id, RefundRow.receipt_id).where(col(RefundRow.tenant_id) == book)
    return dict(session.exec(query).all())


def sums(
    session: Session,
    principal: Principal,
    receipt_ids: Sequence[str],
    states: Collection[PayoutState],
) -> dict[str, int]:
    """What refunds in these states come to, by receipt; receipts without one are left out."""
    query = (
        select(RefundRow.receipt_id, RefundRow.amount_micro)
        .join(PayoutRow, col(PayoutRow.id) == col(RefundRow.id))
        .where(
            visible(RefundRow, principal),
            col(RefundRow.receipt_id).in_(receipt_ids),
            col(PayoutRow.state).in_(list(states)),
        )
    )
    found: dict[str, int] = {}
    for name, amount in session.exec(query):
        found[name] = found.get(name, 0) + amount
    return found


def sent_back(receipt_id: Any) -> Any:
    """What left of a receipt, to be used in a query; `receipt_id` is a column of it."""
    return (
        sql_select(func.coalesce(func.sum(col(RefundRow.amount_micro)), 0))
        .join(PayoutRow, col(PayoutRow.id) == col(RefundRow.id))
        .where(col(RefundRow.receipt_id) == receipt_id, col(PayoutRow.state).in_(list(GONE)))
        .scalar_subquery()
    )


def _refunds() -> Any:
    return select(RefundRow, PayoutRow).join(PayoutRow, col(PayoutRow.id) == col(RefundRow.id))


def _refund(row: RefundRow, payout: PayoutRow) -> Refund:
    return Refund(
        id=row.id,
        tenant_id=row.tenant_id,
        batch_id=row.batch_id,
        receipt_id=row.receipt_id,
        amount_micro=row.amount_micro,
        reason=RefundReason(row.reason),
        seq=row.seq,
        recorded_at=row.recorded_at,
        state=PayoutState(payout.state),
        bank_code=payout.bank_code,
    )
