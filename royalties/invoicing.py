"""What an invoice or a credit note comes to, and what it books.

Claims are exact to the millionth and stand on the licensee's account already; nobody can pay less
than a cent. So a document asks for whole cents, and books what it adds to the claims: value added
tax, and the less than half a cent that rounding added or left out. Cents stand for what a currency
has for them, but never for less than a hundredth: EN 16931 knows no third decimal (BR-DEC).
"""

from collections.abc import Iterable

from core.currencies import unit_micro
from core.money import MICRO_PER_CENT, to_units
from royalties import accounts, ledger
from royalties.accounts import AccountKind, account
from royalties.ledger import Stamp
from royalties.models_books import Posting, Transaction, TransactionKind
from royalties.models_income import Amounts, Claims, Invoice, InvoiceKind, Settlement

PERCENT_OF = 100_00


def unit_of(currency: str) -> int:
    """The least that a document asks for, in millionths: the minor unit, or a hundredth."""
    return max(unit_micro(currency), MICRO_PER_CENT)


def whole(amount_micro: int, currency: str) -> int:
    """An amount as a document states it, half to even."""
    unit = unit_of(currency)
    return to_units(amount_micro, unit)[0] * unit


def amounts(claims_micro: int, vat_basis_points: int, currency: str) -> Amounts:
    """Net and tax in whole cents; the rate is in hundredths of a per cent, 1900 for 19 %.

    Half a cent of tax is rounded up, as EN 16931 checks it.
    """
    net, unit = whole(claims_micro, currency), unit_of(currency)
    return Amounts(net, half_up(net * vat_basis_points, PERCENT_OF * unit) * unit)


def credit(of: Invoice, before: Iterable[Invoice], claims: Claims, rate: int) -> Amounts:
    """What a credit note gives back, below zero; the last one of an invoice gives back the rest.

    `before` are the credit notes that the invoice had so far; with this one its cents come to
    nothing exactly when its lines do.
    """
    earlier = list(before)
    left = of.lines - sum(one.lines for one in earlier)
    if claims.lines < left:
        given = amounts(-claims.claims_micro, rate, of.currency)
        rest = rest_of(of, earlier)
        net, vat = min(given.net_micro, rest.net_micro), min(given.vat_micro, rest.vat_micro)
        return Amounts(-net, -vat)
    rest = rest_of(of, earlier)
    return Amounts(-rest.net_micro, -rest.vat_micro)


def rest_of(of: Invoice, credits: Iterable[Invoice]) -> Amounts:
    """What is left of an invoice after its credit notes."""
    notes = list(credits)
    return Amounts(
        of.amounts.net_micro + sum(one.amounts.net_micro for one in notes),
        of.amounts.vat_micro + sum(one.amounts.vat_micro for one in notes),
    )


def postings(invoice: Invoice, authority: str) -> tuple[Posting, ...]:
    """What the document adds to the claims that it lists; nothing where it adds nothing."""
    rounded = invoice.amounts.net_micro - invoice.claims_micro
    vat = invoice.amounts.vat_micro
    sides = [(accounts.receivable(invoice.licensee_id), rounded + vat)]
    if vat:
        sides.append((account(AccountKind.VAT, authority), -vat))
    sides.append((account(AccountKind.ROUNDING), -rounded))
    return tuple(Posting(name, micro, invoice.currency) for name, micro in sides if micro)


def booked(invoice: Invoice, sides: tuple[Posting, ...], stamp: Stamp) -> Transaction:
    """The transaction of a document, of what it adds to its claims."""
    return ledger.book(
        TransactionKind.INVOICE,
        sides,
        stamp,
        facts_key=invoice.id,
        reason=invoice.kind.value,
        earned_period=invoice.month,
        audience=f"tenant:{invoice.licensee_id}",
    )


def collectable(claims: Claims) -> bool:
    """Whether claims come to a cent at least; less than that waits for the next month."""
    if claims.kind is InvoiceKind.CREDIT_NOTE:
        return True
    return whole(claims.claims_micro, claims.currency) > 0


def settle(
    invoice: Invoice, credits: Iterable[Invoice], paid_micro: int, lost_micro: int = 0
) -> Settlement:
    """How far an invoice is settled, given its credit notes, what was paid and written off."""
    notes = list(credits)
    rest = rest_of(invoice, notes)
    return Settlement(
        invoice=invoice,
        claims_micro=invoice.claims_micro + sum(one.claims_micro for one in notes),
        gross_micro=rest.gross_micro,
        paid_micro=paid_micro,
        vat_micro=rest.vat_micro,
        lost_micro=lost_micro,
    )


def half_up(amount: int, den: int) -> int:
    """The whole number nearest to a ratio, halves rounded up."""
    return (2 * amount + den) // (2 * den)
