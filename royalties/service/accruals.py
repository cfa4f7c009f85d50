"""Accruing: bring the ledger to what clearances, licences and usage lines say is owed.

Running it again changes nothing; running it after a re-scan, a new clearance or a late usage line
books the difference. What is looked up and written is so for many cuts at once; what is owed
is worked out cut by cut. All of it is the caller's one transaction.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlmodel import Session

from core.principal import Principal, require
from fingerprint.models import Reason
from licensing.service.clearances import get_clearance
from royalties import accrual, ledger
from royalties.agreed import Agreed
from royalties.entitlement import entitled
from royalties.models import Accrual, AccrualReport, ClearedUse, Skipped
from royalties.models_books import Transaction
from royalties.outcomes import Outcome
from royalties.service import nothingdue
from royalties.service.adjusting import REVERSED, moved_of
from royalties.service.agreed import agreed_in, cuts_with
from royalties.service.books import Clerks
from royalties.service.collectors import CollectorsOf
from royalties.service.conflicts import note_conflicts
from royalties.service.entitlements import Grounds, grounds_of, history_of, parties_of
from royalties.service.pools import PoolsOf
from royalties.store import journal, unlicensed
from royalties.store import ledger as ledger_store
from royalties.store import usage as usage_store
from royalties.store.usagepages import Page, pages_of
from royalties.territories import factors_for
from royalties.unlicensed import UnlicensedPrice

CUTS_AT_ONCE = 500
_Priced = tuple[Sequence[ClearedUse], Agreed]


@dataclass(slots=True)
class _Tally:
    """Counts while cuts are worked through, the clerks who book, and what all cuts rest on."""

    clerks: Clerks
    collecting: CollectorsOf
    asked: Mapping[str, Sequence[UnlicensedPrice]]
    pools: PoolsOf
    book: str = ""
    new: int = 0
    unchanged: int = 0
    reversed: int = 0
    skipped: dict[tuple[str, str], Skipped] = field(default_factory=dict)
    kept: Counter[Outcome] = field(default_factory=Counter)

    def skip(self, found: Sequence[Skipped]) -> None:
        for one in () if self.book else found:
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
    session: Session, principal: Principal, clearance_id: str | None = None, *, now: datetime
) -> AccrualReport:
    """Accrue everything the tenant owes, or what it owes for the cut of one clearance.

    Cuts that share a fee or a pool with it are accrued with it. Whichever clearance is named, the
    newest one of its cut decides. Raises `NotFound` for a clearance that the principal may not see
    and `NotAllowed` without the scope `usage`.
    """
    require(principal, "usage")
    cuts = _cuts(session, principal, clearance_id)
    report = accrue_cuts(session, principal, cuts, now=now)
    if not nothingdue.is_empty(report):
        return report
    return replace(report, nothing=nothingdue.why(session, principal, cuts))


def accrue_cuts(
    session: Session, principal: Principal, cut_ids: Sequence[str], *, now: datetime, book: str = ""
) -> AccrualReport:
    """Accrue what the tenant owes for these cuts, in every book or in one.

    Who asked has been let through before. For one book nothing is told of uses that earn nothing,
    which may be anybody's.
    """
    collecting = CollectorsOf(session)
    asked = unlicensed.of_books(session, principal, collecting.books)
    clerks, pools = Clerks(session, now), PoolsOf(session, principal)
    tally = _Tally(clerks, collecting, asked, pools, book)
    for start in range(0, len(cut_ids), CUTS_AT_ONCE):
        some = cut_ids[start : start + CUTS_AT_ONCE]
        # A cut on which nothing was ever decided owes nothing.
        grounds = grounds_of(session, principal, some)
        collecting.learn({name for one in grounds.values() for name in one.parties.creditors})
        priced = {
            cut_id: _priced(session, principal, grounds[cut_id], tally)
            for cut_id in some
            if cut_id in grounds
        }
        for page in pages_of(session, principal, list(priced)):
            _accrue_page(session, principal, priced, page, tally=tally)
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


def _priced(session: Session, principal: Principal, grounds: Grounds, tally: _Tally) -> _Priced:
    uses, skipped = entitled(grounds.history, grounds.parties)
    tally.skip(skipped)
    return uses, agreed_in(
        session,
        principal,
        grounds,
        uses,
        prices=tally.asked,
        pools=tally.pools,
        collectors=tally.collecting.of(grounds.parties.creditors.keys()),
    )


def _accrue_page(
    session: Session,
    principal: Principal,
    priced: Mapping[str, _Priced],
    page: Page,
    *,
    tally: _Tally,
) -> None:
    """Book what these lines come to, cut by cut, with what those that count no more had earned."""
    booked = journal.booked(session, principal, page.ids)
    plans: list[accrual.Plan] = []
    owed: list[tuple[tuple[Accrual, ...], Agreed]] = []
    for cut_id in page.cuts:
        uses, agreed = priced[cut_id]
        lines = [(line, factors_for(line.period)) for line in page.lines.get(cut_id, ())]
        wanted, skipped = accrual.desired(uses, lines, agreed)
        known = {name: one for line, _ in lines for name, one in booked.get(line.id, {}).items()}
        some = (booked.get(name, {}) for name in page.gone.get(cut_id, ()))
        gone = {name: one for told in some for name, one in told.items()}
        if tally.book:
            wanted, known = accrual.in_book(tally.book, wanted, known)
            _, gone = accrual.in_book(tally.book, (), gone)
        plans += [accrual.plan(wanted, known), accrual.plan((), gone)]
        owed.append((wanted, agreed))
        tally.skip(skipped)
        kept = Counter(one.pins.outcome for one in wanted)
        tally.kept.update({name: kept[name] for name in kept if name is not Outcome.LICENSED})
    _book(session, principal, plans, tally)
    for wanted, agreed in owed:
        note_conflicts(session, tally.collecting, wanted, agreed.collectors, now=tally.clerks.at)


def _book(
    session: Session, principal: Principal, plans: Sequence[accrual.Plan], tally: _Tally
) -> None:
    gone = [one for plan in plans for one in plan.reverse]
    new = [one.book for plan in plans for one in plan.book]
    old = journal.by_ids(session, principal, [one.transaction_id for one in gone])
    moved = moved_of(session, list(old.values()), at=tally.clerks.at)
    tally.clerks.reserve([*(one.tenant_id for one in (*moved, *old.values())), *new])
    made = [
        ledger.reverse(one, tally.clerks.of(one.tenant_id).stamp(), reason=REVERSED)
        for one in moved
    ]
    made += [one for plan in plans for one in _transactions(plan, old, tally.clerks)]
    ledger_store.add_transactions(session, made)
    tally.new += len(new)
    tally.unchanged += sum(plan.unchanged for plan in plans)
    tally.reversed += len(gone)


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
