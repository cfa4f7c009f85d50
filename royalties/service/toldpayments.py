"""Payments that files name and that are no receipts by that: told before, or held for a person."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlmodel import Session

from core import audit
from core.errors import Conflict
from core.ids import derived_id
from core.principal import Principal, require
from core.resealing import SealedColumn
from core.vault import Vault
from royalties.billing.bankdays import around
from royalties.billing.sealedpayment import from_sealed, to_sealed
from royalties.billing.twins import Known, is_named
from royalties.models_income import HeldCause, Payment, ToldPayment, ToldState
from royalties.service import receipts
from royalties.service.clerks import collecting
from royalties.store import toldpayments as store
from royalties.store.toldpayments import ToldPaymentRow

DECIDED = "receipt.held-decided"


@dataclass(frozen=True, slots=True)
class Told:
    """What a file says of a payment that is `known` by another, or is `held`, and its number."""

    seq: int
    payment: Payment
    state: ToldState
    cause: HeldCause
    like: str


def note(
    session: Session,
    vault: Vault,
    principal: Principal,
    told: Sequence[Told],
    *,
    file_sha256: str,
    now: datetime,
) -> None:
    """Keep what a file says of payments that are no receipts by that; call it in `write()`."""
    book = principal.tenant_id
    made = [
        ToldPayment(
            id=derived_id("tpm", book, one.payment.reference),
            tenant_id=book,
            payment=one.payment,
            cause=one.cause,
            like=one.like,
            file_sha256=file_sha256,
            state=one.state,
            seq=one.seq,
            recorded_at=now,
        )
        for one in told
    ]
    sealed = vault.seal_all((one.id, to_sealed(one.payment), _bound(one)) for one in made)
    store.add(session, [*zip(made, sealed, strict=True)])


def names(session: Session, principal: Principal, references: Sequence[str]) -> set[str]:
    """By which of these names one's own book was told of a payment, whatever came of it."""
    require(principal, "usage")
    return store.names(session, principal, references)


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


def list_questions(
    session: Session, vault: Vault, principal: Principal, *, limit: int
) -> list[tuple[ToldPayment, int, int]]:
    """What waits for a person, newest first, and how many payments one answer decides on.

    With their sum. Of a batch the newest payment stands for all that its file told of it.
    """
    batches = store.batches(session, principal)
    of = {(like, name): (count, amount) for like, name, count, amount in batches}
    found: dict[tuple[str, str], tuple[ToldPayment, int, int]] = {}
    page = list_held(session, vault, principal)
    while page and len(found) < limit:
        for one in page:
            if one.cause is HeldCause.BATCH:
                together = (one.like, one.file_sha256)
                found.setdefault(together, (one, *of[together]))
            else:
                found[one.id, ""] = (one, 1, one.payment.amount_micro)
        page = list_held(session, vault, principal, before_seq=page[-1].seq)
    return [*found.values()][:limit]


def decide(
    session: Session,
    vault: Vault,
    principal: Principal,
    told_id: str,
    *,
    enter: bool,
    now: datetime,
) -> list[ToldPayment]:
    """Say whether a held payment is one of its own; whoever enters it books it.

    With a payment of a batch all that the file told of that batch. Raises `NotFound` for another
    book's, `Conflict` where it was decided.
    """
    require(principal, "usage")
    item = _opened(vault, *store.get(session, principal, told_id))
    collecting(principal)
    if item.state is not ToldState.HELD:
        raise Conflict(
            "This payment waits for nobody.", next_step="List what waits: ebenbild receipt held"
        )
    others = store.held_with(session, principal, item) if item.cause is HeldCause.BATCH else []
    state = ToldState.ENTERED if enter else ToldState.DROPPED
    done = []
    for one in (item, *(_opened(vault, *other) for other in others)):
        done.append(store.decide(session, principal, one, state))
        details = {"state": state.value, "cause": one.cause.value, "like": one.like}
        audit.record(
            session, principal, action=DECIDED, subject_id=one.id, details=details, now=now
        )
    return done


def told_before(
    session: Session, vault: Vault, principal: Principal, payments: Sequence[Payment]
) -> list[Known]:
    """What one's own book was told of these amounts near these days, by the receipt it is.

    What has a name of these payments is left out: it is one of them.
    """
    sums = receipts.near(payments)
    return _known(
        *(session, vault, principal, payments),
        days={day for day, *_ in sums},
        is_wanted=lambda one: one.what in sums,
    )


def told_on(
    session: Session,
    vault: Vault,
    principal: Principal,
    payments: Sequence[Payment],
    left: Sequence[Payment],
) -> list[Known]:
    """What one's own book was told of the days near those left of a file, in their currencies."""
    days = {(day, one.currency) for one in left for day in around(one.booked_on)}
    return _known(
        *(session, vault, principal, payments),
        days={day for day, _ in days},
        is_wanted=lambda one: (one.booked_on, one.currency) in days,
    )


def _known(
    session: Session,
    vault: Vault,
    principal: Principal,
    payments: Sequence[Payment],
    *,
    days: Collection[date],
    is_wanted: Callable[[Payment], bool],
) -> list[Known]:
    """In the order in which it was told."""
    require(principal, "usage")
    if not days:
        return []
    entered = receipts.on_days(session, vault, principal, days, is_wanted)
    told = [
        _opened(vault, item, sealed)
        for item, sealed in store.on_days(session, principal, days)
        if is_wanted(item.payment)
    ]
    found = {
        one.id: Known(one.id, (one.payment,), not by_hand and is_named(one.payment))
        for one, by_hand in entered
    }
    order = {one.id: one.seq for one, _ in entered}
    names = {one.reference for one in payments}
    here = {one.id for one, _ in entered if one.payment.reference in names}
    for name, item in _by_receipt(told):
        one = found.get(name, Known(name, (), False))
        is_known = one.is_named or is_named(item.payment)
        found[name] = Known(name, (*one.told, item.payment), is_known)
        order.setdefault(name, item.seq)
        if item.payment.reference in names:
            here.add(name)
    return [found[name] for name in sorted(found.keys() - here, key=order.__getitem__)]


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
    plain = vault.unseal(item.id, sealed, _bound(item))
    return replace(item, payment=from_sealed(item.payment, plain))


def _bound(item: ToldPayment | ToldPaymentRow) -> dict[str, str]:
    return {"tenant": item.tenant_id, "payment": item.id, "what": "payer"}


SEALED = (SealedColumn(ToldPaymentRow, "sealed", lambda row: (row.id, _bound(row))),)
