"""Payments that files name and that are no receipts by that: told before, or held for a person."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from sqlmodel import Session

from core import audit
from core.canonical import canonical, parse_strict
from core.db import next_seq
from core.errors import Conflict
from core.ids import derived_id
from core.principal import Principal, require
from core.resealing import SealedColumn
from core.vault import Vault
from royalties.billing.twins import Known, is_named
from royalties.models_income import HeldCause, Payment, ToldPayment, ToldState
from royalties.service import receipts
from royalties.service.clerks import collecting
from royalties.store import toldpayments as store
from royalties.store.toldpayments import ToldPaymentRow

DECIDED = "receipt.held-decided"


def note(
    session: Session,
    vault: Vault,
    principal: Principal,
    payment: Payment,
    state: ToldState,
    *,
    cause: HeldCause = HeldCause.LIKE_ANOTHER,
    like: str,
    file_sha256: str,
    now: datetime,
) -> ToldPayment:
    """Keep what a file says of a payment that is `known` by another, or is `held`."""
    book = principal.tenant_id
    made = ToldPayment(
        id=derived_id("tpm", book, payment.reference),
        tenant_id=book,
        payment=payment,
        cause=cause,
        like=like,
        file_sha256=file_sha256,
        state=state,
        seq=next_seq(session),
        recorded_at=now,
    )
    said = {"payer": payment.payer, "account": payment.payer_account, "text": payment.text}
    store.add(session, made, vault.seal(made.id, canonical(said), _bound(made)))
    return made


def list_held(
    session: Session,
    vault: Vault,
    principal: Principal,
    *,
    before_seq: int | None = None,
    limit: int = store.PAGE,
) -> list[ToldPayment]:
    """Payments of one's own book that wait for a person, newest first, with who paid."""
    require(principal, "reports")
    found = store.held(session, principal, before_seq=before_seq, limit=limit)
    return [_opened(vault, *one) for one in found]


def decide(
    session: Session,
    vault: Vault,
    principal: Principal,
    told_id: str,
    *,
    enter: bool,
    now: datetime,
) -> ToldPayment:
    """Say whether a held payment is one of its own; whoever enters it books it.

    Raises `NotFound` for another book's, `Conflict` where it was decided.
    """
    require(principal, "usage")
    item = _opened(vault, *store.get(session, principal, told_id))
    collecting(principal)
    if item.state is not ToldState.HELD:
        raise Conflict(
            "This payment waits for nobody.", next_step="List what waits: ebenbild receipt held"
        )
    done = store.decide(session, principal, item, ToldState.ENTERED if enter else ToldState.DROPPED)
    details = {"state": done.state.value, "cause": item.cause.value, "like": item.like}
    audit.record(session, principal, action=DECIDED, subject_id=item.id, details=details, now=now)
    return done


def told_before(
    session: Session, vault: Vault, principal: Principal, payments: Sequence[Payment]
) -> list[Known]:
    """What one's own book was told of these amounts near these days, by the receipt it is.

    What has a name of these payments is left out: it is one of them.
    """
    require(principal, "usage")
    if not payments:
        return []
    sums = receipts.near(payments)
    entered = receipts.on_days(session, vault, principal, payments)
    told = [
        _opened(vault, item, sealed)
        for item, sealed in store.on_days(session, principal, [day for day, *_ in sums])
        if item.payment.what in sums
    ]
    found = {
        one.id: Known(one.id, (one.payment,), not by_hand and is_named(one.payment))
        for one, by_hand in entered
    }
    names = {one.reference for one in payments}
    here = {one.id for one, _ in entered if one.payment.reference in names}
    for name, item in _by_receipt(told):
        one = found.get(name, Known(name, (), False))
        is_known = one.is_named or is_named(item.payment)
        found[name] = Known(name, (*one.told, item.payment), is_known)
        if item.payment.reference in names:
            here.add(name)
    return [one for name, one in found.items() if name not in here]


def receipt_of(session: Session, principal: Principal, reference: str) -> str:
    """What a payment that a file gave this name is or would be called; empty where none did."""
    require(principal, "usage")
    item = store.named(session, principal, reference)
    if item is None:
        return ""
    told = [one for one, _ in store.on_days(session, principal, [item.payment.booked_on])]
    return next(name for name, one in _by_receipt(told) if one.id == item.id)


def _by_receipt(told: Iterable[ToldPayment]) -> Iterable[tuple[str, ToldPayment]]:
    """Each with the receipt that it is or would be; oldest first."""
    same: dict[str, str] = {}
    for item in told:
        if item.is_another:
            own = receipts.id_of(item.tenant_id, item.payment.reference)
            same[own] = item.like
    for item in told:
        name = receipts.id_of(item.tenant_id, item.payment.reference)
        while name in same:
            name = same[name]
        yield name, item


def _opened(vault: Vault, item: ToldPayment, sealed: bytes) -> ToldPayment:
    said = parse_strict(vault.unseal(item.id, sealed, _bound(item)))
    payment = replace(
        item.payment,
        payer=str(said["payer"]),
        payer_account=str(said["account"]),
        text=str(said["text"]),
    )
    return replace(item, payment=payment)


def _bound(item: ToldPayment | ToldPaymentRow) -> dict[str, str]:
    return {"tenant": item.tenant_id, "payment": item.id, "what": "payer"}


SEALED = (SealedColumn(ToldPaymentRow, "sealed", lambda row: (row.id, _bound(row))),)
