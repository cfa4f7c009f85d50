"""What of a payment was handed on to performers already, and comes back from them by the next run.

A match may be taken back after a run; until the next run what it handed on is with the performers,
and whoever sends the payment back lends it to them.
"""

from collections import defaultdict
from datetime import datetime

from sqlmodel import Session

from core.principal import Principal, SearchCapability, require
from royalties.claimnames import in_currency, named
from royalties.models_payouts import Batch, BatchState, HandedOn, Refund
from royalties.models_received import ReceivedClaim
from royalties.runfile import handed_on
from royalties.service import refunds
from royalties.service.received import received
from royalties.store import receipts, run_lines
from royalties.store import received as store

_EVERY_RUN = 2**31


def of_batch(
    session: Session, principal: Principal, batch: Batch, *, now: datetime
) -> HandedOn | None:
    """The same of a batch of one's own book; None where it waits for nobody or nothing is."""
    made = refunds.refund_of(session, principal, batch)
    waits = batch.state is BatchState.PROPOSED
    return of_refund(session, principal, made, now=now) if made and waits else None


def of_refund(
    session: Session, principal: Principal, refund: Refund, *, now: datetime
) -> HandedOn | None:
    """What runs handed on above what has been received by now, of what the payment had paid."""
    # Load.
    require(principal, "reports")
    capability = SearchCapability("refund", principal.tenant_id)
    matches = receipts.allocations_from(session, principal, refund.receipt_id)
    freed = {one.invoice_id for one in matches if one.amount_micro < 0}
    keys = store.ever_on(session, capability, sorted(freed))
    found = received(session, capability, principal.tenant_id, until=now, keys=keys)
    # Decide.
    over = _over(session, capability, principal.tenant_id, [named(one) for one in found])
    amount = min(refund.amount_micro, sum(over.values()))
    return HandedOn(amount, len(over)) if amount > 0 else None


def _over(
    session: Session, capability: SearchCapability, book: str, claims: list[ReceivedClaim]
) -> dict[str, int]:
    """By performer what runs handed on above what was received."""
    names = sorted({one.live_key for one in claims})
    known = run_lines.before(session, capability, book, names, number=_EVERY_RUN)
    came: defaultdict[str, int] = defaultdict(int)
    whose = {}
    for one in claims:
        whose[one.live_key] = one.performer_id
        came[in_currency(one, known.get(one.live_key, ())).live_key] += one.received_micro
    found: defaultdict[str, int] = defaultdict(int)
    for name, before in known.items():
        found[whose[name]] += max(0, handed_on(before) - came[name])
    return {name: micro for name, micro in found.items() if micro}
