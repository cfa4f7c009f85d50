"""Payments of other books to one's own society, with what each is for, claim by claim.

Read by the society that was paid. Whoever pays has the same in its runs and payouts.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session

from core.errors import NotFound
from core.principal import Principal, SearchCapability, require, system
from royalties.accrual import live_key
from royalties.collecting import payee_of
from royalties.models import Pins
from royalties.models_payouts import PayoutState
from royalties.remitting import Remittance, Share, Told, paid_by
from royalties.service.remittances import Account, account
from royalties.sisterclaims import key_in
from royalties.store import journal
from royalties.store import remittances as store


@dataclass(frozen=True, slots=True)
class Paid:
    """One payment and where it stands in the society's book; `receipt_id` is empty until it does.

    `waits` is the code of why its claims are not in the book: it is on its way, it came back, it
    is not what runs owed, or an earlier payment has to come first.
    """

    payer: str
    told: Told
    receipt_id: str
    waits: str

    @property
    def payment(self) -> Remittance:
        """The payment itself."""
        return self.told.payment


@dataclass(frozen=True, slots=True)
class PaidLine:
    """What a payment brought for one claim, and the claim in the society's own book, if it is.

    `licensee_id` is whose usage and cut it rests on.
    """

    share: Share
    pins: Pins
    licensee_id: str
    claim_id: str


def list_remittances(session: Session, principal: Principal) -> list[Paid]:
    """Every payment of another book to the caller that may have left, newest first."""
    require(principal, "reports")
    found = [one for known in _accounts(session, principal) for one in _paid(known)]
    return sorted(found, key=lambda one: (one.payment.proposed_at, one.payment.id), reverse=True)


def remittance(
    session: Session, principal: Principal, remittance_id: str
) -> tuple[Paid, Sequence[PaidLine]]:
    """One payment to the caller with its lines, in the order of the claims; raises `NotFound`."""
    require(principal, "reports")
    for known in _accounts(session, principal):
        for one in _paid(known):
            if one.payment.id == remittance_id:
                return one, _lines(session, known, one.told)
    raise NotFound("There is no such payment.", next_step="List them: ebenbild collect received")


def _accounts(session: Session, principal: Principal) -> list[Account]:
    society = principal.tenant_id
    capability = SearchCapability("remittance", society)
    payers = store.paid_to(session, capability, payee_of(society))
    return [account(session, payer, society, currency) for payer, currency in payers]


def _paid(known: Account) -> list[Paid]:
    found = []
    missing = _earliest_missing(known)
    for one in known.payments:
        receipt = known.receipt_of(one.payment)
        name = "" if receipt is None else receipt.id
        found.append(Paid(known.payer, one, name, _waits(known, one, missing)))
    return found


def _earliest_missing(known: Account) -> float:
    """The number of the first run that nothing standing has paid."""
    paid = {
        name
        for one in known.payments
        if one.payment.stands and one.is_explained
        for name in one.runs
    }
    return min((run.number for run in known.runs if run.id not in paid), default=float("inf"))


def _waits(known: Account, one: Told, missing: float) -> str:
    if one.payment.state is PayoutState.RETURNED:
        return "returned"
    if not one.payment.stands:
        return "on-its-way"
    if not one.is_explained:
        return "unexplained"
    numbers = [run.number for run in known.runs if run.id in one.runs]
    return "earlier-missing" if max(numbers, default=0) > missing else ""


def _lines(session: Session, known: Account, one: Told) -> list[PaidLine]:
    shares = [share for share in paid_by(one, known.runs) if share.amount_micro]
    names = sorted({share.transaction_id for share in shares})
    rest_on = journal.by_ids(session, system(known.payer), names)
    capability = SearchCapability("remittance", known.society)
    booked = store.booked(session, capability, known.society, (known.payer, known.currency))
    found = []
    for share in shares:
        basis = rest_on[share.transaction_id].basis
        pins = basis.pins
        hers = live_key(pins.usage_line_id, share.performer_id, pins.use_id)
        own = booked.get(key_in(hers, known.payer, known.currency))
        claim_id = own.transaction_id if own is not None and own.live else ""
        found.append(PaidLine(share, pins, basis.licensee_id, claim_id))
    return found
