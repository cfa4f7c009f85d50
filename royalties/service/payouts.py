"""Paying out of one's own book: proposed from the balances, agreed to by a second person, sent.

When a batch is agreed to, everything happens in one write: the books say that the money is on its
way, and the file for the bank is made and kept, once. From then on nobody can make it again or
differently, and nothing of it is ever paid by another batch, whatever becomes of the file.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlmodel import Session

from core import approvals, audit, log
from core.db import is_single_operator
from core.errors import BadInput, Conflict
from core.principal import Principal, SearchCapability, require
from core.vault import Vault
from royalties import paying
from royalties.accounts import AccountKind
from royalties.models_payouts import Batch, BatchKind, BatchState, Payout, PayoutState
from royalties.payees import PayeeDetails
from royalties.paying import Candidate, Frame
from royalties.payoutbooks import on_its_way
from royalties.payoutfiles import bank_file, hand_list
from royalties.service import batching, refunds
from royalties.service.books import Clerk
from royalties.service.candidates import candidates
from royalties.service.payoutseals import FILE, LIST, seal_file
from royalties.store import balances, bookaccounts, payoutbatches
from royalties.store import ledger as ledger_store
from royalties.store import payouts as store

SENT = "payout.sent"
_AHEAD_DAYS_MAX = 60
_OUT_OF = {BatchKind.PAYEES: AccountKind.PAYABLE, BatchKind.TAX: AccountKind.TAX}
_GOES = frozenset({PayoutState.PENDING, PayoutState.SENT})


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be paid: `minimum_micro` is what a payee is owed before anything is sent."""

    kind: BatchKind
    currency: str
    execute_on: date
    minimum_micro: int


def propose(
    session: Session, vault: Vault, principal: Principal, wanted: Wanted, *, now: datetime
) -> Batch:
    """Propose to pay all that one's own book owes; while it waits, proposed again it is the same.

    Raises `Conflict` without an account to pay from, or where nothing can be paid, with the
    reasons counted.
    """
    # Load.
    require(principal, "usage")
    waiting = _waiting(session, principal, wanted)
    if waiting is not None:
        return waiting
    kind, currency = wanted.kind, wanted.currency
    empty = batching.empty(
        session, principal, kind, currency, execute_on=wanted.execute_on, now=now
    )
    found = candidates(session, vault, principal, kind, currency, at=now)
    capability = SearchCapability("payout", principal.tenant_id)
    sources = balances.owed_by_run(session, capability, _OUT_OF[kind], currency)
    # Decide.
    _check_day(wanted.execute_on, now)
    payouts = paying.plan(found, batching.frame(empty, wanted.minimum_micro, now))
    goes = [one for one in payouts if one.state in _GOES]
    if not goes:
        raise _nothing(payouts)
    owed = {one.account: one.balance_micro for one in found}
    left_micro = paying.check_conserved(payouts, owed, sources)
    # Save.
    item = batching.filled(empty, goes, left_micro=left_micro, sources=sources)
    return batching.lay_before(session, principal, item, payouts, now)


def decide(
    session: Session,
    vault: Vault,
    principal: Principal,
    batch_id: str,
    *,
    approve: bool,
    note: str = "",
    now: datetime,
) -> Batch:
    """Send a batch that somebody else proposed, or drop it; its file can then be fetched.

    Raises `Conflict` where it was decided, where whoever proposed decides, and where something
    speaks against one of its payments by now.
    """
    # Load.
    require(principal, "reports")
    item = payoutbatches.get_batch(session, principal, batch_id)
    payouts = store.payouts_of(session, principal, batch_id)
    if item.state is not BatchState.PROPOSED:
        raise Conflict("This batch was decided.", next_step="See: ebenbild payout show")
    # Decide.
    approvals.settle(session, principal, item.approval_id, approve=approve, note=note, now=now)
    if not approve:
        return _drop(session, principal, item, payouts, now)
    goes = [one for one in payouts if one.state is PayoutState.PENDING]
    by_account = {one.account: one for one in _found(session, vault, principal, item, now)}
    _check_still(goes, by_account, batching.frame(item, 1, now))
    approval = approvals.require_approved(
        session,
        batching.SEND,
        item.id,
        batching.payload(item),
        tenant_id=item.tenant_id,
        now=now,
    )
    # Save.
    clerk = Clerk(session, item.tenant_id, now)
    ledger_store.add_transactions(session, [on_its_way(one, clerk.stamp()) for one in goes])
    store.move(session, principal, [one.id for one in goes], PayoutState.SENT, at=now)
    sent = replace(
        item,
        state=BatchState.SENT,
        sent_at=now,
        single_operator=approval.single_operator or is_single_operator(session),
    )
    details = {one.account: _details(by_account[one.account]) for one in goes}
    return _keep_papers(session, vault, principal, sent, goes=goes, details=details)


