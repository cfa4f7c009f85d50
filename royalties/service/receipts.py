"""Money that came in: taken in once by the bank's own reference, and matched to invoices.

What belongs to no invoice waits in `unmatched` for a clerk. Who paid, from which account, and what
they wrote are sealed under a key of the receipt's own.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from sqlmodel import Session

from core import audit, tenants
from core.db import next_seqs
from core.errors import BadInput, Conflict, NotFound
from core.ids import derived_id
from core.principal import Principal, require
from core.resealing import SealedColumn
from core.vault import Vault
from royalties import receiving, refunding
from royalties.billing.bankdays import around
from royalties.billing.bookable import check_booked, check_payable
from royalties.billing.sealedpayment import from_sealed, to_sealed
from royalties.models_income import Allocation, Invoice, InvoiceKind, Payment, Receipt
from royalties.service import matching
from royalties.service.books import Clerk
from royalties.service.clerks import collecting, own_invoice
from royalties.store import ledger as ledger_store
from royalties.store import receipts as store
from royalties.store.receipts import ReceiptRow


def enter(
    session: Session,
    vault: Vault,
    principal: Principal,
    payment: Payment,
    *,
    now: datetime,
    file_sha256: str = "",
) -> Receipt:
    """Take money in, into `unmatched`; call it in `write()`.

    Raises `Conflict` for a reference that is in already, `BadInput` for no amount, reference or
    currency and for a day to come, `NotFound` for an unknown licensee, `NotAllowed` for who does
    not collect.
    """
    (made,) = enter_all(session, vault, principal, [payment], now=now, file_sha256=file_sha256)
    return made


def enter_all(
    session: Session,
    vault: Vault,
    principal: Principal,
    payments: Sequence[Payment],
    *,
    numbers: Sequence[int] = (),
    now: datetime,
    file_sha256: str = "",
) -> list[Receipt]:
    """Take in payments of different references at once, as `enter` does one by one.

    `numbers` are their places in the order of all records, where these are taken already.
    """
    # Load.
    require(principal, "usage")
    _check_all(session, payments, now)
    collecting(principal)
    book = principal.tenant_id
    ids = [id_of(book, one.reference) for one in payments]
    known = store.are_in(session, principal, ids)
    if known:
        raise in_already(next(one for one in ids if one in known))
    # Decide.
    places = numbers or next_seqs(session, len(payments))
    told = zip(ids, payments, places, strict=True)
    made = [Receipt(name, book, payment, seq, now) for name, payment, seq in told]
    stamps = Clerk(session, book, now).stamps(len(made))
    booked = [receiving.entered(*one) for one in zip(made, stamps, strict=True)]
    # Save.
    sealed = vault.seal_all(_to_seal(one) for one in made)
    store.add_receipts(session, [*zip(made, sealed, strict=True)], file_sha256=file_sha256)
    ledger_store.add_transactions(session, booked)
    audit.record_all(
        session,
        principal,
        action="receipt.entered",
        decisions=[(one.id, _said(one.payment)) for one in made],
        now=now,
    )
    return made


def match(
    session: Session,
    principal: Principal,
    receipt_id: str,
    invoice_id: str,
    *,
    amount_micro: int | None = None,
    now: datetime,
) -> Allocation:
    """Have a receipt pay an invoice, as far as both go or by a stated amount.

    Raises `NotFound` for another book's, `Conflict` where nothing is left on one side or a refund
    is proposed, `BadInput` for more than either side has, or another currency.
    """
    require(principal, "usage")
    receipt = _own_receipt(session, principal, receipt_id)
    invoice = own_invoice(session, principal, invoice_id)
    if invoice.currency != receipt.payment.currency:
        raise BadInput(
            "The invoice is in another currency.", next_step="Match an invoice of the receipt's."
        )
    refunding.check_open(receipt)
    settled = matching.settlements(session, principal, [invoice])[0]
    possible = min(receipt.unmatched_micro, settled.owed_micro)
    if possible <= 0:
        raise _nothing_left(receipt, invoice)
    wanted = possible if amount_micro is None else amount_micro
    if wanted <= 0:
        raise BadInput(
            "Money pays an invoice by more than nothing.",
            next_step="Write the amount as 12.50, or leave it out.",
            fields=("amount",),
        )
    if wanted > possible:
        raise BadInput(
            "That is more than can be matched.",
            next_step="Leave the amount out.",
            fields=("amount",),
        )
    if amount_micro is not None:
        check_payable(wanted, invoice.currency)
    clerk = Clerk(session, principal.tenant_id, now)
    made = matching.allocate(clerk, principal, receipt, invoice, wanted)
    _note(session, principal, made, now)
    return made


def unmatch(
    session: Session,
    principal: Principal,
    receipt_id: str,
    invoice_id: str,
    *,
    reason: str,
    now: datetime,
) -> Allocation:
    """Take a match back; the money waits for a clerk again. Raises as `match` does."""
    require(principal, "usage")
    receipt = _own_receipt(session, principal, receipt_id)
    invoice = own_invoice(session, principal, invoice_id)
    earlier = store.allocations_from(session, principal, receipt_id)
    matched = sum(one.amount_micro for one in earlier if one.invoice_id == invoice_id)
    if matched <= 0:
        raise Conflict("These two are not matched.", next_step="Look at both of them.")
    clerk = Clerk(session, principal.tenant_id, now)
    made = matching.allocate(clerk, principal, receipt, invoice, -matched, reason=reason)
    _note(session, principal, made, now)
    return made


def list_receipts(
    session: Session,
    vault: Vault,
    principal: Principal,
    *,
    waiting: bool = False,
    file_sha256: str = "",
    before_seq: int | None = None,
    limit: int = store.PAGE,
) -> list[Receipt]:
    """Receipts of one's own book, newest first, with who paid; for who collects.

    All, those that wait for a match in part or whole, or those of one file of a bank's.
    """
    require(principal, "reports")
    found = store.list_receipts(
        session,
        principal,
        waiting=waiting,
        file_sha256=file_sha256,
        before_seq=before_seq,
        limit=limit,
    )
    return [_opened(vault, one, sealed) for one, sealed in found]


def get_receipt(
    session: Session, vault: Vault, principal: Principal, receipt_id: str
) -> tuple[Receipt, Sequence[Allocation]]:
    """One receipt of one's own book, and what it pays; raises `NotFound`."""
    require(principal, "reports")
    found = store.find_receipt(session, principal, receipt_id)
    if found is None:
        raise _no_receipt()
    return _opened(vault, *found), store.allocations_from(session, principal, receipt_id)


