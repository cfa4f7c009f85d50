"""Tables of the books: transactions, their entries, and what accruals rest on; append-only.

What a book promises holds in the tables themselves, whoever writes them: entries cannot be kept
without their transaction, which goes in after them and only if they net to zero in each currency;
it then takes no more of them. A reversal is the exact opposite of one transaction, once. A live key
has one accrual at a time: a reversal follows its accrual, a further accrual follows that reversal.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
    insert,
    text,
)
from sqlmodel import Field, Session

from core.db import JsonText, Owned, append_only
from core.ids import derived_id
from royalties.accounts import parse
from royalties.ledger import entry_audience
from royalties.models_books import Transaction, TransactionKind
from royalties.store import guards
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
        Index("book_entry_account", "account_kind", "subject"),
        append_only(guards=guards.ENTRY),
    )

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

    transaction_id: str = Field(unique=True, foreign_key="book_transaction.id")
    kind: str
    live_key: str
    revision: int
    follows_revision: int | None
    follows_kind: str | None
    licensee_id: str = Field(index=True)
    performer_id: str
    earned_period: str
    usage_line_id: str = Field(index=True, foreign_key="usage_line.id")
    pins: dict[str, Any] = Field(sa_type=JsonText)
    working: dict[str, Any] = Field(sa_type=JsonText)


def add_transactions(session: Session, transactions: Sequence[Transaction]) -> None:
    """Store transactions whole; what is booked already is a Conflict, what is unsound is Broken."""
    if not transactions:
        return
    connection = session.connection()
    connection.execute(insert(EntryRow), [entry for one in transactions for entry in _entries(one)])
    connection.execute(insert(TransactionRow), [_values(one) for one in transactions])
    claims = [_claim(one) for one in transactions if one.claim is not None]
    if claims:
        connection.execute(insert(AccrualRow), claims)


def _owned(one: Transaction, name: str, *facts: str) -> dict[str, Any]:
    return {
        "id": derived_id(name, one.id, *facts),
        "tenant_id": one.tenant_id,
        "recorded_at": one.recorded_at,
    }


def _values(one: Transaction) -> dict[str, Any]:
    return {
        "id": one.id,
        "tenant_id": one.tenant_id,
        "audience": one.audience,
        "recorded_at": one.recorded_at,
        "seq": one.seq,
        "kind": one.kind.value,
        "facts_key": one.facts_key,
        "reason": one.reason,
        "earned_period": one.earned_period,
        "posted_period": one.posted_period,
        "reverses_id": one.reverses_id,
        "run_id": one.run_id,
        "pair_id": one.pair_id,
    }


def _entries(one: Transaction) -> Iterable[dict[str, Any]]:
    for position, posting in enumerate(one.postings):
        account = parse(posting.account)
        yield {
            **_owned(one, "ent", str(position)),
            "audience": entry_audience(one, posting.account),
            "transaction_id": one.id,
            "position": position,
            "account_kind": account.kind.value,
            "subject": account.subject,
            "amount_micro": posting.amount_micro,
            "currency": posting.currency,
        }


def _claim(one: Transaction) -> dict[str, Any]:
    claim = one.basis
    follows_revision, follows_kind = _follows(one)
    return {
        **_owned(one, "acr"),
        "audience": one.audience,
        "transaction_id": one.id,
        "kind": one.kind.value,
        "live_key": claim.live_key,
        "revision": claim.revision,
        "follows_revision": follows_revision,
        "follows_kind": follows_kind,
        "licensee_id": claim.licensee_id,
        "performer_id": claim.pins.performer_id,
        "earned_period": one.earned_period,
        "usage_line_id": claim.pins.usage_line_id,
        "pins": pins_to_dict(claim.pins),
        "working": dict(claim.working),
    }


def _follows(one: Transaction) -> tuple[int | None, str | None]:
    """Revision and kind of the transaction of the same live key that must stand before this one."""
    if one.kind is TransactionKind.REVERSAL:
        return one.revision, TransactionKind.ACCRUAL.value
    if one.revision == 1:
        return None, None
    return one.revision - 1, TransactionKind.REVERSAL.value