def _found(
    session: Session, vault: Vault, principal: Principal, item: Batch, now: datetime
) -> list[Candidate]:
    """What a batch could pay by now, with all that speaks against it."""
    if item.kind is BatchKind.REFUND:
        return [refunds.candidate_of(session, vault, principal, item)]
    return candidates(session, vault, principal, item.kind, item.currency, at=now)


def _waiting(session: Session, principal: Principal, wanted: Wanted) -> Batch | None:
    same = (wanted.kind, wanted.currency, BatchState.PROPOSED)
    found = payoutbatches.batches(session, principal)
    return next((one for one in found if (one.kind, one.currency, one.state) == same), None)


def _check_day(execute_on: date, now: datetime) -> None:
    if not 0 <= (execute_on - now.date()).days <= _AHEAD_DAYS_MAX:
        raise BadInput(
            "A payment is executed today or within 60 days.",
            next_step="Leave the day out for today.",
            code="bad-day",
        )


def _nothing(payouts: Sequence[Payout]) -> Conflict:
    against = {why.code: why for one in payouts for why in one.reasons}
    codes = sorted(against)
    kept = "Look whether a run keeps it back, and why: ebenbild run preview RUN"
    return Conflict(
        f"Nothing can be paid: {', '.join(codes) or 'nothing is owed'}.",
        next_step="Mend what is named." if codes else kept,
        code="nothing-to-pay",
        reasons=[against[code] for code in codes],
    )


def _check_still(goes: Sequence[Payout], found: Mapping[str, Candidate], frame: Frame) -> None:
    """Raise `Conflict` where something changed since a payment was proposed."""
    spoiled = [
        one.account
        for one in goes
        if (now := found.get(one.account)) is None
        or now.balance_micro < one.amount_micro
        or now.version_id != one.version_id
        or paying.against(now, frame)
    ]
    if spoiled:
        raise Conflict(
            f"Something speaks against these by now: {', '.join(spoiled[:10])}.",
            next_step="Reject the batch and propose it anew: ebenbild payout reject",
            code="payout-changed",
        )


def _details(candidate: Candidate) -> PayeeDetails:
    return candidate.details or PayeeDetails()


def _keep_papers(
    session: Session,
    vault: Vault,
    principal: Principal,
    item: Batch,
    *,
    goes: Sequence[Payout],
    details: Mapping[str, PayeeDetails],
) -> Batch:
    """Make both papers from what was agreed to, keep them sealed, and commit to the file."""
    payer = bookaccounts.account(session, principal, item.account_id)
    at = item.sent_at or item.recorded_at
    file, table = bank_file(item, payer, goes, details, at=at), hand_list(goes, details)
    done = replace(item, sha256="" if file is None else hashlib.sha256(file).hexdigest())
    payoutbatches.save_decision(
        session,
        principal,
        done,
        sealed_file=None if file is None else seal_file(vault, done, file, FILE),
        sealed_list=None if table is None else seal_file(vault, done, table, LIST),
    )
    told = {**batching.payload(done), "sha256": done.sha256}
    log.append(session, kind=SENT, subject_id=done.id, payload=told, at=at)
    audit.record(session, principal, action=SENT, subject_id=done.id, details=told, now=at)
    return done


def _drop(
    session: Session,
    principal: Principal,
    item: Batch,
    payouts: Sequence[Payout],
    now: datetime,
) -> Batch:
    dropped = replace(item, state=BatchState.REJECTED)
    store.move(session, principal, [one.id for one in payouts], PayoutState.DROPPED, at=now)
    payoutbatches.save_decision(session, principal, dropped)
    return dropped
