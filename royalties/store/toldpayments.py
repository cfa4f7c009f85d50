"""Table of payments that files name and that are no receipts by that: told before, or held.

One that was told before (`known`, `dropped`) is the receipt that it is `like`. One that is held is
not in the book before a person enters it.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint, func
from sqlalchemy import select as sql_select
from sqlmodel import Field, Session, col, select

from core.appendonly import append_only, guard
from core.columns import Owned
from core.errors import NotFound
from core.principal import Principal
from core.visibility import one_of, owned
from royalties.models_income import HeldCause, Payment, ToldPayment, ToldState
from royalties.store.balances import halves, whole

PAGE = 200
Told = tuple[ToldPayment, bytes]


class ToldPaymentRow(Owned, table=True):
    """Table of told payments. Who paid, and the text they wrote, are sealed."""

    __tablename__ = "told_payment"
    __table_args__ = (
        UniqueConstraint("tenant_id", "reference"),
        CheckConstraint("amount_micro > 0", name="above_nought"),
        Index("told_payment_state", "tenant_id", "state", "seq"),
        Index("told_payment_day", "tenant_id", "booked_on"),
        append_only(
            *("sealed", "state"),
            guards=(
                guard(
                    "told_payment_once",
                    "UPDATE OF state ON told_payment",
                    when="OLD.state <> 'held' OR NEW.state NOT IN ('entered', 'dropped')",
                    says="a held payment is decided on once",
                ),
            ),
        ),
    )

    seq: int = Field(unique=True)
    reference: str
    booked_on: str
    amount_micro: int = Field(sa_type=BigInteger)
    currency: str
    file_sha256: str
    cause: str
    like: str
    sealed: bytes
    state: str


def add(session: Session, told: Sequence[Told]) -> None:
    """Store told payments; what is sealed holds payer, account and text."""
    session.add_all(_row(*one) for one in told)
    session.flush()


def names(session: Session, principal: Principal, references: Sequence[str]) -> set[str]:
    """By which of these names the principal's own book was told of a payment."""
    query = select(ToldPaymentRow.reference).where(
        owned(ToldPaymentRow, principal), one_of(col(ToldPaymentRow.reference), references)
    )
    return set(session.exec(query))


def named(session: Session, principal: Principal, reference: str) -> ToldPayment | None:
    """The payment that the principal's own book was told of by this name; who paid is not told."""
    query = select(ToldPaymentRow).where(
        owned(ToldPaymentRow, principal), col(ToldPaymentRow.reference) == reference
    )
    row = session.exec(query).first()
    return None if row is None else _told(row)


def get(session: Session, principal: Principal, told_id: str) -> Told:
    """One payment of the principal's own book with its sealed part; raises `NotFound`."""
    row = _get(session, principal, told_id)
    return _told(row), row.sealed


def held(
    session: Session, principal: Principal, *, before_seq: int | None = None, limit: int = PAGE
) -> list[Told]:
    """Payments of the principal's own book that wait for a person, newest first."""
    query = select(ToldPaymentRow).where(
        owned(ToldPaymentRow, principal), col(ToldPaymentRow.state) == ToldState.HELD.value
    )
    if before_seq is not None:
        query = query.where(col(ToldPaymentRow.seq) < before_seq)
    rows = session.exec(query.order_by(col(ToldPaymentRow.seq).desc()).limit(limit))
    return [(_told(row), row.sealed) for row in rows]


def held_with(session: Session, principal: Principal, item: ToldPayment) -> list[Told]:
    """The others of the principal's own book that are held with one of a batch, in order."""
    query = select(ToldPaymentRow).where(
        owned(ToldPaymentRow, principal),
        col(ToldPaymentRow.state) == ToldState.HELD.value,
        col(ToldPaymentRow.cause) == item.cause.value,
        col(ToldPaymentRow.like) == item.like,
        col(ToldPaymentRow.file_sha256) == item.file_sha256,
        col(ToldPaymentRow.id) != item.id,
    )
    return [
        (_told(row), row.sealed) for row in session.exec(query.order_by(col(ToldPaymentRow.seq)))
    ]


def batches(session: Session, principal: Principal) -> list[tuple[str, str, int, int]]:
    """Of each batch of which the principal's own book holds payments: what it is like and of which
    file, how many are held, and their sum.
    """
    row = ToldPaymentRow
    query = (
        sql_select(
            col(row.like), col(row.file_sha256), func.count(), *halves(col(row.amount_micro))
        )
        .where(
            owned(row, principal),
            col(row.state) == ToldState.HELD.value,
            col(row.cause) == HeldCause.BATCH.value,
        )
        .group_by(col(row.like), col(row.file_sha256))
    )
    found = session.connection().execute(query)
    return [(like, name, count, whole(*sums)) for like, name, count, *sums in found]


def on_days(session: Session, principal: Principal, days: Collection[date]) -> list[Told]:
    """Payments of the principal's own book from the first of these days to the last, in order."""
    query = select(ToldPaymentRow).where(
        owned(ToldPaymentRow, principal),
        col(ToldPaymentRow.booked_on).between(min(days).isoformat(), max(days).isoformat()),
    )
    return [
        (_told(row), row.sealed) for row in session.exec(query.order_by(col(ToldPaymentRow.seq)))
    ]


def decide(
    session: Session, principal: Principal, item: ToldPayment, state: ToldState
) -> ToldPayment:
    """Say what became of a held payment of the principal's own book, once; raises `NotFound`."""
    row = _get(session, principal, item.id)
    row.state = state.value
    session.add(row)
    session.flush()
    return replace(item, state=state)


def _get(session: Session, principal: Principal, told_id: str) -> ToldPaymentRow:
    query = select(ToldPaymentRow).where(
        owned(ToldPaymentRow, principal), col(ToldPaymentRow.id) == told_id
    )
    row = session.exec(query).first()
    if row is None:
        raise NotFound("There is no such payment.", next_step="List them: ebenbild receipt held")
    return row


def _row(item: ToldPayment, sealed: bytes) -> ToldPaymentRow:
    paid = item.payment
    return ToldPaymentRow(
        id=item.id,
        tenant_id=item.tenant_id,
        recorded_at=item.recorded_at,
        seq=item.seq,
        reference=paid.reference,
        booked_on=paid.booked_on.isoformat(),
        amount_micro=paid.amount_micro,
        currency=paid.currency,
        file_sha256=item.file_sha256,
        cause=item.cause.value,
        like=item.like,
        sealed=sealed,
        state=item.state.value,
    )


def _told(row: ToldPaymentRow) -> ToldPayment:
    """A told payment as its row has it; who paid stays sealed."""
    payment = Payment(
        reference=row.reference,
        booked_on=date.fromisoformat(row.booked_on),
        amount_micro=row.amount_micro,
        currency=row.currency,
    )
    return ToldPayment(
        id=row.id,
        tenant_id=row.tenant_id,
        payment=payment,
        cause=HeldCause(row.cause),
        like=row.like,
        file_sha256=row.file_sha256,
        state=ToldState(row.state),
        seq=row.seq,
        recorded_at=row.recorded_at,
    )
