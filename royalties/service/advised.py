"""Advices that other registries wrote of payments to one's own society: taken, matched, booked.

What should be in the book follows from all advices whose payment the bank brought, and the
difference to what is there is booked: so nothing is ever in it twice, and a line that was held
comes in as soon as it can be placed.
"""

from dataclasses import replace
from datetime import datetime

from sqlmodel import Session

from core import audit, tenants
from core.db import next_seq
from core.errors import BadInput, Conflict, NotFound
from core.principal import Principal, require
from core.tenants import Tenant
from core.vault import Vault
from licensing.service.registries import trusted
from royalties import advice_wire, refunding
from royalties.advice import Advice, checked
from royalties.advice_wire import FORM
from royalties.bankanswers import OURS
from royalties.models_advised import AdviceShown, KeptAdvice
from royalties.models_income import Payment, Receipt
from royalties.service import advicebooks, entering, matchedadvices, placing, receipts
from royalties.service.advices import identity
from royalties.service.clerks import collecting
from royalties.service.collectors import SOCIETY
from royalties.service.matchedadvices import State, book_of
from royalties.store import advices as store

TAKEN = "advice.taken"
WAITING_MAX = 1000
NOT_BOOKED = "not-booked"


def take(
    session: Session,
    vault: Vault,
    principal: Principal,
    data: bytes,
    *,
    registry: str,
    now: datetime,
) -> AdviceShown:
    """Take an advice in, and book it where its payment is there; the same twice changes nothing.

    `registry` is this registry's did:key. Raises `BadInput` for what is no advice or does not
    explain its payment, `BadProof` for one of a registry that is not trusted, `NotFound` for a
    payer who is not known here, `Conflict` for one to somebody else, or another advice of a payment
    that has one.
    """
    # 1. Who may: whoever collects.
    require(principal, "usage")
    collecting(principal)
    # 2. It is signed by a registry whose key the operator pinned.
    known = [one.did for one in trusted(session)]
    document = advice_wire.read_signed(data, FORM, known)
    # 3. It says what its id says, and comes to its payment.
    advice = checked(advice_wire.from_dict(document))
    # 4. It is to this society, by one whom its registry may speak for.
    _check_payee(session, principal, advice, registry)
    payer = _payer(session, advice)
    # 5. A payment has one advice.
    kept = KeptAdvice(
        str(document["id"]), principal.tenant_id, payer.id, advice, next_seq(session), now
    )
    if not _is_known(session, principal, kept):
        store.add(session, kept, data)
        _note(session, principal, kept, now)
    _settle(session, vault, principal, kept, now=now)
    return _shown(session, principal, kept)


def match(
    session: Session,
    vault: Vault,
    principal: Principal,
    advice_id: str,
    receipt_id: str,
    *,
    now: datetime,
) -> AdviceShown:
    """Have a receipt be the payment that an advice explains, and book what can be placed.

    Raises `NotFound` for another book's, `Conflict` where either is matched, a refund is proposed,
    or runs are paid twice or not in their order, `BadInput` for another amount or currency.
    """
    require(principal, "usage")
    kept = _own(session, principal, advice_id)
    receipt = receipts.opened(session, vault, principal, receipt_id)
    refunding.check_open(receipt)
    _check_same(kept.advice, receipt)
    advicebooks.begin(session, principal, kept, receipt, now=now)
    _follow(session, vault, principal, kept, now=now)
    return _shown(session, principal, kept)


def place(session: Session, principal: Principal, advice_id: str, *, now: datetime) -> AdviceShown:
    """Look again at the lines that were held, and book those that can be placed by now."""
    require(principal, "usage")
    kept = _own(session, principal, advice_id)
    advicebooks.bring(session, principal, book_of(kept), now=now)
    return _shown(session, principal, kept)


def unmatch(
    session: Session, principal: Principal, advice_id: str, *, now: datetime
) -> AdviceShown:
    """Take back that a receipt was the payment: its claims go, the money waits for a clerk.

    Raises `NotFound`, and `Conflict` for one that is not matched, or that a later one rests on.
    """
    require(principal, "usage")
    kept = _own(session, principal, advice_id)
    advicebooks.end(session, principal, kept, now=now)
    return _shown(session, principal, kept)


def list_advices(session: Session, principal: Principal) -> list[AdviceShown]:
    """Every advice to one's own society, newest first, without its lines."""
    require(principal, "reports")
    found = store.every(session, principal)[::-1]
    return [_standing(one, matchedadvices.state_of(session, principal, one)) for one in found]


def shown(session: Session, principal: Principal, advice_id: str) -> AdviceShown:
    """One advice to one's own society, and where each of its lines is; raises `NotFound`."""
    require(principal, "reports")
    return _shown(session, principal, _own(session, principal, advice_id))


def enter(
    session: Session,
    vault: Vault,
    principal: Principal,
    payment: Payment,
    *,
    is_another: bool = False,
    now: datetime,
) -> Receipt:
    """Take money in as a clerk names it, and book it where an advice does. Raises as `by_hand`."""
    made = entering.by_hand(session, vault, principal, payment, is_another=is_another, now=now)
    arrived(session, vault, principal, made, now=now)
    return receipts.opened(session, vault, principal, made.id)