def opened(session: Session, vault: Vault, principal: Principal, receipt_id: str) -> Receipt:
    """One receipt of one's own book with who paid, for who may enter it; raises `NotFound`."""
    require(principal, "usage")
    found = store.find_receipt(session, principal, receipt_id)
    if found is None:
        raise _no_receipt()
    return _opened(vault, *found)


def on_days(
    session: Session,
    vault: Vault,
    principal: Principal,
    days: Collection[date],
    is_wanted: Callable[[Payment], bool],
) -> list[tuple[Receipt, bool]]:
    """Receipts of one's own book from the first of these days to the last, in order.

    Those that are wanted by day, amount and currency, each with who paid, and whether a clerk
    entered it by hand.
    """
    require(principal, "usage")
    return [
        (_opened(vault, one, sealed), not file_sha256)
        for one, sealed, file_sha256 in store.on_days(session, principal, days)
        if is_wanted(one.payment)
    ]


def near(payments: Sequence[Payment]) -> set[tuple[date, int, str]]:
    """Day, amount and currency by which these payments may have been told, days near by too."""
    return {
        (day, one.amount_micro, one.currency) for one in payments for day in around(one.booked_on)
    }


def are_in(session: Session, principal: Principal, receipt_ids: Sequence[str]) -> set[str]:
    """Which of these are receipts of one's own book, and not held."""
    require(principal, "reports")
    return store.are_in(session, principal, receipt_ids)


def id_of(book: str, reference: str) -> str:
    """What the receipt of a payment is or would be called in a book."""
    return derived_id("rcp", book, reference)


def in_already(receipt_id: str) -> Conflict:
    """What is said of a payment that is this receipt."""
    return Conflict(
        f"This payment is in already: {receipt_id}.",
        next_step=f"See it: ebenbild receipt show {receipt_id}",
        code="in-already",
    )


def check(session: Session, payment: Payment, now: datetime) -> None:
    """Raise `BadInput` or `NotFound`, as `enter` does, for what no bank could have booked."""
    _check_all(session, [payment], now)


def _check_all(session: Session, payments: Sequence[Payment], now: datetime) -> None:
    for one in payments:
        check_booked(one, now)
    for licensee_id in {one.licensee_id for one in payments if one.licensee_id is not None}:
        tenants.get_tenant(session, licensee_id)


def _nothing_left(receipt: Receipt, invoice: Invoice) -> Conflict:
    if receipt.unmatched_micro <= 0:
        return Conflict(
            "Nothing of this payment is left."
            if receipt.sent_back_micro
            else "All of this payment is matched already.",
            next_step=f"See what it pays: ebenbild receipt show {receipt.id}.",
        )
    if invoice.kind is InvoiceKind.CREDIT_NOTE:
        return Conflict(
            f"{invoice.number} is a credit note: it asks for nothing.",
            next_step="Match the payment to an invoice: ebenbild invoice list.",
        )
    return Conflict(
        f"Nothing is left to be paid of {invoice.number}.",
        next_step="Match the payment to another invoice: ebenbild invoice list. "
        "Who paid twice pays the next one with it.",
    )


def _own_receipt(session: Session, principal: Principal, receipt_id: str) -> Receipt:
    found = store.find_receipt(session, principal, receipt_id)
    if found is None:
        raise _no_receipt()
    return found[0]


def _to_seal(receipt: Receipt) -> tuple[str, bytes, Mapping[str, str]]:
    return receipt.id, to_sealed(receipt.payment), _bound(receipt.tenant_id, receipt.id)


def _said(payment: Payment) -> Mapping[str, str]:
    return {"amount_micro": str(payment.amount_micro), "currency": payment.currency}


def _opened(vault: Vault, receipt: Receipt, sealed: bytes) -> Receipt:
    plain = vault.unseal(receipt.id, sealed, _bound(receipt.tenant_id, receipt.id))
    return replace(receipt, payment=from_sealed(receipt.payment, plain))


def _note(session: Session, principal: Principal, item: Allocation, now: datetime) -> None:
    details = {"invoice": item.invoice_id, "reason": item.reason}
    audit.record(
        session,
        principal,
        action="receipt.matched",
        subject_id=item.receipt_id,
        details=details,
        now=now,
    )


def _no_receipt() -> NotFound:
    return NotFound("There is no such receipt.", next_step="List them: ebenbild receipt list.")


def _bound(tenant_id: str, receipt_id: str) -> Mapping[str, str]:
    return {"tenant": tenant_id, "receipt": receipt_id, "what": "payer"}


SEALED = (SealedColumn(ReceiptRow, "sealed", lambda row: (row.id, _bound(row.tenant_id, row.id))),)
