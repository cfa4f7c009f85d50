"""Unclaimed money comes back: somebody is known now, was ruled to be due, or can be reached.

Done when a run is closed, in its write, so that the run after it hands the money on.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session

from core.principal import SearchCapability, system
from royalties import ledger
from royalties import unclaimed as rules
from royalties.closing import digest
from royalties.models_books import TransactionKind
from royalties.models_complaints import Ground
from royalties.models_runs import Run
from royalties.models_unclaimed import UnclaimedLine, UnclaimedList
from royalties.payees import PayeeVersion
from royalties.service.books import Clerk
from royalties.store import complaints, journal, payees, standingclaims
from royalties.store import ledger as ledger_store
from royalties.store import unclaimed as store

CLAIMED = "unclaimed-claimed"


def bring_back(session: Session, run: Run, clerk: Clerk) -> int:
    """Put back what was booked apart and is not unclaimed any more; returns how many lines."""
    capability = SearchCapability("run", run.tenant_id)
    made = [
        ledger.book(
            TransactionKind.RELEASE,
            rules.moved(
                rules.account_of(item.year), line.account, line.amount_micro, line.currency
            ),
            clerk.stamp(),
            facts_key=_facts_key(line),
            reason=CLAIMED,
            earned_period=line.earned_period,
            audience=ledger.audience_of(line.tenant_id),
        )
        for item, line in claimed(session, capability, run.tenant_id, until=run.until)
    ]
    ledger_store.add_transactions(session, made)
    return len(made)


def claimed(
    session: Session, capability: SearchCapability, book: str, *, until: datetime
) -> list[tuple[UnclaimedList, UnclaimedLine]]:
    """What is apart and has somebody by then: known, ruled to be due, or named as payee."""
    found = apart_in(session, capability, book)
    ruled = complaints.rulings(session, capability, book, until=until)
    due = {key for key, some in ruled.items() if any(one.ground is Ground.MINE for one in some)}
    names = [line.transaction_id for _, line in found if line.transaction_id]
    accruals = standingclaims.by_transaction(session, capability, names, until)
    gone = {one.transaction_id for one in accruals if one.reversed}
    versions = payees.versions_of(session, capability, [line.payee_id for _, line in found])
    return [
        (item, line)
        for item, line in found
        if line.live_key in due
        or line.transaction_id in gone
        or _is_named(versions.get(line.payee_id, ()), item.until, until)
    ]


def apart_in(
    session: Session, capability: SearchCapability, book: str
) -> list[tuple[UnclaimedList, UnclaimedLine]]:
    """The lines booked apart in a book of which nothing has come back, each with its list."""
    found = store.apart(session, capability, book)
    still = {line.id for line in still_apart(session, book, [line for _, line in found])}
    return [(item, line) for item, line in found if line.id in still]


def still_apart(session: Session, book: str, lines: Iterable[UnclaimedLine]) -> list[UnclaimedLine]:
    """Those of these lines of a book that have not come back, in their order."""
    ids = [(line, _id(book, line)) for line in lines]
    back = journal.by_ids(session, system(book), sorted(name for _, name in ids))
    return [line for line, name in ids if name not in back]


def _is_named(versions: Iterable[PayeeVersion], since: datetime, until: datetime) -> bool:
    """Whether somebody has named a payee in between, in force."""
    return any(
        since < one.recorded_at <= until and one.effective_at is not None for one in versions
    )


def _id(book: str, line: UnclaimedLine) -> str:
    return ledger.booked_id(book, TransactionKind.RELEASE, _facts_key(line))


def _facts_key(line: UnclaimedLine) -> str:
    return digest({"unclaimed-back": line.id})