def arrived(
    session: Session, vault: Vault, principal: Principal, receipt: Receipt, *, now: datetime
) -> int:
    """Book a payment that has just come in where an advice names it; returns what was booked."""
    named = OURS.findall(f"{receipt.payment.reference} {receipt.payment.text}".upper())
    if not named:
        return receipt.matched_micro
    for reference in named:
        for one in store.of_reference(session, principal, reference):
            _settle(session, vault, principal, one, now=now)
    return receipts.opened(session, vault, principal, receipt.id).matched_micro


def of_receipt(session: Session, principal: Principal, receipt_id: str) -> str:
    """The advice that explains a receipt of one's own book; empty where none does."""
    require(principal, "reports")
    return store.of_receipt(session, principal, receipt_id)


def _settle(
    session: Session, vault: Vault, principal: Principal, kept: KeptAdvice, *, now: datetime
) -> None:
    """Match an advice to the one receipt that names it, if that may be; else it waits."""
    state = matchedadvices.state_of(session, principal, kept)
    if state.receipt_id or state.waits in matchedadvices.REFUSED:
        return
    waiting = receipts.list_receipts(session, vault, principal, waiting=True, limit=WAITING_MAX)
    told = kept.advice
    fits = [
        one
        for one in waiting
        if _names(one, told.reference)
        and is_same(told, one)
        and not one.refund_proposed
        and not store.of_receipt(session, principal, one.id)
    ]
    if len(fits) == 1:
        advicebooks.begin(session, principal, kept, fits[0], now=now)
        _follow(session, vault, principal, kept, now=now)


def _follow(
    session: Session, vault: Vault, principal: Principal, kept: KeptAdvice, *, now: datetime
) -> None:
    """Match the advices that waited for this one."""
    for one in store.every(session, principal, kept.payer_id, kept.advice.currency):
        if not set(one.advice.before).isdisjoint(kept.advice.runs):
            _settle(session, vault, principal, one, now=now)


def _shown(session: Session, principal: Principal, kept: KeptAdvice) -> AdviceShown:
    state = matchedadvices.state_of(session, principal, kept)
    found = [
        replace(one, cause=NOT_BOOKED)
        if state.receipt_id and number not in state.lines and not one.cause
        else one
        for number, one in enumerate(placing.places(session, book_of(kept), kept.advice))
    ]
    claims = advicebooks.claims_of(session, book_of(kept), found)
    return replace(_standing(kept, state), places=tuple(found), claims=claims)


def _standing(kept: KeptAdvice, state: State) -> AdviceShown:
    return AdviceShown(
        kept=kept,
        receipt_id=state.receipt_id,
        waits=state.waits,
        placed_micro=state.claims_micro,
        held_micro=kept.advice.claims_micro - state.claims_micro if state.receipt_id else 0,
    )


def _is_known(session: Session, principal: Principal, kept: KeptAdvice) -> bool:
    told = kept.advice
    before = store.of_reference(session, principal, told.reference, told.registry)
    if before and before[0].id != kept.id:
        raise Conflict(
            f"Another advice of the payment {told.reference} is here, and says something else.",
            next_step="Ask the other society which of the two holds.",
            code="another-advice",
        )
    return bool(before)


def _check_payee(session: Session, principal: Principal, advice: Advice, registry: str) -> None:
    own = tenants.get_tenant(session, principal.tenant_id)
    if advice.payee not in (own.did, f"{registry}#{own.id}"):
        raise Conflict(
            "This advice is to another society.",
            next_step=f"Tell the other society what yours is called: {identity(own, registry)}",
            code="not-to-you",
        )


def _payer(session: Session, advice: Advice) -> Tenant:
    """The society that paid, as this registry knows it, where its registry may speak for it."""
    for one in tenants.tenants_named(session, advice.payer):
        if one.kind == SOCIETY and one.registry_did == advice.registry:
            return one
    raise NotFound(
        f"No society {advice.payer} of that registry is known here.",
        next_step="Have the operator add it: ebenbild tenant add NAME --kind society --did ... "
        "--registry did:key:...",
        code="unknown-payer",
    )


def _own(session: Session, principal: Principal, advice_id: str) -> KeptAdvice:
    found = store.find(session, principal, advice_id)
    if found is None:
        raise NotFound("There is no such advice.", next_step="List them: ebenbild collect advices")
    return found


def _check_same(advice: Advice, receipt: Receipt) -> None:
    if not is_same(advice, receipt):
        raise BadInput(
            "This money is not what the advice explains.",
            next_step="Match the whole of a payment of the same amount and currency.",
            code="another-amount",
        )


def is_same(advice: Advice, receipt: Receipt) -> bool:
    """Whether all of a receipt is there, and is of the amount that an advice explains."""
    paid = receipt.payment
    told = advice.amount_micro, advice.currency
    return (paid.amount_micro, paid.currency) == told == (receipt.unmatched_micro, paid.currency)


def _names(receipt: Receipt, reference: str) -> bool:
    paid = receipt.payment
    return reference in OURS.findall(f"{paid.reference} {paid.text}".upper())


def _note(session: Session, principal: Principal, kept: KeptAdvice, now: datetime) -> None:
    told = kept.advice
    details = {"reference": told.reference, "registry": told.registry[:200]}
    audit.record(session, principal, action=TAKEN, subject_id=kept.id, details=details, now=now)
