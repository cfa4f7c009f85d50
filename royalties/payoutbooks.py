"""What the books say of a payout: on its way, in the bank's hands, or owed again."""

from royalties import closing, ledger
from royalties.accounts import AccountKind, account
from royalties.ledger import Stamp
from royalties.models_books import Posting, Transaction, TransactionKind
from royalties.models_payouts import Payout, PayoutState


def on_its_way(one: Payout, stamp: Stamp) -> Transaction:
    """The file may be with the bank: what was owed is in transit."""
    facts = {"payout": one.id, "amount": str(one.amount_micro), "currency": one.currency}
    return ledger.book(
        TransactionKind.PAYOUT,
        _moved(one, one.account, transit(one.id)),
        stamp,
        facts_key=closing.digest(facts),
        reason="payout",
        earned_period=closing.month_of(stamp.recorded_at),
        audience=one.audience,
    )


def answered(one: Payout, became: PayoutState, stamp: Stamp) -> Transaction:
    """Settled: out of transit into the bank's hands. Back: owed again, from wherever it was."""
    bank = account(AccountKind.BANK)
    if became is PayoutState.SETTLED:
        kind, sides = TransactionKind.SETTLEMENT, _moved(one, transit(one.id), bank)
    else:
        left = bank if one.state is PayoutState.SETTLED else transit(one.id)
        kind, sides = TransactionKind.RETURN, _moved(one, left, one.account)
    return ledger.book(
        kind,
        sides,
        stamp,
        facts_key=closing.digest({"payout": one.id, "became": became.value}),
        reason=f"payout-{became.value}",
        earned_period=closing.month_of(stamp.recorded_at),
        audience=one.audience,
    )


def transit(payout_id: str) -> str:
    """The account of money that is on its way."""
    return account(AccountKind.IN_TRANSIT, payout_id)


def _moved(one: Payout, debit: str, credit: str) -> tuple[Posting, ...]:
    amount, currency = one.amount_micro, one.currency
    return Posting(debit, amount, currency), Posting(credit, -amount, currency)
