"""An account statement: what became of one performer's money in one month of the books.

It opens with what stood there before, lists every transaction of the month that touched the
performer's own accounts, and closes with what is left, so that the closing of a month is the
opening of the next. It is built from ledger transactions alone; `differences` computes each figure
again from the statement itself. Worked example: docs/statements.md.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from core.canonical import canonical
from core.ids import derived_id
from licensing.models import TariffRef
from royalties.accounts import Account, AccountKind, account, parse
from royalties.agreed import again
from royalties.ledger import net_by_currency
from royalties.models_books import Posting, Transaction, TransactionKind
from royalties.statement import Difference
from royalties.tariffs.documents import pinned
from royalties.tariffs.models import Tariff
from royalties.tariffs.rates import AmountWithWorking
from royalties.transactiontext import canonical_transactions

OF_A_PERFORMER = (
    AccountKind.ACCRUED,
    AccountKind.HELD,
    AccountKind.PAYABLE,
    AccountKind.BLOCKED,
)
_OF_A_PAYEE = (AccountKind.PAYABLE, AccountKind.BLOCKED)


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose accounts these are: a performer, and the payees whom its money is booked to."""

    performer_id: str
    payees: tuple[str, ...]

    @property
    def accounts(self) -> frozenset[str]:
        """Every account that is this performer's own."""
        return _accounts(self)


@lru_cache(maxsize=1_000)
def _accounts(holder: Holder) -> frozenset[str]:
    # Asked for several times with every statement.
    return frozenset(
        account(kind, subject)
        for kind in OF_A_PERFORMER
        for subject in (holder.payees if kind in _OF_A_PAYEE else (holder.performer_id,))
    )


@dataclass(frozen=True, slots=True)
class Balance:
    """One own account in one book: both ends of the month, in the signs of the ledger."""

    book: str
    account: str
    currency: str
    opening_micro: int
    closing_micro: int


@dataclass(frozen=True, slots=True)
class Movement:
    """A transaction of the month; `rest` sums by currency what in it concerns other performers."""

    transaction: Transaction
    rest: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class AccountStatement:
    """One performer's month as the books stood at `as_of_seq`.

    `closed` says that the month is closed in every book it speaks of, so that nothing can be added
    to it any more. `tariffs` are those that its claims pin.
    """

    id: str
    holder: Holder
    month: str
    as_of_seq: int
    closed: bool
    balances: tuple[Balance, ...]
    movements: tuple[Movement, ...]
    tariffs: tuple[Tariff, ...] = ()


def build(
    holder: Holder,
    month: str,
    *,
    opening: Mapping[tuple[str, str, str], int],
    transactions: Iterable[Transaction],
    tariffs: Iterable[Tariff] = (),
    closed: bool = False,
) -> AccountStatement:
    """Make the statement; `opening` are balances before the month by book, own account, currency.

    `transactions` are those posted in the month that touch an own account, in any order.
    """
    own = holder.accounts
    movements = tuple([_movement(one, own) for one in sorted(transactions, key=lambda t: t.seq)])
    before = {name: micro for name, micro in opening.items() if micro}
    balances = _balances(before, movements, own)
    return AccountStatement(
        id=_identity(holder, month, balances, movements),
        holder=holder,
        month=month,
        as_of_seq=max((one.transaction.seq for one in movements), default=0),
        closed=closed,
        balances=balances,
        movements=movements,
        tariffs=tuple(sorted(tariffs, key=lambda one: (one.id, one.version))),
    )


def differences(statement: AccountStatement) -> Iterator[Difference]:
    """Every figure that does not follow from the rest of the statement, and an id of others."""
    yield from unfounded(statement)
    yield from _unbalanced(statement)
    due = _identity(statement.holder, statement.month, statement.balances, statement.movements)
    if due != statement.id:
        yield Difference("id", statement.id, due)


def unfounded(statement: AccountStatement) -> Iterator[Difference]:
    """Every figure of a line that does not follow from the rest of the statement, line by line.

    A transaction nets to zero, an accrual is priced again from what it pins, a reversal is the
    opposite of what it takes back. Balances and id of what was just built follow from its lines.
    """
    tariffs = pinned(statement.tariffs)
    seen: dict[str, Transaction] = {}
    for movement in statement.movements:
        one = movement.transaction
        if one.id in seen:
            yield Difference(f"line {one.id}", "twice", "once")
        yield from _of_line(movement, seen.get(one.reverses_id or ""), tariffs)
        seen[one.id] = one


