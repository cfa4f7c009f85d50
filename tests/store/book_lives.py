"""A book's life through the services and the database: what a random world does, step by step.

A world is made once and lived in copies, with the same usage in another order. Random ids that a
step makes are the same in each of them, so that what differs is the order alone.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from itertools import count, pairwise
from types import SimpleNamespace
from typing import Any

import pytest

from core import ids
from core.clock import utc_now
from core.db import Database
from core.errors import EbenbildError
from core.money import MICRO_PER_CENT
from core.principal import Principal
from fingerprint.models import Modality, Span
from licensing.models import TariffKind, TariffRef, TariffTerm
from registry.models.evidence import UnknownPerson
from registry.models.people import Performer
from royalties.billing.standing import InvoiceState
from royalties.closing import month_of
from royalties.fx import Rate, ratio_of
from royalties.models_books import Transaction, TransactionKind
from royalties.models_complaints import Ground, Ruling
from royalties.models_income import Payment, WriteOffReason
from royalties.models_payouts import RefundReason
from royalties.models_runs import RunState
from royalties.paying import reference_of
from royalties.runbegin import Wanted
from royalties.service import (
    billingdesk,
    complaints,
    exchanges,
    invoices,
    matching,
    payoutanswers,
    payouts,
    periods,
    receipts,
    refunds,
    rulings,
    runs,
    writeoffs,
)
from royalties.service.accruals import accrue
from royalties.service.complaints import NewComplaint
from royalties.service.refunds import Asked
from royalties.service.run_checking import verify
from royalties.service.shares import claim_share
from royalties.service.statements import account_balances
from royalties.service.usage import import_usage
from tests.store.royalties_books import Office
from tests.store.royalties_stage import Stage, found
from tests.store.test_accruals_by_tariff import agree

HEAD = (
    "cut_id,territory,period,views,reference,unique_views,watched,completion,income,income_kind,"
    "currency,payments,days,supersedes"
)
MONTHS = Wanted("2025-12", "2026-10")
RATE = Rate("EUR", "USD", ratio_of("1.0835"), "ECB", date(2026, 1, 30))
TERMS = (
    TariffTerm(TariffKind.PER_MINUTE, 12_500_001, "EUR"),
    TariffTerm(TariffKind.PER_VIEW, 333, "USD"),
    *(
        TariffTerm(TariffKind.TARIFF, rate, "EUR", TariffRef(name))
        for name, rate in (
            ("gvl-points", 0),
            ("aifilms-pool", 0),
            ("flat-work", 750_000_001),
            ("gema-ai", 0),
        )
    ),
)
KINDS = ("subscriptions", "views", "adverts")
IBAN = "DE89370400440532013000"
Line = tuple[int, str, str, int, int]


@contextmanager
def numbered(step: str) -> Iterator[None]:
    """New ids follow from the step that makes them, in whatever order came before it."""
    numbers = count()

    def token_bytes(size: int) -> bytes:
        return hashlib.sha256(f"{step} {next(numbers)}".encode()).digest()[:size]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ids, "secrets", SimpleNamespace(token_bytes=token_bytes))
        yield


@dataclass
class Life:
    """One copy of a world, and what can be done in it; people and cuts are told by their place."""

    stage: Stage
    people: Sequence[Performer]
    cuts: Sequence[str]
    society: Principal
    collects: bool = False
    hashes: list[str] = field(default_factory=list)
    steps: int = 0
    paid: int = 0

    @property
    def db(self) -> Database:
        return self.stage.db

    @property
    def offices(self) -> tuple[Office, ...]:
        """The operator's and, where it has a mandate, the society's; each keeps a book."""
        theirs = replace(self.stage.world, operator=self.society)
        found = (Office(self.stage, self.db), Office(Stage(theirs), self.db))
        return found if self.collects else found[:1]

    @classmethod
    def over(cls, like: "Life", database: Database) -> "Life":
        """The same world in another database."""
        world = replace(like.stage.world, world=replace(like.stage.world.world, db=database))
        return cls(
            Stage(world), like.people, like.cuts, like.society, like.collects, steps=like.steps
        )

    # What a world is made of, and what becomes of it.

    def cast(self, cut: int, there: Mapping[int, int | None], strangers: bool) -> None:
        """A decision on a cut; whoever has a price has a licence by it from now on."""
        self.steps += 1
        cut_id, uses = self.cuts[cut], []
        with numbered(f"cast {self.steps}"):
            for place, term in sorted(there.items()):
                who = self.people[place]
                if term is not None:
                    self.stage.licence(who, agree(self.stage, TERMS[term]))
                uses.append(found(cut_id, who, (0, 7_000 * (place + 1))))
            seen = [UnknownPerson(Modality.VOICE, (Span(5_000, 17_000),))] if strangers else []
            self.stage.clear(cut_id, *uses, strangers=seen)

    def share(self, place: int, party: int, share: Fraction, cut: int | None) -> None:
        """A society or the performer's own side claims a part."""
        who = self.people[place]
        side = (self.society, self.stage.agent(who))[party]
        cut_id = "" if cut is None else self.cuts[cut]
        with self.db.write() as session:
            said = str(share)
            claim_share(
                session,
                side,
                who.id,
                share=said,
                cut_id=cut_id,
                from_period="2026-01",
                now=utc_now(),
            )

    # Usage, in some order.

    def report(
        self, lines: Sequence[Line], order: Sequence[int], ends: set[int], *, eager: bool
    ) -> None:
        """Take lines in, in this order and in files that end there, accruing after each or once."""
        told = [self._row(lines[at]) for at in order]
        bounds = [0, *sorted(one for one in ends if one < len(told)), len(told)]
        for start, end in pairwise(bounds):
            self._take_in(told[start:end])
            if eager:
                self.accrue()
        self.accrue()

    def correct(self, place: int, amount: int) -> None:
        """A later line in the place of one that earned."""
        one = self._standing(place)
        if one is not None:
            pins = one.pins
            cut = self.cuts.index(pins.cut_id)
            row = self._row((cut, pins.territory, pins.period, amount % 3, amount))
            self._take_in([f"{row[: row.rindex(',')]},{pins.usage_line_id}"])
            self.accrue()

    def accrue(self) -> None:
        with self.db.write() as session:
            accrue(session, self.stage.studio, now=utc_now())

    # Money, disputes, runs.

    def bill(self, part: Fraction) -> None:
        """Ask for everything, and receive a part of each invoice."""
        for office in self.offices:
            with self.db.write() as session:
                now = utc_now()
                vault = self.stage.world.vault
                issued = invoices.issue(session, vault, office.clerk, month_of(now), now=now)
                for one in issued:
                    gross = one.amounts.gross_micro
                    if int(gross * part) > 0:
                        self._pay(session, office, one, int(gross * part))

    def write_off(self, place: int, part: Fraction, again: bool) -> None:
        """Nobody expects one of the operator's invoices any more; a part of it comes after all.

        `again`: the rest is expected again.
        """
        office, now = self.offices[0], utc_now()
        with self.db.read() as session:
            found = billingdesk.list_standing(
                session, office.clerk, InvoiceState.OPEN, now=now, limit=100
            )
        if not found:
            return
        self.steps += 1
        one = sorted(found, key=lambda each: each.invoice.no)[place % len(found)]
        self._decide(office, one.invoice.id, WriteOffReason.INSOLVENCY)
        with self.db.write() as session:
            self._pay(session, office, one.invoice, int(one.settled.open_micro * part))
            rest = matching.settlements(session, office.clerk, [one.invoice])[0].lost_micro
        if again and rest:
            self._decide(office, one.invoice.id, WriteOffReason.REINSTATED)

    def exchange(self, place: int, part: Fraction) -> None:
        """Euros of an account of the operator become dollars."""
        office = self.offices[0]
        with self.db.read() as session:
            held = account_balances(session, office.clerk)
        euros = sorted(k for k, net in held.items() if k[1] == "EUR" and abs(net) > 1_000_000)
        own = [name for name, _ in euros if name.startswith(("unmatched:", "bank:"))]
        if own:
            name = own[place % len(own)]
            amount = max(1, int(abs(held[name, "EUR"]) * part))
            with self.db.write() as session:
                wanted = exchanges.Wanted(name, amount, RATE, str(self.steps))
                exchanges.change(session, office.clerk, wanted, now=utc_now())

    def refund(self, micro: int, part: Fraction, outcome: str) -> None:
        """A stranger's money comes to the operator's book, and a part of it goes back."""
        office, vault = self.offices[0], self.stage.world.vault
        self.steps += 1
        cents = micro - micro % MICRO_PER_CENT
        back = int(cents * part)
        payment = Payment(
            reference=f"stranger {self.steps}",
            booked_on=date(2026, 11, 20),
            amount_micro=cents,
            currency="EUR",
            payer="A Stranger",
            payer_account="FR1420041010050500013M02606",
        )
        with self.db.write() as session:
            came = receipts.enter(session, vault, office.clerk, payment, now=utc_now())
            asked = Asked(RefundReason.PAID_TWICE, back - back % MICRO_PER_CENT)
            made = refunds.propose(session, vault, office.clerk, came.id, asked, now=utc_now())
        with self.db.write() as session:
            payouts.decide(
                session, vault, office.approver, made.batch_id, approve=True, now=utc_now()
            )
        if outcome:
            said = f"end_to_end_id,status\n{reference_of(made.id)},{outcome}\n".encode()
            with self.db.write() as session:
                payoutanswers.take(session, office.clerk, said, now=utc_now())

    def dispute(self, place: int, ground: Ground, ruling: Ruling | None) -> None:
        """Somebody disputes a line of the operator's book; two people may rule on it."""
        one, office = self._standing(place), self.offices[0]
        if one is None or one.tenant_id != office.book:
            return
        self.steps += 1
        others = [who.id for who in self.people if who.id != one.pins.performer_id]
        claimant = others[place % len(others)] if ground is Ground.MINE else ""
        said = NewComplaint((one.id,), ground, "See the contract.", claimant)
        with numbered(f"dispute {self.steps}"):
            try:
                with self.db.write() as session:
                    now = utc_now()
                    item = complaints.open_complaint(session, office.clerk, said, now=now)
                if ruling is not None:
                    self._rule(office, item.id, ruling)
            except EbenbildError:
                return  # What cannot be disputed or ruled so is refused in both orders alike.

    def run(self) -> None:
        """Draft, propose, approve and verify the first run of each book."""
        for office in self.offices:
            self._run(office, MONTHS)

    def follow(self) -> None:
        """What came in since the first runs."""
        for office in self.offices:
            with self.db.read() as session:
                known = runs.list_runs(session, office.clerk)
            first = min(known, key=lambda one: one.number)
            self._run(office, Wanted(follows_id=first.id))

    def verify(self) -> None:
        """Every run of both books is what its facts say."""
        with self.db.read() as session:
            for office in self.offices:
                for one in runs.list_runs(session, office.clerk):
                    assert verify(session, office.clerk, one.id).faults == ()

    def balances(self) -> list[dict[tuple[str, str], int]]:
        """Every account of both books that is not nought."""
        with self.db.read() as session:
            return [
                {key: net for key, net in account_balances(session, one.clerk).items() if net}
                for one in self.offices
            ]

    def _run(self, office: Office, wanted: Wanted) -> None:
        vault = self.stage.world.vault
        with self.db.write() as session:
            made = runs.draft(session, vault, office.clerk, wanted, now=utc_now())
            runs.propose(session, office.clerk, made.id, now=utc_now())
        with self.db.write() as session:
            now = utc_now()
            done = runs.decide(
                session, vault, office.approver, made.id, approve=True, note="", now=now
            )
            assert done.state is RunState.CLOSED
        self.hashes.append(done.run_hash)

    def _rule(self, office: Office, name: str, ruling: Ruling) -> None:
        part = "2/5" if ruling is Ruling.SHARED else ""
        with self.db.write() as session:
            rulings.propose(session, office.clerk, name, ruling, part=part, now=utc_now())
        with self.db.write() as session:
            now = utc_now()
            rulings.decide(session, office.approver, name, approve=True, note="", now=now)

    def _decide(self, office: Office, name: str, reason: WriteOffReason) -> None:
        now = utc_now()
        with numbered(f"write off {self.steps} {reason}"), self.db.write() as session:
            writeoffs.propose(session, office.clerk, name, writeoffs.Asked(reason), now=now)
        with self.db.write() as session:
            writeoffs.decide(session, office.approver, name, approve=True, now=now)

    def _pay(self, session: Any, office: Office, invoice: Any, micro: int) -> None:
        self.paid += 1
        cents = micro // MICRO_PER_CENT + self.paid % 2
        if not cents:
            return
        payment = Payment(
            reference=f"r{self.paid}",
            booked_on=date(2026, 11, 20),
            amount_micro=cents * MICRO_PER_CENT,
            currency=invoice.currency,
            licensee_id=self.stage.studio.tenant_id,
            payer="Studio Secret GmbH",
        )
        now, vault = utc_now(), self.stage.world.vault
        made = receipts.enter(session, vault, office.clerk, payment, now=now)
        if matching.settlements(session, office.clerk, [invoice])[0].owed_micro > 0:
            receipts.match(session, office.clerk, made.id, invoice.id, now=now)

    def _take_in(self, rows: Sequence[str]) -> None:
        text = "\n".join((HEAD, *rows))
        with self.db.write() as session:
            taken = import_usage(session, self.stage.studio, text.encode(), now=utc_now())
        assert taken.rejected == 0, taken.rejects

    def _row(self, line: Line) -> str:
        cut, place, month, kind, amount = line
        completion = f"{amount % 11}/10"
        money = f"{amount * 97}.000001"
        said = (amount, f"n{kind}", amount, amount, completion, money, KINDS[kind], "EUR", amount)
        return ",".join(map(str, (self.cuts[cut], place, month, *said, f"{amount % 7 + 1}/2", "")))

    def _standing(self, place: int) -> Transaction | None:
        """One accrual that nobody took back, by the order of what they are about."""
        found_here: list[Transaction] = []
        for office in self.offices:
            with self.db.read() as session:
                booked = periods.transactions_of(session, office.book)
            gone = {one.reverses_id for one in booked}
            found_here += [
                one for one in booked if one.kind is TransactionKind.ACCRUAL and one.id not in gone
            ]
        found_here.sort(key=lambda one: one.basis.live_key)
        return found_here[place % len(found_here)] if found_here else None
