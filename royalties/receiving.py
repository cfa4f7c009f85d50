"""What money that came in pays: invoices, and of an invoice paid in part each of its claims.

Money pays an invoice as a whole, tax included. What of it belongs to the claims is divided over
those that still stand in proportion to them, to the millionth, and by the order of their ids among
equal remainders, so that nothing depends on the order in which anything came in.
"""

from collections.abc import Mapping, Sequence

from core.money import mul_div, split
from royalties import accounts, ledger
from royalties.accounts import AccountKind, account
from royalties.closing import month_of
from royalties.ledger import Stamp
from royalties.models_books import Posting, Transaction, TransactionKind
from royalties.models_income import Allocation, Invoice, Receipt, Settlement


def received_net(settled: Settlement) -> int:
    """What of the money paid belongs to the claims; tax and rounding are left out."""
    if settled.paid_micro >= settled.gross_micro:
        return settled.claims_micro
    return mul_div(settled.paid_micro, settled.claims_micro, settled.gross_micro)[0]


def shares(settled: Settlement, standing: Sequence[int]) -> list[int]:
    """The part of each claim that has been received; `standing` are those that nobody reversed.

    Never more than the claim itself: what had been paid for others waits for their credit note.
    """
    if not standing:
        return []
    return split(min(received_net(settled), sum(standing)), standing)


def as_far_as(left_micro: int, wanted: Sequence[Settlement]) -> list[tuple[Settlement, int]]:
    """What so much money pays of these invoices in their order, nothing of nought among it.

    What was written off is owed all the same.
    """
    found = []
    for one in wanted:
        amount = min(left_micro, one.owed_micro)
        if amount > 0:
            left_micro -= amount
            found.append((one, amount))
    return found


def given_back(settled: Settlement, held: Mapping[str, int]) -> list[tuple[str, int]]:
    """What each receipt gets back of an invoice paid above what is left of it.

    `held` is what the invoice has of each receipt, in the order of paying: the newest goes first.
    """
    over, found = -settled.owed_micro, []
    for receipt_id, amount in reversed([*held.items()]):
        back = min(over, amount)
        if back > 0:
            found.append((receipt_id, back))
            over -= back
    return found


def unmatched(receipt: Receipt) -> str:
    """The account where a receipt waits: its licensee's, or the book's own where nobody knows."""
    return account(AccountKind.UNMATCHED, receipt.payment.licensee_id or receipt.tenant_id)


def entered(receipt: Receipt, stamp: Stamp) -> Transaction:
    """Money came in, and waits until it is matched."""
    paid = receipt.payment
    return ledger.book(
        TransactionKind.RECEIPT,
        (
            Posting(account(AccountKind.BANK), paid.amount_micro, paid.currency),
            Posting(unmatched(receipt), -paid.amount_micro, paid.currency),
        ),
        stamp,
        facts_key=receipt.id,
        reason="received",
        earned_period=f"{paid.booked_on:%Y-%m}",
    )


def matched(receipt: Receipt, invoice: Invoice, item: Allocation, stamp: Stamp) -> Transaction:
    """Money that waited pays what a licensee owes, or, below zero, waits again."""
    amount, currency = item.amount_micro, invoice.currency
    return ledger.book(
        TransactionKind.RECEIPT,
        (
            Posting(unmatched(receipt), amount, currency),
            Posting(accounts.receivable(invoice.licensee_id), -amount, currency),
        ),
        stamp,
        facts_key=item.id,
        reason=item.reason,
        earned_period=month_of(stamp.recorded_at),
        audience=f"tenant:{invoice.licensee_id}",
    )
