"""The books as an hledger journal, for a second program that nobody here wrote.

Every currency is declared with six decimals, so that a part of a millionth is an error, and every
account before it is used, so that the file passes `hledger check --strict`. Syntax:
https://hledger.org/hledger.html#journal
"""

from collections.abc import Iterable, Iterator, Mapping

from royalties.export import NO_RATES, about, account_name, amount_text, metadata
from royalties.fx import Rate
from royalties.ledger import balances
from royalties.models_books import Transaction

_LETTERS = {"A": "Asset", "L": "Liability"}


def to_hledger(
    transactions: Iterable[Transaction], rates: Mapping[str, Rate] = NO_RATES
) -> Iterator[str]:
    """Yield the lines of a journal, without line ends, in the order of `seq`.

    The last transaction asserts the balance of every account, exactly.
    """
    ordered = sorted(transactions, key=lambda one: one.seq)
    totals = sorted(balances(p for one in ordered for p in one.postings).items())
    yield "; Ebenbild ledger"
    for currency in sorted({currency for (_, currency), _ in totals}):
        yield f"commodity 1000.000000 {currency}"
    for account in sorted({account_name(account) for (account, _), _ in totals}):
        yield f"account {account}  ; type: {_LETTERS[account[0]]}"
    for one in ordered:
        yield ""
        yield from _transaction(one, rates.get(one.pair_id or ""))
    if ordered:
        yield ""
        yield f"{max(one.recorded_at for one in ordered):%Y-%m-%d} * balances"
        for (account, currency), total in totals:
            zero, stated = amount_text(0, currency), amount_text(total, currency)
            yield f"    {account_name(account)}  {zero} = {stated}"


def _transaction(one: Transaction, rate: Rate | None) -> Iterator[str]:
    yield f"{one.recorded_at:%Y-%m-%d} * ({one.id}) {one.kind.value} {about(one)}"
    for key, value in (("earned", one.earned_period), *metadata(one, rate)):
        yield f"    ; {key}: {_tag(value)}"
    for posting in one.postings:
        amount = amount_text(posting.amount_micro, posting.currency)
        yield f"    {account_name(posting.account)}  {amount}"


def _tag(value: str) -> str:
    # A tag ends at a comma or at the end of its line.
    return " ".join(value.replace(",", ";").split())
