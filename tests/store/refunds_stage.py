"""A book that sends money back, for tests: payments that come in, and verbs for its two people."""

from dataclasses import dataclass, field
from datetime import date

from core.db import Database
from core.vault import Vault
from royalties.accounts import AccountKind, account
from royalties.closing import month_of
from royalties.models_income import Payment, Receipt
from royalties.models_payouts import Batch, Refund, RefundReason
from royalties.paying import reference_of
from royalties.service import invoices, payoutviews, receipts, refunds
from royalties.service.refunds import Asked
from tests.store.payouts_stage import IBANS, Till, table
from tests.store.royalties_books import Office
from tests.store.test_runs import Money
from tests.store.today import NOW

WHY = Asked(RefundReason.PAID_TWICE)
AT = date(2026, 11, 20)


@dataclass(frozen=True)
class Desk:
    """An office that takes money in and sends some of it back; `database` is what it works on."""

    till: Till
    taken: list[str] = field(default_factory=list)

    @property
    def office(self) -> Office:
        return self.till.office

    @property
    def database(self) -> Database:
        return self.till.database

    def enter(
        self,
        micro: int,
        *,
        currency: str = "EUR",
        iban: str = IBANS[0],
        payer: str = "Jürgen Weiß",
    ) -> str:
        payment = Payment(
            f"r{len(self.taken)}", AT, micro, currency, payer=payer, payer_account=iban
        )
        with self.database.write() as session:
            made = receipts.enter(session, self.vault, self.office.clerk, payment, now=NOW)
        self.taken.append(made.id)
        return made.id

    def propose(self, receipt_id: str, asked: Asked = WHY) -> Refund:
        with self.database.write() as session:
            return refunds.propose(
                session, self.vault, self.office.clerk, receipt_id, asked, now=NOW
            )

    def batch(self, made: Refund) -> Batch:
        with self.database.read() as session:
            return payoutviews.get_batch(session, self.office.clerk, made.batch_id)

    def send(self, made: Refund, *, approve: bool = True) -> Batch:
        return self.till.send(self.batch(made), approve=approve)

    def answer(self, made: Refund, status: str) -> None:
        code = "AC04" if status == "returned" else ""
        self.till.answer(table((reference_of(made.id), status, code, "")))

    def match(self, receipt_id: str, invoice_id: str, micro: int | None = None) -> None:
        with self.database.write() as session:
            receipts.match(
                session, self.office.clerk, receipt_id, invoice_id, amount_micro=micro, now=NOW
            )

    def unmatch(self, receipt_id: str, invoice_id: str) -> None:
        with self.database.write() as session:
            receipts.unmatch(
                session, self.office.clerk, receipt_id, invoice_id, reason="wrong", now=NOW
            )

    def receipt(self, receipt_id: str) -> Receipt:
        with self.database.read() as session:
            return receipts.get_receipt(session, self.vault, self.office.clerk, receipt_id)[0]

    def refunds(self, receipt_id: str) -> list[Refund]:
        with self.database.read() as session:
            return list(refunds.list_refunds(session, self.office.clerk, receipt_id))

    @property
    def vault(self) -> Vault:
        return self.office.stage.world.vault

    @property
    def waiting(self) -> str:
        """The account of money of which nobody knows who paid it."""
        return account(AccountKind.UNMATCHED, self.office.book)


def asked_for(desk: Desk) -> str:
    """An invoice of 100 EUR."""
    Money(desk.office).earn(10_000)
    with desk.database.write() as session:
        (made,) = invoices.issue(session, desk.vault, desk.office.clerk, month_of(NOW), now=NOW)
    return made.id
