"""Booking invoices, money, runs and payouts again from their facts: amounts are worked out anew.

What a fact states and what comes out are compared; each difference names what it is about.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sqlmodel import Session

from core.clock import from_text
from core.currencies import unit_micro
from core.db import next_seq
from core.principal import system
from royalties import (
    facts_money,
    invoicing,
    payoutbooks,
    receiving,
    writingoff,
)
from royalties.accounts import parse
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
from royalties.service.replaydifferences import Difference, unbookable, unless_equal
from royalties.service.replayruns import PARTS_OF_A_RUN, Runs
from royalties.store import (
    balances,
    invoices,
    receipts,
    writeoffs,
)

Fact = Mapping[str, Any]


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
    runs: Runs = field(init=False)

    def __post_init__(self) -> None:
        self.runs = Runs(self.session, self.book)

    def take(self, fact: Fact, line: int) -> Iterator[Difference] | None:
        """Take in a fact of this kind; None for one that is none of them."""
        known = {
            "document": self._document,
            "money": self._money,
            "match": self._match,
            "lost": self._lost,
            "run": self.runs.take,
            **dict.fromkeys(PARTS_OF_A_RUN, self.runs.take_part),
        }
        found = known.get(fact["fact"])
        return None if found is None else found(fact, line)

    def made(self, kind: TransactionKind, fact: Fact, stamp: Stamp) -> Transaction | None:
        """The transaction that follows from what was told; None where its amounts were decided."""
        if "run" in fact:
            return self.runs.made(fact["run"], fact["id"], stamp)
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
        yield from unless_equal(line, f"{one.account} {one.currency}", amount, owed)
        whole = amount - amount % unit_micro(one.currency)
        yield from unless_equal(line, f"{one.account} {one.currency}", amount, whole)
        if one.id in self.refunds:
            receipt = self.receipts[self.refunds[one.id]]
            if one.account != receiving.unmatched(receipt):
                yield Difference(line, receipt.id, one.account, receiving.unmatched(receipt))
            possible = max(0, min(amount, amount + self._left(receipt.id)))
            yield from unless_equal(line, receipt.id, amount, possible)

    def left_over(self, line: int) -> Iterator[Difference]:
        """What runs say that nothing booked, once everything was told."""
        return self.runs.left_over(line)

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
            yield from unless_equal(line, f"{made.number} {name}", int(fact[name]), comes_to)

    def _amounts(self, claims: Claims, credited: Invoice | None, rate: int) -> Amounts:
        if credited is None:
            return invoicing.amounts(claims.claims_micro, rate, claims.currency)
        return invoicing.credit(credited, self._credits(credited.id), claims, rate)

    def _credits(self, invoice_id: str) -> list[Invoice]:
        return [one for one in self.invoices.values() if one.credits_id == invoice_id]

    def _money(self, fact: Fact, _line: int) -> Iterator[Difference]:
        made = facts_money.money_from(self.book, fact, next_seq(self.session))
        receipts.add_receipts(self.session, [(made, b"")])
        self.receipts[made.id] = made
        return iter(())

    def _match(self, fact: Fact, line: int) -> Iterator[Difference]:
        item = facts_money.match_from(fact, next_seq(self.session))
        receipt, invoice = self.receipts[item.receipt_id], self.invoices[item.invoice_id]
        same = receipt.payment.currency == invoice.currency
        if not same or item.amount_micro != self._possible(item):
            raise unbookable(line)
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
        comes_to = (
            writingoff.wanted(settled, WriteOffReason(fact["reason"]))
            if fact["reason"] in set(WriteOffReason)
            else writingoff.change(settled, earlier)
        )
        if amount != comes_to or not amount:
            raise unbookable(line)
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
        yield from unless_equal(line, what, int(fact["vat_micro"]), made.vat_micro)

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
