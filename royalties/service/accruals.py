"""Accruing: bring the ledger to what clearances, licences and usage lines say is owed.

Running it again changes nothing; running it after a re-scan, a new clearance or a late usage line
books the difference. It works cut by cut and page by page, in the caller's one transaction.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlmodel import Session

from core.clock import utc_now
from core.principal import Principal, SearchCapability, require
from fingerprint.models import Reason
from licensing.service.clearances import get_clearance
from royalties import accrual, ledger
from royalties.agreed import Agreed
from royalties.entitlement import entitled
from royalties.models import AccrualReport, ClearedUse, Skipped, UsageLine
from royalties.models_books import Transaction
from royalties.outcomes import Outcome
from royalties.service.agreed import agreed_in, cuts_with
from royalties.service.books import Clerks
from royalties.service.collectors import CollectorsOf
from royalties.service.conflicts import note_conflicts
from royalties.service.entitlements import history_of, parties_of
from royalties.service.pools import PoolsOf
from royalties.store import complaints, journal, unlicensed
from royalties.store import ledger as ledger_store
from royalties.store import usage as usage_store
from royalties.territories import factors_for


@dataclass(slots=True)
class _Tally:
    """Counts while cuts are worked through, and the clerks who book what they come to."""

    clerks: Clerks
    collecting: CollectorsOf
    new: int = 0
    unchanged: int = 0
    reversed: int = 0
    skipped: dict[tuple[str, str], Skipped] = field(default_factory=dict)
    kept: Counter[Outcome] = field(default_factory=Counter)

    def skip(self, found: Sequence[Skipped]) -> None:
        for one in found:
            key = (one.use_id, one.reason.code)
            before = self.skipped.get(key)
            if before is None:
                self.skipped[key] = one
            else:
                reason = Reason(one.reason.code, _both(before.reason.detail, one.reason.detail))
                lines = before.usage_lines + one.usage_lines
                self.skipped[key] = replace(one, reason=reason, usage_lines=lines)


def _both(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """What two pages tell of one reason: lists of territories become one."""
    if "territories" not in one:
        return dict(other)
    named = {place for told in (one, other) for place in str(told["territories"]).split(", ")}
    return {"territories": ", ".join(sorted(named))}


def accrue(
    session: Session, principal: Principal, clearance_id: str | None = None
) -> AccrualReport:
    """Accrue everything the tenant owes, or what it owes for the cut of one clearance.

    Cuts that share a fee or a pool with it are accrued with it. Whichever clearance is named, the
    newest one of its cut decides. Raises `NotFound` for a clearance that the principal may not see
    and `NotAllowed` without the scope `usage`.
    """
    require(principal, "usage")
    return accrue_cuts(session, principal, _cuts(session, principal, clearance_id))


def accrue_cuts(session: Session, principal: Principal, cut_ids: Iterable[str]) -> AccrualReport:
    """Accrue what the tenant owes for these cuts; who asked has been let through before."""
    collecting = CollectorsOf(session)
    tally = _Tally(Clerks(session, utc_now()), collecting)
    asked = unlicensed.of_books(session, principal, collecting.books)
    pools = PoolsOf(session, principal)
    for cut_id in cut_ids:
        history = history_of(session, principal, cut_id)
        if not history:
            continue  # Nothing was ever decided on this cut, so nothing was ever owed for it.
        parties = parties_of(session, principal, history)
        uses, skipped = entitled(history, parties)
        tally.skip(skipped)
        prices = agreed_in(
            session,
            principal,
            history,
            uses,
            parties=parties,
            prices=asked,
            pools=pools,
            collectors=collecting.of(parties.creditors.keys()),
        )
        voided = complaints.voided(session, SearchCapability("accrual", cut_id), cut_id)
        prices = replace(prices, voided=voided)
        for lines in usage_store.pages(session, principal, cut_id):
            _accrue_lines(session, principal, uses, lines, prices=prices, tally=tally)
        for gone in usage_store.uncounted(session, principal, cut_id):
            booked = journal.booked(session, principal, gone)
            _book(session, principal, accrual.plan((), booked), tally)
    return AccrualReport(
        new=tally.new,
        unchanged=tally.unchanged,
        reversed=tally.reversed,
        skipped=tuple(tally.skipped[key] for key in sorted(tally.skipped)),
        kept=dict(tally.kept),
    )


def _cuts(session: Session, principal: Principal, clearance_id: str | None) -> tuple[str, ...]:
    if clearance_id is None:
        return usage_store.cuts_reported(session, principal)
    cut_id = get_clearance(session, principal, clearance_id).cut_id
    history = history_of(session, principal, cut_id)
    priced = parties_of(session, principal, history).prices.values()
    return cuts_with(session, principal, cut_id, [one.tariff for one in priced])


def _accrue_lines(
    session: Session,
    principal: Principal,
    uses: Sequence[ClearedUse],
    lines: Sequence[UsageLine],
    *,
    prices: Agreed,
    tally: _Tally,
) -> None:
    priced = [(line, factors_for(line.period)) for line in lines]
    wanted, skipped = accrual.desired(uses, priced, prices)
    booked = journal.booked(session, principal, [line.id for line in lines])
    _book(session, principal, accrual.plan(wanted, booked), tally)
    note_conflicts(session, tally.collecting, wanted, prices.collectors, now=tally.clerks.at)
    tally.skip(skipped)
    kept = Counter(one.pins.outcome for one in wanted)
    tally.kept.update({name: kept[name] for name in kept if name is not Outcome.LICENSED})


def _book(session: Session, principal: Principal, plan: accrual.Plan, tally: _Tally) -> None:
    tally.clerks.reserve([*(one.book for one in plan.reverse), *(one.book for one in plan.book)])
    old = journal.by_ids(session, principal, [one.transaction_id for one in plan.reverse])
    ledger_store.add_transactions(session, list(_transactions(plan, old, tally.clerks)))
    tally.new += len(plan.book)
    tally.unchanged += plan.unchanged
    tally.reversed += len(plan.reverse)


def _transactions(
    plan: accrual.Plan, old: Mapping[str, Transaction], clerks: Clerks
) -> Iterator[Transaction]:
    """Reversals first: a live key never has two accruals that stand, not even for a moment."""
    new_pins = {one.accrual.live_key: one.accrual.pins for one in plan.book}
    reasons: dict[str, str] = {}
    for gone in plan.reverse:
        before = old[gone.transaction_id]
        reasons[gone.live_key] = accrual.difference(before.pins, new_pins.get(gone.live_key))
        yield ledger.reverse(before, clerks.of(gone.book).stamp(), reason=reasons[gone.live_key])
    for booking in plan.book:
        first = "owed" if booking.revision == 1 else "owed-again"
        yield ledger.accrue(
            booking.accrual,
            clerks.of(booking.book).stamp(),
            revision=booking.revision,
            reason=reasons.get(booking.accrual.live_key, first),
        )
