"""How much of each claim of a book has been received by a moment: what a run may distribute.

Claims are read as a stream. Only an invoice that was paid in part is divided as a whole.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from operator import attrgetter

from sqlmodel import Session

from core.money import split
from core.principal import SearchCapability
from royalties.accounts import AccountKind
from royalties.complaints import divided
from royalties.invoicing import settle
from royalties.ledger import tenant_of
from royalties.models_income import Invoice, Settlement
from royalties.models_received import ReceivedClaim
from royalties.receiving import shares
from royalties.store import complaints, invoices, receipts
from royalties.store import received as store
from royalties.store.received import BookedClaim

_TRANSACTION = attrgetter("transaction_id")
_KINDS = {one.value: one for one in AccountKind}


@dataclass(slots=True)
class _Shares:
    """What was received of claims, by invoice; an invoice is divided when it is first met."""

    session: Session
    capability: SearchCapability
    until: datetime
    settled: dict[str, Settlement]
    parts: dict[str, dict[str, int]] = field(default_factory=dict)

    def of(self, claim: BookedClaim, claimed_micro: int) -> int:
        """The part of a claim, given all of it."""
        if claim.from_sister and not claim.reversed:
            return claimed_micro
        if claim.reversed or claim.invoice_id is None:
            return 0
        settled = self.settled[claim.invoice_id]
        if settled.owed_micro <= 0:
            return claimed_micro
        if settled.paid_micro == 0:
            return 0
        if claim.invoice_id not in self.parts:
            self.parts[claim.invoice_id] = self._divide(settled)
        return self.parts[claim.invoice_id][claim.transaction_id]

    def _divide(self, settled: Settlement) -> dict[str, int]:
        found = store.standing(self.session, self.capability, settled.invoice.id, until=self.until)
        amounts = [amount for _, amount in found]
        return {
            name: share for (name, _), share in zip(found, shares(settled, amounts), strict=True)
        }


def received(
    session: Session,
    capability: SearchCapability,
    book: str,
    *,
    until: datetime,
    keys: Sequence[str] | None = None,
) -> Iterator[ReceivedClaim]:
    """Every claim of a book, licensed and held, known and unknown, with what was received of it.

    Or of these live keys alone.

    In the order of booking. A claim that was reversed by then claims nothing and has received
    nothing: what had been paid for it is the licensee's, or pays what replaced it. What was ruled
    about a claim by then divides it.
    """
    ruled = complaints.rulings(session, capability, book, until=until)
    known = _Shares(session, capability, until, settlements(session, capability, book, until))
    found = store.claims(session, capability, book, until=until, keys=keys)
    for _, group in groupby(found, key=_TRANSACTION):
        sides = list(group)
        amounts = [side.amount_micro for side in sides]
        whole = known.of(sides[0], sum(amounts))
        parts = split(whole, amounts) if len(sides) > 1 else (whole,)
        for side, part in zip(sides, parts, strict=True):
            claim = _claim(side, part)
            if side.live_key in ruled:
                yield from divided(claim, ruled[side.live_key])
            else:
                yield claim


def settlements(
    session: Session, capability: SearchCapability, book: str, until: datetime
) -> dict[str, Settlement]:
    """How far each invoice of a book was settled then."""
    found: dict[str, Invoice] = {}
    credits: dict[str, list[Invoice]] = {}
    for one in invoices.of_book(session, capability, book, until=until):
        if one.credits_id is None:
            found[one.id] = one
        else:
            credits.setdefault(one.credits_id, []).append(one)
    paid = dict.fromkeys(found, 0)
    for invoice_id, amount in receipts.paid_in_book(session, capability, book, until=until):
        paid[invoice_id] += amount
    return {name: settle(one, credits.get(name, []), paid[name]) for name, one in found.items()}


def _claim(side: BookedClaim, received_micro: int) -> ReceivedClaim:
    return ReceivedClaim(
        side.transaction_id,
        _KINDS[side.account_kind],
        side.live_key,
        side.performer_id,
        tenant_of(side.audience),
        side.payee_id,
        side.licensee_id,
        side.cut_id,
        side.use_kind,
        side.territory,
        side.earned_period,
        side.currency,
        0 if side.reversed else side.amount_micro,
        received_micro,
        from_sister=side.from_sister,
    )
