"""What the books say: statements, balances, and the whole ledger as text.

Every statement is computed again from itself and compared before it leaves: one that does not add
up is never shown.
"""

from collections.abc import Collection, Iterator
from dataclasses import replace

from sqlmodel import Session

from core.errors import Broken, NotFound
from core.principal import Principal, SearchCapability, require
from core.tenants import OPERATOR
from fingerprint.models import Reason
from registry.service.people import claims_from
from registry.store import people
from royalties.accounts import AccountKind
from royalties.entitlement import BEFORE_ACTIVE
from royalties.export import to_beancount
from royalties.hledger import to_hledger
from royalties.models_books import AccountBalance, TrialBalance
from royalties.service.periods import check_month
from royalties.service.tariffs import tariffs_pinned
from royalties.statement import Statement, build, recompute
from royalties.store import balances, exchanges
from royalties.store import journal as store

_PAGE = 1000
FORMS = {"beancount": to_beancount, "hledger": to_hledger}


def statement(
    session: Session, principal: Principal, *, performer_id: str, period: str
) -> Statement:
    """What a performer earned in a month, from the transactions that the principal may see.

    The performer's side sees all of it, a licensee only what it owes itself. Raises `BadInput` for
    a period that is not `YYYY-MM`, `NotFound` for a performer that is neither the principal's own
    nor in its books, `NotAllowed` without the scope `reports`.
    """
    require(principal, "reports")
    check_month(period)
    transactions = store.of_performer(
        session, principal, performer_id=performer_id, earned_period=period
    )
    if not transactions and not store.periods(session, principal, performer_id):
        people.get_performer(session, principal, performer_id)
    bare = build(performer_id=performer_id, period=period, transactions=transactions)
    prices = [line.pins.tariff for line in bare.lines]
    rests_on = tariffs_pinned(session, principal, prices).values()
    made = replace(bare, tariffs=tuple(sorted(rests_on, key=lambda one: (one.id, one.version))))
    if recompute(made):
        raise Broken(f"Statement {made.id} does not follow from its own figures.")
    return made


def notes(
    session: Session, principal: Principal, *, performer_id: str, period: str
) -> tuple[Reason, ...]:
    """Why a month earned nothing as a whole, for who may see its statement; mostly empty."""
    require(principal, "reports")
    capability = SearchCapability("statement", performer_id)
    since = claims_from(session, capability, [performer_id]).get(performer_id, "")
    return (Reason(BEFORE_ACTIVE, {"period": period}),) if period < since else ()


def periods(session: Session, principal: Principal, *, performer_id: str) -> tuple[str, ...]:
    """Months with transactions of a performer that the principal may see, newest first."""
    require(principal, "reports")
    return store.periods(session, principal, performer_id)


def trial_balance(session: Session, principal: Principal | None = None) -> TrialBalance:
    """Debits and credits per currency over what the principal may see.

    The operator, and the service's own checks (without a principal), see the whole books: sums
    only, no accounts.
    """
    if principal is not None:
        require(principal, "reports")
    whole = principal is None or principal.tenant_kind == OPERATOR
    return balances.trial_balance(session, None if whole else principal)


def account_balances(session: Session, principal: Principal) -> dict[tuple[str, str], int]:
    """Balance in millionths of each (account, currency) that the principal may see."""
    require(principal, "reports")
    return balances.account_balances(session, principal)


def book_balance(
    session: Session, principal: Principal, book: str = "", month: str | None = None
) -> tuple[AccountBalance, ...]:
    """Both sides of every account of one's own book, or of any book for the operator.

    Over all its months, or what was posted in one. Raises `NotFound` for another's book,
    `BadInput` for what is no month.
    """
    require(principal, "reports")
    if month is not None:
        check_month(month)
    wanted = book or principal.tenant_id
    if wanted != principal.tenant_id and principal.tenant_kind != OPERATOR:
        raise NotFound("There is no such book.", next_step="Leave --book out for your own.")
    return balances.of_book(session, SearchCapability("trial-balance", wanted), wanted, month)


def balances_of(
    session: Session, principal: Principal, kinds: Collection[AccountKind]
) -> tuple[AccountBalance, ...]:
    """Both sides of the accounts of these kinds in one's own book."""
    require(principal, "reports")
    book = principal.tenant_id
    capability = SearchCapability("trial-balance", book)
    return tuple(one for kind in kinds for one in balances.of_kind(session, capability, book, kind))


def export(session: Session, principal: Principal, form: str) -> Iterator[str]:
    """The transactions that the principal may see as lines of a file for another program.

    `form` is `beancount` or `hledger`.
    """
    require(principal, "reports")
    transactions = []
    after_seq = 0
    while page := store.journal(session, principal, after_seq=after_seq, limit=_PAGE):
        transactions.extend(page)
        after_seq = page[-1].seq
    pairs = {one.pair_id for one in transactions if one.pair_id is not None}
    rates = {name: found[0] for name, found in exchanges.rates(session, principal, pairs).items()}
    return FORMS[form](transactions, rates)
