"""Money that nobody owed, sent back to where it came from: a batch of its own, by two people.

A refund is a payout out of `unmatched`. Books, file, bank's answer and what was never sent twice
are therefore those of payouts; what the bank sends back is unmatched once more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from core import audit
from core.db import next_seq
from core.principal import Principal, require
from core.resealing import SealedColumn
from core.vault import Vault
from royalties import paying, refunding
from royalties.models_payouts import Batch, BatchKind, Refund, RefundReason
from royalties.payees import from_bytes, to_bytes
from royalties.paying import Candidate
from royalties.service import batching, bills, receipts
from royalties.service.bookaccounts import OWN
from royalties.store import bookaccounts
from royalties.store import refunds as store
from royalties.store.refunds import RefundRow


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be sent back, and why: all that is left where no amount is named.

    `name` and `iban` count where the bank told none.
    """

    reason: RefundReason
    amount_micro: int | None = None
    name: str = ""
    iban: str = ""


def propose(
    session: Session,
    vault: Vault,
    principal: Principal,
    receipt_id: str,
    asked: Asked,
    *,
    now: datetime,
) -> Refund:
    """Propose to send back what is unmatched of a receipt; call it in `write()`.

    Raises `Conflict` where nothing is left, a refund waits or no account to pay from was named,
    `BadInput` for another account than the bank told, `NotFound` for another book's receipt.
    """
    # Load.
    require(principal, "usage")
    receipt, _ = receipts.get_receipt(session, vault, principal, receipt_id)
    currency = receipt.payment.currency
    empty = batching.empty(
        session, principal, BatchKind.REFUND, currency, execute_on=now.date(), now=now
    )
    # Decide.
    refunding.check_open(receipt)
    amount = refunding.amount_of(receipt, asked.amount_micro)
    details = refunding.details_of(
        receipt.payment, name=asked.name, iban=asked.iban, own=_own(session, vault, principal)
    )
    wanted = refunding.candidate(receipt, details, amount_micro=amount, sealed_as=empty.id)
    payouts = paying.plan([wanted], batching.frame(empty, amount, now))
    left = receipt.unmatched_micro - amount
    batch = batching.filled(empty, payouts, left_micro=left, sources={"": receipt.unmatched_micro})
    # Save.
    batching.lay_before(session, principal, batch, payouts, now)
    made = Refund(
        id=payouts[0].id,
        tenant_id=batch.tenant_id,
        batch_id=batch.id,
        receipt_id=receipt.id,
        amount_micro=amount,
        reason=asked.reason,
        seq=next_seq(session),
        recorded_at=now,
        state=payouts[0].state,
    )
    store.add_refund(session, made, vault.seal(receipt.id, to_bytes(details), _bound(made)))
    _note(session, principal, made, now)
    return made


def list_refunds(session: Session, principal: Principal, receipt_id: str) -> Sequence[Refund]:
    """What was sent back of a receipt of one's own book, or is to be, in order."""
    require(principal, "reports")
    return store.of_receipt(session, principal, receipt_id)


def refund_of(session: Session, principal: Principal, batch: Batch) -> Refund | None:
    """What a batch of one's own book sends back; None for one that pays what is owed."""
    require(principal, "reports")
    if batch.kind is not BatchKind.REFUND:
        return None
    return store.of_batch(session, principal, batch.id)[0]


def candidate_of(session: Session, vault: Vault, principal: Principal, batch: Batch) -> Candidate:
    """What a batch that was proposed could send back by now, and where to."""
    made, sealed = store.of_batch(session, principal, batch.id)
    receipt, _ = receipts.get_receipt(session, vault, principal, made.receipt_id)
    details = from_bytes(vault.unseal(receipt.id, sealed, _bound(made)))
    return refunding.candidate(receipt, details, amount_micro=made.amount_micro, sealed_as=batch.id)


def _own(session: Session, vault: Vault, principal: Principal) -> set[str]:
    """The accounts of the book itself: the one it pays from, and the one on its invoices."""
    payer = bookaccounts.accounts(session, principal).get(OWN)
    party = bills.parties(session, vault, principal).get(principal.tenant_id)
    return {one.iban for one in (payer, party) if one is not None and one.iban}


def _note(session: Session, principal: Principal, item: Refund, now: datetime) -> None:
    details = {"batch": item.batch_id, "reason": item.reason.value}
    audit.record(
        session,
        principal,
        action="receipt.refund-proposed",
        subject_id=item.receipt_id,
        details=details,
        now=now,
    )


def _bound(item: Refund | RefundRow) -> dict[str, str]:
    return {"tenant": item.tenant_id, "refund": item.id, "what": "payer"}


SEALED = (SealedColumn(RefundRow, "sealed", lambda row: (row.receipt_id, _bound(row))),)
