"""Tables of the books: transactions, their entries, and what accruals rest on; append-only.

What a book promises holds in the tables themselves, whoever writes them: entries cannot be kept
without their transaction, which goes in after them and only if they net to zero in each currency;
it then takes no more of them. A reversal is the exact opposite of one transaction, once. A live key
has one accrual at a time: a reversal follows its accrual, a further accrual follows that reversal.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
    text,
)
from sqlmodel import Field, Session, col

from core.appendonly import append_only
from core.canonical import as_it_stands
from core.columns import JsonText, Owned, time_text
from core.ids import part_id
from royalties import sisterclaims
from royalties.accounts import parse
from royalties.ledger import entry_audience
from royalties.models_books import Transaction, TransactionKind
from royalties.store import guards
from royalties.store.bulk import insertion
from royalties.wire import pins_to_dict

_SUCCESSION = (
    "(kind = 'accrual' AND revision = 1 AND follows_revision IS NULL)"
    " OR (kind = 'accrual' AND follows_kind = 'reversal' AND follows_revision = revision - 1)"
    " OR (kind = 'reversal' AND follows_kind = 'accrual' AND follows_revision = revision)"
)


class TransactionRow(Owned, table=True):
    """Table of transactions; their book's tenant owns them."""

    __tablename__ = "book_transaction"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "posted_period"], ["book_period.tenant_id", "book_period.month"]
        ),
        CheckConstraint("(kind = 'reversal') = (reverses_id IS NOT NULL)", name="reversal"),
        Index("book_transaction_month", "tenant_id", "posted_period", "seq"),
        Index(
            "book_transaction_facts",
            "tenant_id",
            "kind",
            "facts_key",
            unique=True,
            sqlite_where=text("kind NOT IN ('accrual', 'reversal')"),
        ),
        Index("book_transaction_run", "run_id", sqlite_where=text("run_id IS NOT NULL")),
        append_only(guards=guards.TRANSACTION),
    )

    tenant_id: str  # found by the index of months
    seq: int = Field(unique=True)
    kind: str
    facts_key: str
    reason: str
    earned_period: str
    posted_period: str
    reverses_id: str | None = Field(default=None, unique=True, foreign_key="book_transaction.id")
    run_id: str | None = None
    pair_id: str | None = None


class EntryRow(Owned, table=True):
    """Table of entries; an entry is written before its transaction, so that is checked late."""

    __tablename__ = "book_entry"
    __table_args__ = (
        UniqueConstraint("transaction_id", "position"),
        # All that balances of a book add up; every other question names its book as well.
        Index(
            "book_entry_balance",
            *("tenant_id", "account_kind", "subject", "currency", "amount_micro"),
        ),
        append_only(guards=guards.ENTRY),
    )

    tenant_id: str  # found by the index of balances
    transaction_id: str = Field(
        sa_column_args=(ForeignKey("book_transaction.id", deferrable=True, initially="DEFERRED"),)
    )
    position: int
    account_kind: str
    subject: str
    amount_micro: int = Field(sa_type=BigInteger)
    currency: str


class AccrualRow(Owned, table=True):
    """Table of what accruals and their reversals rest on; the licensee sees its own."""

    __tablename__ = "accrual"
    __table_args__ = (
        UniqueConstraint("live_key", "revision", "kind"),
        ForeignKeyConstraint(
            ["live_key", "follows_revision", "follows_kind"],
            [f"accrual.{name}" for name in ("live_key", "revision", "kind")],
        ),
        CheckConstraint(_SUCCESSION, name="succession"),
        Index("accrual_statement", "performer_id", "earned_period"),
        append_only(),
    )

    tenant_id: str  # found by its transaction
    transaction_id: str = Field(unique=True, foreign_key="book_transaction.id")
    kind: str
    live_key: str
    revision: int
    follows_revision: int | None
    follows_kind: str | None
    licensee_id: str
    performer_id: str
    earned_period: str
    usage_line_id: str = Field(index=True, foreign_key="usage_line.id")
    pins: dict[str, Any] = Field(sa_type=JsonText)
    working: dict[str, Any] = Field(sa_type=JsonText)


_TRANSACTIONS = insertion(
    TransactionRow,
    *("seq", "kind", "facts_key", "reason", "earned_period", "posted_period"),
    *("reverses_id", "run_id", "pair_id"),
)
_ENTRIES = insertion(
    EntryRow,
    *("transaction_id", "position", "account_kind", "subject", "amount_micro", "currency"),
)
_CLAIMS = insertion(
    AccrualRow,
    *("transaction_id", "kind", "live_key", "revision", "follows_revision", "follows_kind"),
    *("licensee_id", "performer_id", "earned_period", "usage_line_id", "pins", "working"),
)


# Claims that a sister society collected, and what takes them back.
FROM_SISTER = col(TransactionRow.reason).in_(sisterclaims.REASONS)


def add_transactions(session: Session, transactions: Sequence[Transaction]) -> None:
    """Store transactions whole; what is booked already is a Conflict, what is unsound is Broken."""
    if not transactions:
        return
    connection = session.connection()
    moments = {one: time_text(one) for one in {each.recorded_at for each in transactions}}
    told = [(one, moments[one.recorded_at]) for one in transactions]
    claims = [one for one in told if one[0].claim]
    connection.exec_driver_sql(_ENTRIES, _entries(told))
    connection.exec_driver_sql(_TRANSACTIONS, [_values(*one) for one in told])
    if claims:
        connection.exec_driver_sql(_CLAIMS, [_claim(*one) for one in claims])


def _values(one: Transaction, moment: str) -> tuple[Any, ...]:
    return (
        *(one.id, one.tenant_id, one.audience, moment, one.seq, one.kind.value, one.facts_key),
        *(one.reason, one.earned_period, one.posted_period),
        *(one.reverses_id, one.run_id, one.pair_id),
    )


def _entries(told: Sequence[tuple[Transaction, str]]) -> list[tuple[Any, ...]]:
    return [
        (
            *(part_id("ent", one.id, place), one.tenant_id, entry_audience(one, posting.account)),
            *(moment, one.id, place, (account := parse(posting.account)).kind.value),
            *(account.subject, posting.amount_micro, posting.currency),
        )
        for one, moment in told
        for place, posting in enumerate(one.postings)
    ]


def _claim(one: Transaction, moment: str) -> tuple[Any, ...]:
    claim, pins = one.basis, one.basis.pins
    return (
        *(part_id("acr", one.id, 0), one.tenant_id, one.audience, moment, one.id, one.kind.value),
        *(claim.live_key, claim.revision, *_follows(one), claim.licensee_id, pins.performer_id),
        *(one.earned_period, pins.usage_line_id),
        *(as_it_stands(one).decode() for one in (pins_to_dict(pins), dict(claim.working))),
    )


def _follows(one: Transaction) -> tuple[int | None, str | None]:
    """Revision and kind of the transaction of the same live key that must stand before this one."""
    if one.kind is TransactionKind.REVERSAL:
        return one.revision, TransactionKind.ACCRUAL.value
    if one.revision == 1:
        return None, None
    return one.revision - 1, TransactionKind.REVERSAL.value
