"""Distribution runs told again: stored with their lines, checked fact by fact, and booked anew.

Rulings are kept as they were made, so that the rules divide claims by them again; files of the form
before state the divided claims of a run instead.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import chain
from typing import Any

from sqlmodel import Session

from core import log
from core.errors import Broken
from core.money import rate_text
from core.principal import SearchCapability, system
from royalties import facts_money, taxcheck
from royalties.deductions import rate_sets
from royalties.ledger import Stamp
from royalties.models_books import Transaction
from royalties.models_runs import Run, RunState
from royalties.runcheck import Checking, RunProof
from royalties.runfile import handed_on
from royalties.service import adjusting
from royalties.service.replaydifferences import Difference, unbookable
from royalties.service.run_booking import booked_as, released_as, transactions_of_run
from royalties.service.run_planning import paired
from royalties.store import run_lines, runs
from royalties.wire_runs import line_from_dict, release_from_dict, run_from_dict

Fact = Mapping[str, Any]
PARTS_OF_A_RUN = ("run-line", "run-release", "run-ruled", "run-payee")


@dataclass(slots=True)
class Runs:
    """The runs of a book as they are told; `booked_by` has what each books, until that is told."""

    session: Session
    book: str
    booked_by: dict[str, dict[str, Transaction]] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)
    ruled: dict[str, list[Fact]] = field(default_factory=dict)

    def made(self, run_id: str, name: str, stamp: Stamp) -> Transaction:
        """A transaction of a run, which then waits to be told no more."""
        found = self.booked_by[run_id].pop(name)
        month, at = stamp.posted_period, stamp.recorded_at
        return found._replace(posted_period=month, seq=stamp.seq, recorded_at=at)

    def left_over(self, line: int) -> Iterator[Difference]:
        """What runs say that nothing booked, once everything was told."""
        side = system(self.book)
        for run_id, some in self.booked_by.items():
            for name in sorted(some):
                yield Difference(line, name, "-", "distribution")
            for name in adjusting.missing(self.session, runs.get_run(self.session, side, run_id)):
                yield Difference(line, name, "-", "adjustment")

    def take_part(self, fact: Fact, line: int) -> Iterator[Difference]:
        """Keep a line until its run is told, which comes after its lines."""
        self.ruled.setdefault(f"{fact['run']}/{fact['fact']}", []).append(fact)
        if fact["fact"] == "run-line":
            self.places.setdefault(f"{fact['run']}/{fact['live_key']}", line)
        return iter(())

    def take(self, fact: Fact, line: int) -> Iterator[Difference]:
        """Store a run with its lines, check it fact by fact, and work out what it books."""
        closed = {"state": RunState.CLOSED.value, "log_index": 0}
        run = run_from_dict(self.book, {**fact, **closed})
        at = run.closed_at or run.until
        self._keep_lines(run, at)
        checking = self._checked(run)
        proof = checking.done()
        found = [self._difference(run, proof, fault, line) for fault in proof.faults]
        yield from found
        yield from self._taxes(run, line)
        runs.add_run(self.session, replace(run, state=RunState.DRAFT), checking.totals, at=at)
        for state in (RunState.PROPOSED, RunState.CLOSED):
            payload = {"run": run.id, "hash": proof.recomputed}
            index = None
            if state is RunState.CLOSED:
                kind = "ledger.replayed"
                index = log.append(self.session, kind=kind, subject_id=run.id, payload=payload)
            runs.save(self.session, system(self.book), replace(run, state=state, log_index=index))
        try:
            pages = chain.from_iterable(transactions_of_run(self.session, run))
            self.booked_by[run.id] = {one.id: one for one in pages}
        except Broken as exc:
            raise unbookable(min(one.line for one in found) if found else line) from exc

    def _difference(self, run: Run, proof: RunProof, fault: str, line: int) -> Difference:
        """A fault of a run by the line that it lies in; the run's own where that is no one's."""
        name, _, place = fault.partition(": ")
        where = self.places.get(f"{run.id}/{place}", line)
        sides = (proof.stated, proof.recomputed) if name == "hash" else ("", name)
        return Difference(where, place, *sides)

    def _taxes(self, run: Run, line: int) -> Iterator[Difference]:
        """What was withheld otherwise than where payees are taxed would have it."""
        told = self.ruled.pop(f"{run.id}/run-payee", ())
        statuses = {one["payee"]: facts_money.status_from(one, run.until) for one in told}
        capability = SearchCapability("replay", self.book)
        before = {claim.live_key: some for claim, some in paired(self.session, run)}
        for item in run_lines.hashed(self.session, capability, run.id):
            tax = taxcheck.of_line(item, before.get(item.live_key, ()), statuses, run.until)
            where = self.places.get(f"{run.id}/{item.live_key}", line)
            for name, *sides in taxcheck.amounts(item.parts, tax):
                yield Difference(where, f"{item.live_key} {name}", *map(rate_text, sides))
        for one, _ in run_lines.releases(self.session, capability, run.id):
            tax = taxcheck.of_release(one, statuses, run.until)
            for name, *sides in taxcheck.amounts(one.parts, tax):
                yield Difference(line, f"{one.source} {name}", *map(rate_text, sides))

    def _keep_lines(self, run: Run, at: datetime) -> None:
        lines = [line_from_dict(one) for one in self.ruled.pop(f"{run.id}/run-line", ())]
        releases = [release_from_dict(one) for one in self.ruled.pop(f"{run.id}/run-release", ())]
        told = [(one, booked_as(run, one)) for one in lines]
        run_lines.add_lines(self.session, self.book, run.id, told, at=at)
        freed = [(one, released_as(run, one)) for one in releases]
        run_lines.add_releases(self.session, self.book, run.id, freed, at=at)

    def _checked(self, run: Run) -> Checking:
        """A run against the claims of this book as they come out here."""
        session, capability = self.session, SearchCapability("replay", self.book)
        rates = {one.value.id: one.value for one in chain.from_iterable(rate_sets().values())}
        checking = Checking(run, rates)
        ruled = self.ruled.pop(f"{run.id}/run-ruled", [])
        keys = [str(one["claim"]) for one in ruled]
        for claim, before in paired(session, run):
            if not any(facts_money.is_about(key, [claim.live_key]) for key in keys):
                handed = handed_on(before)
                checking.claim(claim.live_key, claim.currency, claim.received_micro, handed)
        for one in ruled:
            figures = int(one["received"]), int(one["before"])
            checking.claim(str(one["claim"]), str(one["currency"]), *figures)
        for line in run_lines.hashed(session, capability, run.id):
            checking.line(line)
        for released, _ in run_lines.releases(session, capability, run.id):
            checking.release(released)
        return checking
