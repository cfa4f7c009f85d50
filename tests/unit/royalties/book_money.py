"""Invoices and money over the claims of a made-up book.

Which document lists which claim, and which money pays what, are facts that the world keeps; every
amount and every posting is worked out by the rules of the product.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction

from core.currencies import unit_micro
from core.ids import derived_id
from royalties import invoicing, paying, payoutbooks, receiving, refunding, writingoff
from royalties.accounts import parse
from royalties.billing.vat import Tax as Vat
from royalties.billing.vat import tax_to_dict
from royalties.models_books import Transaction
from royalties.models_income import (
    Allocation,
    Claims,
    Invoice,
    Payment,
    Receipt,
    Settlement,
    WriteOff,
    WriteOffReason,
)
from royalties.models_payouts import Payout, PayoutState
from royalties.models_received import ReceivedClaim
from tests.unit.royalties import book_claims
from tests.unit.royalties.book_claims import BOOK, side

IBAN = "DE89370400440532013000"


@dataclass
class Money(book_claims.Claims):
    """A book up to the money that came in."""

    invoices: dict[str, Invoice] = field(default_factory=dict)
    listed: dict[str, str] = field(default_factory=dict)
    receipts: dict[str, Receipt] = field(default_factory=dict)
    matches: list[Allocation] = field(default_factory=list)
    lost: list[WriteOff] = field(default_factory=list)
    payouts: dict[str, Payout] = field(default_factory=dict)
    refunds: dict[str, str] = field(default_factory=dict)

    def invoice(self, studio: str, currency: str, vat: Vat) -> None:
        """Ask a licensee for everything that stands on no invoice yet."""
        due = [
            one
            for one in self.standing()
            if (one.basis.licensee_id, one.currency) == (studio, currency)
            and one.id not in self.listed
        ]
        claims = Claims(studio, currency, len(due), sum(one.amount_micro for one in due))
        if not due or not invoicing.collectable(claims):
            return
        amounts = invoicing.amounts(claims.claims_micro, vat.basis_points, currency)
        made = self._document(claims, amounts, tax_to_dict(vat))
        self.listed.update({one.id: made.id for one in due})

    def credit(self) -> None:
        """Give back, invoice by invoice, what was taken back since, and pay others with it."""
        gone: dict[str, list[str]] = {}
        for name, invoice_id in self.listed.items():
            if name in self.reversed:
                gone.setdefault(invoice_id, []).append(name)
        for invoice_id, names in sorted(gone.items()):
            self._credit(self.invoices[invoice_id], names)

    def cancel(self, invoice_id: str) -> None:
        """Take back all that is left of an invoice; its claims are due again."""
        names = [name for name, where in self.listed.items() if where == invoice_id]
        if names:
            self._credit(self.invoices[invoice_id], names)

    def receive(self, studio: str | None, currency: str, amount_micro: int) -> str:
        """Money comes in, from a licensee or from nobody knows whom."""
        said = (f"r{len(self.receipts)}", self.at.date(), amount_micro, currency, studio)
        payment = Payment(*said, payer="Somebody", payer_account=IBAN)
        name = derived_id("rcp", BOOK, payment.reference)
        made = Receipt(name, BOOK, payment, len(self.receipts), self.at)
        self.receipts[name] = made
        self.post(receiving.entered(made, self.stamp()))
        return name

    def match(self, receipt_id: str, invoice_id: str, part: Fraction = Fraction(1)) -> None:
        """A receipt pays an invoice as far as both go, or a part of that."""
        receipt, settled = self._receipt(receipt_id), self.settlement(invoice_id)
        if receipt.payment.currency != settled.invoice.currency:
            return
        for one, amount in receiving.as_far_as(receipt.unmatched_micro, [settled]):
            self._allocate(receipt_id, one.invoice.id, int(amount * part), "matched")

    def unmatch(self, receipt_id: str, invoice_id: str) -> None:
        self._allocate(receipt_id, invoice_id, -self._matched(receipt_id, invoice_id), "unmatched")

    def refund(self, receipt_id: str, part: Fraction) -> None:
        """So much of what waits of a payment goes back, alone in a batch of its own."""
        receipt = self.receipts_by_now()[receipt_id]
        unit = receipt.payment.currency
        wanted = int(receipt.unmatched_micro * part)
        wanted -= wanted % unit_micro(unit)
        if wanted <= 0:
            return
        batch = derived_id("pba", BOOK, "refund", str(len(self.payouts)))
        item = refunding.candidate(
            receipt,
            refunding.details_of(receipt.payment),
            amount_micro=refunding.amount_of(receipt, wanted),
            sealed_as=batch,
        )
        frame = paying.Frame(BOOK, batch, unit, wanted, self.at)
        (made,) = paying.plan([item], frame)
        assert (made.amount_micro, made.state) == (wanted, PayoutState.PENDING)
        self.payouts[made.id] = replace(made, state=PayoutState.SENT)
        self.refunds[made.id] = receipt_id
        self.post(payoutbooks.on_its_way(made, self.stamp()))

    def receipts_by_now(self) -> dict[str, Receipt]:
        """Every payment with what of it is matched and what was sent back."""
        matched: Counter[str] = Counter()
        for one in self.matches:
            matched[one.receipt_id] += one.amount_micro
        back: Counter[str] = Counter()
        for payout_id, receipt_id in self.refunds.items():
            if self.payouts[payout_id].state is not PayoutState.RETURNED:
                back[receipt_id] += self.payouts[payout_id].amount_micro
        return {
            name: replace(one, matched_micro=matched[name], sent_back_micro=back[name])
            for name, one in self.receipts.items()
        }

    def write_off(self, invoice_id: str) -> None:
        """Nobody expects what is open of an invoice any more."""
        amount = self.settlement(invoice_id).open_micro
        if amount > 0:
            self._lose(invoice_id, amount, WriteOffReason.INSOLVENCY.value)

    def settlement(self, invoice_id: str) -> Settlement:
        paid = sum(one.amount_micro for one in self.matches if one.invoice_id == invoice_id)
        lost = sum(one.amount_micro for one in self._steps(invoice_id))
        return invoicing.settle(self.invoices[invoice_id], self._credits(invoice_id), paid, lost)

    def asked(self, studio: str, currency: str) -> list[Settlement]:
        """A licensee's invoices that ask for more money, oldest first."""
        found = [
            self.settlement(one.id)
            for one in self.invoices.values()
            if (one.licensee_id, one.currency, one.credits_id) == (studio, currency, None)
        ]
        return [one for one in found if one.open_micro > 0]

    def received(self) -> list[ReceivedClaim]:
        """Every claim with what was received of it, in the order of booking."""
        standing = {one.id: one.amount_micro for one in self.standing()}
        parts: dict[str, int] = {}
        for invoice in [one for one in self.invoices.values() if one.credits_id is None]:
            names = sorted(n for n in standing if self.listed.get(n) == invoice.id)
            amounts = [standing[name] for name in names]
            shares = receiving.shares(self.settlement(invoice.id), amounts)
            parts.update(zip(names, shares, strict=True))
        accruals = [one for one in self.transactions.values() if one.kind == "accrual"]
        return [_claim(one, standing.get(one.id, 0), parts.get(one.id, 0)) for one in accruals]

    def _document(self, claims: Claims, amounts: object, tax: Mapping[str, str]) -> Invoice:
        number = len(self.invoices) + 1
        made = Invoice(
            id=derived_id("inv", BOOK, str(number)),
            tenant_id=BOOK,
            kind=claims.kind,
            year=2026,
            no=number,
            licensee_id=claims.licensee_id,
            month=self.month,
            currency=claims.currency,
            issued_on=self.at.date(),
            due_on=date(2027, 1, 31),
            lines=claims.lines,
            claims_micro=claims.claims_micro,
            amounts=amounts,  # type: ignore[arg-type]
            seq=number,
            recorded_at=self.at,
            credits_id=claims.credits_id,
            tax=tax,
        )
        self.invoices[made.id] = made
        sides = invoicing.postings(made, tax["authority"])
        if sides:
            self.post(invoicing.booked(made, sides, self.stamp()))
        return made

    def _credits(self, invoice_id: str) -> list[Invoice]:
        return [one for one in self.invoices.values() if one.credits_id == invoice_id]

    def _credit(self, invoice: Invoice, names: list[str]) -> None:
        taken = sum(self.transactions[name].amount_micro for name in names)
        claims = Claims(invoice.licensee_id, invoice.currency, len(names), -taken, invoice.id)
        rate = int(invoice.tax["basis_points"])
        amounts = invoicing.credit(invoice, self._credits(invoice.id), claims, rate)
        self._document(claims, amounts, invoice.tax)
        for name in names:
            del self.listed[name]
        held: dict[str, int] = {}
        for one in self.matches:
            if one.invoice_id == invoice.id:
                held[one.receipt_id] = held.pop(one.receipt_id, 0) + one.amount_micro
        for receipt_id, back in receiving.given_back(self.settlement(invoice.id), held):
            self._allocate(receipt_id, invoice.id, -back, "credited")
            left = self._receipt(receipt_id).unmatched_micro
            asked = self.asked(invoice.licensee_id, invoice.currency)
            for one, amount in receiving.as_far_as(left, asked):
                self._allocate(receipt_id, one.invoice.id, amount, "offset")
        self._expect(invoice.id)

    def _steps(self, invoice_id: str) -> list[WriteOff]:
        return [one for one in self.lost if one.invoice_id == invoice_id]

    def _expect(self, invoice_id: str) -> None:
        """What was written off follows from what is still owed."""
        change = writingoff.change(self.settlement(invoice_id), self._steps(invoice_id))
        if change:
            self._lose(invoice_id, change, "paid")

    def _lose(self, invoice_id: str, amount: int, reason: str) -> None:
        made = writingoff.step(
            self.settlement(invoice_id),
            self._steps(invoice_id),
            amount,
            month=self.month,
            reason=reason,
            seq=len(self.lost),
            at=self.at,
        )
        self.lost.append(made)
        self.post(writingoff.booked(self.invoices[invoice_id], made, self.stamp()))

    def _receipt(self, receipt_id: str) -> Receipt:
        return self.receipts_by_now()[receipt_id]

    def _matched(self, receipt_id: str, invoice_id: str) -> int:
        return sum(
            one.amount_micro
            for one in self.matches
            if (one.receipt_id, one.invoice_id) == (receipt_id, invoice_id)
        )

    def _allocate(self, receipt_id: str, invoice_id: str, amount: int, reason: str) -> None:
        if not amount:
            return
        number = len(self.matches) + 1
        name = derived_id("alc", receipt_id, invoice_id, str(number))
        made = Allocation(name, receipt_id, invoice_id, number, amount, reason, number, self.at)
        self.matches.append(made)
        receipt, invoice = self.receipts[receipt_id], self.invoices[invoice_id]
        self.post(receiving.matched(receipt, invoice, made, self.stamp()))
        self._expect(invoice_id)


def _claim(one: Transaction, claimed: int, received: int) -> ReceivedClaim:
    pins = one.pins
    credited = next(p.account for p in one.postings if p.amount_micro < 0)
    return ReceivedClaim(
        transaction_id=one.id,
        account=parse(credited).kind,
        live_key=one.basis.live_key,
        performer_id=pins.performer_id,
        performer_tenant_id=side(pins.performer_id) if pins.performer_id else "",
        payee_id=pins.payee_id,
        licensee_id=one.basis.licensee_id,
        cut_id=pins.cut_id,
        use_kind=pins.kind.value if pins.kind else "",
        territory=pins.territory,
        earned_period=one.earned_period,
        currency=one.currency,
        claimed_micro=claimed,
        received_micro=received,
    )
