"""Sums over the entries of the ledger, exact however many there are.

SQLite's `sum()` overflows 64 bits on large ledgers, so amounts are summed in two halves of 32 bits
and put together here, in whole numbers without bounds.
"""

from collections.abc import Collection

from sqlalchemy import ColumnElement, SQLColumnExpression, case, func
from sqlalchemy import select as sql_select
from sqlmodel import Session, col

from core.principal import Principal, SearchCapability
from core.visibility import owned, visible
from royalties.accounts import Account, AccountKind
from royalties.models_books import AccountBalance, CurrencyBalance, TrialBalance
from royalties.store.journal import seen
from royalties.store.ledger import AccrualRow, EntryRow, TransactionRow
from royalties.store.onaccounts import among

_HALF = 2**32


def trial_balance(session: Session, principal: Principal | None) -> TrialBalance:
    """Debits and credits per currency: of the transactions a principal may see, or of all books."""
    query = (
        sql_select(col(EntryRow.currency), func.count(), *_side(1), *_side(-1))
        .group_by(col(EntryRow.currency))
        .order_by(col(EntryRow.currency))
    )
    if principal is not None:
        query = (
            query.join(TransactionRow, col(TransactionRow.id) == col(EntryRow.transaction_id))
            .outerjoin(AccrualRow, col(AccrualRow.transaction_id) == col(TransactionRow.id))
            .where(seen(principal))
        )
    return TrialBalance(
        tuple(
            CurrencyBalance(row[0], row[1], whole(row[2], row[3]), whole(row[4], row[5]))
            for row in session.connection().execute(query)
        )
    )


def account_balances(session: Session, principal: Principal) -> dict[tuple[str, str], int]:
    """Balance of each (account, currency) over the entries that the principal may see."""
    found = _accounts(session, visible(EntryRow, principal))
    return {(one.account, one.currency): one.net_micro for one in found}


def of_book(
    session: Session, capability: SearchCapability, book: str, month: str | None = None
) -> tuple[AccountBalance, ...]:
    """Both sides of each account of one book, over all its months or what was posted in one."""
    clauses = [col(EntryRow.tenant_id) == book]
    if month is not None:
        posted = sql_select(col(TransactionRow.id)).where(
            col(TransactionRow.tenant_id) == book, col(TransactionRow.posted_period) == month
        )
        clauses.append(col(EntryRow.transaction_id).in_(posted))
    return _accounts(session, *clauses)


def of_accounts(
    session: Session, principal: Principal, accounts: Collection[Account]
) -> tuple[AccountBalance, ...]:
    """Both sides of these accounts in all books, over the entries that the principal may see."""
    return _accounts(session, visible(EntryRow, principal), among(accounts))


def of_kind(
    session: Session, _capability: SearchCapability, book: str, kind: AccountKind
) -> tuple[AccountBalance, ...]:
    """Both sides of each account of one kind in one book."""
    return _accounts(
        session, col(EntryRow.tenant_id) == book, col(EntryRow.account_kind) == kind.value
    )


def of_account(
    session: Session, principal: Principal, account: Account, currency: str
) -> dict[str, int]:
    """Balance of one account of the principal's own book, by who else may see its entries."""
    query = (
        sql_select(col(EntryRow.audience), *_side(1), *_side(-1))
        .where(
            owned(EntryRow, principal),
            col(EntryRow.account_kind) == account.kind,
            col(EntryRow.subject) == account.subject,
            col(EntryRow.currency) == currency,
        )
        .group_by(col(EntryRow.audience))
        .order_by(col(EntryRow.audience))
    )
    rows = session.connection().execute(query).all()
    return {row[0]: whole(row[1], row[2]) - whole(row[3], row[4]) for row in rows}


def owed(
    session: Session, capability: SearchCapability, kind: AccountKind, currency: str
) -> dict[str, tuple[int, str]]:
    """What a book owes on each account of a kind, and who else sees it; `reference` is the book."""
    query = (
        sql_select(col(EntryRow.subject), func.max(EntryRow.audience), *_side(1), *_side(-1))
        .where(
            col(EntryRow.tenant_id) == capability.reference,
            col(EntryRow.account_kind) == kind,
            col(EntryRow.currency) == currency,
        )
        .group_by(col(EntryRow.subject))
    )
    rows = session.connection().execute(query)
    return {row[0]: (whole(row[4], row[5]) - whole(row[2], row[3]), row[1]) for row in rows}


def owed_by_run(
    session: Session, capability: SearchCapability, kind: AccountKind, currency: str
) -> dict[str, int]:
    """The same over all accounts of the kind, by the run that booked it, "" for all the rest."""
    query = (
        sql_select(col(TransactionRow.run_id), *_side(1), *_side(-1))
        .join(TransactionRow, col(TransactionRow.id) == col(EntryRow.transaction_id))
        .where(
            col(EntryRow.tenant_id) == capability.reference,
            col(EntryRow.account_kind) == kind,
            col(EntryRow.currency) == currency,
        )
        .group_by(col(TransactionRow.run_id))
    )
    rows = session.connection().execute(query)
    return {row[0] or "": whole(row[3], row[4]) - whole(row[1], row[2]) for row in rows}


def _accounts(session: Session, *clauses: ColumnElement[bool]) -> tuple[AccountBalance, ...]:
    names = (col(EntryRow.account_kind), col(EntryRow.subject), col(EntryRow.currency))
    amount = col(EntryRow.amount_micro)
    # Half of the sum and of the sum without signs are both sides; the groups come by an index.
    query = (
        sql_select(*names, func.count(), *_signed(amount), *_signed(func.abs(amount)))
        .where(*clauses)
        .group_by(*names)
        .order_by(*names)
    )
    found = []
    for kind, subject, currency, count, *halved in session.connection().execute(query):
        net, moved = whole(*halved[:2]), whole(*halved[2:])
        account = str(Account(AccountKind(kind), subject))
        both = ((moved + net) // 2, (moved - net) // 2)
        found.append(AccountBalance(account, currency, count, *both))
    return tuple(found)


def _signed(amount: SQLColumnExpression[int]) -> tuple[ColumnElement[int], ColumnElement[int]]:
    """As `halves`, of amounts of either sign: the shift cuts downwards, `whole` joins them too."""
    high, low = amount.bitwise_rshift(32), amount.bitwise_and(_HALF - 1)
    return func.sum(high), func.sum(low)


def _side(sign: int) -> tuple[ColumnElement[int], ColumnElement[int]]:
    """Sums over the entries of one sign: of the upper and of the lower 32 bits of the amounts."""
    amount = col(EntryRow.amount_micro) * sign
    return halves(case((amount > 0, amount), else_=0))


def halves(amount: SQLColumnExpression[int]) -> tuple[ColumnElement[int], ColumnElement[int]]:
    """Sums of the upper and the lower 32 bits of amounts, cut towards zero; `whole` joins them."""
    return func.sum(amount // _HALF), func.sum(amount % _HALF)


def whole(high: int, low: int) -> int:
    """The exact sum that both halves come to."""
    return high * _HALF + low
