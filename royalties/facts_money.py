"""The facts of invoices, money, runs and payouts, each as a JSON object, and back.

Stated amounts stand beside what they follow from, so that whoever computes them again can name the
line that is wrong. What the bank knows a payment by is not written.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from core.clock import from_text, to_text
from royalties.accounts import AccountKind, parse
from royalties.closing import digest
from royalties.models import Ratio
from royalties.models_books import Transaction, TransactionKind
from royalties.models_income import (
    Allocation,
    Amounts,
    Invoice,
    InvoiceKind,
    Payment,
    Receipt,
    WriteOff,
)
from royalties.models_payouts import Payout, PayoutState, Way
from royalties.models_runs import Release, Run, RunLine
from royalties.wire_runs import line_to_dict, release_to_dict, run_to_dict
from royalties.withholding import Exemption, TaxStatus, jurisdiction

Fact = dict[str, Any]
_ANSWERED = {
    TransactionKind.SETTLEMENT: PayoutState.SETTLED,
    TransactionKind.RETURN: PayoutState.RETURNED,
}
ELSEWHERE = "*"
_NOT_FACTS = ("state", "log_index", "dropped_for")


@dataclass(frozen=True, slots=True)
class ToldRun:
    """A closed run with all that it did.

    `taxed` says where payees were taxed, as far as it is still known.
    """

    run: Run
    lines: Sequence[RunLine]
    releases: Sequence[Release]
    taxed: Mapping[str, TaxStatus] = field(default_factory=dict)


@dataclass(slots=True)
class Payouts:
    """Which transaction is about which payout, learnt from those that send it.

    `receipts` names the receipt of each payout that sends money back.
    """

    receipts: Mapping[str, str] = field(default_factory=dict)
    by_answer: dict[str, tuple[str, PayoutState]] = field(default_factory=dict)
    settled: set[str] = field(default_factory=set)

    def said(self, one: Transaction) -> Fact | None:
        """What a transaction says of a payout; None where it is about none that was sent."""
        if one.kind is TransactionKind.PAYOUT:
            return self._sent(one)
        payout_id, became = self.by_answer.get(one.facts_key, ("", PayoutState.SENT))
        if not payout_id or _ANSWERED.get(one.kind) is not became:
            return None
        was = PayoutState.SETTLED if payout_id in self.settled else PayoutState.SENT
        if became is PayoutState.SETTLED:
            self.settled.add(payout_id)
        return {"payout": payout_id, "was": was.value}

    def _sent(self, one: Transaction) -> Fact | None:
        transit = [p for p in one.postings if parse(p.account).kind is AccountKind.IN_TRANSIT]
        owed = [p for p in one.postings if p not in transit]
        if len(transit) != 1 or len(owed) != 1:
            return None
        payout_id = parse(transit[0].account).subject
        for became in _ANSWERED.values():
            key = digest({"payout": payout_id, "became": became.value})
            self.by_answer[key] = payout_id, became
        amount = {"amount_micro": str(owed[0].amount_micro), "currency": owed[0].currency}
        told = {"payout": payout_id, "account": owed[0].account, **amount}
        receipt_id = self.receipts.get(payout_id)
        return told if receipt_id is None else {**told, "receipt_id": receipt_id}


def document(one: Invoice, lines: Iterable[tuple[str, int]]) -> Fact:
    """An invoice or credit note; `lines` are transaction and turn of each claim."""
    return {
        "fact": "document",
        "id": one.id,
        "kind": one.kind.value,
        "year": one.year,
        "no": one.no,
        "licensee_id": one.licensee_id,
        "month": one.month,
        "currency": one.currency,
        "issued_on": one.issued_on.isoformat(),
        "due_on": one.due_on.isoformat(),
        "credits_id": one.credits_id,
        "reason": one.reason,
        "tax": dict(one.tax),
        "at": to_text(one.recorded_at),
        "claims": [[name, turn] for name, turn in lines],
        "claims_micro": str(one.claims_micro),
        "net_micro": str(one.amounts.net_micro),
        "vat_micro": str(one.amounts.vat_micro),
    }


def document_from(
    book: str, said: Mapping[str, Any], claims_micro: int, amounts: Amounts, seq: int
) -> Invoice:
    """The same with these amounts, whatever is stated."""
    return Invoice(
        id=str(said["id"]),
        tenant_id=book,
        kind=InvoiceKind(said["kind"]),
        year=int(said["year"]),
        no=int(said["no"]),
        licensee_id=str(said["licensee_id"]),
        month=str(said["month"]),
        currency=str(said["currency"]),
        issued_on=date.fromisoformat(said["issued_on"]),
        due_on=date.fromisoformat(said["due_on"]),
        lines=len(said["claims"]),
        claims_micro=claims_micro,
        amounts=amounts,
        seq=seq,
        recorded_at=from_text(said["at"]),
        credits_id=said["credits_id"],
        reason=str(said["reason"]),
        tax={str(name): str(value) for name, value in said["tax"].items()},
    )


def money(one: Receipt) -> Fact:
    """Money that came in; nobody is named but the licensee, by its id."""
    return {
        "fact": "money",
        "id": one.id,
        "booked_on": one.payment.booked_on.isoformat(),
        "amount_micro": str(one.payment.amount_micro),
        "currency": one.payment.currency,
        "licensee_id": one.payment.licensee_id,
        "at": to_text(one.recorded_at),
    }


def money_from(book: str, said: Mapping[str, Any], seq: int) -> Receipt:
    """The same; its own id stands for what the bank knows it by."""
    licensee = said["licensee_id"]
    paid = Payment(
        reference=str(said["id"]),
        booked_on=date.fromisoformat(said["booked_on"]),
        amount_micro=int(said["amount_micro"]),
        currency=str(said["currency"]),
        licensee_id=None if licensee is None else str(licensee),
    )
    return Receipt(str(said["id"]), book, paid, seq, from_text(said["at"]))


def match(one: Allocation) -> Fact:
    """What money pays, or, below zero, what is taken back."""
    return {
        "fact": "match",
        "id": one.id,
        "receipt_id": one.receipt_id,
        "invoice_id": one.invoice_id,
        "step": one.step,
        "amount_micro": str(one.amount_micro),
        "reason": one.reason,
        "at": to_text(one.recorded_at),
    }


def match_from(said: Mapping[str, Any], seq: int) -> Allocation:
    """The same."""
    return Allocation(
        id=str(said["id"]),
        receipt_id=str(said["receipt_id"]),
        invoice_id=str(said["invoice_id"]),
        step=int(said["step"]),
        amount_micro=int(said["amount_micro"]),
        reason=str(said["reason"]),
        seq=seq,
        recorded_at=from_text(said["at"]),
    )


def lost(one: WriteOff) -> Fact:
    """What of an invoice is written off, or, below zero, expected again."""
    return {
        "fact": "lost",
        "id": one.id,
        "invoice_id": one.invoice_id,
        "amount_micro": str(one.amount_micro),
        "vat_micro": str(one.vat_micro),
        "month": one.month,
        "reason": one.reason,
        "at": to_text(one.recorded_at),
    }


def run(told: ToldRun) -> Iterator[Fact]:
    """Every line and release of a run, its payees' taxes, and the run itself."""
    name = told.run.id
    for payee_id, status in sorted(told.taxed.items()):
        yield {"fact": "run-payee", "run": name, "payee": payee_id, **_taxed(status)}
    for line in told.lines:
        yield {"fact": "run-line", "run": name, **line_to_dict(line)}
    for one in told.releases:
        yield {"fact": "run-release", "run": name, **release_to_dict(one)}
    said = run_to_dict(told.run)
    yield {"fact": "run", **{key: value for key, value in said.items() if key not in _NOT_FACTS}}


