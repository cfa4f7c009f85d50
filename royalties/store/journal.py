"""What is read back of the books: transactions with their postings, for who may see them.

A transaction is seen whole by its book's tenant, by the performer's side that it concerns, and by
the licensee of its claim.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from sqlalchemy import ColumnElement, String, exists, func, literal_column, or_
from sqlalchemy import select as sql_select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from core.principal import Principal, SearchCapability
from core.visibility import one_of, owned, visible
from royalties import sisterclaims
from royalties.accounts import AccountKind
from royalties.models import Pins
from royalties.models_books import (
    Booked,
    MonthClaim,
    Transaction,
    TransactionKind,
)
from royalties.store.ledger import AccrualRow, EntryRow, TransactionRow
from royalties.store.transactionrows import load
from royalties.wire import pins_from_dict

IDS_MAX = 500
# Found by the index of months, the whole book would have to be sorted for each page.
_book_of = literal_column("+book_transaction.tenant_id", String)


def seen(principal: Principal) -> ColumnElement[bool]:
    """The where clause for transactions, joined with their accruals, that a principal may see."""
    mine = col(AccrualRow.licensee_id) == principal.tenant_id
    return or_(visible(TransactionRow, principal), mine)


def once(principal: Principal) -> ColumnElement[bool]:
    """The where clause that leaves out what a sister society handed on: it was earned in her book.

    The book that took it in sees it nevertheless, and hers it does not see. What was earned in
    another registry stands in no other book here, and is never left out.
    """
    told_there = col(TransactionRow.reason) == sisterclaims.REASON
    return or_(~told_there, owned(TransactionRow, principal))


def booked(
    session: Session, principal: Principal, usage_line_ids: Sequence[str]
) -> dict[str, dict[str, Booked]]:
    """The licensee's own newest accrual of every live key, by usage line; those of none left out.

    Only the debtor's own: whoever merely reported a line must not take back what it earned.
    """
    found: defaultdict[str, dict[str, Booked]] = defaultdict(dict)
    for line_id, one in _booked(session, principal, usage_line_ids):
        found[line_id][one.live_key] = one
    return found


def _booked(
    session: Session, principal: Principal, usage_line_ids: Sequence[str]
) -> Iterator[tuple[str, Booked]]:
    query = (
        sql_select(
            col(TransactionRow.id),
            col(TransactionRow.kind),
            col(AccrualRow.live_key),
            col(TransactionRow.facts_key),
            col(AccrualRow.revision),
            col(TransactionRow.reverses_id),
            col(TransactionRow.tenant_id),
            col(AccrualRow.usage_line_id),
        )
        .join(AccrualRow, col(AccrualRow.transaction_id) == col(TransactionRow.id))
        .where(
            col(AccrualRow.licensee_id) == principal.tenant_id,
            one_of(col(AccrualRow.usage_line_id), usage_line_ids),
        )
        .order_by(col(AccrualRow.revision))
    )
    rows = session.connection().execute(query).all()
    taken_back = {row.reverses_id for row in rows}
    for row in rows:
        if row.kind == TransactionKind.ACCRUAL.value:
            live = row.id not in taken_back
            yield (
                row.usage_line_id,
                Booked(
                    row.live_key,
                    row.id,
                    row.facts_key,
                    row.revision,
                    live=live,
                    book=row.tenant_id,
                ),
            )


def by_ids(
    session: Session, principal: Principal, transaction_ids: Sequence[str]
) -> dict[str, Transaction]:
    """Transactions that the principal may see, by id."""
    found: dict[str, Transaction] = {}
    for start in range(0, len(transaction_ids), IDS_MAX):
        some = transaction_ids[start : start + IDS_MAX]
        page = load(session, seen(principal), col(TransactionRow.id).in_(some))
        found.update({one.id: one for one in page})
    return found


def of_performer(
    session: Session, principal: Principal, *, performer_id: str, earned_period: str
) -> list[Transaction]:
    """Accruals and reversals of a performer's month that the principal may see, by `seq`."""
    return load(
        session,
        seen(principal),
        once(principal),
        col(AccrualRow.performer_id) == performer_id,
        col(AccrualRow.earned_period) == earned_period,
    )


def periods(session: Session, principal: Principal, performer_id: str) -> tuple[str, ...]:
    """Months that a performer earned in, as far as the principal may see, newest first."""
    query = (
        select(AccrualRow.earned_period)
        .distinct()
        .join(TransactionRow, col(AccrualRow.transaction_id) == col(TransactionRow.id))
        .where(seen(principal), col(AccrualRow.performer_id) == performer_id)
        .order_by(col(AccrualRow.earned_period).desc())
    )
    return tuple(session.exec(query))


