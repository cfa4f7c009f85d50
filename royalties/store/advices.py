"""Tables of remittance advices of other registries, and of what was booked by them; append-only.

An advice is known by what it says, and a payment of a registry has one. The database refuses to
book more by it than the receipt has left, or than was booked before.
"""

from collections.abc import Sequence

from sqlalchemy import BigInteger, UniqueConstraint, func
from sqlalchemy import select as sql_select
from sqlmodel import Field, Session, col, select

from core.appendonly import append_only
from core.canonical import parse_strict
from core.columns import JsonText, Owned
from core.principal import Principal
from core.visibility import owned, visible
from royalties.advice_wire import ADVICE_BYTES_MAX, from_dict
from royalties.models_advised import UNDONE, AdviceMatch, KeptAdvice
from royalties.store.receiptguards import ADVISED

ROWS_MAX = 2000


class RemittanceAdviceRow(Owned, table=True):
    """Table of advices as they came, signed; `payer_id` is the payer's tenant here."""

    __tablename__ = "remittance_advice"
    __table_args__ = (
        UniqueConstraint("tenant_id", "registry_did", "reference"),
        append_only(),
    )

    seq: int = Field(unique=True)
    registry_did: str
    payer_id: str
    reference: str
    currency: str
    amount_micro: int = Field(sa_type=BigInteger)
    document: bytes


class AdviceMatchRow(Owned, table=True):
    """Table of what was booked of a receipt by an advice, and of what was taken back from that."""

    __tablename__ = "advice_match"
    __table_args__ = (UniqueConstraint("advice_id", "step"), append_only(guards=ADVISED))

    seq: int = Field(unique=True)
    advice_id: str = Field(foreign_key="remittance_advice.id")
    receipt_id: str = Field(foreign_key="receipt.id", index=True)
    step: int
    amount_micro: int = Field(sa_type=BigInteger)
    claims_micro: int = Field(sa_type=BigInteger)
    lines: list[int] = Field(sa_type=JsonText)
    reason: str


def add(session: Session, kept: KeptAdvice, document: bytes) -> None:
    """Keep an advice with its exact bytes."""
    told = kept.advice
    session.add(
        RemittanceAdviceRow(
            id=kept.id,
            tenant_id=kept.tenant_id,
            recorded_at=kept.recorded_at,
            seq=kept.seq,
            registry_did=told.registry,
            payer_id=kept.payer_id,
            reference=told.reference,
            currency=told.currency,
            amount_micro=told.amount_micro,
            document=document,
        )
    )
    session.flush()


def find(session: Session, principal: Principal, advice_id: str) -> KeptAdvice | None:
    """One advice to the principal's own society."""
    query = select(RemittanceAdviceRow).where(
        owned(RemittanceAdviceRow, principal), col(RemittanceAdviceRow.id) == advice_id
    )
    row = session.exec(query).first()
    return None if row is None else _kept(row)


def of_reference(
    session: Session, principal: Principal, reference: str, registry: str = ""
) -> list[KeptAdvice]:
    """The advices of payments that banks know by this name, of one registry or of any."""
    query = select(RemittanceAdviceRow).where(
        owned(RemittanceAdviceRow, principal), col(RemittanceAdviceRow.reference) == reference
    )
    if registry:
        query = query.where(col(RemittanceAdviceRow.registry_did) == registry)
    return [_kept(row) for row in session.exec(query)]


def every(
    session: Session, principal: Principal, payer_id: str = "", currency: str = ""
) -> list[KeptAdvice]:
    """The society's advices, oldest first, of one payer and currency or of all."""
    query = select(RemittanceAdviceRow).where(owned(RemittanceAdviceRow, principal))
    if payer_id:
        query = query.where(col(RemittanceAdviceRow.payer_id) == payer_id)
    if currency:
        query = query.where(col(RemittanceAdviceRow.currency) == currency)
    rows = session.exec(query.order_by(col(RemittanceAdviceRow.seq)).limit(ROWS_MAX))
    return [_kept(row) for row in rows]


def add_match(session: Session, principal: Principal, item: AdviceMatch) -> None:
    """Store what was booked by an advice of the principal's own society."""
    session.add(
        AdviceMatchRow(
            id=item.id,
            tenant_id=principal.tenant_id,
            recorded_at=item.recorded_at,
            seq=item.seq,
            advice_id=item.advice_id,
            receipt_id=item.receipt_id,
            step=item.step,
            amount_micro=item.amount_micro,
            claims_micro=item.claims_micro,
            lines=list(item.lines),
            reason=item.reason,
        )
    )
    session.flush()


def matches(
    session: Session, principal: Principal, advice_ids: Sequence[str]
) -> dict[str, list[AdviceMatch]]:
    """Everything that was booked by each of these advices, in order."""
    found: dict[str, list[AdviceMatch]] = {name: [] for name in advice_ids}
    query = select(AdviceMatchRow).where(
        owned(AdviceMatchRow, principal), col(AdviceMatchRow.advice_id).in_(advice_ids)
    )
    for row in session.exec(query.order_by(col(AdviceMatchRow.step))):
        found[row.advice_id].append(_match(row))
    return found


def of_receipt(session: Session, principal: Principal, receipt_id: str) -> str:
    """The advice that explains a receipt of the principal's own book; empty where none does."""
    query = (
        select(AdviceMatchRow)
        .where(owned(AdviceMatchRow, principal), col(AdviceMatchRow.receipt_id) == receipt_id)
        .order_by(col(AdviceMatchRow.seq).desc())
    )
    row = session.exec(query).first()
    return "" if row is None or row.reason == UNDONE else row.advice_id


def booked_of(receipt_id: object) -> object:
    """What was booked of a receipt by advices, to be used in a query with a column of it."""
    return (
        sql_select(func.coalesce(func.sum(col(AdviceMatchRow.amount_micro)), 0))
        .where(col(AdviceMatchRow.receipt_id) == receipt_id)
        .scalar_subquery()
    )


def sums(session: Session, principal: Principal, receipt_ids: Sequence[str]) -> dict[str, int]:
    """What was booked by advices of each of these receipts; the others are left out."""
    query = select(AdviceMatchRow.receipt_id, AdviceMatchRow.amount_micro).where(
        visible(AdviceMatchRow, principal), col(AdviceMatchRow.receipt_id).in_(receipt_ids)
    )
    found: dict[str, int] = {}
    for name, amount in session.exec(query):
        found[name] = found.get(name, 0) + amount
    return found


def _kept(row: RemittanceAdviceRow) -> KeptAdvice:
    told = from_dict(parse_strict(row.document, bytes_max=ADVICE_BYTES_MAX))
    return KeptAdvice(row.id, row.tenant_id, row.payer_id, told, row.seq, row.recorded_at)


def _match(row: AdviceMatchRow) -> AdviceMatch:
    return AdviceMatch(
        id=row.id,
        advice_id=row.advice_id,
        receipt_id=row.receipt_id,
        step=row.step,
        amount_micro=row.amount_micro,
        claims_micro=row.claims_micro,
        lines=tuple(row.lines),
        reason=row.reason,
        seq=row.seq,
        recorded_at=row.recorded_at,
    )