def _unbalanced(statement: AccountStatement) -> Iterator[Difference]:
    """Every balance whose end is not its opening and all that moved since."""
    before = {(b.book, b.account, b.currency): b.opening_micro for b in statement.balances}
    stated = {(b.book, b.account, b.currency): b for b in statement.balances}
    for due in _balances(before, statement.movements, statement.holder.accounts):
        found = stated.pop((due.book, due.account, due.currency), None)
        if found != due:
            said = "missing" if found is None else str(found.closing_micro)
            where = f"balance {due.account} {due.currency}"
            yield Difference(where, said, str(due.closing_micro))
    for name in stated:
        yield Difference(f"balance {name[1]} {name[2]}", "stated", "not an own account")


def owed_micro(balances: Iterable[Balance], *, opening: bool = False) -> dict[str, int]:
    """What is owed to the performer by currency, over all own accounts, at one end of the month."""
    sums: defaultdict[str, int] = defaultdict(int)
    for one in balances:
        sums[one.currency] -= one.opening_micro if opening else one.closing_micro
    return dict(sorted(sums.items()))


def _movement(one: Transaction, own: frozenset[str]) -> Movement:
    """Without what concerns other performers, of whom only the sum stays."""
    others = [p for p in one.postings if p.account not in own and _personal(p.account)]
    if not others:
        return Movement(one)
    kept = tuple(p for p in one.postings if p.account in own)
    rest = [p for p in one.postings if p.account not in own]
    return Movement(one._replace(postings=kept), tuple(sorted(net_by_currency(rest).items())))


@lru_cache(maxsize=10_000)
def _personal(text: str) -> bool:
    # Asked twice of every posting, of which most are on a few accounts.
    return parse(text).kind in OF_A_PERFORMER


def _balances(
    before: Mapping[tuple[str, str, str], int],
    movements: Iterable[Movement],
    own: frozenset[str],
) -> tuple[Balance, ...]:
    after = defaultdict(int, before)
    for movement in movements:
        one = movement.transaction
        for posting in one.postings:
            if posting.account in own:
                after[one.tenant_id, posting.account, posting.currency] += posting.amount_micro
    return tuple(
        Balance(*name, opening_micro=before.get(name, 0), closing_micro=after[name])
        for name in sorted(after)
        if name[1] in own
    )


def _of_line(
    movement: Movement, taken_back: Transaction | None, tariffs: Mapping[TariffRef, Tariff]
) -> Iterator[Difference]:
    one = movement.transaction
    where = f"line {one.id}"
    rest = [Posting("", amount, currency) for currency, amount in movement.rest]
    every = (*one.postings, *rest) if rest else one.postings
    for currency, net in net_by_currency(every).items():
        if net:
            yield Difference(f"{where} {currency}", str(net), "0")
    if taken_back is not None and _opposite(taken_back) != _postings(one):
        yield Difference(f"{where} postings", "stated", f"the opposite of {taken_back.id}")
    if one.kind is TransactionKind.REVERSAL:
        yield from _named(where, one, derived_id("txn", one.reverses_id or "", one.kind))
    elif one.kind is TransactionKind.ACCRUAL:
        claim = one.basis
        due = derived_id("txn", claim.live_key, str(claim.revision), one.kind)
        yield from _named(where, one, due)
        yield from _priced(where, one, tariffs)


def _named(where: str, one: Transaction, due: str) -> Iterator[Difference]:
    if one.id != due:
        yield Difference(f"{where} id", one.id, due)


def _priced(
    where: str, one: Transaction, tariffs: Mapping[TariffRef, Tariff]
) -> Iterator[Difference]:
    claim = one.basis
    claimed = -sum([p.amount_micro for p in one.postings if _personal(p.account)])
    priced = again(claim.pins, AmountWithWorking(claimed, claim.working), tariffs)
    if priced is None:
        yield Difference(f"{where} tariff", "pinned", "not there")
        return
    if priced.amount_micro != claimed:
        yield Difference(f"{where} amount", str(claimed), str(priced.amount_micro))
    if priced.working != claim.working:
        yield Difference(f"{where} working", str(dict(claim.working)), str(dict(priced.working)))


def _opposite(one: Transaction) -> list[tuple[str, int, str]]:
    return sorted((p.account, -p.amount_micro, p.currency) for p in one.postings)


def _postings(one: Transaction) -> list[tuple[str, int, str]]:
    return sorted((p.account, p.amount_micro, p.currency) for p in one.postings)


def _identity(
    holder: Holder, month: str, balances: Iterable[Balance], movements: Iterable[Movement]
) -> str:
    """The id that belongs to these figures and to no others."""
    opening = [[b.book, b.account, b.currency, str(b.opening_micro)] for b in balances]
    moved = canonical_transactions([one.transaction for one in movements])
    digest = hashlib.sha256(b"[%b,%b]" % (canonical(opening), moved)).hexdigest()
    return derived_id("stm", holder.performer_id, month, digest)


def own_accounts(holder: Holder) -> tuple[Account, ...]:
    """The own accounts as kinds and subjects, in order."""
    return tuple(parse(name) for name in sorted(holder.accounts))