def kept(session: Session, principal: Principal, performer_id: str) -> Iterator[tuple[Pins, int]]:
    """What every accrual rests on that stands and is kept for a performer, with its amount."""
    later = aliased(TransactionRow)
    taken_back = exists().where(col(later.reverses_id) == col(TransactionRow.id))
    query = (
        sql_select(col(AccrualRow.pins), col(EntryRow.amount_micro))
        .join(TransactionRow, col(AccrualRow.transaction_id) == col(TransactionRow.id))
        .join(EntryRow, col(EntryRow.transaction_id) == col(TransactionRow.id))
        .where(
            visible(TransactionRow, principal),
            col(AccrualRow.performer_id) == performer_id,
            col(AccrualRow.kind) == TransactionKind.ACCRUAL,
            col(EntryRow.account_kind).in_((AccountKind.HELD, AccountKind.SUSPENSE)),
            ~taken_back,
        )
    )
    for pins, amount_micro in session.connection().execute(query).yield_per(IDS_MAX):
        yield pins_from_dict(pins), -amount_micro


def claims_of_month(session: Session, principal: Principal, month: str) -> list[MonthClaim]:
    """The claims earned in a month that stand in the principal's own book."""
    later = aliased(TransactionRow)
    query = (
        sql_select(
            col(AccrualRow.usage_line_id),
            col(AccrualRow.performer_id),
            func.json_extract(col(AccrualRow.pins), "$.cut_id"),
            col(AccrualRow.licensee_id),
        )
        .join(TransactionRow, col(AccrualRow.transaction_id) == col(TransactionRow.id))
        .where(
            owned(TransactionRow, principal),
            col(AccrualRow.earned_period) == month,
            col(AccrualRow.kind) == TransactionKind.ACCRUAL,
            ~exists().where(col(later.reverses_id) == col(TransactionRow.id)),
        )
    )
    return [MonthClaim(*row) for row in session.connection().execute(query)]


def journal(
    session: Session, principal: Principal, *, after_seq: int = 0, limit: int = 1000
) -> list[Transaction]:
    """Transactions that the principal may see, in order of `seq`; `after_seq` pages on."""
    return load(session, seen(principal), col(TransactionRow.seq) > after_seq, limit=limit)


def of_pair(session: Session, principal: Principal, pair_id: str) -> list[Transaction]:
    """Both legs of an exchange, and their reversals, that the principal may see."""
    return load(session, seen(principal), col(TransactionRow.pair_id) == pair_id)


def count_of_run(session: Session, principal: Principal, run_id: str) -> int:
    """How many transactions of the principal's own book hand on or release what a run says."""
    query = sql_select(func.count()).where(
        col(TransactionRow.run_id) == run_id,
        owned(TransactionRow, principal),
        col(TransactionRow.kind).in_((TransactionKind.DISTRIBUTION, TransactionKind.RELEASE)),
    )
    return int(session.connection().execute(query).scalar_one())


def taken_back(
    session: Session, _capability: SearchCapability, transaction_ids: Sequence[str]
) -> frozenset[str]:
    """Those of these transactions that were reversed."""
    found: set[str] = set()
    for start in range(0, len(transaction_ids), IDS_MAX):
        query = select(TransactionRow.reverses_id).where(
            col(TransactionRow.reverses_id).in_(transaction_ids[start : start + IDS_MAX])
        )
        found.update(one for one in session.exec(query) if one is not None)
    return frozenset(found)


def of_book(
    session: Session,
    capability: SearchCapability,
    book: str,
    *,
    month: str | None = None,
    after_seq: int = 0,
    limit: int = 1000,
) -> list[Transaction]:
    """Transactions of one book, of one month or of all, in order of `seq`, for the service."""
    after = col(TransactionRow.seq) > after_seq
    if month is None:
        return load(session, _book_of == book, after, limit=limit)
    mine = (col(TransactionRow.tenant_id) == book, col(TransactionRow.posted_period) == month)
    return load(session, *mine, after, limit=limit)


def claim_ids(session: Session, _capability: SearchCapability, book: str) -> Iterator[str]:
    """The ids of all accruals of one book in order of booking, as a stream."""
    query = (
        sql_select(col(TransactionRow.id))
        .where(
            col(TransactionRow.tenant_id) == book,
            col(TransactionRow.kind) == TransactionKind.ACCRUAL.value,
        )
        .order_by(col(TransactionRow.seq))
    )
    for (name,) in session.connection().execute(query.execution_options(yield_per=IDS_MAX)):
        yield name
