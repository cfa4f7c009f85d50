"""What the sister's book says of a payment: money from the society that collected, and what for."""

from royalties import accounts, ledger
from royalties.accounts import AccountKind, account
from royalties.closing import month_of
from royalties.ledger import Stamp
from royalties.models_books import Posting, Transaction, TransactionKind
from royalties.remitting import Told
from royalties.sisterclaims import REASON


def received(one: Told, payer: str, stamp: Stamp) -> Transaction:
    """Money came in from the payer: it pays the claims that she collected, and the tax on them.

    What it is for waits for a person where it is not explained.
    """
    paid = one.payment
    sides = [(account(AccountKind.BANK), paid.amount_micro)]
    if one.is_explained:
        sides.append((accounts.receivable(payer), -one.claims_micro))
        sides += [(account(AccountKind.VAT, name), -vat) for name, vat in one.vat.items()]
        sides.append((account(AccountKind.ROUNDING), -one.rounding_micro))
    else:
        sides.append((account(AccountKind.UNMATCHED, payer), -paid.amount_micro))
    return ledger.book(
        TransactionKind.RECEIPT,
        tuple(Posting(name, micro, paid.currency) for name, micro in sides if micro),
        stamp,
        facts_key=paid.id,
        reason=REASON,
        earned_period=month_of(stamp.recorded_at),
        audience=f"tenant:{payer}",
    )


def receipt_id(book: str, remittance_id: str) -> str:
    """The id of that transaction."""
    return ledger.booked_id(book, TransactionKind.RECEIPT, remittance_id)
