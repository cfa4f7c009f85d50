"""A book that owes money to people, for tests of paying out, and verbs for its two people."""

from dataclasses import dataclass
from datetime import date, datetime

from core.db import Database
from registry.models.people import Performer
from royalties import ledger
from royalties.accounts import payable
from royalties.models_books import Posting, TransactionKind
from royalties.models_payouts import Batch, BatchKind, Payout, PayoutState, Taken
from royalties.service import bookaccounts, payees, payoutanswers, payouts, payoutviews
from royalties.service.books import Clerk
from royalties.service.payouts import Wanted
from royalties.service.statements import account_balances
from royalties.store.ledger import add_transactions
from tests.store.royalties_books import Office
from tests.store.today import NOW

OWN = "DE75512108001245126199"
IBANS = ("DE89370400440532013000", "FR1420041010050500013M02606", "NL91ABNA0417164300")
EUROS = 1_000_000


@dataclass(frozen=True)
class Till:
    """An office that pays out; `database` is the one it works on."""

    office: Office
    database: Database

    def open_account(self, whose: str = "own") -> None:
        with self.database.write() as session:
            bookaccounts.set_account(
                session, self.office.clerk, whose, name="Society e.V.", iban=OWN, bic="", now=NOW
            )

    def payee(self, micro: int, iban: str = IBANS[0], **more: str | bool) -> Performer:
        """A performer to whom so much is payable, with details unless the IBAN is empty."""
        performer = self.office.stage.performer()
        if iban:
            self.details(performer, iban=iban, **{"name": "Jürgen Weiß", "residence": "DE"} | more)
        self.owe(performer, micro)
        return performer

    def details(self, performer: Performer, at: datetime = NOW, **said: str | bool) -> None:
        agent = self.office.stage.agent(performer)
        vault = self.office.stage.world.vault
        with self.database.write() as session:
            payees.set_details(session, vault, agent, performer.id, said, cooling_days=7, now=at)

    def owe(
        self, performer: Performer, micro: int, run_id: str = "run_a", currency: str = "EUR"
    ) -> None:
        with self.database.write() as session:
            stamp = Clerk(session, self.office.book, NOW).stamp()
            made = ledger.book(
                TransactionKind.DISTRIBUTION,
                (
                    Posting("bank", micro, currency),
                    Posting(payable(performer.payee_id), -micro, currency),
                ),
                stamp,
                facts_key=f"owed-{stamp.seq}",
                reason="distribution",
                earned_period="2026-10",
                audience=f"tenant:{performer.tenant_id}",
                run_id=run_id,
            )
            add_transactions(session, [made])

    def propose(
        self, kind: BatchKind = BatchKind.PAYEES, currency: str = "EUR", at: datetime = NOW
    ) -> Batch:
        wanted = Wanted(kind, currency, at.date(), 10 * EUROS)
        vault = self.office.stage.world.vault
        with self.database.write() as session:
            return payouts.propose(session, vault, self.office.clerk, wanted, now=at)

    def send(self, batch: Batch, *, approve: bool = True, at: datetime = NOW) -> Batch:
        vault = self.office.stage.world.vault
        with self.database.write() as session:
            return payouts.decide(
                session, vault, self.office.approver, batch.id, approve=approve, now=at
            )

    def paper(self, batch: Batch, *, by_hand: bool = False) -> bytes:
        vault = self.office.stage.world.vault
        with self.database.read() as session:
            return payoutviews.paper(session, vault, self.office.clerk, batch.id, by_hand=by_hand)

    def answer(self, data: bytes, at: datetime = NOW) -> Taken:
        with self.database.write() as session:
            return payoutanswers.take(session, self.office.clerk, data, now=at)

    def found(self, *states: PayoutState) -> tuple[Payout, ...]:
        with self.database.read() as session:
            return payoutviews.list_payouts(
                session, self.office.clerk, states=states or tuple(PayoutState)
            )

    def balances(self) -> dict[str, int]:
        """What stands on each account that is not empty."""
        with self.database.read() as session:
            found = account_balances(session, self.office.clerk)
        return {name: micro for (name, _), micro in found.items() if micro}


def table(*lines: tuple[str, str, str, str]) -> bytes:
    """A table of answers: reference, status, code, amount."""
    rows = [",".join(line) for line in lines]
    return "\n".join(("end_to_end_id,status,code,amount", *rows)).encode()


DAY = date(2026, 11, 21)
