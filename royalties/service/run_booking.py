"""Booking a run: one transaction for each performer's side, payee, month, currency and outcome."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import groupby, islice

from sqlmodel import Session

from core.principal import SearchCapability
from royalties import ledger
from royalties.distribution import is_booked
from royalties.ledger import Stamp
from royalties.models_books import Posting, Transaction, TransactionKind
from royalties.models_runs import Outcome, Release, Run, RunLine
from royalties.runproof import (
    Group,
    facts_key,
    group_of,
    postings_of,
    release_facts_key,
    release_postings,
)
from royalties.service.adjusting import adjust
from royalties.service.books import Clerk
from royalties.service.unclaimedback import bring_back
from royalties.store import ledger as store
from royalties.store import run_lines, runsums

_PAGE = 500


def book_run(session: Session, run: Run, *, now: datetime) -> int:
    """Book all lines and releases of a run; returns how many transactions they are.

    What is unclaimed no more comes back first, and what was ruled on complaints is posted.
    """
    clerk = Clerk(session, run.tenant_id, now)
    bring_back(session, run, clerk)
    adjust(session, run, clerk)
    count = 0
    for page in _pages(session, run, clerk.stamps):
        store.add_transactions(session, page)
        count += len(page)
    return count


def transactions_of_run(session: Session, run: Run) -> Iterator[list[Transaction]]:
    """The transactions that the lines of a closed run say, in pages; where they stand is left out.

    They bear the moment at which the run was closed, and no place in the book.
    """
    stamp = Stamp(run.tenant_id, run.last_month, 0, run.closed_at or run.until)
    return _pages(session, run, lambda count: [stamp] * count)


def booked_as(run: Run, line: RunLine) -> str:
    """The id of the transaction that a line will be booked as; "" where it is only told."""
    return _distribution_id(run.tenant_id, run.id, group_of(line)) if is_booked(line) else ""


@lru_cache(maxsize=10_000)
def _distribution_id(book: str, run_id: str, group: Group) -> str:
    # Lines of one group come in any order, and there are many of them.
    return ledger.booked_id(book, TransactionKind.DISTRIBUTION, facts_key(run_id, group))


def released_as(run: Run, one: Release) -> str:
    """The id of the transaction that a release will be booked as."""
    key = release_facts_key(run.id, one)
    return ledger.booked_id(run.tenant_id, TransactionKind.RELEASE, key)


def distribution(
    run: Run, first: RunLine, postings: tuple[Posting, ...], stamp: Stamp
) -> Transaction:
    """The transaction of one group of lines, of which `first` is any."""
    return ledger.book(
        TransactionKind.DISTRIBUTION,
        postings,
        stamp,
        facts_key=facts_key(run.id, group_of(first)),
        reason=_reason(first),
        earned_period=first.earned_period,
        audience=ledger.audience_of(first.performer_tenant_id),
        run_id=run.id,
    )


def release(run: Run, one: Release, stamp: Stamp) -> Transaction:
    """The transaction of one release; it was earned in the months of the run's reserve."""
    return ledger.book(
        TransactionKind.RELEASE,
        release_postings(one),
        stamp,
        facts_key=release_facts_key(run.id, one),
        reason=one.reason,
        earned_period=run.last_month,
        audience=ledger.audience_of(one.performer_tenant_id),
        run_id=run.id,
    )


def _pages(
    session: Session, run: Run, stamps: Callable[[int], Sequence[Stamp]]
) -> Iterator[list[Transaction]]:
    capability = SearchCapability("run", run.tenant_id)
    made = _distributed(session, capability, run)
    while some := list(islice(made, _PAGE)):
        told = zip(some, stamps(len(some)), strict=True)
        yield [distribution(run, *one, stamp) for one, stamp in told]
    releases = run_lines.releases(session, capability, run.id)
    told_last = zip(releases, stamps(len(releases)), strict=True)
    yield [release(run, one, stamp) for (one, _), stamp in told_last]


def _distributed(
    session: Session, capability: SearchCapability, run: Run
) -> Iterator[tuple[RunLine, tuple[Posting, ...]]]:
    """The first line and the postings of each group that comes to anything."""
    for _, group in groupby(runsums.sums(session, capability, run.id), key=group_of):
        some = list(group)
        postings = postings_of(some, run.family_id)
        if postings:
            yield some[0], postings


def _reason(line: RunLine) -> str:
    blocked = line.outcome is Outcome.BLOCKED
    return f"blocked:{line.reason}" if blocked else line.outcome.value
