"""Checking a closed run by what is stored: its claims, lines, postings, and the public log."""

from collections.abc import Iterator
from itertools import chain

from sqlmodel import Session

from core import log
from core.principal import Principal, SearchCapability, require
from royalties.deductions import rate_sets
from royalties.models_books import Transaction
from royalties.models_runs import Rates, Run
from royalties.runcheck import Checking, RunProof
from royalties.runfile import handed_on, to_file
from royalties.service.adjusting import missing
from royalties.service.run_booking import transactions_of_run
from royalties.service.run_planning import paired
from royalties.service.runs import payload_of
from royalties.store import journal, run_lines, runs


def verify(session: Session, principal: Principal, run_id: str) -> RunProof:
    """Derive a run of one's own book again; what is closed has to stand in the books and the log.

    Raises `NotFound` for another's.
    """
    require(principal, "reports")
    run = runs.get_run(session, principal, run_id)
    capability = SearchCapability("run", run.tenant_id)
    checking = Checking(run, {one.id: one for one in _rates()})
    for claim, before in paired(session, run):
        checking.claim(claim.live_key, claim.currency, claim.received_micro, handed_on(before))
    for line in run_lines.hashed(session, capability, run.id):
        checking.line(line)
    for one, _ in run_lines.releases(session, capability, run.id):
        checking.release(one)
    if run.log_index is not None:
        if not log.opens(session, run.log_index, payload_of(run, checking.totals)):
            checking.fault("log", str(run.log_index))
        _check_booked(session, principal, run, checking)
    return checking.done()


def export(session: Session, principal: Principal, run_id: str) -> Iterator[str]:
    """The facts of a run of one's own book, for whoever checks it without a registry."""
    require(principal, "reports")
    run = runs.get_run(session, principal, run_id)
    capability = SearchCapability("run", run.tenant_id)
    lines = run_lines.hashed(session, capability, run.id)
    releases = (one for one, _ in run_lines.releases(session, capability, run.id))
    return to_file(run, _rates(), paired(session, run), lines, releases)


def _rates() -> Iterator[Rates]:
    return (one.value for one in chain.from_iterable(rate_sets().values()))


def _check_booked(session: Session, principal: Principal, run: Run, checking: Checking) -> None:
    """Every transaction of the run stands as its lines say, and there is no other."""
    count = 0
    for page in transactions_of_run(session, run):
        booked = journal.by_ids(session, principal, [one.id for one in page])
        count += len(page)
        for one in page:
            if not _is_same(one, booked.get(one.id)):
                checking.fault("books", one.id)
    for name in missing(session, run):
        checking.fault("adjustments", name)
    if count != journal.count_of_run(session, principal, run.id):
        checking.fault("books", run.id)


def _is_same(wanted: Transaction, booked: Transaction | None) -> bool:
    if booked is None or booked.run_id != wanted.run_id:
        return False
    return sorted(map(str, wanted.postings)) == sorted(map(str, booked.postings))
