"""Posting what was ruled on complaints: each ruling moves each claim that stands, once.

Done when a run is closed, in its write. Where a claim was taken back since, or a newer ruling took
the place of an older one, what had been posted is reversed.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sqlmodel import Session

from core.principal import SearchCapability, system
from royalties import ledger
from royalties.complaints import Move, moves
from royalties.ledger import Stamp
from royalties.models_books import Transaction, TransactionKind
from royalties.models_complaints import Rulings, StandingClaim
from royalties.models_runs import Run
from royalties.service.books import Clerk
from royalties.store import complaints, journal, standingclaims
from royalties.store import ledger as store

REVERSED = "complaint-changed"


@dataclass(frozen=True, slots=True)
class _Wanted:
    """One posting that a ruling wants, or wanted before its claim or the ruling changed."""

    claim: StandingClaim
    move: Move
    stands: bool


def adjust(session: Session, run: Run, clerk: Clerk) -> int:
    """Post what was ruled until the run and is not posted yet; returns how many transactions."""
    every = {_id(run, one): one for one in _wanted(session, run)}
    capability = SearchCapability("run", run.tenant_id)
    booked = journal.by_ids(session, system(run.tenant_id), sorted(every))
    gone = journal.taken_back(session, capability, sorted(booked))
    made = [
        ledger.reverse(booked[name], clerk.stamp(), reason=REVERSED)
        for name in sorted(booked.keys() - gone)
        if not every[name].stands
    ]
    made += [
        _adjustment(run, one, clerk.stamp())
        for name, one in sorted(every.items())
        if one.stands and name not in booked
    ]
    store.add_transactions(session, made)
    return len(made)


def missing(session: Session, run: Run) -> tuple[str, ...]:
    """The adjustments that were ruled until a closed run and do not stand in the books as ruled."""
    every = {_id(run, one): one for one in _wanted(session, run) if one.stands}
    booked = journal.by_ids(session, system(run.tenant_id), sorted(every))
    return tuple(
        name
        for name, one in sorted(every.items())
        if name not in booked or booked[name].postings != one.move.postings
    )


def _wanted(session: Session, run: Run) -> Iterator[_Wanted]:
    capability = SearchCapability("run", run.tenant_id)
    ruled = complaints.rulings(session, capability, run.tenant_id, until=run.until)
    found = standingclaims.by_live_key(session, capability, sorted(ruled), run.until)
    for claim in found:
        yield from _of_claim(claim, ruled)


def _of_claim(claim: StandingClaim, rulings: Rulings) -> Iterable[_Wanted]:
    """What the rulings that count want of a claim, and what any that came before wanted."""
    ruled = rulings[claim.live_key]
    now = {one.facts_key: one for one in moves(claim, ruled)}
    before = {one.facts_key: one for end in range(len(ruled)) for one in moves(claim, ruled[:end])}
    yield from (_Wanted(claim, one, not claim.reversed) for one in now.values())
    yield from (_Wanted(claim, before[key], False) for key in before.keys() - now.keys())


def _id(run: Run, one: _Wanted) -> str:
    return ledger.booked_id(run.tenant_id, TransactionKind.ADJUSTMENT, one.move.facts_key)


def _adjustment(run: Run, one: _Wanted, stamp: Stamp) -> Transaction:
    return ledger.book(
        TransactionKind.ADJUSTMENT,
        one.move.postings,
        stamp,
        facts_key=one.move.facts_key,
        reason=one.move.reason,
        earned_period=one.claim.earned_period,
        audience=ledger.audience_of(one.move.tenant_id),
        run_id=run.id,
    )
