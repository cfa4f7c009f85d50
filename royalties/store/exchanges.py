"""Table of exchanges: the rate behind both legs of a change of currency, its source and its day.

An exchange names both its legs, which the database finds when the write ends: one leg alone can
never be kept.
"""

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey
from sqlmodel import Field

from core.db import Owned, append_only


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
