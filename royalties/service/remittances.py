"""What a society paid to a sister goes into the sister's book: money from her, and what it is for.

It goes in once the payer's bank says that the payment settled, or the sister's bank that it came,
whichever is first; a payment that came back is taken out again. What her book should hold follows
from all payments and runs so far, and the difference is booked: so nothing is ever in it twice.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session

from core import notices
from core.principal import SearchCapability, system
from registry.store import people
from royalties import accrual, ledger
from royalties.collecting import payee_of
from royalties.handedon import Member, claim
from royalties.models import Accrual
from royalties.models_books import Transaction
from royalties.models_payouts import Payout
from royalties.remittancebooks import receipt_id, received
from royalties.remitting import PaidRun, Remittance, Share, Told, standing, told
from royalties.service.adjusting import REVERSED, moved_of
from royalties.service.books import Clerk
from royalties.service.sisters import payees_of_societies
from royalties.sisterclaims import REASON
from royalties.store import journal
from royalties.store import ledger as ledger_store
from royalties.store import remittances as store

ENTERED = "remittance.entered"


@dataclass(frozen=True, slots=True)
class Account:
    """What one book paid to a society in one currency; `receipts` are its payments in her book.

    `gone` are those of them that were taken back.
    """

    payer: str
    society: str
    currency: str
    payments: tuple[Told, ...]
    runs: Sequence[PaidRun]
    receipts: Mapping[str, Transaction]
    gone: frozenset[str]

    def receipt_of(self, one: Remittance) -> Transaction | None:
        """The payment as it stands in the society's book; None where it does not."""
        name = receipt_id(self.society, one.id)
        return None if name in self.gone else self.receipts.get(name)


def take_in(session: Session, payouts: Iterable[Payout], *, now: datetime) -> None:
    """Bring the books of societies to what payments to them that a bank spoke of say.

    One whose book is in another registry has none here: an advice tells her.
    """
    societies = payees_of_societies(session, here=True)
    moved = {(one.tenant_id, one.payee_id, one.currency) for one in payouts}
    for payer, payee_id, currency in sorted(moved):
        if payee_id in societies:
            found = account(session, payer, societies[payee_id], currency)
            _book(session, found, now=now)


def arrived(
    session: Session, society: str, reference: str, amount: tuple[int, str], *, now: datetime
) -> bool | None:
    """Take in a payment that the society's own bank has booked; whether that was new.

    None where it is no payment of another book's to the society, one of another amount, or one
    that came back.
    """
    capability = SearchCapability("remittance", society)
    found = store.by_reference(session, capability, reference)
    if found is None:
        return None
    payer, payee_id, currency, amount_micro = found
    if payee_id != payee_of(society) or (amount_micro, currency) != amount:
        return None
    known = account(session, payer, society, currency, came=(reference,))
    (payment,) = (one.payment for one in known.payments if one.payment.reference == reference)
    if not payment.stands:
        return None
    new = known.receipt_of(payment) is None
    _book(session, known, now=now)
    return new


def is_sisters(session: Session, society: str, reference: str) -> bool:
    """Whether another book paid the society under this name, so that banks' words enter it."""
    found = store.by_reference(session, SearchCapability("remittance", society), reference)
    return found is not None and found[1] == payee_of(society)


def account(
    session: Session, payer: str, society: str, currency: str, *, came: Collection[str] = ()
) -> Account:
    """All payments of a book to a society in a currency; `came` are references that arrived."""
    capability = SearchCapability("remittance", society)
    asked = payer, payee_of(society), currency
    runs = store.closed_runs(session, capability, *asked)
    payments = store.payments(session, capability, *asked)
    names = {receipt_id(society, one.id): one for one in payments}
    receipts = journal.by_ids(session, system(society), sorted(names))
    gone = journal.taken_back(session, capability, sorted(receipts))
    here = {names[name].id for name in receipts.keys() - gone}
    known = [replace(one, arrived=one.id in here or one.reference in came) for one in payments]
    explained = told(known, runs, store.notes(session, capability, *asked))
    return Account(payer, society, currency, explained, runs, receipts, gone)


def _book(session: Session, found: Account, *, now: datetime) -> None:
    """Book what is missing in the society's book, and reverse what does not stand any more."""
    # Load.
    society = found.society
    capability = SearchCapability("remittance", society)
    booked = store.booked(session, capability, society, (found.payer, found.currency))
    # Decide.
    plan = accrual.plan(_claims(session, found), booked)
    come = [one for one in found.payments if _is_new(found, one)]
    back = [
        receipt
        for one in found.payments
        if not one.payment.stands and (receipt := found.receipt_of(one.payment)) is not None
    ]
    names = [one.transaction_id for one in plan.reverse]
    old = journal.by_ids(session, system(society), names)
    moved = moved_of(session, [*old.values()], at=now)
    # Save.
    clerk = Clerk(session, society, now)
    made = [received(one, found.payer, clerk.stamp()) for one in come]
    made += [ledger.reverse(one, clerk.stamp(), reason=REVERSED) for one in moved]
    made += [ledger.reverse(one, clerk.stamp(), reason=REASON) for one in (*back, *old.values())]
    made += [
        ledger.accrue(one.accrual, clerk.stamp(), revision=one.revision, reason=REASON)
        for one in plan.book
    ]
    ledger_store.add_transactions(session, made)
    for one in come:
        _tell(session, found, one.payment, now)


def _is_new(found: Account, one: Told) -> bool:
    """A payment is taken in once: what came back is another payment when it is made again."""
    known = receipt_id(found.society, one.payment.id) in found.receipts
    return one.payment.stands and not known


def _claims(session: Session, found: Account) -> list[Accrual]:
    """Every claim that should stand in the society's book, resting on what the payer's rests on."""
    shares = standing(found.payments, found.runs)
    capability = SearchCapability("remittance", found.society)
    ids = sorted({one.transaction_id for one in shares.values()})
    rest_on = journal.by_ids(session, system(found.payer), ids)
    payees = people.payees(session, capability, {one.performer_id for one in shares.values()})
    return [
        _claim(found, rest_on[one.transaction_id], one, payees.get(one.performer_id, ""))
        for _, one in sorted(shares.items())
    ]


def _claim(found: Account, rests_on: Transaction, share: Share, payee_id: str) -> Accrual:
    return claim(
        rests_on.pins,
        share.figures,
        Member(share.performer_id, share.performer_tenant_id, payee_id),
        payer=found.payer,
        book=found.society,
        at=rests_on.recorded_at,
    )


def _tell(session: Session, found: Account, one: Remittance, now: datetime) -> None:
    notices.notify(
        session,
        tenant_id=found.society,
        person=None,
        kind=ENTERED,
        subject_id=one.id,
        facts={"reference": one.reference},
        now=now,
    )
