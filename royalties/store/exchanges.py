"""Table of exchanges: the rate behind both legs of a change of currency, its source and its day.

An exchange names both its legs, which the database finds when the write ends: one leg alone can
never be kept.
"""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey
from sqlmodel import Field, Session, col, select

from core.appendonly import append_only
from core.columns import Owned
from core.principal import Principal
from core.visibility import visible
from royalties.fx import Exchange, Rate
from royalties.models import Ratio


def _leg() -> ForeignKey:
    return ForeignKey("book_transaction.id", deferrable=True, initially="DEFERRED")


class ExchangeRow(Owned, table=True):
    """Table of exchanges."""

    __tablename__ = "book_exchange"
    __table_args__ = (
        CheckConstraint("base <> quote AND numerator > 0 AND denominator > 0", name="rate"),
        append_only(),
    )

    from_transaction_id: str = Field(unique=True, sa_column_args=(_leg(),))
    to_transaction_id: str = Field(unique=True, sa_column_args=(_leg(),))
    base: str
    quote: str
    numerator: int = Field(sa_type=BigInteger)
    denominator: int = Field(sa_type=BigInteger)
    source: str
    day: str
    from_micro: int = Field(sa_type=BigInteger)
    to_micro: int = Field(sa_type=BigInteger)


def add_exchange(session: Session, item: Exchange) -> None:
    """Store an exchange; its two transactions have to follow in the same write."""
    first, second = item.legs
    session.add(
        ExchangeRow(
            id=item.id,
            tenant_id=first.tenant_id,
            audience=first.audience,
            recorded_at=first.recorded_at,
            from_transaction_id=first.id,
            to_transaction_id=second.id,
            base=item.rate.base,
            quote=item.rate.quote,
            numerator=item.rate.ratio.numerator,
            denominator=item.rate.ratio.denominator,
            source=item.rate.source,
            day=item.rate.day.isoformat(),
            from_micro=item.from_micro,
            to_micro=item.to_micro,
        )
    )
    session.flush()


def rates(
    session: Session, principal: Principal, pair_ids: Iterable[str]
) -> dict[str, tuple[Rate, int, int]]:
    """The rate of each exchange that the principal may see, with the amounts of both legs."""
    query = select(ExchangeRow).where(
        visible(ExchangeRow, principal), col(ExchangeRow.id).in_(sorted(set(pair_ids)))
    )
    return {
        row.id: (
            Rate(
                row.base,
                row.quote,
                Ratio(row.numerator, row.denominator),
                row.source,
                date.fromisoformat(row.day),
            ),
            row.from_micro,
            row.to_micro,
        )
        for row in session.exec(query)
    }