def status_from(said: Mapping[str, Any], at: datetime) -> TaxStatus:
    """Where a payee was taxed in a run planned by what was known at `at`."""
    residence = jurisdiction() if said["resident"] else ELSEWHERE
    rate = said["exempted_to"]
    day = at.date()
    paper = None if rate is None else Exemption("", Ratio(int(rate[0]), int(rate[1])), day, day)
    return TaxStatus(residence, exemption=paper)


def _taxed(status: TaxStatus) -> Fact:
    """As much as a tax follows from: which other country it is says nothing about it."""
    paper = status.exemption
    rate = None if paper is None else [paper.rate.numerator, paper.rate.denominator]
    return {"resident": status.residence == jurisdiction(), "exempted_to": rate}


def is_about(live_key: str, ruled: Iterable[str]) -> bool:
    """Whether a claim of a run is one of these live keys, or is known by one and more."""
    return any(live_key == key or live_key.startswith(f"{key}/") for key in ruled)


def payout_from(book: str, said: Mapping[str, Any], audience: str, at: str) -> Payout:
    """As much of a payout as the books know."""
    return Payout(
        id=str(said["payout"]),
        tenant_id=book,
        audience=audience,
        batch_id="",
        account=str(said["account"]),
        payee_id=parse(str(said["account"])).subject,
        version_id="",
        amount_micro=int(said["amount_micro"]),
        currency=str(said["currency"]),
        way=Way.NONE,
        end_to_end_id="",
        state=PayoutState.SENT,
        reasons=(),
        bank_code="",
        changed_at=from_text(at),
    )
