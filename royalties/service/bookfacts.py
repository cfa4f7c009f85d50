"""The facts of one's own book, gathered from everything that its transactions follow from."""

from collections.abc import Iterator
from datetime import UTC, datetime

from sqlmodel import Session

from core.principal import Principal, SearchCapability, require, system
from core.rowtexts import vault_of
from royalties import facts
from royalties.facts import Told
from royalties.facts_money import ToldRun
from royalties.models_runs import Run, RunState
from royalties.service.payees import tax_statuses
from royalties.service.periods import transactions_of
from royalties.service.tariffs import tariffs_pinned
from royalties.store import (
    complaints,
    exchanges,
    factrows,
    invoices,
    periods,
    refunds,
    replayed,
    run_lines,
    runs,
    writeoffs,
)

NEVER, EVER = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)


def export_facts(session: Session, principal: Principal) -> Iterator[str]:
    """The lines of the facts of one's own book."""
    require(principal, "reports")
    return facts_of(session, principal.tenant_id)


def facts_of(session: Session, book: str) -> Iterator[str]:
    """The lines of a book's facts, for its owner; who asks is checked by the caller."""
    clerk = system(book)
    transactions = transactions_of(session, book)
    pairs = {one.pair_id for one in transactions if one.pair_id is not None}
    rates = {name: found[0] for name, found in exchanges.rates(session, clerk, pairs).items()}
    used = {one.pins.usage_line_id for one in transactions if one.claim is not None}
    hashes = replayed.hashes(session, SearchCapability("facts", book), sorted(used))
    months = periods.list_periods(session, clerk, book)
    prices = [one.pins.tariff for one in transactions if one.claim is not None]
    tariffs = tariffs_pinned(session, clerk, prices).values()
    told = _told(session, SearchCapability("facts", book), book)
    return facts.to_facts(book, transactions, rates, months, hashes, tariffs=tariffs, told=told)


def _told(session: Session, capability: SearchCapability, book: str) -> Told:
    """Invoices with their lines, money, and closed runs."""
    lines = factrows.invoice_lines(session, capability, book)
    known = invoices.of_book(session, capability, book, until=EVER)
    receipts, matches = factrows.money(session, capability, book)
    closed = [
        one for one in runs.of_book(session, capability, book) if one.state is RunState.CLOSED
    ]
    return Told(
        documents=[(one, lines.get(one.id, [])) for one in known],
        receipts=receipts,
        matches=matches,
        lost=writeoffs.of_book(session, capability, book),
        refunds=refunds.receipts_of(session, capability, book),
        runs=[_run(session, capability, one) for one in closed],
        rulings=complaints.ruled_in(
            session, capability, book, until=max((one.until for one in closed), default=NEVER)
        ),
    )


def _run(session: Session, capability: SearchCapability, run: Run) -> ToldRun:
    releases = [one for one, _ in run_lines.releases(session, capability, run.id)]
    lines = list(run_lines.hashed(session, capability, run.id))
    taxed = tax_statuses(
        session,
        vault_of(session),
        capability,
        {one.payee_id for one in lines} | {one.payee_id for one in releases},
        book=run.tenant_id,
        at=run.until,
    )
    return ToldRun(run, lines, releases, taxed)
