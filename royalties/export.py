"""The ledger as beancount text, so that a program nobody here wrote can check the books.

Each transaction keeps its six decimals, its id and what it rests on as metadata; an accrual and its
reversal share a link. Balances computed here close the file as assertions with no tolerance, which
`bean-check` recomputes. Syntax: https://beancount.github.io/docs/beancount_language_syntax.html
"""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from core.money import MICRO
from royalties.ledger import balances
from royalties.models import Posting, Transaction

_OPENED = "1970-01-01"
_ROOTS = {"receivable": "Assets:Receivable", "payable": "Liabilities:Payable"}


def to_beancount(transactions: Iterable[Transaction]) -> Iterator[str]:
    """Yield the lines of a beancount file, without line ends, in the order of `seq`."""
    ordered = sorted(transactions, key=lambda t: t.seq)
    postings = [posting for t in ordered for posting in t.postings]
    yield 'option "title" "Ebenbild ledger"'
    for account in sorted({account_name(posting.account) for posting in postings}):
        yield f"{_OPENED} open {account}"
    for transaction in ordered:
        yield ""
        yield from _transaction(transaction)
    if ordered:
        yield ""
        yield from _assertions(postings, max(t.recorded_at.date() for t in ordered))


def account_name(account: str) -> str:
    """`payable:pay_ab2c` as beancount spells it: `Liabilities:Payable:PAY-AB2C`."""
    kind, _, owner = account.partition(":")
    return f"{_ROOTS[kind]}:{owner.upper().replace('_', '-')}"


def _transaction(transaction: Transaction) -> Iterator[str]:
    pins = transaction.pins
    link = transaction.reverses_id or transaction.id
    yield (
        f'{transaction.recorded_at:%Y-%m-%d} * "{transaction.kind.value}" '
        f'"{pins.performer_id} {pins.kind.value}" ^{link} #earned-{transaction.earned_period}'
    )
    for key, value in _metadata(transaction):
        yield f"  {key}: {_quoted(value)}"
    for posting in transaction.postings:
        amount = _amount(posting.amount_micro, posting.currency)
        yield f"  {account_name(posting.account)}  {amount}"


def _metadata(transaction: Transaction) -> list[tuple[str, str]]:
    pins = transaction.pins
    return [
        ("transaction", transaction.id),
        ("seq", str(transaction.seq)),
        ("usage-line", pins.usage_line_id),
        ("use", pins.use_id),
        ("licence", pins.licence_id),
        ("clearance", pins.clearance_id),
        ("scan", pins.scan_id),
        ("models", " ".join(pins.model_ids)),
        ("thresholds", " ".join(pins.threshold_ids)),
        ("reason", transaction.reason),
    ]


def _assertions(postings: Iterable[Posting], last_day: date) -> Iterator[str]:
    day = last_day + timedelta(days=1)
    for (account, currency), total in sorted(balances(postings).items()):
        amount = _amount(total, "~ 0.000000 " + currency)
        yield f"{day:%Y-%m-%d} balance {account_name(account)}  {amount}"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _amount(amount_micro: int, currency: str) -> str:
    sign = "-" if amount_micro < 0 else ""
    whole, fraction = divmod(abs(amount_micro), MICRO)
    return f"{sign}{whole}.{fraction:06d} {currency}"
