"""Tables of the ledger: transactions and their entries, append-only without exception.

The tables themselves allow one live accrual per key: a reversal follows its accrual, and a further
accrual follows the reversal of the one before it, each once. Two runs at once cannot book the same
thing, whichever lock they hold.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ColumnElement,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
    insert,
)
from sqlalchemy import select as sql_select
from sqlmodel import Field, Session, col, select

from core.db import JsonText, Owned, append_only, visible
from core.ids import new_id
from core.principal import Principal
from royalties.models import (
    Booked,
    Posting,
    Transaction,
    TransactionKind,
)
from royalties.wire import pins_from_dict, pins_to_dict

IDS_MAX = 500
_SUCCESSION = (
    "(kind = 'accrual' AND revision = 1 AND follows_revision IS NULL AND reverses_id IS NULL)"
    " OR (kind = 'accrual' AND follows_kind = 'reversal' AND follows_revision = revision - 1"
    " AND reverses_id IS NULL)"
    " OR (kind = 'reversal' AND follows_kind = 'accrual' AND follows_revision = revision"
    " AND reverses_id IS NOT NULL)"
)


class TransactionRow(Owned, table=True):
    """Table of transactions; the licensee owns them, the performer's tenant sees them."""

    __tablename__ = "ledger_transaction"
    __table_args__ = (
        UniqueConstraint("live_key", "revision", "kind"),
        ForeignKeyConstraint(
            ["live_key", "follows_revision", "follows_kind"],
            [f"ledger_transaction.{name}" for name in ("live_key", "revision", "kind")],
        ),
        CheckConstraint(_SUCCESSION, name="succession"),
        Index("ledger_transaction_statement", "performer_id", "earned_period"),
        append_only(),
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


class EntryRow(Owned, table=True):
    """Table of entries, the postings of transactions."""

    __tablename__ = "ledger_entry"
    __table_args__ = (UniqueConstraint("transaction_id", "position"), append_only())

    transaction_id: str = Field(foreign_key="ledger_transaction.id")
    position: int
    account: str = Field(index=True)
    amount_micro: int = Field(sa_type=BigInteger)
    currency: str


def add_transactions(session: Session, transactions: Sequence[Transaction]) -> None:
    """Store transactions with their entries; an accrual that exists already is a Conflict."""
    if not transactions:
        return
    connection = session.connection()
    connection.execute(insert(TransactionRow), [_values(one) for one in transactions])
    connection.execute(insert(EntryRow), [entry for one in transactions for entry in _entries(one)])


def booked(
    session: Session, principal: Principal, usage_line_ids: Sequence[str]
) -> dict[str, Booked]:
    """The tenant's own newest accrual of every live key of at most `IDS_MAX` usage lines.

    Only the debtor's own: whoever merely reported a line must not take back what it earned.
    """
    query = (
        sql_select(
            col(TransactionRow.id),
            col(TransactionRow.kind),
            col(TransactionRow.live_key),
            col(TransactionRow.facts_key),
            col(TransactionRow.revision),
            col(TransactionRow.reverses_id),
        )
        .where(
            col(TransactionRow.tenant_id) == principal.tenant_id,
            col(TransactionRow.usage_line_id).in_(usage_line_ids),
        )
        .order_by(col(TransactionRow.revision))
    )
    rows = session.connection().execute(query).all()
    taken_back = {row.reverses_id for row in rows}
    return {
        row.live_key: Booked(
            row.live_key, row.id, row.facts_key, row.revision, live=row.id not in taken_back
        )
        for row in rows
        if row.kind == TransactionKind.ACCRUAL.value
    }


def by_ids(
    session: Session, principal: Principal, transaction_ids: Sequence[str]
) -> dict[str, Transaction]:
    """Transactions that the principal may see, by id."""
    found: dict[str, Transaction] = {}
    for start in range(0, len(transaction_ids), IDS_MAX):
        some = transaction_ids[start : start + IDS_MAX]
        page = _load(session, principal, col(TransactionRow.id).in_(some))
        found.update({one.id: one for one in page})
    return found


def of_performer(
    session: Session, principal: Principal, *, performer_id: str, earned_period: str
) -> list[Transaction]:
    """All transactions of a performer's month that the principal may see, in order of `seq`."""
    return _load(
        session,
        principal,
        col(TransactionRow.performer_id) == performer_id,
        col(TransactionRow.earned_period) == earned_period,
    )


def periods(session: Session, principal: Principal, performer_id: str) -> tuple[str, ...]:
    """Months in which a performer has transactions that the principal may see, newest first."""
    query = (
        select(TransactionRow.earned_period)
        .distinct()
        .where(visible(TransactionRow, principal))
        .where(col(TransactionRow.performer_id) == performer_id)
        .order_by(col(TransactionRow.earned_period).desc())
    )
    return tuple(session.exec(query))


def journal(
    session: Session, principal: Principal, *, after_seq: int = 0, limit: int = 1000
) -> list[Transaction]:
    """Transactions that the principal may see, in order of `seq`; `after_seq` pages on."""
    return _load(session, principal, col(TransactionRow.seq) > after_seq, limit=limit)


def _load(
    session: Session, principal: Principal, *clauses: ColumnElement[bool], limit: int | None = None
) -> list[Transaction]:
    query = (
        select(TransactionRow)
        .where(visible(TransactionRow, principal), *clauses)
        .order_by(col(TransactionRow.seq))
        .limit(limit)
    )
    rows = session.exec(query).all()
    postings = _postings(session, [row.id for row in rows])
    return [_transaction(row, tuple(postings[row.id])) for row in rows]


def _postings(session: Session, ids: Sequence[str]) -> Mapping[str, list[Posting]]:
    found: defaultdict[str, list[Posting]] = defaultdict(list)
    for start in range(0, len(ids), IDS_MAX):
        query = (
            sql_select(
                col(EntryRow.transaction_id),
                col(EntryRow.account),
                col(EntryRow.amount_micro),
                col(EntryRow.currency),
            )
            .where(col(EntryRow.transaction_id).in_(ids[start : start + IDS_MAX]))
            .order_by(col(EntryRow.transaction_id), col(EntryRow.position))
        )
        for transaction_id, account, amount, currency in session.connection().execute(query):
            found[transaction_id].append(Posting(account, amount, currency))
    return found


def _follows(one: Transaction) -> tuple[int | None, str | None]:
    """Revision and kind of the transaction of the same live key that must stand before this one."""
    if one.kind is TransactionKind.REVERSAL:
        return one.revision, TransactionKind.ACCRUAL.value
    if one.revision == 1:
        return None, None
    return one.revision - 1, TransactionKind.REVERSAL.value


def _values(one: Transaction) -> dict[str, Any]:
    follows_revision, follows_kind = _follows(one)
    return {
        "id": one.id,
        "tenant_id": one.tenant_id,
        "audience": one.audience,
        "recorded_at": one.recorded_at,
        "seq": one.seq,
        "kind": one.kind.value,
        "live_key": one.live_key,
        "revision": one.revision,
        "follows_revision": follows_revision,
        "follows_kind": follows_kind,
        "facts_key": one.facts_key,
        "reverses_id": one.reverses_id,
        "reason": one.reason,
        "earned_period": one.earned_period,
        "performer_id": one.pins.performer_id,
        "usage_line_id": one.pins.usage_line_id,
        "pins": pins_to_dict(one.pins),
        "working": dict(one.working),
    }


def _entries(one: Transaction) -> Iterable[dict[str, Any]]:
    for position, posting in enumerate(one.postings):
        yield {
            "id": new_id("ent"),
            "tenant_id": one.tenant_id,
            "audience": one.audience,
            "recorded_at": one.recorded_at,
            "transaction_id": one.id,
            "position": position,
            "account": posting.account,
            "amount_micro": posting.amount_micro,
            "currency": posting.currency,
        }


def _transaction(row: TransactionRow, postings: tuple[Posting, ...]) -> Transaction:
    return Transaction(
        id=row.id,
        tenant_id=row.tenant_id,
        audience=row.audience,
        kind=TransactionKind(row.kind),
        live_key=row.live_key,
        revision=row.revision,
        facts_key=row.facts_key,
        reverses_id=row.reverses_id,
        reason=row.reason,
        earned_period=row.earned_period,
        postings=postings,
        pins=pins_from_dict(row.pins),
        working=row.working,
        seq=row.seq,
        recorded_at=row.recorded_at,
    )
