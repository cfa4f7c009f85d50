"""Months of made-up bookings on one performer's accounts, for tests of account statements."""

from dataclasses import dataclass, field

from core.ids import derived_id
from licensing.models import TariffTerm
from royalties import accountstatement as rules
from royalties import accrual, ledger
from royalties.accountstatement import AccountStatement, Holder
from royalties.models_books import Posting, Transaction, TransactionKind
from tests.unit.royalties.worlds import AT, BOOK, EVEN, line, priced, use

MINE = use("a")
OTHER = use("b")
HOLDER = Holder(MINE.performer_id, (MINE.payee_id,))
RUN = derived_id("run", "one")
PAYOUT = derived_id("pyo", "one")


@dataclass
class Accounts:
    """A book in memory whose month is whatever the test says."""

    month: str = "2026-11"
    booked: list[Transaction] = field(default_factory=list)

    def claim(self, views: int, term: TariffTerm, *, length_ms: int = 60_000) -> Transaction:
        """An accrual of the performer's, by a usage line of its own."""
        one = priced(use("a", spans=((0, length_ms),)), term)
        shown = line(views, reference=str(len(self.booked)))
        (owed,), _ = accrual.desired([one], [(shown, EVEN)])
        return self._add(ledger.accrue(owed, self._stamp(), revision=1, reason="owed"))

    def take_back(self, booked: Transaction) -> Transaction:
        """Its reversal."""
        return self._add(ledger.reverse(booked, self._stamp(), reason="no-longer-owed"))

    def post(self, kind: TransactionKind, *postings: tuple[str, int, str]) -> Transaction:
        """Any other transaction; its postings net to zero."""
        made = ledger.book(
            kind,
            tuple(Posting(*one) for one in postings),
            self._stamp(),
            facts_key=f"fact-{len(self.booked)}",
            reason="test",
            earned_period=self.month,
        )
        return self._add(made)

    def statement(self, month: str) -> AccountStatement:
        """The statement of the one performer, as a service makes it."""
        own = HOLDER.accounts
        mine = [one for one in self.booked if any(p.account in own for p in one.postings)]
        earlier = [p for one in mine if one.posted_period < month for p in one.postings]
        opening = {
            (BOOK, name, currency): net
            for (name, currency), net in ledger.balances(earlier).items()
            if name in own
        }
        return rules.build(
            HOLDER,
            month,
            opening=opening,
            transactions=[one for one in mine if one.posted_period == month],
        )

    def _add(self, made: Transaction) -> Transaction:
        self.booked.append(made)
        return made

    def _stamp(self) -> ledger.Stamp:
        return ledger.Stamp(BOOK, self.month, len(self.booked) + 1, AT)
