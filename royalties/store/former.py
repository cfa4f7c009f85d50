"""The ledger of before books, kept as it was sealed: nothing is added, changed or read any more.

Its rows stand in the public log by their digests, table, columns and values (`core.rowseals`).
Moving them would make an honest registry look edited, so migration 0065 copied them into books.
"""

from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
)
from sqlmodel import Field

from core.appendonly import append_only, guard
from core.columns import JsonText, Owned

_SUCCESSION = (
    "(kind = 'accrual' AND revision = 1 AND follows_revision IS NULL AND reverses_id IS NULL)"
    " OR (kind = 'accrual' AND follows_kind = 'reversal' AND follows_revision = revision - 1"
    " AND reverses_id IS NULL)"
    " OR (kind = 'reversal' AND follows_kind = 'accrual' AND follows_revision = revision"
    " AND reverses_id IS NOT NULL)"
)


def _shut(table: str) -> str:
    return guard(
        f"{table}_no_insert", f'INSERT ON "{table}"', when="1", says=f"{table} went into books"
    )


class FormerTransactionRow(Owned, table=True):
    """Table of transactions of before books; the licensee owned them."""

    __tablename__ = "ledger_transaction"
    __table_args__ = (
        UniqueConstraint("live_key", "revision", "kind"),
        ForeignKeyConstraint(
            ["live_key", "follows_revision", "follows_kind"],
            [f"ledger_transaction.{name}" for name in ("live_key", "revision", "kind")],
        ),
        CheckConstraint(_SUCCESSION, name="succession"),
        Index("ledger_transaction_statement", "performer_id", "earned_period"),
        append_only(guards=(_shut("ledger_transaction"),)),
    )

    seq: int = Field(unique=True)
    kind: str
    live_key: str
    revision: int
    follows_revision: int | None
    follows_kind: str | None
    facts_key: str
    reverses_id: str | None = Field(default=None, unique=True, foreign_key="ledger_transaction.id")
    reason: str
    earned_period: str
    performer_id: str
    usage_line_id: str = Field(index=True, foreign_key="usage_line.id")
    pins: dict[str, Any] = Field(sa_type=JsonText)
    working: dict[str, Any] = Field(sa_type=JsonText)


class FormerEntryRow(Owned, table=True):
    """Table of the postings of those transactions."""

    __tablename__ = "ledger_entry"
    __table_args__ = (
        UniqueConstraint("transaction_id", "position"),
        append_only(guards=(_shut("ledger_entry"),)),
    )

    transaction_id: str = Field(foreign_key="ledger_transaction.id")
    position: int
    account: str = Field(index=True)
    amount_micro: int = Field(sa_type=BigInteger)
    currency: str
