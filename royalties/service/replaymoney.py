"""Booking invoices, money, runs and payouts again from their facts: amounts are worked out anew.

What a fact states and what comes out are compared; each difference names what it is about. Rulings
are kept as they were made, so that the rules divide claims by them again; files of the form before
state the divided claims of a run instead.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import chain
from typing import Any

from sqlmodel import Session

from core import log
from core.clock import from_text
from core.currencies import unit_micro
from core.db import next_seq
from core.errors import BadInput, Broken
from core.money import rate_text
from core.principal import SearchCapability, system
from royalties import (
    facts_money,
    invoicing,
    payoutbooks,
    receiving,
    taxcheck,
    writingoff,
)
from royalties.accounts import parse
from royalties.deductions import rate_sets
from royalties.ledger import Stamp
from royalties.models_books import Transaction, TransactionKind
from royalties.models_income import (
    Allocation,
    Amounts,
    Claims,
    Invoice,
    Receipt,
    Settlement,
    WriteOff,
    WriteOffReason,
)
from royalties.models_payouts import Payout, PayoutState
from royalties.models_runs import Run, RunState
from royalties.runcheck import Checking, RunProof
from royalties.runfile import handed_on
from royalties.service import adjusting
from royalties.service.run_booking import booked_as, released_as, transactions_of_run
from royalties.service.run_planning import paired
from royalties.store import (
    balances,
    invoices,
    receipts,
    run_lines,
    runs,
    writeoffs,
)
from royalties.wire_runs import line_from_dict, release_from_dict, run_from_dict

Fact = Mapping[str, Any]
_OF_A_RUN = ("run-line", "run-release", "run-ruled", "run-payee")


@dataclass(frozen=True, slots=True)
class Difference:
    """What a fact states, and what comes out; `line` is its number in the file."""

    line: int
    what: str
    stated: str
    recomputed: str


@dataclass(slots=True)
class Money:
    """Everything told so far that transactions follow from; `booked` are those booked already."""

    session: Session
    book: str
    booked: Mapping[str, Transaction]
    invoices: dict[str, Invoice] = field(default_factory=dict)
    receipts: dict[str, Receipt] = field(default_factory=dict)
    matches: dict[str, Allocation] = field(default_factory=dict)
    lost: dict[str, WriteOff] = field(default_factory=dict)
    payouts: dict[str, Payout] = field(default_factory=dict)
    refunds: dict[str, str] = field(default_factory=dict)
    runs: dict[str, dict[str, Transaction]] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)
    ruled: dict[str, list[Fact]] = field(default_factory=dict)

    def take(self, fact: Fact, line: int) -> Iterator[Difference] | None:
        """Take in a fact of this kind; None for one that is none of them."""
        known = {
            "document": self._document,
            "money": self._money,
            "match": self._match,
            "lost": self._lost,
            "run": self._run,
            **dict.fromkeys(_OF_A_RUN, self._part_of_run),
        }
        found = known.get(fact["fact"])
        return None if found is None else found(fact, line)

    def made(self, kind: TransactionKind, fact: Fact, stamp: Stamp) -> Transaction | None:
        """The transaction that follows from what was told; None where its amounts were decided."""
        if "run" in fact:
            return _stamped(self.runs[fact["run"]].pop(fact["id"]), stamp)
        if "payout" in fact:
            return self._payout(kind, fact, stamp)
        return self._of_income(fact, stamp)

    def _of_income(self, fact: Fact, stamp: Stamp) -> Transaction | None:
        if "document" in fact:
            one = self.invoices[fact["document"]]
            sides = invoicing.postings(one, one.tax["authority"])
            return invoicing.booked(one, sides, stamp)
        if "money" in fact:
            return receiving.entered(self.receipts[fact["money"]], stamp)
        if "match" in fact:
            item = self.matches[fact["match"]]
            paid, asked = self.receipts[item.receipt_id], self.invoices[item.invoice_id]
            return receiving.matched(paid, asked, item, stamp)
        if "lost" in fact:
            lost = self.lost[fact["lost"]]
            return writingoff.booked(self.invoices[lost.invoice_id], lost, stamp)
        return None

    def overdrawn(self, fact: Fact, line: int) -> Iterator[Difference]:
        """Whether a payout that was just booked sent more than was owed, or a part of a cent.

        One that sends money back sends no more than was left of its payment.
        """
        one = self.payouts[fact["payout"]]
        side, account = system(self.book), parse(one.account)
        left = sum(balances.of_account(self.session, side, account, one.currency).values())
        amount = one.amount_micro
        owed = max(0, amount - max(0, left))
        yield from _unless_equal(line, f"{one.account} {one.currency}", amount, owed)
        whole = amount - amount % unit_micro(one.currency)
        yield from _unless_equal(line, f"{one.account} {one.currency}", amount, whole)
        if one.id in self.refunds:
            receipt = self.receipts[self.refunds[one.id]]
            if one.account != receiving.unmatched(receipt):
                yield Difference(line, receipt.id, one.account, receiving.unmatched(receipt))
            possible = max(0, min(amount, amount + self._left(receipt.id)))
            yield from _unless_equal(line, receipt.id, amount, possible)

    def left_over(self, line: int) -> Iterator[Difference]:
        """What runs say that nothing booked, once everything was told."""
        side = system(self.book)
        for run_id, some in self.runs.items():
            for name in sorted(some):
                yield Difference(line, name, "-", "distribution")
            for name in adjusting.missing(self.session, runs.get_run(self.session, side, run_id)):
                yield Difference(line, name, "-", "adjustment")

    def _document(self, fact: Fact, line: int) -> Iterator[Difference]:
        credited = self.invoices[fact["credits_id"]] if fact["credits_id"] else None
        sign = -1 if credited else 1
        told = [(str(name), int(turn)) for name, turn in fact["claims"]]
        rows = [(name, turn, sign * self.booked[name].amount_micro) for name, turn in told]
        total = sum(amount for *_, amount in rows)
        claims = Claims(fact["licensee_id"], fact["currency"], len(rows), total, fact["credits_id"])
        amounts = self._amounts(claims, credited, int(fact["tax"]["basis_points"]))
        seq = next_seq(self.session)
        made = facts_money.document_from(self.book, fact, total, amounts, seq)
        invoices.add_lines(self.session, made, rows)
        invoices.add_invoice(self.session, made)
        self.invoices[made.id] = made
        for name, comes_to in (
            ("claims_micro", total),
            ("net_micro", amounts.net_micro),
            ("vat_micro", amounts.vat_micro),
        ):
            yield from _unless_equal(line, f"{made.number} {name}", int(fact[name]), comes_to)

    def _amounts(self, claims: Claims, credited: Invoice | None, rate: int) -> Amounts:
        if credited is None:
            return invoicing.amounts(claims.claims_micro, rate, claims.currency)
        return invoicing.credit(credited, self._credits(credited.id), claims, rate)

    def _credits(self, invoice_id: str) -> list[Invoice]:
        return [one for one in self.invoices.values() if one.credits_id == invoice_id]

    def _money(self, fact: Fact, _line: int) -> Iterator[Difference]:
        made = facts_money.money_from(self.book, fact, next_seq(self.session))
        receipts.add_receipt(self.session, made, b"")
        self.receipts[made.id] = made
        return iter(())

    def _match(self, fact: Fact, line: int) -> Iterator[Difference]:
        item = facts_money.match_from(fact, next_seq(self.session))
        receipt, invoice = self.receipts[item.receipt_id], self.invoices[item.invoice_id]
        same = receipt.payment.currency == invoice.currency
        if not same or item.amount_micro != self._possible(item):
            raise _unbookable(line)
        receipts.add_allocation(self.session, system(self.book), item, invoice.licensee_id)
        self.matches[item.id] = item
        return iter(())

    def _possible(self, item: Allocation) -> int:
        """The amount of a match as it may be: neither above what is open nor what came in."""
        earlier = [one for one in self.matches.values() if one.receipt_id == item.receipt_id]
        if item.amount_micro < 0:
            paid = sum(x.amount_micro for x in earlier if x.invoice_id == item.invoice_id)
            return max(item.amount_micro, -paid)
        left = self._left(item.receipt_id)
        return min(item.amount_micro, left, self._settled(item.invoice_id).owed_micro)

    def _left(self, receipt_id: str) -> int:
        """What of money that came in is neither matched nor on its way back."""
        matched = sum(x.amount_micro for x in self.matches.values() if x.receipt_id == receipt_id)
        back = (self.payouts[name] for name, to in self.refunds.items() if to == receipt_id)
        gone = sum(one.amount_micro for one in back if one.state is not PayoutState.RETURNED)
        return self.receipts[receipt_id].payment.amount_micro - matched - gone

    def _settled(self, invoice_id: str) -> Settlement:
        paid = sum(x.amount_micro for x in self.matches.values() if x.invoice_id == invoice_id)
        lost = sum(one.amount_micro for one in self._steps(invoice_id))
        return invoicing.settle(self.invoices[invoice_id], self._credits(invoice_id), paid, lost)

    def _steps(self, invoice_id: str) -> list[WriteOff]:
        return [one for one in self.lost.values() if one.invoice_id == invoice_id]

    def _lost(self, fact: Fact, line: int) -> Iterator[Difference]:
        """What two people decided is theirs; what followed from it, and the tax, comes out here."""
        invoice_id, amount = str(fact["invoice_id"]), int(fact["amount_micro"])
        settled, earlier = self._settled(invoice_id), self._steps(invoice_id)
        decided = fact["reason"] in set(WriteOffReason)
        comes_to = settled.open_micro if decided else writingoff.change(settled, earlier)
        if amount != comes_to or not amount:
            raise _unbookable(line)
        made = writingoff.step(
            settled,
            earlier,
            amount,
            month=str(fact["month"]),
            reason=str(fact["reason"]),
            seq=next_seq(self.session),
            at=from_text(fact["at"]),
        )
        writeoffs.add(self.session, system(self.book), made)
        self.lost[made.id] = made
        what = f"{settled.invoice.number} written off"
        yield from _unless_equal(line, what, int(fact["vat_micro"]), made.vat_micro)

    def _part_of_run(self, fact: Fact, line: int) -> Iterator[Difference]:
        """Keep a line until its run is told, which comes after its lines."""
        self.ruled.setdefault(f"{fact['run']}/{fact['fact']}", []).append(fact)
        if fact["fact"] == "run-line":
            self.places.setdefault(f"{fact['run']}/{fact['live_key']}", line)
        return iter(())

    def _run(self, fact: Fact, line: int) -> Iterator[Difference]:
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
            self.runs[run.id] = {one.id: one for one in pages}
        except Broken as exc:
            raise _unbookable(min(one.line for one in found) if found else line) from exc

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

    def _payout(self, kind: TransactionKind, fact: Fact, stamp: Stamp) -> Transaction:
        if kind is TransactionKind.PAYOUT:
            audience = str(fact["audience"])
            one = facts_money.payout_from(self.book, fact, audience, fact["at"])
            self.payouts[one.id] = one
            if "receipt_id" in fact:
                self.refunds[one.id] = str(fact["receipt_id"])
            return payoutbooks.on_its_way(one, stamp)
        settles = kind is TransactionKind.SETTLEMENT
        became = PayoutState.SETTLED if settles else PayoutState.RETURNED
        was = replace(self.payouts[fact["payout"]], state=PayoutState(fact["was"]))
        self.payouts[was.id] = replace(was, state=became)
        return payoutbooks.answered(was, became, stamp)


def _unbookable(line: int) -> BadInput:
    return BadInput(
        f"What line {line} states does not come to a booking.",
        next_step="Export the facts again: ebenbild ledger export FILE --form facts",
        code="bad-facts",
    )


def _stamped(one: Transaction, stamp: Stamp) -> Transaction:
    month, at = stamp.posted_period, stamp.recorded_at
    return one._replace(posted_period=month, seq=stamp.seq, recorded_at=at)


def _unless_equal(line: int, what: str, stated: int, comes_to: int) -> Iterator[Difference]:
    if stated != comes_to:
        yield Difference(line, what, rate_text(stated), rate_text(comes_to))
