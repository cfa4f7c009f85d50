"""The months of each book; a closed one is final, whoever opens the database file."""

from datetime import datetime

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field, Session, col, select

from core.appendonly import append_only, guard
from core.columns import Owned, UtcDateTime
from core.errors import NotFound
from core.ids import derived_id
from core.principal import Principal, SearchCapability
from core.tenants import OPERATOR
from royalties.models_books import Period, PeriodState

_STEPS = (
    "NOT ((OLD.state = 'OPEN' AND NEW.state = 'CLOSING')"
    " OR (OLD.state = 'CLOSING' AND NEW.state = 'OPEN')"
    " OR (OLD.state = 'CLOSING' AND NEW.state = 'CLOSED' AND NEW.root = OLD.root))"
)
_CLOSING = ("state", "transactions", "root", "approval_id", "closed_at", "log_index")


class PeriodRow(Owned, table=True):
    """Table of months; what may change of one is how far it is closed."""

    __tablename__ = "book_period"
    __table_args__ = (
        UniqueConstraint("tenant_id", "month"),
        CheckConstraint("(state = 'OPEN') = (root IS NULL)", name="fixed"),
        CheckConstraint("(state = 'CLOSED') = (log_index IS NOT NULL)", name="logged"),
        append_only(
            *_CLOSING,
            "single_operator",
            guards=(
                guard(
                    "book_period_steps",
                    "UPDATE ON book_period",
                    when=_STEPS,
                    says="a month goes from OPEN over CLOSING to CLOSED",
                ),
                guard(
                    "book_period_begins",
                    "INSERT ON book_period",
                    when="NEW.state <> 'OPEN'",
                    says="a month begins open",
                ),
            ),
        ),
    )

    month: str
    state: str
    transactions: int
    root: str | None = None
    approval_id: str | None = None
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    log_index: int | None = None
    single_operator: bool


def states(
    session: Session, asker: Principal | SearchCapability, book: str
) -> dict[str, PeriodState]:
    """How far each month of a book is closed that has begun; for its owner, or the service."""
    if isinstance(asker, Principal):
        _reach(asker, book)
    query = select(PeriodRow.month, PeriodRow.state).where(col(PeriodRow.tenant_id) == book)
    return {month: PeriodState(state) for month, state in session.exec(query)}


def begin(session: Session, book: str, month: str, *, at: datetime) -> None:
    """Open a month that has not begun."""
    session.add(
        PeriodRow(
            id=derived_id("per", book, month),
            tenant_id=book,
            recorded_at=at,
            month=month,
            state=PeriodState.OPEN,
            transactions=0,
            single_operator=False,
        )
    )
    session.flush()


def list_periods(session: Session, principal: Principal, book: str) -> tuple[Period, ...]:
    """The months of a book, newest first; raises `NotFound` for another tenant's book."""
    _reach(principal, book)
    query = select(PeriodRow).where(col(PeriodRow.tenant_id) == book)
    rows = session.exec(query.order_by(col(PeriodRow.month).desc()))
    return tuple(_period(row) for row in rows)


def get_period(session: Session, principal: Principal, book: str, month: str) -> Period:
    """One month of a book; raises `NotFound`."""
    return _period(_row(session, principal, book, month))


def save(session: Session, principal: Principal, period: Period) -> None:
    """Keep how far a month is closed now."""
    row = _row(session, principal, period.tenant_id, period.month)
    row.state, row.transactions, row.root = period.state, period.transactions, period.root
    row.approval_id, row.closed_at = period.approval_id, period.closed_at
    row.log_index, row.single_operator = period.log_index, period.single_operator
    session.add(row)
    session.flush()


def _row(session: Session, principal: Principal, book: str, month: str) -> PeriodRow:
    _reach(principal, book)
    query = select(PeriodRow).where(col(PeriodRow.tenant_id) == book, col(PeriodRow.month) == month)
    row = session.exec(query).first()
    if row is None:
        raise NotFound(
            "This book has no such month.", next_step="List them: ebenbild ledger period list"
        )
    return row


def _reach(principal: Principal, book: str) -> None:
    """The operator keeps every book in order; everybody else has their own."""
    if principal.tenant_id != book and principal.tenant_kind != OPERATOR:
        raise NotFound("There is no such book.", next_step="Leave --book out for your own.")


def _period(row: PeriodRow) -> Period:
    return Period(
        id=row.id,
        tenant_id=row.tenant_id,
        month=row.month,
        state=PeriodState(row.state),
        transactions=row.transactions,
        root=row.root,
        approval_id=row.approval_id,
        closed_at=row.closed_at,
        log_index=row.log_index,
        single_operator=row.single_operator,
    )
