"""What a book says of its payments to sisters in other registries: one signed advice for each.

It says the same whenever it is written, for what a payment is for follows from when its batch was
proposed, and from closed runs.
"""

from collections.abc import Iterable
from dataclasses import replace

from sqlmodel import Session

from core.errors import Conflict, NotFound
from core.principal import Principal, SearchCapability, require, system
from core.tenants import Tenant, get_tenant
from registry.store import works
from royalties.advice import Advice, AdvisedCut, AdvisedLine, added_up, checked
from royalties.models import NOTHING, Pins
from royalties.models_advised import Sent
from royalties.models_payouts import PayoutState
from royalties.remitting import Told, paid_by
from royalties.service.remittances import Account, account
from royalties.service.sisters import payees_of_societies
from royalties.store import intake, journal
from royalties.store import remittances as store


def list_sent(session: Session, principal: Principal) -> list[Sent]:
    """Every payment of one's own book to another society that may have left, newest first."""
    require(principal, "reports")
    found = []
    for known in _accounts(session, principal):
        registry = get_tenant(session, known.society).registry_did or ""
        found += [Sent(known.society, registry, one) for one in known.payments]
    return sorted(found, key=lambda one: (one.payment.proposed_at, one.payment.id), reverse=True)


def advice_of(session: Session, principal: Principal, payment_id: str, *, registry: str) -> Advice:
    """What a payment to a sister in another registry is for; `registry` is this one's did:key.

    Raises `NotFound` for no such payment, `Conflict` where her book is in this registry, the
    payment came back, or runs and notes do not explain it.
    """
    require(principal, "reports")
    for known in _accounts(session, principal):
        for one in known.payments:
            if one.payment.id == payment_id:
                return checked(_advice(session, known, one, registry))
    raise NotFound("There is no such payment.", next_step="List them: ebenbild collect sent")


def identity(society: Tenant, registry: str) -> str:
    """What other registries call a society of this one: its DID, else its id under this key."""
    return society.did or f"{registry}#{society.id}"


def _accounts(session: Session, principal: Principal) -> list[Account]:
    book, found = principal.tenant_id, []
    for payee_id, society in sorted(payees_of_societies(session).items()):
        capability = SearchCapability("remittance", society)
        for payer, currency in store.paid_to(session, capability, payee_id):
            if payer == book:
                found.append(account(session, book, society, currency))
    return found


def _advice(session: Session, known: Account, one: Told, registry: str) -> Advice:
    payer, payee = get_tenant(session, known.payer), get_tenant(session, known.society)
    _check(payee, one)
    paid = one.payment
    lines = added_up(_lines(session, known, one))
    return Advice(
        registry=registry,
        payer=identity(payer, registry),
        payer_name=payer.name,
        payee=payee.did or "",
        payment_id=paid.id,
        reference=paid.reference,
        currency=paid.currency,
        amount_micro=paid.amount_micro,
        proposed_at=paid.proposed_at,
        runs=one.runs,
        before=_before(known, one),
        notes=one.notes,
        vat=one.vat,
        cuts=_cuts(session, known, {line.pins.cut_id for line in lines}),
        lines=lines,
    )


def _check(payee: Tenant, one: Told) -> None:
    if not payee.registry_did:
        raise Conflict(
            "The book of this society is in this registry.",
            next_step="She sees the payment herself: ebenbild collect received",
            code="book-is-here",
        )
    if one.payment.state is PayoutState.RETURNED:
        raise Conflict(
            "The bank sent this payment back.",
            next_step="Write the advice of the payment that makes up for it.",
            code="returned",
        )
    if not one.is_explained:
        raise Conflict(
            "Your runs and notes do not come to this payment.",
            next_step="Look at both: ebenbild payout show, ebenbild run list",
            code="unexplained",
        )


def _before(known: Account, one: Told) -> tuple[str, ...]:
    """The runs that standing payments had paid when this one was proposed, in order."""
    at = one.payment.proposed_at
    earlier = known.payments[: known.payments.index(one)]
    return tuple(name for each in earlier if not each.payment.is_back_by(at) for name in each.runs)


def _lines(session: Session, known: Account, one: Told) -> Iterable[AdvisedLine]:
    shares = [share for share in paid_by(one, known.runs) if any(share.figures.values())]
    names = sorted({share.transaction_id for share in shares})
    rest_on = journal.by_ids(session, system(known.payer), names)
    for share in shares:
        pins = rest_on[share.transaction_id].pins
        yield AdvisedLine(share.transaction_id, _told(pins, share.performer_id), share.figures)


def _told(pins: Pins, performer_id: str) -> Pins:
    """What a claim rests on, without what its licensee reported of its income."""
    price = replace(pins.tariff, tariff=None)
    return pins._replace(
        performer_id=performer_id, payee_id="", tariff=price, reported=NOTHING, parties=()
    )


def _cuts(session: Session, known: Account, ids: set[str]) -> tuple[AdvisedCut, ...]:
    owners = intake.cut_owners(session, SearchCapability("advice", known.payer), sorted(ids))
    found = []
    for owner in sorted(set(owners.values())):
        own = [name for name, whose in owners.items() if whose == owner]
        for cut, title in works.titled(session, system(owner), own).values():
            told = cut.label, cut.format.value, cut.language, cut.duration_ms
            found.append(AdvisedCut(cut.id, cut.work_id, title, *told))
    return tuple(sorted(found, key=lambda one: one.id))
