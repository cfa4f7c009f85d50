"""Posting what was ruled on complaints: each ruling moves each claim that stands, once.

Done when a run is closed, in its write. Where a newer ruling took the place of an older one, what
had been posted is reversed then; where a claim is taken back, in the write that takes it back, for
what was moved of it is nobody's from that moment.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from core.principal import SearchCapability, system
from royalties import ledger
from royalties.complaints import Move, claim_of, ever_moved, moves
from royalties.ledger import Stamp
from royalties.models_books import Transaction, TransactionKind
from royalties.models_complaints import Ruled, StandingClaim
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
        adjustment(run.id, one.claim, one.move, clerk.stamp())
        for name, one in sorted(every.items())
        if one.stands and name not in booked
    ]
    store.add_transactions(session, made)
    return len(made)


def moved_of(session: Session, gone: Sequence[Transaction], *, at: datetime) -> list[Transaction]:
    """What rulings moved of accruals that are taken back now, as far as it stands in their books.

    It is reversed in the same write, for the reason `REVERSED`.
    """
    found: list[Transaction] = []
    for book in sorted({one.tenant_id for one in gone}):
        capability = SearchCapability("booking", book)
        claims = [claim_of(one) for one in gone if one.tenant_id == book]
        keys = [one.live_key for one in claims]
        ruled = complaints.rulings(session, capability, book, until=at, live_keys=keys)
        names = [
            ledger.booked_id(book, TransactionKind.ADJUSTMENT, move.facts_key)
            for one in claims
            for move in ever_moved(one, ruled.get(one.live_key, ()))
        ]
        booked = journal.by_ids(session, system(book), names)
        back = journal.taken_back(session, capability, names)
        found += [booked[name] for name in names if name in booked.keys() - back]
    return found


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
    gone = journal.taken_back(session, capability, [one.transaction_id for one in found])
    for claim in found:
        yield from _of_claim(claim, ruled[claim.live_key], stands=claim.transaction_id not in gone)


def _of_claim(claim: StandingClaim, ruled: Sequence[Ruled], *, stands: bool) -> Iterable[_Wanted]:
    """What the rulings that count want of a claim, and what any that came before wanted."""
    now = {one.facts_key for one in moves(claim, ruled)} if stands else frozenset()
    return (_Wanted(claim, one, one.facts_key in now) for one in ever_moved(claim, ruled))


def _id(run: Run, one: _Wanted) -> str:
    return ledger.booked_id(run.tenant_id, TransactionKind.ADJUSTMENT, one.move.facts_key)


def adjustment(run_id: str, claim: StandingClaim, move: Move, stamp: Stamp) -> Transaction:
    """What a run posts of a claim because of a ruling."""
    return ledger.book(
        TransactionKind.ADJUSTMENT,
        move.postings,
        stamp,
        facts_key=move.facts_key,
        reason=move.reason,
        earned_period=claim.earned_period,
        audience=ledger.audience_of(move.tenant_id),
        run_id=run_id,
    )
