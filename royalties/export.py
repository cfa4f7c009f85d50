"""The books as beancount text, so that a program nobody here wrote can check them.

Each transaction keeps its six decimals, its id and what it rests on as metadata; a transaction and
its reversal share a link, both legs of an exchange another. Balances computed here close the file
as assertions with no tolerance, which `bean-check` recomputes. Syntax:
https://beancount.github.io/docs/beancount_language_syntax.html
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from types import MappingProxyType

from core.money import MICRO
from royalties.accounts import Side, parse
from royalties.fx import Rate
from royalties.ledger import balances
from royalties.models_books import Posting, Transaction

_OPENED = "1970-01-01"
NO_RATES: Mapping[str, Rate] = MappingProxyType({})
_ROOTS = {Side.ASSET: "Assets", Side.LIABILITY: "Liabilities"}


def to_beancount(
    transactions: Iterable[Transaction], rates: Mapping[str, Rate] = NO_RATES
) -> Iterator[str]:
    """Yield the lines of a beancount file, without line ends, in the order of `seq`.

    `rates` are those of exchanges by their id; a leg states its own with source and day.
    """
    ordered = sorted(transactions, key=lambda t: t.seq)
    postings = [posting for t in ordered for posting in t.postings]
    yield 'option "title" "Ebenbild ledger"'
    for account in sorted({account_name(posting.account) for posting in postings}):
        yield f"{_OPENED} open {account}"
    for transaction in ordered:
        yield ""
        yield from _transaction(transaction, rates.get(transaction.pair_id or ""))
    if ordered:
        yield ""
        yield from _assertions(postings, max(t.recorded_at.date() for t in ordered))


def account_name(account: str) -> str:
    """`accrued:prf_ab2c` as beancount spells it: `Liabilities:Accrued:PRF-AB2C`."""
    found = parse(account)
    kind = "".join(word.capitalize() for word in found.kind.split("_"))
    parts = (_ROOTS[found.side], kind, found.subject.upper().replace("_", "-"))
    return ":".join(part for part in parts if part)


def _transaction(transaction: Transaction, rate: Rate | None) -> Iterator[str]:
    link = transaction.reverses_id or transaction.id
    links = f"^{link}" + (f" ^{transaction.pair_id}" if transaction.pair_id else "")
    yield (
        f'{transaction.recorded_at:%Y-%m-%d} * "{transaction.kind.value}" '
        f'"{about(transaction)}" {links} #earned-{transaction.earned_period}'
    )
    for key, value in metadata(transaction, rate):
        yield f"  {key}: {_quoted(value)}"
    for posting in transaction.postings:
        amount = amount_text(posting.amount_micro, posting.currency)
        yield f"  {account_name(posting.account)}  {amount}"


def about(transaction: Transaction) -> str:
    """What a transaction is about, in a few words without a name."""
    if transaction.claim is None:
        return transaction.reason
    pins = transaction.pins
    return " ".join((pins.performer_id or pins.outcome, pins.kind or "")).rstrip()


def metadata(transaction: Transaction, rate: Rate | None) -> list[tuple[str, str]]:
    """Every id that a transaction rests on, and of an exchange its rate, source and day."""
    said = [
        ("transaction", transaction.id),
        ("seq", str(transaction.seq)),
        ("posted", transaction.posted_period),
        ("reason", transaction.reason),
    ]
    if transaction.run_id is not None:
        said.append(("run", transaction.run_id))
    if rate is not None:
        ratio = f"{rate.ratio.numerator}/{rate.ratio.denominator}"
        said += [("rate", ratio), ("source", rate.source), ("day", rate.day.isoformat())]
    if transaction.claim is None:
        return said
    pins = transaction.pins
    return [
        *said,
        ("usage-line", pins.usage_line_id),
        ("use", pins.use_id),
        ("licence", pins.licence_id),
        ("clearance", pins.clearance_id),
        ("scan", pins.scan_id),
        ("models", " ".join(pins.model_ids)),
        ("thresholds", " ".join(pins.threshold_ids)),
    ]


def _assertions(postings: Iterable[Posting], last_day: date) -> Iterator[str]:
    day = last_day + timedelta(days=1)
    for (account, currency), total in sorted(balances(postings).items()):
        amount = amount_text(total, "~ 0.000000 " + currency)
        yield f"{day:%Y-%m-%d} balance {account_name(account)}  {amount}"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def amount_text(amount_micro: int, currency: str) -> str:
    """An amount with all six decimals and its currency."""
    sign = "-" if amount_micro < 0 else ""
    whole, fraction = divmod(abs(amount_micro), MICRO)
    return f"{sign}{whole}.{fraction:06d} {currency}"
